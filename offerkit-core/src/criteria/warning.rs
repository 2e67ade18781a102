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
    #[serde(skip_serializing_if = "Option::is_none")]
    suggestion: Option<String>,
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
            suggestion: None,
        }
    }

    pub(super) fn suggesting(mut self, suggestion: Option<impl Into<String>>) -> Self {
        self.suggestion = suggestion.map(Into::into);
        self
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

    /// What would leave no doubt.
    #[must_use]
    pub fn suggestion(&self) -> Option<&str> {
        self.suggestion.as_deref()
    }
}

impl fmt::Display for CriteriaWarning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.pointer.is_empty() {
            f.write_str("at the top")?;
        } else {
            write!(f, "at `{}`", self.pointer)?;
        }
        write!(f, ": {}", self.message)?;
        if let Some(suggestion) = &self.suggestion {
            write!(f, "; did you mean `{suggestion}`?")?;
        }
        Ok(())
    }
}

/// The warnings of passes over a document, each of which goes through it in order.
#[derive(Debug)]
pub(super) struct WarningLog {
    /// Of the passes before this one.
    earlier: Vec<CriteriaWarning>,
    warnings: Vec<CriteriaWarning>,
    limit: usize,
}

impl WarningLog {
    pub(super) const fn new(limit: usize) -> Self {
        Self {
            earlier: Vec::new(),
            warnings: Vec::new(),
            limit: if limit == 0 { 1 } else { limit },
        }
    }

    /// Keeps the warning, unless this pass has filled the log.
    pub(super) fn push(&mut self, warning: impl FnOnce() -> CriteriaWarning) {
        if self.warnings.len() < self.limit {
            self.warnings.push(warning());
        }
    }

    pub(super) fn next_pass(&mut self) {
        self.earlier.append(&mut self.warnings);
    }

    /// The first warnings, in the order of the document.
    pub(super) fn into_warnings(mut self) -> Vec<CriteriaWarning> {
        self.next_pass();
        self.earlier.sort_by_key(|warning| warning.span.start());
        self.earlier.truncate(self.limit);
        self.earlier
    }
}
