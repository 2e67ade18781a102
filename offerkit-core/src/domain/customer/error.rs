//! Why a customer's column was refused.

/// A value a column does not take.
///
/// It quotes the value, which may be personal: show it to whoever supplied it, and keep it out of logs.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("column `{column}`{}: expected {expected}", refused(value))]
#[non_exhaustive]
pub struct CustomerFieldError {
    column: Box<str>,
    value: Box<str>,
    expected: Box<str>,
}

/// How much of a refused value an error quotes, in characters.
const QUOTED_CHARS: usize = 64;

impl CustomerFieldError {
    pub(super) fn new(column: &str, value: &str, expected: impl Into<Box<str>>) -> Self {
        Self {
            column: clipped(column),
            value: clipped(value),
            expected: expected.into(),
        }
    }

    /// The column, or the name that is no column.
    #[must_use]
    pub fn column(&self) -> &str {
        &self.column
    }

    /// The beginning of the refused value.
    #[must_use]
    pub fn value(&self) -> &str {
        &self.value
    }

    /// What the column takes.
    #[must_use]
    pub fn expected(&self) -> &str {
        &self.expected
    }
}

fn refused(value: &str) -> String {
    if value.is_empty() {
        String::new()
    } else {
        format!(" does not take `{value}`")
    }
}

fn clipped(text: &str) -> Box<str> {
    let mut short: String = text
        .chars()
        .take(QUOTED_CHARS)
        .flat_map(char::escape_debug)
        .collect();
    if text.chars().nth(QUOTED_CHARS).is_some() {
        short.push('…');
    }
    short.into()
}
