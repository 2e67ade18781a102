//! What an accepted document is told.

use std::fmt;

use serde::Serialize;

use super::code::WarningCode;
use super::span::Span;

/// Something doubtful about a document that can be run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct CriteriaWarning {
    code: WarningCode,
    pointer: String,
    span: Span,
    message: String,
}

impl CriteriaWarning {
    pub(super) fn new(
        code: WarningCode,
        pointer: &str,
        span: Span,
        message: impl Into<String>,
    ) -> Self {
        Self {
            code,
            pointer: pointer.to_owned(),
            span,
            message: message.into(),
        }
    }

    /// The stable code.
    #[must_use]
    pub const fn code(&self) -> WarningCode {
        self.code
    }

    /// Where in the document, as a JSON pointer (RFC 6901).
    #[must_use]
    pub fn pointer(&self) -> &str {
        &self.pointer
    }

    /// Where in the text.
    #[must_use]
    pub const fn span(&self) -> Span {
        self.span
    }

    /// What is doubtful, for a person.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl fmt::Display for CriteriaWarning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "at `{}`: {}", self.pointer, self.message)
    }
}
