//! What the reader sees: numbered chapters of plain text, who did what, and tables.

use std::io::Write;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use offerkit::{Error, ErrorKind};

use super::failure::Failure;

/// The most characters of a line.
const WIDTH: usize = 100;
/// Where what someone did begins.
const INDENT: usize = 12;

/// Writes the report.
pub(crate) struct Report<'a> {
    out: &'a mut dyn Write,
    is_terminal: bool,
    chapter: u32,
    is_after_gap: bool,
}

impl<'a> Report<'a> {
    pub(crate) const fn new(out: &'a mut dyn Write, is_terminal: bool) -> Self {
        Self {
            out,
            is_terminal,
            chapter: 0,
            is_after_gap: false,
        }
    }

    /// Begins a numbered chapter.
    pub(crate) fn chapter(&mut self, title: &str) -> Result<(), Failure> {
        self.chapter += 1;
        let title = format!("{}. {title}", self.chapter);
        let line = "-".repeat(title.chars().count());
        self.gap()?;
        self.line(&format!("{title}\n{line}"))?;
        self.gap()
    }

    /// A paragraph.
    pub(crate) fn says(&mut self, text: &str) -> Result<(), Failure> {
        self.wrapped("", 2, text)
    }

    /// What somebody did.
    pub(crate) fn did(&mut self, who: &str, what: &str) -> Result<(), Failure> {
        self.wrapped(who, INDENT, what)
    }

    /// More about what somebody did.
    pub(crate) fn detail(&mut self, text: &str) -> Result<(), Failure> {
        self.wrapped("", INDENT, text)
    }

    /// What somebody tried, and the sentence that refuses it; `code` says which refusal is expected.
    pub(crate) fn refused<T>(
        &mut self,
        who: &str,
        tried: &str,
        code: &str,
        outcome: Result<T, Error>,
    ) -> Result<(), Failure> {
        let Err(error) = outcome else {
            let problem = format!("{who} {tried}, which must be refused ({code}), and was not");
            return Err(Failure::Broken(problem));
        };
        self.did(who, tried)?;
        let text = error.to_string();
        let mut lines = text.lines();
        let first = lines.next().unwrap_or_default();
        self.wrapped("", INDENT, &format!("REFUSED: {first}"))?;
        for line in lines {
            self.wrapped("", INDENT + 9, line)?;
        }
        if self::code(&error) == code {
            return Ok(());
        }
        let problem = format!("that refusal is `{}`, not `{code}`", self::code(&error));
        Err(Failure::Broken(problem))
    }

    /// Text as it is, each line behind a bar.
    pub(crate) fn quote(&mut self, text: &str) -> Result<(), Failure> {
        for line in text.lines() {
            self.line(&format!("    | {line}"))?;
        }
        self.gap()
    }

    /// A table; columns of numbers are aligned to the right.
    pub(crate) fn table(&mut self, head: &[&str], rows: &[Vec<String>]) -> Result<(), Failure> {
        self.gap()?;
        let columns: Vec<_> = head
            .iter()
            .enumerate()
            .map(|(index, name)| Column::new(name, rows, index))
            .collect();
        let head: Vec<_> = head.iter().map(|name| (*name).to_owned()).collect();
        for row in std::iter::once(&head).chain(rows) {
            let cells = row.iter().zip(&columns);
            let cells: Vec<_> = cells.map(|(cell, column)| column.padded(cell)).collect();
            self.line(&format!("    {}", cells.join("  ")))?;
        }
        self.gap()
    }

    /// One line as it is, however long.
    pub(crate) fn line(&mut self, line: &str) -> Result<(), Failure> {
        self.is_after_gap = false;
        Ok(writeln!(self.out, "{}", line.trim_end())?)
    }

    /// An empty line, unless there is one already.
    pub(crate) fn gap(&mut self) -> Result<(), Failure> {
        if !self.is_after_gap {
            writeln!(self.out)?;
        }
        self.is_after_gap = true;
        Ok(())
    }

    /// A progress bar over `length` of something, shown on a terminal only.
    pub(crate) fn bar(&mut self, what: &'static str, length: u64) -> Result<ProgressBar, Failure> {
        self.out.flush()?;
        let target = if self.is_terminal {
            ProgressDrawTarget::stderr()
        } else {
            ProgressDrawTarget::hidden()
        };
        let style = ProgressStyle::with_template("  {msg} {wide_bar} {percent:>3} %")
            .unwrap_or_else(|_| ProgressStyle::default_bar());
        let bar = ProgressBar::with_draw_target(Some(length), target).with_style(style);
        Ok(bar.with_message(what))
    }

    fn wrapped(&mut self, first: &str, indent: usize, text: &str) -> Result<(), Failure> {
        let mut line = format!("  {first:<width$}", width = indent.saturating_sub(2));
        let mut is_begun = false;
        for word in text.split_whitespace() {
            if is_begun && line.chars().count() + 1 + word.chars().count() > WIDTH {
                self.line(&line)?;
                line = " ".repeat(indent);
                is_begun = false;
            }
            if is_begun {
                line.push(' ');
            }
            line.push_str(word);
            is_begun = true;
        }
        self.line(&line)
    }
}

/// The stable code of a refusal by the policy; of every other error, its kind.
fn code(error: &Error) -> &'static str {
    if let Error::Denied(denied) = error {
        return denied.code();
    }
    match error.kind() {
        ErrorKind::Unauthenticated => "unauthenticated",
        ErrorKind::Forbidden => "forbidden",
        ErrorKind::NotFound => "not_found",
        ErrorKind::Conflict => "conflict",
        ErrorKind::Invalid => "invalid",
        ErrorKind::TooManyRequests => "too_many_requests",
        ErrorKind::Unavailable => "unavailable",
        ErrorKind::Internal => "internal",
    }
}

struct Column {
    width: usize,
    is_number: bool,
}

impl Column {
    fn new(name: &str, rows: &[Vec<String>], index: usize) -> Self {
        let cells = || rows.iter().filter_map(|row| row.get(index));
        let is_number =
            |cell: &String| !cell.is_empty() && cell.chars().all(|c| matches!(c, '0'..='9' | ','));
        Self {
            width: cells()
                .map(|cell| cell.chars().count())
                .chain([name.chars().count()])
                .max()
                .unwrap_or_default(),
            is_number: !rows.is_empty() && cells().all(is_number),
        }
    }

    fn padded(&self, cell: &str) -> String {
        let width = self.width;
        if self.is_number {
            format!("{cell:>width$}")
        } else {
            format!("{cell:<width$}")
        }
    }
}

/// `1,234,567`.
pub(crate) fn number(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `1 customer`, `2 customers`.
pub(crate) fn counted(count: u64, what: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{} {what}{plural}", number(count))
}
