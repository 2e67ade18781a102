//! What criteria are evaluated on.

use std::collections::HashSet;

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde_json::Value;
use uuid::Uuid;

use super::builtin;
use super::field::Field;
use super::field_type::FieldType;
use crate::id::CustomerId;
use crate::time::Timestamp;

/// Something with the fields of a catalog: a [`Customer`](crate::domain::customer::Customer), or a row of a host's own
/// table.
///
/// A value of another type than the field's counts as absent. The same record must give the same value each time.
///
/// ```
/// use offerkit_core::criteria::{Catalog, Criteria, Field, FieldValue, Moment, Record};
///
/// struct Row<'a>(&'a str);
///
/// impl Record for Row<'_> {
///     fn value(&self, field: &Field) -> FieldValue<'_> {
///         if field.name() == "segment" { FieldValue::Text(self.0) } else { FieldValue::Absent }
///     }
/// }
///
/// let criteria = Criteria::parse(r#"{"segment": "premium", "city": null}"#, &Catalog::customers())?;
/// let moment = Moment::in_utc("2026-01-31T09:30:00.000000Z".parse()?);
/// assert!(criteria.matches(&Row("premium"), &moment));
/// assert!(!criteria.matches(&Row("regular"), &moment));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait Record {
    /// The value of a field.
    fn value(&self, field: &Field) -> FieldValue<'_>;
}

impl<R: Record + ?Sized> Record for &R {
    fn value(&self, field: &Field) -> FieldValue<'_> {
        (**self).value(field)
    }
}

impl<R: Record + ?Sized> Record for Box<R> {
    fn value(&self, field: &Field) -> FieldValue<'_> {
        (**self).value(field)
    }
}

/// The value of a field for one record.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum FieldValue<'a> {
    /// No value.
    Absent,
    /// Text, or one of an enum's values.
    Text(&'a str),
    /// A whole number.
    Int(i64),
    /// An exact number.
    Decimal(Decimal),
    /// True or false.
    Bool(bool),
    /// A day.
    Date(NaiveDate),
    /// A moment.
    Timestamp(Timestamp),
    /// A UUID.
    Uuid(Uuid),
    /// A set of texts.
    Set(TextSet<'a>),
}

impl FieldValue<'_> {
    /// Whether this is a value, and of the given type.
    #[must_use]
    pub const fn is_a(&self, field_type: &FieldType) -> bool {
        match field_type {
            FieldType::Text | FieldType::Enum { .. } => matches!(self, Self::Text(_)),
            FieldType::Int => matches!(self, Self::Int(_)),
            FieldType::Decimal { .. } => matches!(self, Self::Decimal(_)),
            FieldType::Bool => matches!(self, Self::Bool(_)),
            FieldType::Date => matches!(self, Self::Date(_)),
            FieldType::Timestamp => matches!(self, Self::Timestamp(_)),
            FieldType::Set => matches!(self, Self::Set(_)),
            FieldType::Uuid => matches!(self, Self::Uuid(_)),
        }
    }
}

/// The value of a field: of the field's type, or absent.
pub(super) fn typed_value<'r, R: Record + ?Sized>(record: &'r R, field: &Field) -> FieldValue<'r> {
    let value = record.value(field);
    if value.is_a(field.field_type()) {
        value
    } else {
        FieldValue::Absent
    }
}

/// The customer that the record is of, which `$sample` and `$received` ask for: the value of the field `id`.
pub(super) fn customer<R: Record + ?Sized>(record: &R) -> Option<CustomerId> {
    if let FieldValue::Uuid(id) = record.value(&builtin::ID) {
        Some(CustomerId::from_uuid(id))
    } else {
        None
    }
}

/// The texts of a set-valued field, in no particular order.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TextSet<'a> {
    items: Items<'a>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Items<'a> {
    Json(&'a [Value]),
    Texts(&'a [String]),
}

impl<'a> TextSet<'a> {
    /// The items of a JSON list; nothing where one of them is no text.
    #[must_use]
    pub fn from_json(items: &'a [Value]) -> Option<Self> {
        items.iter().all(Value::is_string).then_some(Self {
            items: Items::Json(items),
        })
    }

    /// How many different texts there are.
    #[must_use]
    pub fn size(&self) -> usize {
        let is_new =
            |(index, text): &(usize, &str)| !self.iter().take(*index).any(|it| it == *text);
        if self.iter().nth(FEW).is_none() {
            self.iter().enumerate().filter(is_new).count()
        } else {
            self.iter().collect::<HashSet<_>>().len()
        }
    }

    /// The texts, each of which may occur more than once.
    pub fn iter(&self) -> impl Iterator<Item = &'a str> {
        let (json, texts): (&[Value], &[String]) = match self.items {
            Items::Json(items) => (items, &[]),
            Items::Texts(texts) => (&[], texts),
        };
        json.iter()
            .filter_map(Value::as_str)
            .chain(texts.iter().map(String::as_str))
    }
}

/// Up to so many texts are compared with each other; more are hashed, which allocates.
const FEW: usize = 64;

impl<'a> From<&'a [String]> for TextSet<'a> {
    fn from(texts: &'a [String]) -> Self {
        Self {
            items: Items::Texts(texts),
        }
    }
}
