//! An offer's content: a JSON object with one canonical text and its digest.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{canonical::canonical_text, digest::Digest, pointer};

/// A JSON object that an offer proposes, within limits.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(try_from = "Value", into = "Value")]
pub struct OfferContent {
    value: Value,
    canonical: Box<str>,
    digest: Digest,
}

/// Contents are equal where their canonical texts are: `1.0` and `1` are one number, whoever read them.
impl PartialEq for OfferContent {
    fn eq(&self, other: &Self) -> bool {
        self.canonical == other.canonical
    }
}

impl Eq for OfferContent {}

/// Content that no offer may have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ContentError {
    /// Not a JSON object.
    #[error("an offer's data is a JSON object, not {found}")]
    NotAnObject {
        /// What was found.
        found: &'static str,
    },
    /// Larger than [`OfferContent::MAX_BYTES`].
    #[error("an offer's data has {bytes} bytes, {max} are allowed", max = OfferContent::MAX_BYTES)]
    TooLarge {
        /// The size of the canonical text.
        bytes: usize,
    },
    /// Nested deeper than [`OfferContent::MAX_DEPTH`].
    #[error("an offer's data is nested deeper than {max} levels at `{pointer}`", max = OfferContent::MAX_DEPTH)]
    TooDeep {
        /// An RFC 6901 pointer to the place.
        pointer: String,
    },
    /// A text with U+0000, which no database holds.
    #[error("the text at `{pointer}` has the character U+0000")]
    NulCharacter {
        /// An RFC 6901 pointer to the place.
        pointer: String,
    },
}

impl OfferContent {
    /// The most bytes of canonical text.
    pub const MAX_BYTES: usize = 65_536;
    /// The deepest nesting of objects and arrays.
    pub const MAX_DEPTH: usize = 32;

    /// The object.
    #[must_use]
    pub const fn value(&self) -> &Value {
        &self.value
    }

    /// The canonical text, which the digest is of.
    #[must_use]
    pub fn canonical(&self) -> &str {
        &self.canonical
    }

    /// What an approval binds to.
    #[must_use]
    pub const fn digest(&self) -> Digest {
        self.digest
    }
}

impl TryFrom<Value> for OfferContent {
    type Error = ContentError;

    fn try_from(value: Value) -> Result<Self, ContentError> {
        if !value.is_object() {
            return Err(ContentError::NotAnObject {
                found: kind(&value),
            });
        }
        check(&value, &mut String::new(), 1)?;
        let canonical: Box<str> = canonical_text(&value).into();
        if canonical.len() > Self::MAX_BYTES {
            return Err(ContentError::TooLarge {
                bytes: canonical.len(),
            });
        }
        let digest = Digest::of(canonical.as_bytes());
        Ok(Self {
            value,
            canonical,
            digest,
        })
    }
}

impl From<OfferContent> for Value {
    fn from(content: OfferContent) -> Self {
        content.value
    }
}

const fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

/// Walks down at most [`OfferContent::MAX_DEPTH`] levels, keeping the pointer to where it is.
fn check(value: &Value, pointer: &mut String, depth: usize) -> Result<(), ContentError> {
    let too_deep = |pointer: &String| ContentError::TooDeep {
        pointer: pointer.clone(),
    };
    let step = |name: &str, value: &Value, pointer: &mut String| {
        let length = pointer.len();
        pointer::push(pointer, name);
        if name.contains('\0') {
            return Err(ContentError::NulCharacter {
                pointer: pointer.clone(),
            });
        }
        check(value, pointer, depth + 1)?;
        pointer.truncate(length);
        Ok(())
    };
    match value {
        Value::Object(_) | Value::Array(_) if depth > OfferContent::MAX_DEPTH => {
            Err(too_deep(pointer))
        }
        Value::Object(members) => members
            .iter()
            .try_for_each(|(name, value)| step(name, value, pointer)),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .try_for_each(|(index, value)| step(&index.to_string(), value, pointer)),
        Value::String(text) if text.contains('\0') => Err(ContentError::NulCharacter {
            pointer: pointer.clone(),
        }),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn equal_content_has_one_digest() {
        let one = OfferContent::try_from(json!({"rate": 12.0, "name": "Gold"})).unwrap();
        let two: Value = serde_json::from_str(r#"{ "name": "Gold", "rate": 12 }"#).unwrap();
        let two = OfferContent::try_from(two).unwrap();
        assert_eq!(one.digest(), two.digest());
        assert_eq!(one, two);
    }

    #[test]
    fn what_no_database_holds_is_refused_with_its_place() {
        let error = |value: Value| OfferContent::try_from(value).unwrap_err().to_string();
        assert_eq!(
            error(json!([1])),
            "an offer's data is a JSON object, not an array"
        );
        assert_eq!(
            error(json!({"a/b": ["x", "y\0"]})),
            "the text at `/a~1b/1` has the character U+0000"
        );
        let mut deep = json!(1);
        for _ in 0..40 {
            deep = json!({ "d": deep });
        }
        assert!(error(deep).contains("nested deeper than 32 levels at `/d/d"));
        assert!(error(json!({"d": "x".repeat(70_000)})).contains("65536 are allowed"));
    }
}
