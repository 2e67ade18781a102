//! How a step finds its rows in some records.

use std::sync::Arc;

use super::block::{Mask, NONE};
use super::codes::CodeRange;
use super::column::Column;
use super::columns::Columns;
use crate::criteria::field::Field;
use crate::criteria::program::{Check, Question};
use crate::criteria::record::{FieldValue, Record};

/// Up to so many ranges of codes are compared one after another; more become a table.
const FEW_RANGES: usize = 4;
/// A question is asked of every different value where each stands for so many rows on average, and otherwise of the
/// rows that are still undecided.
const ROWS_PER_VALUE: usize = 4;

/// The answers of a step, as far as they were found before its rows are looked at.
#[derive(Debug)]
pub(super) enum Lookup {
    /// No row passes.
    Nothing,
    /// Rows with these codes pass.
    Ranges(Arc<Column>, Vec<CodeRange>),
    /// Rows whose codes have a 1 here pass.
    Table(Arc<Column>, Vec<u8>),
    /// Each row is asked.
    Rows,
}

impl Lookup {
    pub(super) fn new<R: Record>(check: &Check, records: &[R], columns: &Columns) -> Self {
        match check {
            Check::Field(_, Question::Never) => Self::Nothing,
            Check::Field(field, question) => match columns.column(field, records) {
                Some(column) => Self::of(field, question, column),
                None => Self::Rows,
            },
            Check::Sample(_) | Check::Received(_) => Self::Rows,
        }
    }

    fn of(field: &Field, question: &Question, column: Arc<Column>) -> Self {
        let values = column.values();
        let mut ranges = Ranges::default();
        match question.regions() {
            Some(regions) if regions <= values.len() => {
                for region in 0..regions {
                    let side = |value: &FieldValue<'_>| question.side(region, value);
                    let first = values.count_while(0, |value| side(value).is_lt());
                    ranges.add(
                        first,
                        values.count_while(first, |value| side(value).is_eq()),
                    );
                }
            }
            None if values.len().saturating_mul(ROWS_PER_VALUE) > column.rows() => {
                return Self::Rows;
            }
            Some(_) | None => {
                for place in 0..values.len() {
                    if question.holds(field, &values.get(place)) {
                        ranges.add(place, 1);
                    }
                }
            }
        }
        ranges.into_lookup(column)
    }

    /// The rows of a block that pass; others than `wanted` may be among them. `ask` asks one of them.
    pub(super) fn hits(&self, block: usize, wanted: &Mask, ask: impl Fn(&Mask) -> Mask) -> Mask {
        match self {
            Self::Nothing => NONE,
            Self::Ranges(column, ranges) => column.codes().in_ranges(block, ranges, wanted),
            Self::Table(column, table) => column.codes().in_table(block, table, wanted),
            Self::Rows => ask(wanted),
        }
    }
}

/// The codes that pass, in order.
#[derive(Default)]
struct Ranges(Vec<CodeRange>);

impl Ranges {
    /// Adds the codes of `many` values from the one at `place` on.
    fn add(&mut self, place: usize, many: usize) {
        // A column has no more codes than `u32` counts.
        let first = u32::try_from(place).unwrap_or(u32::MAX).saturating_add(1);
        let Some(more) = u32::try_from(many)
            .ok()
            .and_then(|many| many.checked_sub(1))
        else {
            return;
        };
        let last = first.saturating_add(more);
        match self.0.last_mut() {
            Some(range) if range.last.saturating_add(1) == first => range.last = last,
            Some(_) | None => self.0.push(CodeRange { first, last }),
        }
    }

    fn into_lookup(self, column: Arc<Column>) -> Lookup {
        if self.0.is_empty() {
            return Lookup::Nothing;
        }
        if self.0.len() <= FEW_RANGES {
            return Lookup::Ranges(column, self.0);
        }
        let mut table = vec![0; column.values().len() + 1];
        for range in self.0 {
            let place = |code: u32| usize::try_from(code).unwrap_or(usize::MAX);
            if let Some(part) = table.get_mut(place(range.first)..=place(range.last)) {
                part.fill(1);
            }
        }
        Lookup::Table(column, table)
    }
}
