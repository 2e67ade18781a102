//! One text for one JSON value, so that equal content has an equal digest.
//!
//! The form is that of RFC 8785 (member names sorted, no space, shortest escapes) but for two points: members are
//! sorted by code point, and integers keep all 64 bits, since amounts in minor units may exceed 2^53. A number with
//! an integral value is written as an integer: `1.0` and `1` are one number.

use std::fmt::Write as _;

use serde_json::{Map, Number, Value};

/// The canonical text of `value`.
///
/// ```
/// use offerkit_core::canonical::canonical_text;
/// use serde_json::json;
///
/// assert_eq!(canonical_text(&json!({"b": 1.0, "a": [true, null]})), r#"{"a":[true,null],"b":1}"#);
/// ```
#[must_use]
pub fn canonical_text(value: &Value) -> String {
    let mut text = String::new();
    write_value(&mut text, value);
    text
}

fn write_value(text: &mut String, value: &Value) {
    match value {
        Value::Null => text.push_str("null"),
        Value::Bool(true) => text.push_str("true"),
        Value::Bool(false) => text.push_str("false"),
        Value::Number(number) => write_number(text, number),
        Value::String(string) => write_string(text, string),
        Value::Array(items) => {
            text.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    text.push(',');
                }
                write_value(text, item);
            }
            text.push(']');
        }
        Value::Object(members) => write_object(text, members),
    }
}

fn write_object(text: &mut String, members: &Map<String, Value>) {
    // A host may have switched on serde_json's `preserve_order`, so the order is made here.
    let mut sorted: Vec<_> = members.iter().collect();
    sorted.sort_unstable_by_key(|(name, _)| *name);
    text.push('{');
    for (index, (name, value)) in sorted.into_iter().enumerate() {
        if index > 0 {
            text.push(',');
        }
        write_string(text, name);
        text.push(':');
        write_value(text, value);
    }
    text.push('}');
}

fn write_number(text: &mut String, number: &Number) {
    /// Every integer up to 2^53 is exact as an `f64`.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    match number.as_f64() {
        Some(float) if number.is_f64() && float.fract() == 0.0 && float.abs() <= EXACT => {
            // `{:.0}` writes an integral float without a fraction; adding zero turns -0 into 0.
            // Writing to a `String` cannot fail.
            let _written = write!(text, "{:.0}", float + 0.0);
        }
        _ => text.push_str(&number.to_string()),
    }
}

fn write_string(text: &mut String, string: &str) {
    text.push_str(&Value::String(string.to_owned()).to_string());
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn member_order_and_integral_floats_do_not_matter() {
        let one: Value = serde_json::from_str(r#"{"b":[1.0,-0.0,1e3],"a":"é\u0001"}"#).unwrap();
        assert_eq!(
            canonical_text(&one),
            "{\"a\":\"é\\u0001\",\"b\":[1,0,1000]}"
        );
    }

    #[test]
    fn large_integers_keep_every_digit() {
        assert_eq!(canonical_text(&json!(u64::MAX)), "18446744073709551615");
        assert_eq!(canonical_text(&json!(i64::MIN)), "-9223372036854775808");
        assert_eq!(canonical_text(&json!(0.1)), "0.1");
    }

    #[test]
    fn canonical_text_is_a_fixed_point() {
        let value = json!({"z": {"y": [1.5, 2.0, "\u{2028}"]}, "a": null});
        let text = canonical_text(&value);
        let again: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(canonical_text(&again), text);
    }
}
