//! The values of one field, as codes that keep their order.

use std::cmp::Ordering;

use chrono::Datelike as _;

use super::codes::Codes;
use super::values::Values;
use crate::criteria::field::Field;
use crate::criteria::record::{self, FieldValue, Record};

/// A column of one field's values: a code for each row, and the value of each code.
#[derive(Debug)]
pub(super) struct Column {
    codes: Codes,
    /// From code 1 on.
    values: Values,
    rows: usize,
}

impl Column {
    /// The column of these records; nothing where there are more than codes can count.
    pub(super) fn build<R: Record>(records: &[R], field: &Field) -> Option<Self> {
        u32::try_from(records.len()).ok()?;
        let found: Vec<FieldValue<'_>> = records
            .iter()
            .map(|it| record::typed_value(it, field))
            .collect();
        let mut keys: Vec<(u64, u32)> = (0_u32..)
            .zip(&found)
            .filter(|(_, value)| **value != FieldValue::Absent)
            .map(|(row, value)| (key(value), row))
            .collect();
        keys.sort_unstable();
        let value = |row: u32| found.get(usize::try_from(row).ok()?);
        let mut codes = vec![0; records.len()];
        let mut values = Values::of(field.field_type());
        let mut code = 0;
        for same in keys.chunk_by_mut(|(one, _), (other, _)| one == other) {
            let stands = |one: u32, other: u32| match (value(one), value(other)) {
                (Some(one), Some(other)) => order(one, other),
                _ => Ordering::Equal,
            };
            let (_, first) = *same.first()?;
            if same.iter().any(|(_, row)| stands(first, *row).is_ne()) {
                same.sort_unstable_by(|(_, one), (_, other)| stands(*one, *other));
            }
            for equal in same.chunk_by(|(_, one), (_, other)| stands(*one, *other).is_eq()) {
                code += 1;
                let (_, first) = equal.first()?;
                values.push(value(*first)?)?;
                for (_, row) in equal {
                    *codes.get_mut(usize::try_from(*row).ok()?)? = code;
                }
            }
        }
        values.shrink_to_fit();
        Some(Self {
            codes: Codes::new(&codes, code),
            values,
            rows: records.len(),
        })
    }

    pub(super) const fn codes(&self) -> &Codes {
        &self.codes
    }

    /// How many records it was built from.
    pub(super) const fn rows(&self) -> usize {
        self.rows
    }

    /// The different values, in order. The code of each is its place here and 1.
    pub(super) const fn values(&self) -> &Values {
        &self.values
    }

    pub(super) fn bytes(&self) -> usize {
        self.codes.bytes() + self.values.bytes()
    }
}

/// How two values of one field stand to each other, as its literals do. Sets have an order only here, by their texts.
fn order(one: &FieldValue<'_>, other: &FieldValue<'_>) -> Ordering {
    match (one, other) {
        (FieldValue::Text(one), FieldValue::Text(other)) => one.cmp(other),
        (FieldValue::Int(one), FieldValue::Int(other)) => one.cmp(other),
        (FieldValue::Decimal(one), FieldValue::Decimal(other)) => one.cmp(other),
        (FieldValue::Bool(one), FieldValue::Bool(other)) => one.cmp(other),
        (FieldValue::Date(one), FieldValue::Date(other)) => one.cmp(other),
        (FieldValue::Timestamp(one), FieldValue::Timestamp(other)) => one.cmp(other),
        (FieldValue::Uuid(one), FieldValue::Uuid(other)) => one.cmp(other),
        (FieldValue::Set(one), FieldValue::Set(other)) => one.iter().cmp(other.iter()),
        // One field has values of one type.
        _ => Ordering::Equal,
    }
}

/// A number that is no greater for a value before another one of its type. Numbers are sorted several times faster than
/// texts, and only values of the same number have to be compared.
fn key(value: &FieldValue<'_>) -> u64 {
    match value {
        FieldValue::Absent | FieldValue::Set(_) => 0,
        FieldValue::Text(text) => {
            let mut first = [0; 8];
            for (to, byte) in first.iter_mut().zip(text.bytes()) {
                *to = byte;
            }
            u64::from_be_bytes(first)
        }
        FieldValue::Int(int) => ascending(*int),
        FieldValue::Decimal(decimal) => {
            let whole = decimal.mantissa() / 10_i128.pow(decimal.scale());
            let limit = if whole < 0 { i64::MIN } else { i64::MAX };
            ascending(i64::try_from(whole).unwrap_or(limit))
        }
        FieldValue::Bool(bool) => u64::from(*bool),
        FieldValue::Date(date) => ascending(date.num_days_from_ce().into()),
        FieldValue::Timestamp(at) => ascending(at.as_datetime().timestamp_micros()),
        FieldValue::Uuid(uuid) => uuid.as_u64_pair().0,
    }
}

const fn ascending(int: i64) -> u64 {
    int.cast_unsigned() ^ (1 << 63)
}
