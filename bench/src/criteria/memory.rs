//! What a million customers take, in each of the forms that are counted in.

use std::{error::Error, time::Instant};

use super::customers::{CUSTOMERS, SEED};
use crate::{
    memory::{mebibytes, resident},
    report::Report,
};

/// The rows of the table, written down while the forms are made.
#[derive(Default)]
pub(super) struct Ledger {
    rows: Vec<Vec<String>>,
}

impl Ledger {
    /// Makes a form, and notes by how much the process grew and how long it took.
    pub(super) fn note<T>(
        &mut self,
        what: &str,
        form: impl FnOnce() -> Result<T, Box<dyn Error>>,
    ) -> Result<T, Box<dyn Error>> {
        let before = resident()?;
        let begin = Instant::now();
        let made = form()?;
        let milliseconds = begin.elapsed().as_secs_f64() * 1e3;
        let grown = resident()?.saturating_sub(before);
        self.rows.push(vec![
            what.to_owned(),
            format!("{:.0}", mebibytes(grown)),
            format!("{milliseconds:.0}"),
        ]);
        Ok(made)
    }

    /// The table, with `note` beneath it.
    pub(super) fn report(self, note: String) -> Report {
        let title = format!("criteria: {CUSTOMERS} customers out of the seed {SEED:#x}");
        let head = ["form", "MiB", "made in ms"];
        Report::new(title, &head, self.rows).with_notes(vec![note])
    }
}
