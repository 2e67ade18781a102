//! JSON Schemas for offers' data: compiled once, checked at every write, and compared with what is live.

use std::{fmt, sync::Arc};

use jsonschema::{Draft, PatternOptions, ValidationError, Validator, error::ValidationErrorKind};
use serde_json::Value;

mod bounds;
mod compatibility;
mod violation;

pub use compatibility::{Break, CompatibilityReport};
pub use violation::{SchemaViolation, SchemaViolations};

/// The most memory of one compiled pattern.
const MAX_PATTERN_BYTES: usize = 1_048_576;

/// Up to how many subschemas times values every violation is looked for. The validator keeps an error of some hundred
/// bytes for each pair before it yields the first; `anyOf` over a long list took 12 GB.
const MAX_WORK_FOR_ALL: usize = 200_000;

/// The `$schema`s that a schema may name. In older drafts a member `id` changes what references mean.
const DRAFTS: [&str; 4] = [
    "https://json-schema.org/draft/2020-12/schema",
    "https://json-schema.org/draft/2019-09/schema",
    "http://json-schema.org/draft-07/schema",
    "http://json-schema.org/draft-06/schema",
];

/// A compiled JSON Schema, cheap to clone.
///
/// It is read as draft 2020-12 unless its `$schema` names 2019-09, draft-07 or draft-06. `format` is enforced where the
/// format is a known one. A tenant's people write schemas, so:
///
/// - nothing is loaded: a reference leads into the schema itself (`#/$defs/rate`);
/// - patterns run in linear time, so they have no look-around and no back-references;
/// - size, depth and the number of subschemas are limited, and a schema is not recursive, so that no schema can
///   exhaust time or the stack.
///
/// ```
/// use offerkit_core::schema::OfferSchema;
/// use serde_json::json;
///
/// let schema = OfferSchema::compile(&json!({
///     "type": "object",
///     "properties": { "rate": { "$ref": "#/$defs/percent" } },
///     "required": ["rate"],
///     "$defs": { "percent": { "type": "number", "maximum": 100 } },
/// }))?;
/// assert!(schema.check(&json!({ "rate": 11.5 })).is_ok());
///
/// let violations = schema.check(&json!({ "rate": 1150 })).unwrap_err();
/// assert_eq!(violations.to_string(), "at `/rate`: 1150 is greater than the maximum of 100");
/// # Ok::<_, offerkit_core::schema::SchemaError>(())
/// ```
#[derive(Clone)]
pub struct OfferSchema {
    validator: Arc<Validator>,
    subschemas: usize,
}

/// A schema that no tenant may have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SchemaError {
    /// Not a JSON object.
    #[error("a schema is a JSON object")]
    NotAnObject,
    /// Larger than [`OfferSchema::MAX_BYTES`].
    #[error("a schema has {bytes} bytes, {max} are allowed", max = OfferSchema::MAX_BYTES)]
    TooLarge {
        /// The size of its text.
        bytes: usize,
    },
    /// Nested deeper than [`OfferSchema::MAX_DEPTH`].
    #[error("the schema is nested deeper than {max} levels at `{pointer}`", max = OfferSchema::MAX_DEPTH)]
    TooDeep {
        /// An RFC 6901 pointer into the schema.
        pointer: String,
    },
    /// More than [`OfferSchema::MAX_SUBSCHEMAS`], or more than [`OfferSchema::MAX_PATH`] on one path.
    #[error(
        "the schema is too complex: with its references followed it has more than {subschemas} subschemas, or {path} on one path",
        subschemas = OfferSchema::MAX_SUBSCHEMAS, path = OfferSchema::MAX_PATH
    )]
    TooComplex,
    /// A reference that cannot be followed.
    #[error("the reference `{reference}` at `{pointer}` {reason}")]
    Reference {
        /// An RFC 6901 pointer into the schema.
        pointer: String,
        /// What the reference says.
        reference: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// Something else that is no schema of its draft, or not supported here.
    #[error("the schema is wrong at `{pointer}`: {message}")]
    Invalid {
        /// An RFC 6901 pointer into the schema.
        pointer: String,
        /// What is wrong.
        message: String,
    },
}

impl OfferSchema {
    /// The most bytes of a schema's text.
    pub const MAX_BYTES: usize = 262_144;
    /// The deepest nesting of objects and arrays in a schema.
    pub const MAX_DEPTH: usize = 64;
    /// The most subschemas, counted as often as references lead to them: a few definitions that each refer twice to the
    /// next would take years to check.
    pub const MAX_SUBSCHEMAS: usize = 5_000;
    /// The most subschemas inside of one another, with references followed. Each takes a piece of the stack.
    pub const MAX_PATH: usize = 256;

    /// Reads a schema.
    ///
    /// # Errors
    ///
    /// [`SchemaError`] with the place of what is wrong.
    pub fn compile(schema: &Value) -> Result<Self, SchemaError> {
        let subschemas = bounds::check(schema)?;
        let mut options = jsonschema::options()
            // Another crate of the same build may enable the features that load references over HTTP.
            .offline()
            .should_validate_formats(true)
            .with_pattern_options(
                PatternOptions::regex()
                    .size_limit(MAX_PATTERN_BYTES)
                    .dfa_size_limit(MAX_PATTERN_BYTES),
            );
        match schema.get("$schema") {
            None => options = options.with_draft(Draft::Draft202012),
            Some(Value::String(draft)) if DRAFTS.contains(&draft.trim_end_matches('#')) => {}
            Some(other) => {
                return Err(SchemaError::Invalid {
                    pointer: "/$schema".to_owned(),
                    message: format!(
                        "{} is not supported: there are {}",
                        violation::shown(other),
                        DRAFTS.join(", ")
                    ),
                });
            }
        }
        let validator = options.build(schema).map_err(|error| {
            let is_pattern = matches!(error.kind(), ValidationErrorKind::Format { format } if format == "regex");
            let message = if is_pattern {
                format!(
                    "{} is not a pattern of linear time: it has look-around, a back-reference or an error, or is too large",
                    violation::shown(error.instance())
                )
            } else {
                violation::message(cause(&error))
            };
            SchemaError::Invalid {
                pointer: error.instance_path().as_str().to_owned(),
                message,
            }
        })?;
        Ok(Self {
            validator: Arc::new(validator),
            subschemas,
        })
    }

    /// Checks an offer's data.
    ///
    /// # Errors
    ///
    /// [`SchemaViolations`], in the order of the data. Where both the data and the schema are very large, they are only
    /// the first that was found.
    pub fn check(&self, data: &Value) -> Result<(), SchemaViolations> {
        let violations = if self.subschemas.saturating_mul(values(data)) <= MAX_WORK_FOR_ALL {
            SchemaViolations::of(self.validator.iter_errors(data), data)
        } else {
            SchemaViolations::of(self.validator.validate(data).err().into_iter(), data)
        };
        violations.map_or(Ok(()), Err)
    }
}

/// How many values there are in a value, with itself.
fn values(value: &Value) -> usize {
    match value {
        Value::Object(members) => members.values().map(values).sum::<usize>() + 1,
        Value::Array(items) => items.iter().map(values).sum::<usize>() + 1,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => 1,
    }
}

impl fmt::Debug for OfferSchema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OfferSchema").finish_non_exhaustive()
    }
}

/// Of an error about alternatives, the one that lists values: `"objekt"` is a misspelt type before it is no list.
fn cause<'a>(error: &'a ValidationError<'static>) -> &'a ValidationError<'static> {
    let (ValidationErrorKind::AnyOf { context } | ValidationErrorKind::OneOfNotValid { context }) =
        error.kind()
    else {
        return error;
    };
    context
        .iter()
        .flatten()
        .find(|inner| matches!(inner.kind(), ValidationErrorKind::Enum { .. }))
        .unwrap_or(error)
}

#[cfg(test)]
mod tests;
