//! The test of one field: its operators.

use super::Checker;
use crate::criteria::code::{ErrorCode, WarningCode};
use crate::criteria::error::CriteriaError;
use crate::criteria::expr::Predicate;
use crate::criteria::field::Field;
use crate::criteria::json::{Json, Member, Node};
use crate::criteria::operator::Operator;
use crate::criteria::quote::quoted;
use crate::criteria::span::Span;
use crate::criteria::suggest::nearest;

impl Checker<'_> {
    /// Checks `{"$eq": …, …}`. Without a field, which was reported, only the operators' names are checked.
    pub(super) fn test(&mut self, field: Option<&Field>, node: &Node<'_>, members: &[Member<'_>]) {
        if members.is_empty() {
            let expected = field.map_or_else(
                || "an operator".to_owned(),
                |f| Operator::list_for(f.field_type()),
            );
            let message = "the test has no operator";
            return self.report(
                ErrorCode::EmptyTest,
                node.span,
                |error| error.expecting(expected),
                message,
            );
        }
        let has_operators = members.iter().any(|member| {
            member
                .name
                .as_deref()
                .is_some_and(|name| name.starts_with('$'))
        });
        let mut found = Vec::new();
        for member in members {
            let Some(name) = member.name.as_deref() else {
                continue;
            };
            self.path.enter_member(name);
            let predicate = if let Some(operator) = Operator::find(name) {
                self.operator(field, operator, member)
            } else {
                self.no_operator(field, name, member.name_span, has_operators);
                None
            };
            if let Some(field) = field {
                found.extend(predicate.clone());
                self.keep(field, predicate, member.value.span);
            }
            self.path.leave();
        }
        if found.contains(&Predicate::Exists(false))
            && found.iter().any(|other| *other != Predicate::Exists(false))
        {
            self.warn(
                WarningCode::AlwaysFalse,
                node.span,
                "no value is both present and absent",
            );
        }
    }

    fn operator(
        &mut self,
        field: Option<&Field>,
        operator: Operator,
        member: &Member<'_>,
    ) -> Option<Predicate> {
        if let Some(field) = field
            && !self.has(field, operator, member.name_span)
        {
            return None;
        }
        match operator {
            Operator::Eq => self.equality(field?, &member.value, member.name_span),
            Operator::Exists => self.existence(&member.value),
            Operator::Ne
            | Operator::In
            | Operator::Nin
            | Operator::Gt
            | Operator::Gte
            | Operator::Lt
            | Operator::Lte
            | Operator::Between
            | Operator::Not
            | Operator::StartsWith
            | Operator::EndsWith
            | Operator::Contains
            | Operator::Ieq
            | Operator::IstartsWith
            | Operator::IendsWith
            | Operator::Icontains
            | Operator::Iin
            | Operator::Has
            | Operator::HasAny
            | Operator::HasAll
            | Operator::Size
            | Operator::Age
            | Operator::WithinLast
            | Operator::WithinNext
            | Operator::OlderThan
            | Operator::AnniversaryWithin => {
                self.unsupported(operator.as_str(), member.name_span);
                None
            }
        }
    }

    /// `f: x` and `$eq: x`, where null means absent.
    pub(super) fn equality(
        &mut self,
        field: &Field,
        node: &Node<'_>,
        name_span: Span,
    ) -> Option<Predicate> {
        if !self.has(field, Operator::Eq, name_span) {
            return None;
        }
        match &node.json {
            Json::Null => Some(Predicate::Exists(false)),
            Json::Bool(_)
            | Json::Number(_)
            | Json::Text(_)
            | Json::List
            | Json::Object(_)
            | Json::Refused => self.literal(field, node).map(Predicate::Equals),
        }
    }

    fn existence(&mut self, node: &Node<'_>) -> Option<Predicate> {
        match &node.json {
            Json::Bool(present) => Some(Predicate::Exists(*present)),
            Json::Refused => None,
            Json::Null | Json::Number(_) | Json::Text(_) | Json::List | Json::Object(_) => {
                let message = format!("`$exists` is {}", node.json.kind());
                let expected = "`true` or `false`";
                self.report(
                    ErrorCode::LiteralType,
                    node.span,
                    |error| error.expecting(expected),
                    &message,
                );
                None
            }
        }
    }

    fn has(&mut self, field: &Field, operator: Operator, span: Span) -> bool {
        let field_type = field.field_type();
        if operator.applies_to(field_type) {
            return true;
        }
        let (name, type_name) = (field.name(), field_type.name());
        let message = format!(
            "the field `{name}` of type {type_name} has no operator `{}`",
            operator.as_str()
        );
        let expected = Operator::list_for(field_type);
        self.report(
            ErrorCode::OperatorType,
            span,
            |error| error.expecting(expected),
            &message,
        );
        false
    }

    fn no_operator(&mut self, field: Option<&Field>, name: &str, span: Span, has_operators: bool) {
        if name.starts_with('$') {
            return self.unusable_name(name, span, "beside the fields", Self::operators(field));
        }
        let (shown, suggestion) = (quoted(name), nearest(name, Self::operators(field)));
        let (code, message) = if has_operators {
            (
                ErrorCode::MixedTest,
                format!("{shown} stands among operators, and is none"),
            )
        } else {
            (
                ErrorCode::UnknownOperator,
                format!("there is no operator {shown}"),
            )
        };
        let expected = "an operator, which begins with `$`";
        let explain = |error: CriteriaError| error.expecting(expected).suggesting(suggestion);
        self.report(code, span, explain, &message);
    }
}
