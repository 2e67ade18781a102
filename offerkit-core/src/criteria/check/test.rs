//! The test of one field: its operators.

use super::Checker;
use super::amount::{DATE_UNITS, TIMESTAMP_UNITS};
use super::fault::{Fault, wrong_kind};
use crate::criteria::clause::{FieldTest, Operation};
use crate::criteria::code::ErrorCode;
use crate::criteria::comparison::Comparison;
use crate::criteria::expr::TextMatch;
use crate::criteria::field::Field;
use crate::criteria::field_type::FieldType;
use crate::criteria::json::{Json, Member, Node};
use crate::criteria::operator::Operator;
use crate::criteria::period::Period;

impl Checker<'_> {
    /// Checks `{"$eq": …, …}`. Without a field, which was reported, only the operators' names are checked.
    pub(super) fn tests(
        &mut self,
        field: Option<&Field>,
        node: &Node<'_>,
        members: &[Member<'_>],
    ) -> Option<Vec<FieldTest>> {
        if members.is_empty() {
            self.report(node.span, || {
                let expected = field.map_or_else(
                    || "an operator".to_owned(),
                    |f| Operator::list_for(f.field_type()),
                );
                Fault::new(ErrorCode::EmptyTest, "the test has no operator").expecting(expected)
            });
            return None;
        }
        let is_operator = |member: &Member<'_>| {
            let name = member.name.as_deref();
            name.is_some_and(|name| name.starts_with('$'))
        };
        let has_operators = members.iter().any(is_operator);
        let mut tests = Vec::with_capacity(members.len());
        for member in members {
            let Some(name) = member.name.as_deref() else {
                continue;
            };
            self.path.enter_member(name);
            if let Some(operator) = Operator::find(name) {
                let operation = self.operation(field, operator, member);
                let place = self.place_of(member);
                tests.extend(operation.map(|operation| FieldTest { place, operation }));
            } else {
                self.no_operator(field, name, member.name_span, has_operators);
            }
            self.path.leave();
        }
        (tests.len() == members.len()).then_some(tests)
    }

    fn operation(
        &mut self,
        field: Option<&Field>,
        operator: Operator,
        member: &Member<'_>,
    ) -> Option<Operation> {
        let node = &member.value;
        if operator == Operator::Not {
            return self.negation(field, node);
        }
        let field = field?;
        if !self.has(field, operator, member.name_span) {
            return None;
        }
        match operator {
            Operator::Not => None,
            Operator::Eq => self.equality(field, node).map(Operation::Equals),
            Operator::Ne => self.equality(field, node).map(Operation::NotEquals),
            Operator::In => self.literals(field, operator, node).map(Operation::In),
            Operator::Nin => self.literals(field, operator, node).map(Operation::NotIn),
            Operator::Gt => self.compared(field, Comparison::Gt, node),
            Operator::Gte => self.compared(field, Comparison::Gte, node),
            Operator::Lt => self.compared(field, Comparison::Lt, node),
            Operator::Lte => self.compared(field, Comparison::Lte, node),
            Operator::Between => self.between(field, node),
            Operator::Exists => self.existence(node),
            Operator::StartsWith => self.pattern(operator, TextMatch::Start, false, node),
            Operator::EndsWith => self.pattern(operator, TextMatch::End, false, node),
            Operator::Contains => self.pattern(operator, TextMatch::Anywhere, false, node),
            Operator::Ieq => self.pattern(operator, TextMatch::Whole, true, node),
            Operator::IstartsWith => self.pattern(operator, TextMatch::Start, true, node),
            Operator::IendsWith => self.pattern(operator, TextMatch::End, true, node),
            Operator::Icontains => self.pattern(operator, TextMatch::Anywhere, true, node),
            Operator::Iin => self.folded_texts(operator, node).map(Operation::FoldedIn),
            Operator::Has => self.text(operator, node).map(Operation::Has),
            Operator::HasAny => self.texts(operator, node).map(Operation::HasAny),
            Operator::HasAll => self.texts(operator, node).map(Operation::HasAll),
            Operator::Size => self.comparisons(operator, node).map(Operation::Size),
            Operator::Age => self.comparisons(operator, node).map(Operation::Age),
            Operator::WithinLast => self.length(field, node).map(Operation::WithinLast),
            Operator::WithinNext => self.length(field, node).map(Operation::WithinNext),
            Operator::OlderThan => self.length(field, node).map(Operation::OlderThan),
            Operator::AnniversaryWithin => self.days_ahead(node).map(Operation::AnniversaryWithin),
        }
    }

    fn negation(&mut self, field: Option<&Field>, node: &Node<'_>) -> Option<Operation> {
        match &node.json {
            Json::Object(members) => {
                if !self.step_in(node.span) {
                    return None;
                }
                let tests = self.tests(field, node, members);
                self.step_out();
                tests.map(Operation::Not)
            }
            Json::Refused => None,
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::Text(_) | Json::List(_) => {
                self.report(node.span, || {
                    let expected = "a test, such as `{\"$eq\": …}`";
                    wrong_kind(ErrorCode::NotObject, "`$not`", &node.json, expected)
                });
                None
            }
        }
    }

    /// A literal, or null, which means absent.
    #[expect(
        clippy::option_option,
        reason = "the outer one is whether there is an operand, the inner one is the operand"
    )]
    fn equality(
        &mut self,
        field: &Field,
        node: &Node<'_>,
    ) -> Option<Option<crate::criteria::literal::Literal>> {
        if matches!(node.json, Json::Null) {
            return Some(None);
        }
        self.literal(field, node).map(Some)
    }

    fn compared(
        &mut self,
        field: &Field,
        comparison: Comparison,
        node: &Node<'_>,
    ) -> Option<Operation> {
        let literal = self.literal(field, node)?;
        Some(Operation::Compare(comparison, literal))
    }

    fn existence(&mut self, node: &Node<'_>) -> Option<Operation> {
        match &node.json {
            Json::Bool(present) => return Some(Operation::Exists(*present)),
            Json::Refused => {}
            Json::Null | Json::Number(_) | Json::Text(_) | Json::List(_) | Json::Object(_) => {
                self.report(node.span, || {
                    let (code, expected) = (ErrorCode::LiteralType, "`true` or `false`");
                    wrong_kind(code, "`$exists`", &node.json, expected)
                });
            }
        }
        None
    }

    fn length(&mut self, field: &Field, node: &Node<'_>) -> Option<Period> {
        let units = match field.field_type() {
            FieldType::Timestamp => &TIMESTAMP_UNITS,
            FieldType::Text
            | FieldType::Enum { .. }
            | FieldType::Int
            | FieldType::Decimal { .. }
            | FieldType::Bool
            | FieldType::Date
            | FieldType::Set
            | FieldType::Uuid => &DATE_UNITS,
        };
        self.period(node, units, field.field_type().name())
    }
}
