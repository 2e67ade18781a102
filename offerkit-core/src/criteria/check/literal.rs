//! Literals, typed by their fields.

use super::Checker;
use super::fault::Fault;
use crate::criteria::code::ErrorCode;
use crate::criteria::customer_record::uuid;
use crate::criteria::field::Field;
use crate::criteria::field_type::FieldType;
use crate::criteria::json::{Json, Node};
use crate::criteria::literal::Literal;
use crate::criteria::number::{DecimalFault, IntFault, Number};
use crate::criteria::quote::quoted;
use crate::criteria::suggest::nearest;
use crate::criteria::temporal;

impl Checker<'_> {
    /// The value as one of the field's type; nothing where a fault was reported.
    pub(super) fn literal(&mut self, field: &Field, node: &Node<'_>) -> Option<Literal> {
        let field_type = field.field_type();
        let literal = match &node.json {
            Json::Refused => return None,
            Json::Text(text) => from_text(text, field_type),
            Json::Number(number) => from_number(*number, field_type),
            Json::Bool(value) => match field_type {
                FieldType::Bool => Ok(Literal::Bool(*value)),
                FieldType::Text
                | FieldType::Enum { .. }
                | FieldType::Int
                | FieldType::Decimal { .. }
                | FieldType::Date
                | FieldType::Timestamp
                | FieldType::Set
                | FieldType::Uuid => Err(Unfit::Type),
            },
            Json::Null | Json::List(_) | Json::Object(_) => Err(Unfit::Type),
        };
        match literal {
            Ok(literal) => Some(literal),
            Err(unfit) => {
                let text = self.text;
                self.report(node.span, || {
                    let fault = match unfit {
                        Unfit::Type => wrong_type(text, field, node),
                        Unfit::Text(code) => unfit_text(code, field, node),
                        Unfit::Int(fault) => unfit_int(fault),
                        Unfit::Decimal(fault) => unfit_decimal(fault),
                    };
                    fault.expecting(field_type.literal_form())
                });
                None
            }
        }
    }
}

/// Why a value is no literal of its field's type.
enum Unfit {
    /// It is of another type of JSON.
    Type,
    Text(ErrorCode),
    Int(IntFault),
    Decimal(DecimalFault),
}

type Typed = Result<Literal, Unfit>;

fn wrong_type(text: &str, field: &Field, node: &Node<'_>) -> Fault {
    let message = format!(
        "the field `{}` is compared with {}",
        field.name(),
        node.json.kind()
    );
    // Nothing is coerced, but what a slip with quotes probably meant can be shown.
    let suggestion = match (&node.json, field.field_type()) {
        (Json::Text(text), FieldType::Int) if text.parse::<i64>().is_ok() => Some(text.to_string()),
        (Json::Text(text), FieldType::Bool) if *text == "true" || *text == "false" => {
            Some(text.to_string())
        }
        (Json::Number(_) | Json::Bool(_), FieldType::Text) => {
            node.span.of(text).map(|text| format!("\"{text}\""))
        }
        (..) => None,
    };
    Fault::new(ErrorCode::LiteralType, message).suggesting(suggestion)
}

fn unfit_text(code: ErrorCode, field: &Field, node: &Node<'_>) -> Fault {
    let text = match &node.json {
        Json::Text(text) => text.as_ref(),
        Json::Null
        | Json::Bool(_)
        | Json::Number(_)
        | Json::List(_)
        | Json::Object(_)
        | Json::Refused => "",
    };
    let shown = quoted(text);
    if code == ErrorCode::EnumValue {
        let known = match field.field_type() {
            FieldType::Enum { values } => nearest(text, values.iter().map(AsRef::as_ref)),
            FieldType::Text
            | FieldType::Int
            | FieldType::Decimal { .. }
            | FieldType::Bool
            | FieldType::Date
            | FieldType::Timestamp
            | FieldType::Set
            | FieldType::Uuid => None,
        };
        return Fault::new(code, format!("there is no value {shown}")).suggesting(known);
    }
    if code == ErrorCode::LiteralType {
        let canonical = uuid::Uuid::try_parse(text).ok();
        return Fault::new(code, format!("{shown} is not the text of a UUID"))
            .suggesting(canonical.map(|uuid| uuid.to_string()));
    }
    let message = if code == ErrorCode::DateRange {
        format!("there is no day {shown} in the years 1 to 9999")
    } else if code == ErrorCode::TimestampOffset {
        format!("the timestamp {shown} has no offset from UTC")
    } else if code == ErrorCode::TimestampPrecision {
        format!("the timestamp {shown} has more than six digits behind the second")
    } else {
        format!("{shown} has another form")
    };
    Fault::new(code, message)
}

fn unfit_int(fault: IntFault) -> Fault {
    match fault {
        IntFault::Fraction => Fault::new(ErrorCode::IntFraction, "the number has a fraction"),
        IntFault::Range => Fault::new(ErrorCode::IntRange, "the number does not fit into 64 bits"),
    }
}

fn unfit_decimal(fault: DecimalFault) -> Fault {
    match fault {
        DecimalFault::Scale => Fault::new(
            ErrorCode::Scale,
            "the number has too many digits behind the point",
        ),
        DecimalFault::Range => Fault::new(
            ErrorCode::NumberRange,
            "the number has too many digits before the point",
        ),
    }
}

fn from_text(text: &str, field_type: &FieldType) -> Typed {
    match field_type {
        FieldType::Text => Ok(Literal::Text(text.into())),
        FieldType::Enum { values } => values
            .iter()
            .any(|value| value.as_ref() == text)
            .then(|| Literal::Text(text.into()))
            .ok_or(Unfit::Text(ErrorCode::EnumValue)),
        FieldType::Date => temporal::date(text).map(Literal::Date).map_err(Unfit::Text),
        FieldType::Timestamp => temporal::timestamp(text)
            .map(Literal::Timestamp)
            .map_err(Unfit::Text),
        FieldType::Uuid => uuid(text)
            .map(Literal::Uuid)
            .ok_or(Unfit::Text(ErrorCode::LiteralType)),
        FieldType::Int | FieldType::Decimal { .. } | FieldType::Bool | FieldType::Set => {
            Err(Unfit::Type)
        }
    }
}

fn from_number(number: Number, field_type: &FieldType) -> Typed {
    match field_type {
        FieldType::Int => number.to_int().map(Literal::Int).map_err(Unfit::Int),
        FieldType::Decimal { precision, scale } => number
            .to_decimal(*precision, *scale)
            .map(Literal::Decimal)
            .map_err(Unfit::Decimal),
        FieldType::Text
        | FieldType::Enum { .. }
        | FieldType::Bool
        | FieldType::Date
        | FieldType::Timestamp
        | FieldType::Set
        | FieldType::Uuid => Err(Unfit::Type),
    }
}
