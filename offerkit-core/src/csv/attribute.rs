//! Attributes of the types that the catalog declares.

use serde_json::{Number, Value};

use super::RowProblem;
use crate::{criteria::FieldType, id::CustomerId};

/// Between the texts of a set.
const BETWEEN: char = '|';

/// The JSON in which an attribute of this type is stored, out of a text that is not empty. Dates and timestamps are left to
/// the catalog, which brings them to one form.
pub(super) fn value(field_type: &FieldType, text: &str) -> Result<Value, RowProblem> {
    let read = match field_type {
        FieldType::Text | FieldType::Date | FieldType::Timestamp => Some(text.into()),
        FieldType::Enum { values } => {
            let is_listed = values.iter().any(|value| **value == *text);
            is_listed.then(|| text.into())
        }
        FieldType::Int => text.parse::<i64>().ok().map(Value::from),
        FieldType::Decimal { precision, scale } => decimal(text, *precision, *scale),
        FieldType::Bool => boolean(text).map(Value::from),
        FieldType::Set => set(text),
        // Any id reads a UUID, and writes it in its canonical form.
        FieldType::Uuid => {
            let uuid: Option<CustomerId> = text.parse().ok();
            uuid.map(|uuid| uuid.to_string().into())
        }
    };
    read.ok_or_else(|| RowProblem::attribute(text, expected(field_type)))
}

fn expected(field_type: &FieldType) -> String {
    match field_type {
        FieldType::Text => "a text".to_owned(),
        FieldType::Enum { values } => {
            let values: Vec<_> = values.iter().map(|value| format!("`{value}`")).collect();
            format!("one of {}", values.join(", "))
        }
        FieldType::Int => "a whole number of 64 bits".to_owned(),
        FieldType::Decimal { precision, scale } => {
            let whole = precision.saturating_sub(*scale);
            format!("a number with at most {whole} digits before the point and {scale} behind it")
        }
        FieldType::Bool => "`true` or `false`".to_owned(),
        FieldType::Date => "a date as `YYYY-MM-DD`".to_owned(),
        FieldType::Timestamp => "a timestamp with an offset".to_owned(),
        FieldType::Set => format!("texts with `{BETWEEN}` between them, or a JSON array of texts"),
        FieldType::Uuid => "a UUID".to_owned(),
    }
}

/// Plain digits with a point. The catalog lets attributes have no more of them than come back from JSON.
fn decimal(text: &str, precision: u32, scale: u32) -> Option<Value> {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, "0"));
    let is_number =
        |digits: &str| !digits.is_empty() && digits.bytes().all(|it| it.is_ascii_digit());
    if !is_number(whole) || !is_number(fraction) {
        return None;
    }
    let length = |digits: &str| u32::try_from(digits.len()).unwrap_or(u32::MAX);
    let fits = length(whole.trim_start_matches('0')) <= precision.saturating_sub(scale)
        && length(fraction.trim_end_matches('0')) <= scale;
    let number = text.parse().ok().filter(|_| fits)?;
    Number::from_f64(number).map(Value::Number)
}

/// The words that `is_active` takes.
fn boolean(text: &str) -> Option<bool> {
    let is = |words: [&str; 4]| words.iter().any(|word| text.eq_ignore_ascii_case(word));
    if is(["true", "t", "yes", "1"]) {
        Some(true)
    } else {
        is(["false", "f", "no", "0"]).then_some(false)
    }
}

/// Each text once; the set is the same whatever their order was.
fn set(text: &str) -> Option<Value> {
    let mut texts: Vec<String> = if text.starts_with('[') {
        serde_json::from_str(text).ok()?
    } else {
        let texts = text.split(BETWEEN).map(str::trim);
        let texts = texts.filter(|text| !text.is_empty());
        texts.map(str::to_owned).collect()
    };
    texts.sort_unstable();
    texts.dedup();
    Some(texts.into())
}
