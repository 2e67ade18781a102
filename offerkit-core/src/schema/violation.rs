//! What is wrong with an offer's data.

use std::{
    fmt::{self, Write as _},
    slice, vec,
};

use jsonschema::{ValidationError, paths::LocationSegment};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The most violations that are looked at, before the first [`SchemaViolations::MAX`] of them are kept.
const MAX_READ: usize = 1_000;
/// The most characters of a value that a message repeats.
const MAX_SHOWN_CHARS: usize = 200;
/// The most characters of a message.
const MAX_MESSAGE_CHARS: usize = 600;

/// One place where data breaks its schema.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SchemaViolation {
    /// An RFC 6901 pointer into the data; empty for the data as a whole.
    pub pointer: String,
    /// The keyword of the schema that is broken, such as `maximum`.
    pub keyword: String,
    /// What is wrong, in a sentence. Values are repeated up to 200 characters.
    pub message: String,
}

impl fmt::Display for SchemaViolation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.pointer.as_str() {
            "" => write!(f, "at the top: {}", self.message),
            pointer => write!(f, "at `{pointer}`: {}", self.message),
        }
    }
}

/// Where data breaks its schema, in the order of the data; one place or more, and at most [`SchemaViolations::MAX`].
///
/// Its text has a line for each.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SchemaViolations(Vec<SchemaViolation>);

impl SchemaViolations {
    /// The most that are kept.
    pub const MAX: usize = 100;

    pub(super) fn of<'a>(
        errors: impl Iterator<Item = ValidationError<'a>>,
        data: &Value,
    ) -> Option<Self> {
        let mut errors: Vec<_> = errors
            .take(MAX_READ)
            .map(|error| (position(&error, data), error))
            .collect();
        // Stable: at one place the order is the schema's.
        errors.sort_by(|(one, _), (other, _)| one.cmp(other));
        let kept: Vec<_> = errors
            .iter()
            .take(Self::MAX)
            .map(|(_, error)| SchemaViolation {
                pointer: error.instance_path().as_str().to_owned(),
                keyword: error.kind().keyword().to_owned(),
                message: message(error),
            })
            .collect();
        (!kept.is_empty()).then_some(Self(kept))
    }

    /// The violations.
    #[must_use]
    pub fn as_slice(&self) -> &[SchemaViolation] {
        &self.0
    }

    /// The violations, one after the other.
    pub fn iter(&self) -> slice::Iter<'_, SchemaViolation> {
        self.0.iter()
    }
}

impl fmt::Display for SchemaViolations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, violation) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_char('\n')?;
            }
            violation.fmt(f)?;
        }
        Ok(())
    }
}

impl std::error::Error for SchemaViolations {}

impl IntoIterator for SchemaViolations {
    type Item = SchemaViolation;
    type IntoIter = vec::IntoIter<SchemaViolation>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a> IntoIterator for &'a SchemaViolations {
    type Item = &'a SchemaViolation;
    type IntoIter = slice::Iter<'a, SchemaViolation>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

/// Where an error stands in the data: at each level, how many members or items come before.
fn position(error: &ValidationError<'_>, data: &Value) -> Vec<usize> {
    let mut value = Some(data);
    error
        .instance_path()
        .iter()
        .map(|segment| match segment {
            LocationSegment::Property(name) => {
                let members = value.and_then(Value::as_object);
                value = members.and_then(|members| members.get(name.as_ref()));
                members
                    .and_then(|members| members.keys().position(|member| *member == name))
                    .unwrap_or(usize::MAX)
            }
            LocationSegment::Index(index) => {
                value = value.and_then(|value| value.get(index));
                index
            }
        })
        .collect()
}

/// The crate's sentence, begun in lower case and with the value not repeated at length.
pub(super) fn message(error: &ValidationError<'_>) -> String {
    let mut text = Short::new(MAX_MESSAGE_CHARS);
    let value = shown(error.instance());
    // An error says only that the text was cut.
    let _ = write!(text, "{}", error.masked_with(value.as_str()));
    let mut characters = text.text.chars();
    match characters.next() {
        Some(first) if first.is_ascii_uppercase() => {
            format!("{}{}", first.to_ascii_lowercase(), characters.as_str())
        }
        _ => text.text,
    }
}

/// The beginning of a value's text.
pub(super) fn shown(value: &Value) -> String {
    let mut text = Short::new(MAX_SHOWN_CHARS);
    let _ = write!(text, "{value}");
    text.text
}

/// A text that ends with `…` where there was no more room.
struct Short {
    text: String,
    room: usize,
}

impl Short {
    const fn new(room: usize) -> Self {
        Self {
            text: String::new(),
            room,
        }
    }
}

impl fmt::Write for Short {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for character in text.chars() {
            let Some(room) = self.room.checked_sub(1) else {
                self.text.push('…');
                return Err(fmt::Error);
            };
            self.room = room;
            self.text.push(character);
        }
        Ok(())
    }
}
