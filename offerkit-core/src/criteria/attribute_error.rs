//! Why a customer's attributes cannot be stored.

use super::code::ErrorCode;
use super::quote::quoted;

/// An attribute that its catalog declares a date or a timestamp, and whose text is none.
///
/// Its message quotes the beginning of the text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("attribute `{field}` is {shown}, {fault}; expected {expected}")]
pub struct AttributeError {
    field: Box<str>,
    shown: Box<str>,
    fault: &'static str,
    expected: Box<str>,
    code: ErrorCode,
}

impl AttributeError {
    pub(super) fn new(field: &str, text: &str, code: ErrorCode, expected: String) -> Self {
        Self {
            field: field.into(),
            shown: quoted(text).into(),
            fault: fault(code),
            expected: expected.into(),
            code,
        }
    }

    /// The attribute.
    #[must_use]
    pub fn field(&self) -> &str {
        &self.field
    }

    /// What is wrong with its text: the code that the same text has in a document.
    #[must_use]
    pub const fn code(&self) -> ErrorCode {
        self.code
    }

    /// The message without the text, for records that outlive the customer.
    #[must_use]
    pub fn unquoted(&self) -> String {
        let Self {
            field, expected, ..
        } = self;
        format!("attribute `{field}` is not what the catalog declares; expected {expected}")
    }

    /// What its text must be, for a sentence.
    #[must_use]
    pub fn expected(&self) -> &str {
        &self.expected
    }
}

fn fault(code: ErrorCode) -> &'static str {
    if code == ErrorCode::DateRange {
        "a day outside the calendar of the years 1 to 9999"
    } else if code == ErrorCode::TimestampOffset {
        "a timestamp without an offset"
    } else if code == ErrorCode::TimestampPrecision {
        "a timestamp with more than six digits behind the second"
    } else if code == ErrorCode::TimestampFormat {
        "which is no timestamp"
    } else {
        "which is no date"
    }
}
