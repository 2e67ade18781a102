//! One run of a program over some records.

use super::block::{self, Mask, NONE, ROWS};
use super::columns::Columns;
use super::lookup::Lookup;
use super::row_set::ones;
use crate::criteria::program::{Check, Matcher, Program, Target};
use crate::criteria::record::Record;
use crate::criteria::situation::Situation;

/// Runs a program over records, a block at a time.
///
/// It takes the same steps as [`Matcher::matches`], for all rows of a block at once: each step sends the rows that have
/// come to it on to the one or the other of its ends. A step to which no row comes is passed by.
pub(super) struct Pass<'a, R> {
    program: &'a Program,
    situation: &'a Situation<'a>,
    records: &'a [R],
    lookups: Vec<Lookup>,
    /// The rows of the block that have come to each step. All are empty between blocks.
    arrived: Vec<Mask>,
    block: usize,
}

impl<'a, R: Record> Pass<'a, R> {
    pub(super) fn new(matcher: &'a Matcher<'_>, records: &'a [R], columns: &Columns) -> Self {
        let program = matcher.program();
        let steps = program.steps.iter();
        let lookups = steps.map(|step| Lookup::new(&step.check, records, columns));
        Self {
            program,
            situation: matcher.situation(),
            records,
            lookups: lookups.collect(),
            arrived: vec![NONE; program.steps.len()],
            block: 0,
        }
    }

    /// The selected rows of the next block; nothing behind the last one.
    pub(super) fn next(&mut self) -> Option<Mask> {
        let start = self.block * ROWS;
        let left = self
            .records
            .len()
            .checked_sub(start)
            .filter(|left| *left > 0)?;
        let selected = self.run(block::first(left));
        self.block += 1;
        Some(selected)
    }

    /// The places of the selected rows from the place `first` on.
    pub(super) fn places_from(mut self, first: usize) -> impl Iterator<Item = usize> {
        self.block = first / ROWS;
        let blocks = std::iter::from_fn(move || {
            let start = self.block * ROWS;
            self.next().map(|selected| (start, selected))
        });
        blocks
            .flat_map(|(start, selected)| {
                let words = (start..).step_by(64).zip(selected);
                words.flat_map(|(start, word)| ones(word).map(move |bit| start + bit))
            })
            .skip_while(move |place| *place < first)
    }

    fn run(&mut self, rows: Mask) -> Mask {
        let mut selected = NONE;
        send(&mut self.arrived, &mut selected, self.program.entry, &rows);
        for (place, (step, lookup)) in self.program.steps.iter().zip(&self.lookups).enumerate() {
            let Some(arrived) = self.arrived.get_mut(place) else {
                break;
            };
            let here = std::mem::replace(arrived, NONE);
            if block::is_none(&here) {
                continue;
            }
            let ask = |wanted: &Mask| self.ask(&step.check, wanted);
            let hits = lookup.hits(self.block, &here, ask);
            send(
                &mut self.arrived,
                &mut selected,
                step.yes,
                &block::and(&here, &hits),
            );
            send(
                &mut self.arrived,
                &mut selected,
                step.no,
                &block::without(&here, &hits),
            );
        }
        selected
    }

    /// Asks the wanted rows of the block, one after another.
    fn ask(&self, check: &Check, wanted: &Mask) -> Mask {
        let mut hits = NONE;
        let rows = self.records.get(self.block * ROWS..).unwrap_or_default();
        for ((hit, wanted), rows) in hits.iter_mut().zip(wanted).zip(rows.chunks(64)) {
            for bit in ones(*wanted) {
                let holds = rows
                    .get(bit)
                    .is_some_and(|row| check.holds(row, self.situation));
                *hit |= u64::from(holds) << bit;
            }
        }
        hits
    }
}

/// Sends rows to the step or the end at the target.
fn send(arrived: &mut [Mask], selected: &mut Mask, target: Target, rows: &Mask) {
    if target == Target::ACCEPT {
        block::add(selected, rows);
    } else if let Some(step) = arrived.get_mut(target.place()) {
        block::add(step, rows);
    }
}
