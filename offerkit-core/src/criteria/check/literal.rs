//! Literals, typed by their fields.

use super::Checker;
use crate::criteria::code::ErrorCode;
use crate::criteria::customer_record::uuid;
use crate::criteria::error::CriteriaError;
use crate::criteria::field::Field;
use crate::criteria::field_type::FieldType;
use crate::criteria::json::{Json, Node};
use crate::criteria::literal::Literal;
use crate::criteria::number::{DecimalFault, IntFault, Number};
use crate::criteria::quote::quoted;
use crate::criteria::suggest::nearest;
use crate::criteria::temporal;

/// Why a value is no literal of its field's type.
struct Fault {
    code: ErrorCode,
    message: String,
    suggestion: Option<String>,
}

impl Fault {
    fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            suggestion: None,
        }
    }
}

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
                | FieldType::Uuid => Err(None),
            },
            Json::Null | Json::List | Json::Object(_) => Err(None),
        };
        let fault = match literal {
            Ok(literal) => return Some(literal),
            Err(Some(fault)) => fault,
            Err(None) => self.wrong_type(field, node),
        };
        let explain = |error: CriteriaError| {
            error
                .expecting(field_type.literal_form())
                .suggesting(fault.suggestion)
        };
        self.report(fault.code, node.span, explain, &fault.message);
        None
    }

    fn wrong_type(&self, field: &Field, node: &Node<'_>) -> Fault {
        let message = format!(
            "the field `{}` is compared with {}",
            field.name(),
            node.json.kind()
        );
        // Nothing is coerced, but what a slip with quotes probably meant can be shown.
        let suggestion = match (&node.json, field.field_type()) {
            (Json::Text(text), FieldType::Int) if text.parse::<i64>().is_ok() => {
                Some(text.to_string())
            }
            (Json::Text(text), FieldType::Bool) if *text == "true" || *text == "false" => {
                Some(text.to_string())
            }
            (Json::Number(_) | Json::Bool(_), FieldType::Text) => {
                node.span.of(self.text).map(|text| format!("\"{text}\""))
            }
            (..) => None,
        };
        Fault {
            code: ErrorCode::LiteralType,
            message,
            suggestion,
        }
    }
}

/// A literal, or why not; no reason means that the type is wrong.
type Typed = Result<Literal, Option<Fault>>;

fn from_text(text: &str, field_type: &FieldType) -> Typed {
    match field_type {
        FieldType::Text => Ok(Literal::Text(text.into())),
        FieldType::Enum { values } => {
            let values = || values.iter().map(AsRef::as_ref);
            if values().any(|value| value == text) {
                return Ok(Literal::Text(text.into()));
            }
            let mut fault = Fault::new(
                ErrorCode::EnumValue,
                format!("there is no value {}", quoted(text)),
            );
            fault.suggestion = nearest(text, values()).map(str::to_owned);
            Err(Some(fault))
        }
        FieldType::Date => temporal::date(text)
            .map(Literal::Date)
            .map_err(|code| Some(temporal_fault(code, text))),
        FieldType::Timestamp => temporal::timestamp(text)
            .map(Literal::Timestamp)
            .map_err(|code| Some(temporal_fault(code, text))),
        FieldType::Uuid => uuid(text).map(Literal::Uuid).ok_or_else(|| {
            let mut fault = Fault::new(
                ErrorCode::LiteralType,
                format!("{} is not the text of a UUID", quoted(text)),
            );
            fault.suggestion = uuid::Uuid::try_parse(text)
                .ok()
                .map(|uuid| uuid.to_string());
            Some(fault)
        }),
        FieldType::Int | FieldType::Decimal { .. } | FieldType::Bool | FieldType::Set => Err(None),
    }
}

fn temporal_fault(code: ErrorCode, text: &str) -> Fault {
    let text = quoted(text);
    let message = if code == ErrorCode::DateRange {
        format!("there is no day {text} in the years 1 to 9999")
    } else if code == ErrorCode::TimestampOffset {
        format!("the timestamp {text} has no offset from UTC")
    } else if code == ErrorCode::TimestampPrecision {
        format!("the timestamp {text} has more than six digits behind the second")
    } else {
        format!("{text} has another form")
    };
    Fault::new(code, message)
}

fn from_number(number: Number, field_type: &FieldType) -> Typed {
    match field_type {
        FieldType::Int => number.to_int().map(Literal::Int).map_err(|fault| {
            Some(match fault {
                IntFault::Fraction => {
                    Fault::new(ErrorCode::IntFraction, "the number has a fraction")
                }
                IntFault::Range => {
                    Fault::new(ErrorCode::IntRange, "the number does not fit into 64 bits")
                }
            })
        }),
        FieldType::Decimal { precision, scale } => number
            .to_decimal(*precision, *scale)
            .map(Literal::Decimal)
            .map_err(|fault| {
                Some(match fault {
                    DecimalFault::Scale => Fault::new(
                        ErrorCode::Scale,
                        "the number has too many digits behind the point",
                    ),
                    DecimalFault::Range => Fault::new(
                        ErrorCode::NumberRange,
                        "the number has too many digits before the point",
                    ),
                })
            }),
        FieldType::Text
        | FieldType::Enum { .. }
        | FieldType::Bool
        | FieldType::Date
        | FieldType::Timestamp
        | FieldType::Set
        | FieldType::Uuid => Err(None),
    }
}
