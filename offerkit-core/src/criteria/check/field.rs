//! Fields, and the shortest of their tests.

use super::Checker;
use super::fault::Fault;
use crate::criteria::clause::{Clause, ClauseKind, FieldTest, Operation};
use crate::criteria::code::ErrorCode;
use crate::criteria::field::{Field, FieldDefinition};
use crate::criteria::json::{Json, Member};
use crate::criteria::operator::Operator;
use crate::criteria::quote::quoted;
use crate::criteria::span::Span;
use crate::criteria::suggest::nearest;

impl Checker<'_> {
    /// `f: …`. The test of an unknown field is looked through for names that no field would have.
    pub(super) fn field(&mut self, name: &str, member: &Member<'_>) -> Option<Clause> {
        let field = self.resolve(name, member.name_span);
        if !self.step_in(member.name_span) {
            return None;
        }
        let tests = match &member.value.json {
            Json::Object(operators) => self.tests(field.as_ref(), &member.value, operators),
            Json::Refused => None,
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::Text(_) | Json::List(_) => field
                .as_ref()
                .and_then(|field| self.shorthand(field, member)),
        };
        self.step_out();
        let place = self.place_of(member);
        let kind = ClauseKind::Field(field?, tests?);
        Some(Clause { place, kind })
    }

    fn resolve(&mut self, name: &str, span: Span) -> Option<Field> {
        let catalog = self.context.catalog;
        let field = catalog.resolve(name);
        let shown = || quoted(name);
        match &field {
            None => self.report(span, || {
                let names = catalog.fields().map(FieldDefinition::name);
                Fault::new(
                    ErrorCode::UnknownField,
                    format!("there is no field {}", shown()),
                )
                .expecting("a field of the catalog")
                .suggesting(nearest(name, names))
            }),
            Some(field) if field.definition().is_retired() => self.report(span, || {
                let message = format!("the field {} is retired", shown());
                Fault::new(ErrorCode::FieldRetired, message)
            }),
            Some(field) if field.definition().is_protected() => self.report(span, || {
                let message = format!(
                    "the field {} is protected, and no super admin has allowed it here",
                    shown()
                );
                Fault::new(ErrorCode::FieldProtected, message)
            }),
            Some(_) => {}
        }
        field
    }

    /// `f: x`, which is `$eq: x`, and `f: null`, which every type has.
    fn shorthand(&mut self, field: &Field, member: &Member<'_>) -> Option<Vec<FieldTest>> {
        let node = &member.value;
        let operation = if matches!(node.json, Json::Null) {
            Operation::Equals(None)
        } else {
            if !self.has(field, Operator::Eq, member.name_span) {
                return None;
            }
            Operation::Equals(Some(self.literal(field, node)?))
        };
        let place = self.place_of(member);
        Some(vec![FieldTest { place, operation }])
    }

    /// Whether the field's type has the operator; if not, that is reported.
    pub(super) fn has(&mut self, field: &Field, operator: Operator, span: Span) -> bool {
        let field_type = field.field_type();
        let applies = operator.applies_to(field_type);
        if !applies {
            self.report(span, || {
                let (name, type_name) = (field.name(), field_type.name());
                let message = format!(
                    "the field `{name}` of type {type_name} has no operator `{}`",
                    operator.as_str()
                );
                Fault::new(ErrorCode::OperatorType, message)
                    .expecting(Operator::list_for(field_type))
            });
        }
        applies
    }
}
