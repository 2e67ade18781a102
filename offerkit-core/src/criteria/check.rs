//! A document's structure and names, checked against a catalog.

mod literal;
mod test;

use super::catalog::Catalog;
use super::code::{ErrorCode, WarningCode};
use super::error::{CriteriaError, ErrorLog};
use super::expr::{Expr, Predicate, Test};
use super::field::{Field, FieldDefinition};
use super::json::{Json, Member, Node};
use super::limits::Limits;
use super::operator::{self, Clause, Operator};
use super::path::Path;
use super::quote::quoted;
use super::span::Span;
use super::suggest::nearest;
use super::warning::CriteriaWarning;

/// The greatest version of the language that this release reads.
pub(super) const NEWEST_VERSION: u16 = 1;

fn is_version(member: &Member<'_>) -> bool {
    member.name.as_deref() == Some(operator::VERSION)
}

/// What is known of a document after the check.
pub(super) struct Checked {
    /// The condition, in the order of the document; worth something only where there are no errors.
    pub(super) expr: Expr,
    pub(super) errors: ErrorLog,
    pub(super) warnings: Vec<CriteriaWarning>,
}

/// Checks a document that was read from `text`.
pub(super) fn check(node: &Node<'_>, text: &str, catalog: &Catalog, limits: &Limits) -> Checked {
    let errors = ErrorLog::new(limits.errors);
    let mut checker = Checker {
        text,
        catalog,
        errors,
        warnings: Vec::new(),
        path: Path::default(),
        parts: Vec::new(),
    };
    checker.document(node);
    Checked {
        expr: Expr::All(checker.parts),
        errors: checker.errors,
        warnings: checker.warnings,
    }
}

struct Checker<'c> {
    text: &'c str,
    catalog: &'c Catalog,
    errors: ErrorLog,
    warnings: Vec<CriteriaWarning>,
    path: Path,
    parts: Vec<Expr>,
}

impl Checker<'_> {
    fn document(&mut self, node: &Node<'_>) {
        if matches!(node.json, Json::Refused) {
            return;
        }
        let Json::Object(members) = &node.json else {
            let found = format!("the document is {}", node.json.kind());
            return self.report(
                ErrorCode::NotObject,
                node.span,
                |error| error.expecting("an object"),
                &found,
            );
        };
        if let Some(version) = members.iter().find(|member| is_version(member))
            && !self.version(version)
        {
            // Nothing is known of what the rest would mean.
            return;
        }
        let conditions: Vec<&Member<'_>> = members
            .iter()
            .filter(|member| !is_version(member))
            .collect();
        if conditions.is_empty() {
            let expected = "a field, or `{\"$everyone\": true}` to select everybody";
            let message = "the document has no condition";
            return self.report(
                ErrorCode::EmptyCriteria,
                node.span,
                |error| error.expecting(expected),
                message,
            );
        }
        for member in &conditions {
            let Some(name) = member.name.as_deref() else {
                continue;
            };
            self.path.enter_member(name);
            self.member(name, member, conditions.len());
            self.path.leave();
        }
    }

    fn version(&mut self, member: &Member<'_>) -> bool {
        let version = match &member.value.json {
            Json::Number(number) => number.to_int().ok(),
            Json::Refused => return false,
            Json::Null | Json::Bool(_) | Json::Text(_) | Json::List | Json::Object(_) => None,
        };
        if version == Some(i64::from(NEWEST_VERSION)) {
            return true;
        }
        let message = match version {
            Some(version) => {
                format!("version {version} of the language is not known to this release")
            }
            None => format!("the version is {}", member.value.json.kind()),
        };
        self.path.enter_member(operator::VERSION);
        let expected = format!("`{NEWEST_VERSION}`");
        self.report(
            ErrorCode::Version,
            member.value.span,
            |error| error.expecting(expected),
            &message,
        );
        self.path.leave();
        false
    }

    fn member(&mut self, name: &str, member: &Member<'_>, beside: usize) {
        if !name.starts_with('$') {
            return self.field(name, member);
        }
        match Clause::find(name) {
            Some(Clause::Everyone) => self.everyone(member, beside),
            Some(
                clause @ (Clause::And
                | Clause::Or
                | Clause::Nor
                | Clause::Not
                | Clause::Segment
                | Clause::Received
                | Clause::Sample),
            ) => self.unsupported(clause.as_str(), member.name_span),
            None => {
                let names = Clause::ALL.iter().map(|clause| clause.as_str());
                self.unusable_name(name, member.name_span, "inside the test of a field", names);
            }
        }
    }

    fn everyone(&mut self, member: &Member<'_>, beside: usize) {
        match &member.value.json {
            Json::Bool(true) => self.parts.push(Expr::Everyone),
            Json::Refused => return,
            Json::Null
            | Json::Bool(false)
            | Json::Number(_)
            | Json::Text(_)
            | Json::List
            | Json::Object(_) => {
                let message = "`$everyone` has only one value";
                let expected = "`true`";
                let span = member.value.span;
                return self.report(
                    ErrorCode::LiteralType,
                    span,
                    |error| error.expecting(expected),
                    message,
                );
            }
        }
        if beside > 1 {
            self.warn(
                WarningCode::AlwaysTrue,
                member.name_span,
                "`$everyone` adds nothing to the other conditions",
            );
        }
    }

    fn field(&mut self, name: &str, member: &Member<'_>) {
        let field = self.catalog.resolve(name);
        let (span, shown) = (member.name_span, quoted(name));
        match &field {
            None => {
                let known = nearest(name, self.catalog.fields().map(FieldDefinition::name))
                    .map(str::to_owned);
                let message = format!("there is no field {shown}");
                let explain = |error: CriteriaError| {
                    error.expecting("a field of the catalog").suggesting(known)
                };
                self.report(ErrorCode::UnknownField, span, explain, &message);
            }
            Some(field) if field.definition().is_retired() => {
                let message = format!("the field {shown} is retired");
                self.report(ErrorCode::FieldRetired, span, |error| error, &message);
            }
            Some(field) if field.definition().is_protected() => {
                let message = format!(
                    "the field {shown} is protected, and no super admin has allowed it here"
                );
                self.report(ErrorCode::FieldProtected, span, |error| error, &message);
            }
            Some(_) => {}
        }
        match &member.value.json {
            Json::Object(operators) => self.test(field.as_ref(), &member.value, operators),
            Json::Refused => {}
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::Text(_) | Json::List => {
                if let Some(field) = &field {
                    let found = self.equality(field, &member.value, member.name_span);
                    self.keep(field, found, member.value.span);
                }
            }
        }
    }

    /// Adds a predicate on a field to the condition, with a warning where it cannot make a difference.
    fn keep(&mut self, field: &Field, predicate: Option<Predicate>, span: Span) {
        let Some(predicate) = predicate else { return };
        if let Predicate::Exists(present) = predicate
            && !field.definition().is_nullable()
        {
            let code = if present {
                WarningCode::AlwaysTrue
            } else {
                WarningCode::AlwaysFalse
            };
            self.warn(
                code,
                span,
                &format!("every customer has a value of `{}`", field.name()),
            );
        }
        self.parts
            .push(Expr::Test(Test::new(field.clone(), predicate)));
    }

    fn unsupported(&mut self, name: &str, span: Span) {
        let message = format!("{} is not evaluated by this release yet", quoted(name));
        self.report(
            ErrorCode::UnsupportedOperator,
            span,
            |error| error,
            &message,
        );
    }

    /// Reports a name with `$` that does not belong where it stands; `elsewhere` is where known ones do.
    fn unusable_name<'n>(
        &mut self,
        name: &str,
        span: Span,
        elsewhere: &str,
        names: impl Iterator<Item = &'n str>,
    ) {
        let shown = quoted(name);
        if operator::is_known(name) {
            let place = if name == operator::VERSION {
                "at the top of the document"
            } else {
                elsewhere
            };
            let message = format!("{shown} does not belong here, but {place}");
            self.report(ErrorCode::MisplacedOperator, span, |error| error, &message);
        } else if operator::is_reserved(name) {
            let message = format!("{shown} is kept for a later version of the language");
            self.report(ErrorCode::ReservedOperator, span, |error| error, &message);
        } else {
            let suggestion = nearest(name, names);
            let message = format!("there is no operator {shown}");
            self.report(
                ErrorCode::UnknownOperator,
                span,
                |error| error.suggesting(suggestion),
                &message,
            );
        }
    }

    fn report(
        &mut self,
        code: ErrorCode,
        span: Span,
        explain: impl FnOnce(CriteriaError) -> CriteriaError,
        message: &str,
    ) {
        let pointer = self.path.pointer();
        self.errors
            .push(|| explain(CriteriaError::new(code, pointer, span, message)));
    }

    fn warn(&mut self, code: WarningCode, span: Span, message: &str) {
        self.warnings.push(CriteriaWarning::new(
            code,
            self.path.pointer(),
            span,
            message,
        ));
    }

    /// The operators of a type, or all of them where the field is not known.
    fn operators(field: Option<&Field>) -> impl Iterator<Item = &'static str> {
        let operators = Operator::ALL.iter();
        let fitting = operators
            .filter(move |operator| field.is_none_or(|f| operator.applies_to(f.field_type())));
        fitting.map(|operator| operator.as_str())
    }
}
