//! What is wrong with a file, or with one row of it.

use std::{fmt, io};

use crate::domain::customer::{Column, CustomerFieldError};

/// Why the first line is no header of a file of customers.
#[derive(Debug)]
#[non_exhaustive]
pub enum HeaderError {
    /// The file cannot be read.
    Read(io::Error),
    /// There is no line.
    Empty,
    /// A name is not UTF-8.
    Utf8 {
        /// The column's number, from 1 on.
        column: usize,
    },
    /// The names are not those that they should be.
    Names {
        /// There is no `full_name`, which every customer has.
        lacks_full_name: bool,
        /// The names that are no columns of the customers table, each with its number.
        unknown: Vec<(Box<str>, usize)>,
        /// The names that stand there for a second time, each with its number.
        repeated: Vec<(Box<str>, usize)>,
    },
}

impl fmt::Display for HeaderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Read(_) => f.write_str("the file cannot be read"),
            Self::Empty => f.write_str("the file is empty: its first line must name the columns"),
            Self::Utf8 { column } => {
                write!(f, "the name of column {column} in line 1 is not UTF-8")
            }
            Self::Names {
                lacks_full_name,
                unknown,
                repeated,
            } => {
                f.write_str("the header in line 1 ")?;
                let mut and = "";
                if *lacks_full_name {
                    f.write_str("has no column `full_name`")?;
                    and = ", and ";
                }
                if !repeated.is_empty() {
                    write!(f, "{and}repeats {}", listed(repeated))?;
                    and = ", and ";
                }
                if !unknown.is_empty() {
                    write!(f, "{and}has unknown names: {}", listed(unknown))?;
                    let known: Vec<_> = Column::ALL.iter().map(|column| column.as_str()).collect();
                    let known = known.join(", ");
                    write!(f, "; known are {known}, and `attributes.NAME`")?;
                }
                let is_separated = |(name, _): &(Box<str>, usize)| name.contains([';', '\t']);
                if unknown.iter().any(is_separated) {
                    f.write_str("; columns are separated by commas")?;
                }
                Ok(())
            }
        }
    }
}

/// `` `a` (column 1), `b` (column 2) ``, with the beginnings of long names.
fn listed(names: &[(Box<str>, usize)]) -> String {
    let shown = names.iter().map(|(name, number)| {
        let short: String = name.chars().take(64).flat_map(char::escape_debug).collect();
        format!("`{short}` (column {number})")
    });
    shown.collect::<Vec<_>>().join(", ")
}

impl std::error::Error for HeaderError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Read(error) => Some(error),
            Self::Empty | Self::Utf8 { .. } | Self::Names { .. } => None,
        }
    }
}

/// A row that is no customer, and where.
///
/// It may quote a value, which may be personal: show it to whoever supplied the file, and keep it out of logs.
#[derive(Debug)]
pub struct RowError {
    line: u64,
    column: Option<(Box<str>, usize)>,
    problem: RowProblem,
}

/// What is wrong with a row.
#[derive(Debug)]
#[non_exhaustive]
pub enum RowProblem {
    /// A column does not take its value.
    Value(CustomerFieldError),
    /// An attribute is not of the type that the catalog declares.
    Attribute {
        /// The beginning of the value.
        found: Box<str>,
        /// What the type takes.
        expected: Box<str>,
    },
    /// The row has more or fewer values than the header has names.
    FieldCount {
        /// How many values there are.
        found: usize,
        /// How many names there are.
        expected: usize,
        /// A value goes over several lines, as it does where a quotation mark is not closed.
        has_line_break: bool,
    },
    /// A value is not UTF-8.
    Utf8,
    /// The file cannot be read on. This row is the last.
    Read(io::Error),
}

impl RowError {
    pub(super) const fn new(
        line: u64,
        column: Option<(Box<str>, usize)>,
        problem: RowProblem,
    ) -> Self {
        Self {
            line,
            column,
            problem,
        }
    }

    /// The column and the problem, for whoever shows the line beside it.
    pub(super) fn without_line(&self) -> String {
        match &self.column {
            Some((name, number)) => format!("column {number} ({name}): {}", self.problem),
            None => self.problem.to_string(),
        }
    }

    /// The line, from 1 on: of the value, or where the row begins.
    #[must_use]
    pub const fn line(&self) -> u64 {
        self.line
    }

    /// The name of the column, where it is one value that is wrong.
    #[must_use]
    pub fn column(&self) -> Option<&str> {
        self.column.as_ref().map(|(name, _)| &**name)
    }

    /// The number of the column in the file, from 1 on.
    #[must_use]
    pub fn column_number(&self) -> Option<usize> {
        self.column.as_ref().map(|(_, number)| *number)
    }

    /// What is wrong.
    #[must_use]
    pub const fn problem(&self) -> &RowProblem {
        &self.problem
    }
}

impl fmt::Display for RowError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.column {
            Some(_) => write!(f, "line {}, {}", self.line, self.without_line()),
            None => write!(f, "line {}: {}", self.line, self.without_line()),
        }
    }
}

impl fmt::Display for RowProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Value(error) => {
                write!(f, "expected {}, found ", error.expected())?;
                match error.value() {
                    "" => f.write_str("nothing"),
                    value => write!(f, "`{value}`"),
                }
            }
            Self::Attribute { found, expected } => {
                write!(f, "expected {expected}, found `{found}`")
            }
            Self::FieldCount {
                found,
                expected,
                has_line_break,
            } => {
                let plural = |count| if count == 1 { "" } else { "s" };
                write!(f, "the row has {found} value{}", plural(*found))?;
                write!(
                    f,
                    ", and the header names {expected} column{}",
                    plural(*expected)
                )?;
                if *has_line_break {
                    f.write_str("; a quotation mark may not be closed")?;
                }
                Ok(())
            }
            Self::Utf8 => f.write_str("the value is not UTF-8"),
            Self::Read(_) => f.write_str("the file cannot be read on"),
        }
    }
}

impl std::error::Error for RowError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.problem {
            RowProblem::Value(error) => Some(error),
            RowProblem::Read(error) => Some(error),
            RowProblem::Attribute { .. } | RowProblem::FieldCount { .. } | RowProblem::Utf8 => None,
        }
    }
}

impl RowProblem {
    pub(super) fn attribute(text: &str, expected: impl Into<Box<str>>) -> Self {
        let shown = text.chars().take(64).flat_map(char::escape_debug);
        Self::Attribute {
            found: shown.collect::<String>().into(),
            expected: expected.into(),
        }
    }
}

impl From<CustomerFieldError> for RowProblem {
    fn from(error: CustomerFieldError) -> Self {
        Self::Value(error)
    }
}

impl From<io::Error> for RowProblem {
    fn from(error: io::Error) -> Self {
        Self::Read(error)
    }
}
