//! What a refused document is told.

use std::fmt;

use serde::Serialize;

use super::code::ErrorCode;
use super::span::Span;

/// One thing that is wrong with a document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct CriteriaError {
    code: ErrorCode,
    pointer: String,
    span: Span,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    expected: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    suggestion: Option<String>,
}

impl CriteriaError {
    pub(super) fn new(
        code: ErrorCode,
        pointer: &str,
        span: Span,
        message: impl Into<String>,
    ) -> Self {
        let pointer = pointer.to_owned();
        Self {
            code,
            pointer,
            span,
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

    /// The stable code.
    #[must_use]
    pub const fn code(&self) -> ErrorCode {
        self.code
    }

    /// Where in the document, as a JSON pointer (RFC 6901); empty for the whole document.
    #[must_use]
    pub fn pointer(&self) -> &str {
        &self.pointer
    }

    /// Where in the text.
    #[must_use]
    pub const fn span(&self) -> Span {
        self.span
    }

    /// What is wrong, for a person.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// What could stand here.
    #[must_use]
    pub fn expected(&self) -> Option<&str> {
        self.expected.as_deref()
    }

    /// What was probably meant.
    #[must_use]
    pub fn suggestion(&self) -> Option<&str> {
        self.suggestion.as_deref()
    }
}

impl fmt::Display for CriteriaError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.pointer.is_empty() {
            f.write_str("at the top")?;
        } else {
            write!(f, "at `{}`", self.pointer)?;
        }
        write!(f, ": {}", self.message)?;
        if let Some(expected) = &self.expected {
            write!(f, "; expected {expected}")?;
        }
        if let Some(suggestion) = &self.suggestion {
            write!(f, "; did you mean `{suggestion}`?")?;
        }
        Ok(())
    }
}

impl std::error::Error for CriteriaError {}

/// Everything that is wrong with a document, in its order: at least one error, at most [`Limits::errors`].
///
/// Shown, it is one line for each error.
///
/// [`Limits::errors`]: super::Limits::errors
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct CriteriaErrors {
    errors: Vec<CriteriaError>,
}

impl CriteriaErrors {
    /// The errors, in the order of the document.
    pub fn iter(&self) -> std::slice::Iter<'_, CriteriaError> {
        self.errors.iter()
    }

    /// The first error.
    #[must_use]
    pub fn first(&self) -> Option<&CriteriaError> {
        self.errors.first()
    }

    /// The errors, in the order of the document.
    #[must_use]
    pub fn as_slice(&self) -> &[CriteriaError] {
        &self.errors
    }
}

impl fmt::Display for CriteriaErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, error) in self.errors.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            error.fmt(f)?;
        }
        Ok(())
    }
}

impl std::error::Error for CriteriaErrors {}

impl<'a> IntoIterator for &'a CriteriaErrors {
    type Item = &'a CriteriaError;
    type IntoIter = std::slice::Iter<'a, CriteriaError>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl IntoIterator for CriteriaErrors {
    type Item = CriteriaError;
    type IntoIter = std::vec::IntoIter<CriteriaError>;

    fn into_iter(self) -> Self::IntoIter {
        self.errors.into_iter()
    }
}

/// The errors met so far, by one pass over a document.
#[derive(Debug)]
pub(super) struct ErrorLog {
    errors: Vec<CriteriaError>,
    limit: usize,
}

impl ErrorLog {
    pub(super) const fn new(limit: usize) -> Self {
        // A limit of 0 would let a refused document pass as one without errors.
        Self {
            errors: Vec::new(),
            limit: if limit == 0 { 1 } else { limit },
        }
    }

    /// Keeps the error, unless the log is full. It is made only where it is kept, since suggestions cost time.
    pub(super) fn push(&mut self, error: impl FnOnce() -> CriteriaError) {
        if self.errors.len() < self.limit {
            self.errors.push(error());
        }
    }

    /// The errors of both passes, in the order of the document.
    pub(super) fn join(mut self, later: Self) -> Self {
        self.errors.extend(later.errors);
        self.errors.sort_by_key(|error| error.span.start());
        self.errors.truncate(self.limit);
        self
    }

    pub(super) fn is_empty(&self) -> bool {
        self.errors.is_empty()
    }

    pub(super) fn take_first(self) -> Option<CriteriaError> {
        self.errors.into_iter().next()
    }

    pub(super) fn into_errors(self) -> CriteriaErrors {
        CriteriaErrors {
            errors: self.errors,
        }
    }
}
