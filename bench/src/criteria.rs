//! Selecting among a million customers: our evaluators beside hand-written limits and other engines.

use std::{error::Error, hint::black_box};

use datalogic_rs::bumpalo::Bump;

use self::{
    contest::Contestant,
    customers::CUSTOMERS,
    datalogic::Breadth,
    documents::{DOCUMENTS, Document},
    memory::Ledger,
    native::Plain,
    target::TARGETS,
};
use crate::{
    measure::{Case, Measured, measure_in_rounds},
    memory::mebibytes,
    report::Report,
};

mod cel;
mod columnar;
mod contest;
mod customers;
mod datalogic;
mod dictionary;
mod documents;
mod evalexpr;
mod jsonlogic;
mod memory;
mod native;
mod ours;
mod target;

/// How often everybody counts; odd, so that the median is one of the times.
const ROUNDS: usize = 15;

/// How many customers those look at who would need too long, or too much memory, for all.
const FEWER: usize = 100_000;

pub(crate) fn run() -> Result<Vec<Report>, Box<dyn Error>> {
    let mut ledger = Ledger::default();
    let customers = ledger.note("`Vec<Customer>`, words shared", customers::customers)?;
    let chunks = ours::Chunks::of(&customers);
    let [simple, complex] = &DOCUMENTS;
    ledger.note("columns for `simple`", || chunks.build(simple))?;
    ledger.note("further columns for `complex`", || chunks.build(complex))?;
    let store = ledger.note("memory store", || ours::store(&customers))?;
    let first = |document| Ok((ours::store_count(&store, CUSTOMERS, document)?.pass)());
    ledger.note("memory store, first count of `simple`", || first(simple))?;
    ledger.note("memory store, first count of `complex`", || first(complex))?;
    let plain: Vec<Plain> = ledger.note("structs with `String` columns", || {
        Ok(customers.iter().map(Plain::from).collect())
    })?;
    let arena = Bump::new();
    let whole = ledger.note("datalogic-rs, whole rows that borrow their texts", || {
        Ok(datalogic::rows(&customers, Breadth::WholeRows, &arena))
    })?;
    let read = datalogic::rows(&customers, Breadth::ReadColumns, &arena);
    let interned = native::InternedRows::of(&customers);
    let table = columnar::Table::of(&customers);
    let few = &customers[..FEWER];
    let cel = cel::Rows::of(few);
    let evalexpr = evalexpr::rows(few);
    let jsonlogic = jsonlogic::rows(few);

    let own = format!(
        "The built columns say that they take {:.1} MiB.",
        mebibytes(chunks.bytes())
    );
    let mut reports = vec![ledger.report(own)];
    for document in &DOCUMENTS {
        let which = document.which;
        let contestants = vec![
            native::closure(&plain, which),
            native::interned(&interned, which),
            columnar::one_loop(&table, which),
            columnar::words(&table, which),
            ours::row_program(&customers, document)?,
            ours::batch(&chunks, document)?,
            ours::store_count(&store, CUSTOMERS, document)?,
            ours::definition(&customers, document)?,
            datalogic::contestant("datalogic-rs, whole rows", &whole, document)?,
            datalogic::contestant("datalogic-rs, read columns", &read, document)?,
            cel::contestant(&cel, document)?,
            evalexpr::contestant(&evalexpr, document)?,
            jsonlogic::contestant(&jsonlogic, document)?,
        ];
        reports.push(contest(document, &plain, contestants)?);
    }
    Ok(reports)
}

/// Lets everybody count, in turn, after making sure that all count the same.
fn contest(
    document: &Document,
    plain: &[Plain],
    mut contestants: Vec<Contestant<'_>>,
) -> Result<Report, Box<dyn Error>> {
    let mut entries = Vec::new();
    for it in &mut contestants {
        let counted = (it.pass)();
        let expected = native::expected(&plain[..it.rows], document.which, it.only_active);
        if counted != expected {
            let name = it.name;
            return Err(format!("{name} counts {counted}, not {expected}").into());
        }
        entries.push((it.rows, counted));
    }
    let mut measured = measure_in_rounds(ROUNDS, contestants.into_iter().map(case).collect());
    for (it, (rows, _)) in measured.iter_mut().zip(&entries) {
        it.divide(*rows);
    }
    let yardstick = measured.first().map_or(f64::NAN, |it| it.median);
    let row = |(it, (rows, counted)): (&Measured, &(usize, u64))| {
        vec![
            it.name.clone(),
            rows.to_string(),
            counted.to_string(),
            format!("{:.2}", it.median),
            format!("{:.2}", it.fastest),
            format!("{:.2}", it.slowest),
            format!("{:.3}×", it.median / yardstick),
        ]
    };
    let rows = measured.iter().zip(&entries).map(row).collect();
    let head = [
        "case", "rows", "matches", "ns a row", "fastest", "slowest", "ratio",
    ];
    let text = document.criteria.replace('\n', "\n    ");
    let title = format!("criteria: the document `{}`\n\n    {text}", document.name);
    let notes = TARGETS.iter().filter_map(|it| it.verdict(&measured));
    Ok(Report::new(title, &head, rows).with_notes(notes.collect()))
}

fn case(mut it: Contestant<'_>) -> Case<'_> {
    Case {
        name: it.name.to_owned(),
        run: Box::new(move |passes| {
            for _ in 0..passes {
                black_box((it.pass)());
            }
        }),
    }
}
