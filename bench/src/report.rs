//! The table of a benchmark.

use std::fmt;

use crate::measure::Measured;

/// A table: a head, and rows with as many cells; beneath it what is to be said of it.
pub(crate) struct Report {
    title: String,
    head: Vec<String>,
    rows: Vec<Vec<String>>,
    notes: Vec<String>,
}

impl Report {
    /// Any table.
    pub(crate) fn new(title: impl Into<String>, head: &[&str], rows: Vec<Vec<String>>) -> Self {
        Self {
            title: title.into(),
            head: head.iter().map(|cell| (*cell).to_owned()).collect(),
            rows,
            notes: Vec::new(),
        }
    }

    /// The table with these lines beneath it.
    pub(crate) fn with_notes(mut self, notes: Vec<String>) -> Self {
        self.notes = notes;
        self
    }

    /// The times of cases; the first is the yardstick of the others.
    pub(crate) fn of_times(title: &'static str, cases: &[Measured]) -> Self {
        let yardstick = cases.first().map_or(f64::NAN, |case| case.median);
        let row = |case: &Measured| {
            vec![
                case.name.clone(),
                format!("{:.2}", case.median),
                format!("{:.2}", case.fastest),
                format!("{:.2}", case.slowest),
                format!("{:.1}×", case.median / yardstick),
            ]
        };
        let head = ["case", "median ns", "fastest", "slowest", "ratio"];
        Self::new(title, &head, cases.iter().map(row).collect())
    }

    /// The characters of the widest cell of a column.
    fn width(&self, column: usize) -> usize {
        [&self.head]
            .into_iter()
            .chain(&self.rows)
            .filter_map(|row| row.get(column))
            .map(|cell| cell.chars().count())
            .max()
            .unwrap_or(0)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rule = (0..self.head.len())
            .map(|column| {
                let dashes = "-".repeat(self.width(column).saturating_sub(1));
                if column == 0 {
                    format!("{dashes}-")
                } else {
                    format!("{dashes}:")
                }
            })
            .collect();
        writeln!(f, "{}\n", self.title)?;
        for row in [&self.head, &rule].into_iter().chain(&self.rows) {
            for (column, cell) in row.iter().enumerate() {
                let width = self.width(column);
                if column == 0 {
                    write!(f, "| {cell:<width$} |")?;
                } else {
                    write!(f, " {cell:>width$} |")?;
                }
            }
            writeln!(f)?;
        }
        if !self.notes.is_empty() {
            writeln!(f)?;
        }
        for note in &self.notes {
            writeln!(f, "{note}")?;
        }
        Ok(())
    }
}
