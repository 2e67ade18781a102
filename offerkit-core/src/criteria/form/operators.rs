//! The operators of a field's type.

use super::{AbsentForm, OperandForm, OperatorForm, names};
use crate::criteria::comparison::Comparison;
use crate::criteria::field_type::FieldType;
use crate::criteria::operator::Operator;
use crate::criteria::period::PeriodUnit;

pub(super) fn of(field_type: &FieldType) -> Vec<OperatorForm> {
    let operators = Operator::ALL.iter().copied();
    let operators = operators.filter(|operator| operator.applies_to(field_type));
    let form = |operator: Operator| OperatorForm {
        name: operator.as_str(),
        label: label(operator, field_type),
        operand: operand(operator, field_type),
        absent: absent(operator),
    };
    operators.map(form).collect()
}

fn label(operator: Operator, field_type: &FieldType) -> &'static str {
    let is_number = matches!(field_type, FieldType::Int | FieldType::Decimal { .. });
    match operator {
        Operator::Eq => "is",
        Operator::Ne => "is not",
        Operator::In => "is one of",
        Operator::Nin => "is none of",
        Operator::Gt if is_number => "is more than",
        Operator::Gt => "is after",
        Operator::Gte if is_number => "is at least",
        Operator::Gte => "is or is after",
        Operator::Lt if is_number => "is less than",
        Operator::Lt => "is before",
        Operator::Lte if is_number => "is at most",
        Operator::Lte => "is or is before",
        Operator::Between => "is from … to …",
        Operator::Exists => "is known",
        Operator::Not => "is not such that it",
        Operator::StartsWith => "starts with",
        Operator::EndsWith => "ends with",
        Operator::Contains => "contains",
        Operator::Ieq => "is, in upper or lower case,",
        Operator::IstartsWith => "starts, in upper or lower case, with",
        Operator::IendsWith => "ends, in upper or lower case, with",
        Operator::Icontains => "contains, in upper or lower case,",
        Operator::Iin => "is, in upper or lower case, one of",
        Operator::Has => "include",
        Operator::HasAny => "include any of",
        Operator::HasAll => "include all of",
        Operator::Size => "have different values",
        Operator::Age => "is so many whole years ago",
        Operator::WithinLast => "is in the last",
        Operator::WithinNext => "is in the next",
        Operator::OlderThan => "is longer ago than",
        Operator::AnniversaryWithin => "has its anniversary in the next",
    }
}

fn operand(operator: Operator, field_type: &FieldType) -> OperandForm {
    match operator {
        Operator::Eq
        | Operator::Ne
        | Operator::Gt
        | Operator::Gte
        | Operator::Lt
        | Operator::Lte => OperandForm::Literal,
        Operator::In | Operator::Nin => OperandForm::List,
        Operator::Between => OperandForm::Pair,
        Operator::Exists => OperandForm::Bool,
        Operator::Not => OperandForm::Test,
        Operator::StartsWith
        | Operator::EndsWith
        | Operator::Contains
        | Operator::Ieq
        | Operator::IstartsWith
        | Operator::IendsWith
        | Operator::Icontains
        | Operator::Has => OperandForm::Text,
        Operator::Iin | Operator::HasAny | Operator::HasAll => OperandForm::TextList,
        Operator::Size | Operator::Age => OperandForm::Comparison {
            operators: Comparison::ALL.iter().map(|by| by.as_str()).collect(),
        },
        Operator::WithinLast | Operator::WithinNext | Operator::OlderThan => OperandForm::Period {
            units: names(units(field_type)),
        },
        Operator::AnniversaryWithin => OperandForm::Days {
            min: 0,
            max: MOST_DAYS,
        },
    }
}

/// The longest span of `$anniversary_within`, which every day of the year is in.
const MOST_DAYS: u16 = 366;

const fn units(field_type: &FieldType) -> &'static [PeriodUnit] {
    match field_type {
        FieldType::Date => &[
            PeriodUnit::Days,
            PeriodUnit::Weeks,
            PeriodUnit::Months,
            PeriodUnit::Years,
        ],
        FieldType::Timestamp => MOMENT_UNITS,
        FieldType::Text
        | FieldType::Enum { .. }
        | FieldType::Int
        | FieldType::Decimal { .. }
        | FieldType::Bool
        | FieldType::Set
        | FieldType::Uuid => &[],
    }
}

/// The units of periods before and after a moment.
pub(super) const MOMENT_UNITS: &[PeriodUnit] = &[
    PeriodUnit::Minutes,
    PeriodUnit::Hours,
    PeriodUnit::Days,
    PeriodUnit::Weeks,
];

const fn absent(operator: Operator) -> AbsentForm {
    match operator {
        Operator::Ne | Operator::Nin | Operator::Not => AbsentForm::TrueOnAbsent,
        Operator::Exists => AbsentForm::Asked,
        Operator::Eq
        | Operator::In
        | Operator::Gt
        | Operator::Gte
        | Operator::Lt
        | Operator::Lte
        | Operator::Between
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
        | Operator::AnniversaryWithin => AbsentForm::Positive,
    }
}
