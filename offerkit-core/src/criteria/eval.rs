//! The evaluator: the meaning of a condition for one record.

use super::expr::{Expr, Predicate, Test};
use super::field_type::FieldType;
use super::literal::Literal;
use super::record::{FieldValue, Record};

/// Whether the condition holds for the record. It never fails, and an absent value passes no positive test.
pub(super) fn holds<R: Record + ?Sized>(expr: &Expr, record: &R) -> bool {
    match expr {
        Expr::Everyone => true,
        Expr::All(parts) => parts.iter().all(|part| holds(part, record)),
        Expr::Test(test) => passes(test, record),
    }
}

fn passes<R: Record + ?Sized>(test: &Test, record: &R) -> bool {
    let value = record.value(test.field());
    match test.predicate() {
        Predicate::Equals(literal) => equals(&value, literal),
        Predicate::Exists(present) => is_present(&value, test.field().field_type()) == *present,
    }
}

fn is_present(value: &FieldValue<'_>, field_type: &FieldType) -> bool {
    value.is_a(field_type)
}

/// Equality of two values of one type. The literal has the field's type, so a value of another type is absent.
fn equals(value: &FieldValue<'_>, literal: &Literal) -> bool {
    match literal {
        Literal::Text(literal) => matches!(value, FieldValue::Text(value) if **value == **literal),
        Literal::Int(literal) => matches!(value, FieldValue::Int(value) if value == literal),
        Literal::Decimal(literal) => {
            matches!(value, FieldValue::Decimal(value) if value == literal)
        }
        Literal::Bool(literal) => matches!(value, FieldValue::Bool(value) if value == literal),
        Literal::Date(literal) => matches!(value, FieldValue::Date(value) if value == literal),
        Literal::Timestamp(literal) => {
            matches!(value, FieldValue::Timestamp(value) if value == literal)
        }
        Literal::Uuid(literal) => matches!(value, FieldValue::Uuid(value) if value == literal),
    }
}
