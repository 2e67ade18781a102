//! The values that criteria compare with.

use std::fmt;

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde_json::Value;
use uuid::Uuid;

use crate::time::Timestamp;

/// A value of a document, typed by its field. Shown, it is the JSON of the canonical document.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Literal {
    /// Text, or one of an enum's values.
    Text(Box<str>),
    /// A whole number.
    Int(i64),
    /// An exact number, without zeros at its end.
    Decimal(Decimal),
    /// True or false.
    Bool(bool),
    /// A day.
    Date(NaiveDate),
    /// A moment.
    Timestamp(Timestamp),
    /// A UUID.
    Uuid(Uuid),
}

impl fmt::Display for Literal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => Value::from(text.as_ref()).fmt(f),
            Self::Int(value) => value.fmt(f),
            Self::Decimal(value) => value.fmt(f),
            Self::Bool(value) => value.fmt(f),
            Self::Date(value) => write!(f, "\"{value}\""),
            Self::Timestamp(value) => write!(f, "\"{value}\""),
            Self::Uuid(value) => write!(f, "\"{value}\""),
        }
    }
}
