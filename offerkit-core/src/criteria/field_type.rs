//! The types of fields.

use serde::{Deserialize, Serialize};

use super::limits::Limits;

/// The type of a field's values.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum FieldType {
    /// Text, compared code point by code point.
    Text,
    /// One of a few named values.
    Enum {
        /// The values, in the order people are shown them.
        values: Vec<Box<str>>,
    },
    /// A whole number of 64 bits.
    Int,
    /// An exact number.
    Decimal {
        /// Digits in all, at most 28.
        precision: u32,
        /// Digits behind the point, at most `precision`.
        scale: u32,
    },
    /// True or false.
    Bool,
    /// A day.
    Date,
    /// A moment, to the microsecond.
    Timestamp,
    /// A set of texts.
    Set,
    /// A UUID.
    Uuid,
}

/// The most digits of a decimal that is stored among the attributes.
///
/// Attributes are JSON numbers, which `serde_json` keeps as `f64`; up to 15 digits come back from it as they were
/// written.
pub const MAX_ATTRIBUTE_DIGITS: u32 = 15;

impl FieldType {
    /// The type's name.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Enum { .. } => "enum",
            Self::Int => "int",
            Self::Decimal { .. } => "decimal",
            Self::Bool => "bool",
            Self::Date => "date",
            Self::Timestamp => "timestamp",
            Self::Set => "set",
            Self::Uuid => "uuid",
        }
    }

    /// What a literal of this type looks like, for a sentence.
    pub(super) fn literal_form(&self) -> String {
        match self {
            Self::Text => "text in double quotes".to_owned(),
            Self::Enum { values } => {
                let shown: Vec<String> = values
                    .iter()
                    .take(SHOWN_VALUES)
                    .map(|value| format!("`{value}`"))
                    .collect();
                let more = if values.len() > SHOWN_VALUES {
                    ", …"
                } else {
                    ""
                };
                format!("one of {}{more}", shown.join(", "))
            }
            Self::Int => "a whole number".to_owned(),
            Self::Decimal { precision, scale } => {
                format!(
                    "a number with at most {} digits before the point and {scale} behind it",
                    precision - scale
                )
            }
            Self::Bool => "`true` or `false`".to_owned(),
            Self::Date => "a date as `YYYY-MM-DD`".to_owned(),
            Self::Timestamp => {
                "a timestamp with an offset, such as `2026-01-31T09:30:00Z`".to_owned()
            }
            Self::Set => "a test of the set, such as `{\"$exists\": true}`".to_owned(),
            Self::Uuid => "a UUID in lower case with hyphens".to_owned(),
        }
    }

    pub(super) fn is_well_formed(&self) -> bool {
        match self {
            Self::Enum { values } => {
                let storable = |value: &str| {
                    !value.is_empty()
                        && !value.contains('\0')
                        && value.len() <= Limits::VERSION_1.string_bytes
                };
                let mut sorted: Vec<&str> = values.iter().map(AsRef::as_ref).collect();
                sorted.sort_unstable();
                sorted.dedup();
                !values.is_empty()
                    && sorted.len() == values.len()
                    && sorted.into_iter().all(storable)
            }
            Self::Decimal { precision, scale } => {
                (1..=Limits::MAX_DIGITS).contains(precision) && scale <= precision
            }
            Self::Text
            | Self::Int
            | Self::Bool
            | Self::Date
            | Self::Timestamp
            | Self::Set
            | Self::Uuid => true,
        }
    }
}

/// How many of an enum's values a message lists.
const SHOWN_VALUES: usize = 12;
