//! The types of attributes, as options and case files write them.

use offerkit::criteria::{FieldDefinition, FieldType};
use serde::Deserialize;
use serde_json::Value;

/// The digits of `decimal` without more: all that an attribute can have, six of them behind the point.
const DECIMAL: FieldType = FieldType::Decimal {
    precision: 15,
    scale: 6,
};

/// The attribute that `name:type` declares.
pub(crate) fn option(text: &str) -> Result<FieldDefinition, String> {
    let (name, field_type) = text
        .split_once(':')
        .ok_or_else(|| format!("`{text}` is not NAME:TYPE, such as `tier:text`"))?;
    attribute(name, named(field_type)?)
}

/// The attribute that a member of a case's `fields` declares: a type's name, or an object.
pub(crate) fn member(name: &str, value: &Value) -> Result<FieldDefinition, String> {
    if let Some(text) = value.as_str() {
        return attribute(name, named(text)?);
    }
    let wrong = |error: serde_json::Error| format!("field `{name}`: {error}");
    let declared = Declared::deserialize(value).map_err(wrong)?;
    let field_type = match (declared.values, declared.field_type) {
        (Some(values), None) => FieldType::Enum { values },
        (None, Some(text)) => named(&text)?,
        _ => return Err(format!("field `{name}` needs one of `enum` and `type`")),
    };
    let mut field = attribute(name, field_type)?;
    if declared.required {
        field = field.required();
    }
    if declared.indexed {
        field = field.indexed();
    }
    if declared.retired {
        field = field.retired();
    }
    if declared.protected {
        field = field.protected();
    }
    Ok(field)
}

/// A field with flags.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
#[derive(Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "the flags are independent of each other"
)]
struct Declared {
    #[serde(rename = "enum")]
    values: Option<Vec<Box<str>>>,
    #[serde(rename = "type")]
    field_type: Option<String>,
    required: bool,
    indexed: bool,
    retired: bool,
    protected: bool,
}

fn attribute(name: &str, field_type: FieldType) -> Result<FieldDefinition, String> {
    FieldDefinition::attribute(name, field_type).map_err(|error| error.to_string())
}

/// `text`, `decimal`, `decimal(15,2)`, `enum(gold,silver)`, …
fn named(text: &str) -> Result<FieldType, String> {
    let parameters = |name: &str| {
        let rest = text.strip_prefix(name)?.strip_prefix('(')?;
        rest.strip_suffix(')')
    };
    if let Some(values) = parameters("enum") {
        let values = values.split(',').map(|value| value.trim().into()).collect();
        return Ok(FieldType::Enum { values });
    }
    if let Some(digits) = parameters("decimal") {
        return digits
            .split_once(',')
            .and_then(|(precision, scale)| {
                let precision = precision.trim().parse().ok()?;
                let scale = scale.trim().parse().ok()?;
                Some(FieldType::Decimal { precision, scale })
            })
            .ok_or_else(|| format!("`{text}` is not decimal(PRECISION,SCALE)"));
    }
    Ok(match text {
        "text" => FieldType::Text,
        "int" => FieldType::Int,
        "decimal" => DECIMAL,
        "bool" => FieldType::Bool,
        "date" => FieldType::Date,
        "timestamp" => FieldType::Timestamp,
        "set" => FieldType::Set,
        "uuid" => FieldType::Uuid,
        _ => {
            let known = "text, int, decimal, decimal(P,S), bool, date, timestamp, set, uuid and enum(A,B,…)";
            return Err(format!("`{text}` is no type; the types are {known}"));
        }
    })
}
