//! The values of a customer.

use std::fmt::{self, Write as _};

use serde_json::{Number as JsonNumber, Value};
use uuid::Uuid;

use super::field::{Field, Storage};
use super::field_type::FieldType;
use super::limits::Limits;
use super::number::Number;
use super::record::{FieldValue, Record, TextSet};
use super::temporal;
use crate::domain::customer::{Column, Customer, Gender, KycStatus, MaritalStatus};

impl Record for Customer {
    fn value(&self, field: &Field) -> FieldValue<'_> {
        match field.storage() {
            Storage::Column(column) => column_value(self, column),
            Storage::Attribute => {
                let value = self.attribute(field.name());
                value
                    .and_then(|value| attribute_value(value, field.field_type()))
                    .unwrap_or(FieldValue::Absent)
            }
        }
    }
}

fn column_value(customer: &Customer, column: Column) -> FieldValue<'_> {
    match column {
        Column::Id => FieldValue::Uuid(customer.id().as_uuid()),
        Column::ExternalId => present(customer.external_id(), FieldValue::Text),
        Column::FullName => FieldValue::Text(customer.full_name()),
        Column::Email => present(customer.email(), FieldValue::Text),
        Column::Phone => present(customer.phone(), FieldValue::Text),
        Column::Dob => present(customer.dob(), FieldValue::Date),
        Column::Gender => present(customer.gender().map(Gender::as_str), FieldValue::Text),
        Column::KycStatus => present(
            customer.kyc_status().map(KycStatus::as_str),
            FieldValue::Text,
        ),
        Column::Segment => present(customer.segment(), FieldValue::Text),
        Column::Occupation => present(customer.occupation(), FieldValue::Text),
        Column::AnnualIncome => present(customer.annual_income(), FieldValue::Decimal),
        Column::CreditScore => present(customer.credit_score().map(i64::from), FieldValue::Int),
        Column::State => present(customer.state(), FieldValue::Text),
        Column::City => present(customer.city(), FieldValue::Text),
        Column::PinCode => present(customer.pin_code(), FieldValue::Text),
        Column::MaritalStatus => present(
            customer.marital_status().map(MaritalStatus::as_str),
            FieldValue::Text,
        ),
        Column::AccountAgeMonths => present(
            customer.account_age_months().map(i64::from),
            FieldValue::Int,
        ),
        Column::PreferredLanguage => present(customer.preferred_language(), FieldValue::Text),
        Column::IsActive => FieldValue::Bool(customer.is_active()),
        Column::CreatedAt => FieldValue::Timestamp(customer.created_at()),
    }
}

fn present<'a, T>(value: Option<T>, wrap: impl FnOnce(T) -> FieldValue<'a>) -> FieldValue<'a> {
    value.map_or(FieldValue::Absent, wrap)
}

/// The typed value of an attribute; nothing where the JSON is of another type than the catalog declares.
fn attribute_value<'a>(value: &'a Value, field_type: &FieldType) -> Option<FieldValue<'a>> {
    match field_type {
        FieldType::Text | FieldType::Enum { .. } => value.as_str().map(FieldValue::Text),
        FieldType::Int => value.as_number().and_then(int).map(FieldValue::Int),
        FieldType::Decimal { precision, scale } => {
            let number = value.as_number().and_then(exact)?;
            number
                .to_decimal(*precision, *scale)
                .ok()
                .map(FieldValue::Decimal)
        }
        FieldType::Bool => value.as_bool().map(FieldValue::Bool),
        FieldType::Date => temporal::date(value.as_str()?).ok().map(FieldValue::Date),
        FieldType::Timestamp => {
            temporal::stored_timestamp(value.as_str()?).map(FieldValue::Timestamp)
        }
        FieldType::Set => value
            .as_array()
            .and_then(|items| TextSet::from_json(items))
            .map(FieldValue::Set),
        FieldType::Uuid => uuid(value.as_str()?).map(FieldValue::Uuid),
    }
}

fn int(number: &JsonNumber) -> Option<i64> {
    number.as_i64().or_else(|| exact(number)?.to_int().ok())
}

/// The number, read from its shortest text: up to 15 digits are what was once written.
fn exact(number: &JsonNumber) -> Option<Number> {
    let mut text = ShortText::default();
    match write!(text, "{number}") {
        Ok(()) => Number::read(text.as_str()?, &Limits::VERSION_1),
        // Where a host has `serde_json` keep numbers as they were written.
        Err(fmt::Error) => Number::read(&number.to_string(), &Limits::VERSION_1),
    }
}

/// Room for the longest number of 64 bits, since rows are evaluated without allocating.
#[derive(Default)]
struct ShortText {
    bytes: [u8; 32],
    length: usize,
}

impl ShortText {
    fn as_str(&self) -> Option<&str> {
        str::from_utf8(self.bytes.get(..self.length)?).ok()
    }
}

impl fmt::Write for ShortText {
    fn write_str(&mut self, part: &str) -> fmt::Result {
        let end = self.length.saturating_add(part.len());
        let free = self.bytes.get_mut(self.length..end).ok_or(fmt::Error)?;
        free.copy_from_slice(part.as_bytes());
        self.length = end;
        Ok(())
    }
}

/// A UUID in its canonical text, the only one equal to itself in a store that compares text.
pub(super) fn uuid(text: &str) -> Option<Uuid> {
    let uuid = Uuid::try_parse(text).ok()?;
    let mut buffer = Uuid::encode_buffer();
    (uuid.hyphenated().encode_lower(&mut buffer) == text).then_some(uuid)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn is_present(value: &Value, field_type: &FieldType) -> bool {
        attribute_value(value, field_type).is_some_and(|value| value.is_a(field_type))
    }

    #[test]
    fn json_of_another_type_is_absent() {
        let decimal = FieldType::Decimal {
            precision: 6,
            scale: 2,
        };
        let uuid = "018f4a2c-0000-7000-8000-000000000001";
        let typed = [
            (FieldType::Text, vec![json!("5"), json!("")]),
            (
                FieldType::Int,
                vec![
                    json!(5),
                    json!(5.0),
                    json!(9_007_199_254_740_993_i64),
                    json!(1e15),
                ],
            ),
            (decimal, vec![json!(0.1), json!(1234.56), json!(7)]),
            (FieldType::Bool, vec![json!(true)]),
            (FieldType::Date, vec![json!("2024-02-29")]),
            (
                FieldType::Timestamp,
                vec![json!("2024-02-29T00:00:00.000000Z")],
            ),
            (FieldType::Set, vec![json!([]), json!(["a", "a"])]),
            (FieldType::Uuid, vec![json!(uuid)]),
        ];
        let hostile = [
            json!(null),
            json!({}),
            json!([1]),
            json!([["a"]]),
            json!(0.125),
            json!(12345.5),
            json!(u64::MAX),
            json!(1e300),
        ];
        for (field_type, values) in &typed {
            for value in values {
                assert!(
                    is_present(value, field_type),
                    "{value} as {}",
                    field_type.name()
                );
            }
            for value in &hostile {
                assert!(
                    !is_present(value, field_type),
                    "{value} as {}",
                    field_type.name()
                );
            }
        }
        for text in [
            "2024-02-30",
            "2024-2-9",
            "018F4A2C-0000-7000-8000-000000000001",
            "2024-02-29T00:00:00Z",
        ] {
            for field_type in [FieldType::Date, FieldType::Timestamp, FieldType::Uuid] {
                assert!(!is_present(&json!(text), &field_type), "{text}");
            }
        }
    }

    #[test]
    fn decimals_of_attributes_are_what_was_written() {
        let number = serde_json::from_str::<Value>("0.1").unwrap();
        let value = attribute_value(
            &number,
            &FieldType::Decimal {
                precision: 15,
                scale: 4,
            },
        );
        assert_eq!(value, Some(FieldValue::Decimal("0.1".parse().unwrap())));
    }
}
