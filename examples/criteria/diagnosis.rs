//! Mistakes and doubts, shown under their lines.

use std::borrow::Cow;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet, renderer::DecorStyle};
use offerkit::criteria::{CriteriaErrors, CriteriaWarning, Span};

use super::input::Source;

/// Shows what is wrong with one document.
pub(crate) struct Diagnosis<'d> {
    name: String,
    text: Cow<'d, str>,
    renderer: Renderer,
}

/// One mistake or doubt.
struct Problem<'p> {
    level: Level<'static>,
    code: &'static str,
    pointer: &'p str,
    span: Span,
    message: &'p str,
    expected: Option<&'p str>,
    suggestion: Option<&'p str>,
}

impl<'d> Diagnosis<'d> {
    pub(crate) fn new(document: &Source, bytes: &'d [u8], is_terminal: bool) -> Self {
        let renderer = if is_terminal {
            Renderer::styled()
        } else {
            Renderer::plain()
        };
        Self {
            name: document.to_string(),
            // Up to the first byte that is no text, where the only error is, places stay the same.
            text: String::from_utf8_lossy(bytes),
            renderer: renderer.decor_style(DecorStyle::Ascii).term_width(100),
        }
    }

    /// Every error, and how many there are.
    pub(crate) fn errors(&self, errors: &CriteriaErrors) -> String {
        let mut text = String::new();
        for error in errors {
            let shown = self.shown(&Problem {
                level: Level::ERROR,
                code: error.code().as_str(),
                pointer: error.pointer(),
                span: error.span(),
                message: error.message(),
                expected: error.expected(),
                suggestion: error.suggestion(),
            });
            text.push_str(&shown);
            text.push_str("\n\n");
        }
        text + &format!(
            "{}: {}",
            self.name,
            counted(errors.as_slice().len(), "error")
        )
    }

    /// Every warning, and how many there are.
    pub(crate) fn warnings(&self, warnings: &[CriteriaWarning]) -> String {
        let mut text = String::new();
        for warning in warnings {
            let shown = self.shown(&Problem {
                level: Level::WARNING,
                code: warning.code().as_str(),
                pointer: warning.pointer(),
                span: warning.span(),
                message: warning.message(),
                expected: None,
                suggestion: warning.suggestion(),
            });
            text.push_str(&shown);
            text.push_str("\n\n");
        }
        text + &format!(
            "{}: no errors, {}",
            self.name,
            counted(warnings.len(), "warning")
        )
    }

    fn shown(&self, problem: &Problem<'_>) -> String {
        // A byte that is no text was replaced by a character of three.
        let start = self.text.floor_char_boundary(problem.span.start());
        let end = self.text.ceil_char_boundary(problem.span.end());
        let place = AnnotationKind::Primary.span(start..end);
        let source = Snippet::source(&*self.text)
            .path(&self.name)
            .annotation(place);
        let mut group = problem
            .level
            .clone()
            .primary_title(problem.message)
            .id(problem.code)
            .element(source);
        if !problem.pointer.is_empty() {
            group = noted(group, Level::NOTE, format!("at `{}`", problem.pointer));
        }
        if let Some(expected) = problem.expected {
            group = noted(group, Level::NOTE, format!("expected {expected}"));
        }
        if let Some(suggestion) = problem.suggestion {
            group = noted(group, Level::HELP, format!("did you mean `{suggestion}`?"));
        }
        self.renderer.render(&[group])
    }
}

fn noted<'g>(group: Group<'g>, level: Level<'g>, message: String) -> Group<'g> {
    group.element(level.message(message))
}

/// `1 error`, `2 errors`, `no errors`.
fn counted(count: usize, what: &str) -> String {
    match count {
        0 => format!("no {what}s"),
        1 => format!("1 {what}"),
        _ => format!("{count} {what}s"),
    }
}
