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

    /// Reads templates once, to be filled in often: with the members of `shared`, and each time with some more.
    ///
    /// # Errors
    ///
    /// [`TemplateError::Syntax`].
    fn compile<'t>(
        &'t self,
        templates: &[(&'t str, Escape)],
        shared: &Value,
    ) -> Result<Box<dyn CompiledTemplates + 't>, TemplateError>;

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
    ) -> Result<String, TemplateError> {
        let compiled = self.compile(&[(template, escape)], values)?;
        Ok(compiled.render(&Value::Null)?.concat())
    }
}

/// Templates that were read, with the values that they share.
pub trait CompiledTemplates: Send + Sync {
    /// The templates filled in, in their order, with the members of `own` and those that are shared; where both have a name,
    /// `own` counts.
    ///
    /// # Errors
    ///
    /// [`TemplateError::Render`], also for a name without a value.
    fn render(&self, own: &Value) -> Result<Vec<String>, TemplateError>;
}
