//! Filling in messages.

use serde_json::Value;

/// What a rendered text goes into, which decides how values are escaped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Escape {
    /// Plain text: nothing is escaped.
    Text,
    /// HTML: values are escaped.
    Html,
}

/// A template that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TemplateError {
    /// The template's text is wrong.
    #[error("line {line}: {message}")]
    Syntax {
        /// The line, from 1 on.
        line: usize,
        /// What is wrong.
        message: String,
    },
    /// A name that the template may not use.
    #[error("`{name}` is not among the names a message may use{hint}", hint = .suggestion.as_ref().map(|name| format!("; did you mean `{name}`?")).unwrap_or_default())]
    UnknownName {
        /// The name.
        name: String,
        /// The nearest name there is.
        suggestion: Option<String>,
    },
    /// Rendering failed or took too long.
    #[error("the message could not be rendered: {0}")]
    Render(String),
}

/// Fills in the templates of messages, strict about names and bounded in time.
pub trait TemplateEngine: Send + Sync {
    /// Checks a template against the names it may use, such as `customer.full_name`.
    ///
    /// # Errors
    ///
    /// [`TemplateError::Syntax`], or [`TemplateError::UnknownName`] for the first other name.
    fn check(&self, template: &str, names: &[String]) -> Result<(), TemplateError>;

    /// The names of values that a template uses, in order. One that it reads in a way that cannot be told from its text, by a
    /// slice say, may be missing.
    ///
    /// # Errors
    ///
    /// [`TemplateError::Syntax`].
    fn names(&self, template: &str) -> Result<Vec<String>, TemplateError>;

    /// The template filled in with the members of `values`.
    ///
    /// # Errors
    ///
    /// [`TemplateError`], also for a name without a value.
    fn render(
        &self,
        template: &str,
        escape: Escape,
        values: &Value,
    ) -> Result<String, TemplateError>;
}
