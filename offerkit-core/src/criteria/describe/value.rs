//! Values in a sentence.

use super::list::List;
use crate::criteria::literal::Literal;
use crate::criteria::record::FieldValue;
use crate::time::Timestamp;

/// The value of a record; nothing where there is none.
pub(in crate::criteria) fn value(value: &FieldValue<'_>) -> Option<String> {
    Some(match value {
        FieldValue::Absent => return None,
        FieldValue::Text(text) => clipped(text),
        FieldValue::Int(value) => value.to_string(),
        FieldValue::Decimal(value) => value.to_string(),
        FieldValue::Bool(value) => value.to_string(),
        FieldValue::Date(value) => value.to_string(),
        FieldValue::Timestamp(value) => moment(*value),
        FieldValue::Uuid(value) => value.to_string(),
        FieldValue::Set(set) => {
            let texts: Vec<&str> = set.iter().collect();
            List::new(&texts, |text| clipped(text)).set()
        }
    })
}

/// A literal of a document.
pub(super) fn shown(literal: &Literal) -> String {
    match literal {
        Literal::Text(text) => quoted(text),
        Literal::Int(value) => value.to_string(),
        Literal::Decimal(value) => value.to_string(),
        Literal::Bool(value) => value.to_string(),
        Literal::Date(value) => value.to_string(),
        Literal::Timestamp(value) => moment(*value),
        Literal::Uuid(value) => value.to_string(),
    }
}

/// A text in double quotes. What cannot be seen, or would turn the direction of the sentence, is escaped.
pub(super) fn quoted(text: &impl AsRef<str>) -> String {
    let parts = text.as_ref().split('\'');
    let parts: Vec<String> = parts.map(|part| part.escape_debug().to_string()).collect();
    format!("\"{}\"", parts.join("'"))
}

/// So many characters of a record's text are shown.
const SHOWN_CHARS: usize = 100;

fn clipped(text: &str) -> String {
    let shown: String = text.chars().take(SHOWN_CHARS).collect();
    let more = if shown.len() < text.len() { "…" } else { "" };
    format!("{}{more}", quoted(&shown))
}

/// `2026-01-31 09:30:00 UTC`; fractions of a second where there are any.
fn moment(at: Timestamp) -> String {
    at.as_datetime()
        .format("%Y-%m-%d %H:%M:%S%.f UTC")
        .to_string()
}
