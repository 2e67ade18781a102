//! Names that do not belong where they stand.

use super::Checker;
use super::fault::Fault;
use crate::criteria::code::ErrorCode;
use crate::criteria::field::Field;
use crate::criteria::operator::{self, Keyword, Operator};
use crate::criteria::quote::quoted;
use crate::criteria::span::Span;
use crate::criteria::suggest::nearest;

impl Checker<'_> {
    /// A name with `$` beside fields, which is none of those that stand there.
    pub(super) fn no_keyword(&mut self, name: &str, span: Span) {
        self.report(span, || {
            let names = Keyword::ALL.iter().map(|keyword| keyword.as_str());
            unusable(name, "inside the test of a field", names)
        });
    }

    /// A name in the test of a field, which is no operator.
    pub(super) fn no_operator(
        &mut self,
        field: Option<&Field>,
        name: &str,
        span: Span,
        has_operators: bool,
    ) {
        self.report(span, || {
            if name.starts_with('$') {
                return unusable(name, "beside the fields", operators(field));
            }
            let shown = quoted(name);
            let (code, message) = if has_operators {
                let message = format!("{shown} stands among operators, and is none");
                (ErrorCode::MixedTest, message)
            } else {
                let message = format!("there is no operator {shown}");
                (ErrorCode::UnknownOperator, message)
            };
            Fault::new(code, message)
                .expecting("an operator, which begins with `$`")
                .suggesting(nearest(name, operators(field)))
        });
    }

    /// A name in an object that has only the given names.
    pub(super) fn no_part<'n>(
        &mut self,
        name: &str,
        span: Span,
        what: &str,
        names: impl Iterator<Item = &'n str> + Clone,
    ) {
        self.report(span, || {
            let shown: Vec<String> = names.clone().map(|name| format!("`{name}`")).collect();
            let message = format!("{what} has no part {}", quoted(name));
            Fault::new(ErrorCode::UnknownOperator, message)
                .expecting(format!("one of {}", shown.join(", ")))
                .suggesting(nearest(name, names))
        });
    }
}

/// A name with `$` that does not belong where it stands; `elsewhere` is where known ones do.
pub(super) fn unusable<'n>(
    name: &str,
    elsewhere: &str,
    names: impl Iterator<Item = &'n str>,
) -> Fault {
    let shown = quoted(name);
    if operator::is_known(name) {
        let place = if name == operator::VERSION {
            "at the top of the document"
        } else {
            elsewhere
        };
        let message = format!("{shown} does not belong here, but {place}");
        Fault::new(ErrorCode::MisplacedOperator, message)
    } else if operator::is_reserved(name) {
        let message = format!("{shown} is kept for a later version of the language");
        Fault::new(ErrorCode::ReservedOperator, message)
    } else {
        let message = format!("there is no operator {shown}");
        Fault::new(ErrorCode::UnknownOperator, message).suggesting(nearest(name, names))
    }
}

/// The operators of a type, or all of them where the field is not known.
fn operators(field: Option<&Field>) -> impl Iterator<Item = &'static str> {
    let operators = Operator::ALL.iter();
    let fitting =
        operators.filter(move |operator| field.is_none_or(|f| operator.applies_to(f.field_type())));
    fitting.map(|operator| operator.as_str())
}
