//! What is wrong, before it is known where.

use crate::criteria::code::ErrorCode;
use crate::criteria::error::CriteriaError;
use crate::criteria::json::Json;
use crate::criteria::limits::Limits;
use crate::criteria::span::Span;

/// Something that is wrong with a document.
pub(super) struct Fault {
    code: ErrorCode,
    message: String,
    expected: Option<String>,
    suggestion: Option<String>,
}

impl Fault {
    pub(super) fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            expected: None,
            suggestion: None,
        }
    }

    pub(super) fn expecting(mut self, expected: impl Into<String>) -> Self {
        self.expected = Some(expected.into());
        self
    }

    pub(super) fn suggesting(mut self, suggestion: Option<impl Into<String>>) -> Self {
        self.suggestion = suggestion.map(Into::into);
        self
    }

    pub(super) fn at(self, pointer: &str, span: Span) -> CriteriaError {
        let error = CriteriaError::new(self.code, pointer, span, self.message);
        let error = match self.expected {
            Some(expected) => error.expecting(expected),
            None => error,
        };
        error.suggesting(self.suggestion)
    }
}

/// `what` is a value of another kind than it must be.
pub(super) fn wrong_kind(code: ErrorCode, what: &str, found: &Json<'_>, expected: &str) -> Fault {
    let message = format!("{what} is {}", found.kind());
    Fault::new(code, message).expecting(expected)
}

pub(super) fn too_deep() -> Fault {
    let message = format!(
        "the conditions are nested deeper than {}",
        Limits::MAX_DEPTH
    );
    Fault::new(ErrorCode::TooDeep, message)
}
