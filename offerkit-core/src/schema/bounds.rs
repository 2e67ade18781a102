//! The limits of a schema, found before the validator is built: with a few kilobytes of references it would exhaust the
//! stack, which ends the process, or check one value for years.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::{OfferSchema, SchemaError};
use crate::pointer::{below, push};

/// Keywords whose value is a schema.
const SINGLE: [&str; 11] = [
    "additionalItems",
    "additionalProperties",
    "contains",
    "else",
    "if",
    "items",
    "not",
    "propertyNames",
    "then",
    "unevaluatedItems",
    "unevaluatedProperties",
];
/// Keywords whose value is a list of schemas; `items` is one in older drafts.
const LISTS: [&str; 5] = ["allOf", "anyOf", "items", "oneOf", "prefixItems"];
/// Keywords whose value has schemas as members; those of `dependencies` may also be lists of names.
const MAPS: [&str; 4] = [
    "dependencies",
    "dependentSchemas",
    "patternProperties",
    "properties",
];
/// Keywords whose members are schemas that only references lead to.
const DEFINITIONS: [&str; 2] = ["$defs", "definitions"];

const OUTSIDE: &str = "leads outside of the schema: put its target under `$defs`";
const NOWHERE: &str = "leads nowhere";
const RECURSIVE: &str = "leads back to itself: a schema is not recursive";

/// Checks all that the validator would not survive, and answers how many subschemas there are with references followed.
pub(super) fn check(schema: &Value) -> Result<usize, SchemaError> {
    if !schema.is_object() {
        return Err(SchemaError::NotAnObject);
    }
    check_depth(schema, &mut String::new(), 1)?;
    let bytes = schema.to_string().len();
    if bytes > OfferSchema::MAX_BYTES {
        return Err(SchemaError::TooLarge { bytes });
    }
    let mut walk = Walk {
        root: schema,
        anchors: HashMap::new(),
        measured: HashMap::new(),
    };
    walk.find_anchors(schema, "")?;
    Ok(walk.measure(schema, "", 1)?.subschemas)
}

fn check_depth(value: &Value, pointer: &mut String, depth: usize) -> Result<(), SchemaError> {
    if depth > OfferSchema::MAX_DEPTH && (value.is_object() || value.is_array()) {
        return Err(SchemaError::TooDeep {
            pointer: pointer.clone(),
        });
    }
    let mut step = |token: &str, value: &Value| {
        let length = pointer.len();
        push(pointer, token);
        check_depth(value, pointer, depth + 1)?;
        pointer.truncate(length);
        Ok(())
    };
    match value {
        Value::Object(members) => members
            .iter()
            .try_for_each(|(name, value)| step(name, value)),
        Value::Array(items) => {
            let mut items = items.iter().enumerate();
            items.try_for_each(|(index, value)| step(&index.to_string(), value))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Ok(()),
    }
}

/// How much a schema is, with its references followed.
#[derive(Clone, Copy)]
struct Size {
    subschemas: usize,
    path: usize,
}

struct Walk<'a> {
    root: &'a Value,
    /// Where the anchors stand.
    anchors: HashMap<&'a str, (String, &'a Value)>,
    /// The sizes of what references lead to; none while it is being measured.
    measured: HashMap<String, Option<Size>>,
}

impl<'a> Walk<'a> {
    /// Visits every subschema where it stands, whether anything leads there or not.
    fn find_anchors(&mut self, schema: &'a Value, pointer: &str) -> Result<(), SchemaError> {
        let Some(members) = schema.as_object() else {
            return Ok(());
        };
        refuse_unsupported(members, pointer)?;
        for keyword in ["$anchor", "$dynamicAnchor"] {
            if let Some(anchor) = members.get(keyword).and_then(Value::as_str) {
                self.anchors.insert(anchor, (pointer.to_owned(), schema));
            }
        }
        for (pointer, subschema) in subschemas(members, pointer, &DEFINITIONS) {
            self.find_anchors(subschema, &pointer)?;
        }
        Ok(())
    }

    fn measure(
        &mut self,
        schema: &'a Value,
        pointer: &str,
        depth: usize,
    ) -> Result<Size, SchemaError> {
        let Some(members) = schema.as_object() else {
            return Ok(Size {
                subschemas: 1,
                path: 1,
            });
        };
        if depth > OfferSchema::MAX_PATH {
            return Err(SchemaError::TooComplex);
        }
        // A reference may lead to where no keyword of a schema does.
        refuse_unsupported(members, pointer)?;
        let mut total = Size {
            subschemas: 1,
            path: 1,
        };
        let mut add = |size: Size| {
            total.subschemas = total.subschemas.saturating_add(size.subschemas);
            total.path = total.path.max(size.path.saturating_add(1));
        };
        for (pointer, subschema) in subschemas(members, pointer, &[]) {
            add(self.measure(subschema, &pointer, depth + 1)?);
        }
        if let Some(Value::String(reference)) = members.get("$ref") {
            add(self.follow(reference, &below(pointer, "$ref"), depth + 1)?);
        }
        // To know what is unevaluated, the validator evaluates the rest once more.
        if members.contains_key("unevaluatedProperties") || members.contains_key("unevaluatedItems")
        {
            total.subschemas = total.subschemas.saturating_mul(2);
        }
        if total.path > OfferSchema::MAX_PATH || total.subschemas > OfferSchema::MAX_SUBSCHEMAS {
            return Err(SchemaError::TooComplex);
        }
        Ok(total)
    }

    fn follow(
        &mut self,
        reference: &str,
        pointer: &str,
        depth: usize,
    ) -> Result<Size, SchemaError> {
        let error = |reason| SchemaError::Reference {
            pointer: pointer.to_owned(),
            reference: reference.chars().take(200).collect(),
            reason,
        };
        let fragment = reference.strip_prefix('#').ok_or_else(|| error(OUTSIDE))?;
        let fragment = percent_decoded(fragment).ok_or_else(|| error(NOWHERE))?;
        let (target, schema) = if fragment.is_empty() || fragment.starts_with('/') {
            let schema = self.root.pointer(&fragment).ok_or_else(|| error(NOWHERE))?;
            (fragment, schema)
        } else {
            let anchor = self.anchors.get(fragment.as_str());
            anchor.cloned().ok_or_else(|| error(NOWHERE))?
        };
        match self.measured.get(&target) {
            Some(None) => Err(error(RECURSIVE)),
            // The path is added by the caller.
            Some(Some(size)) => Ok(*size),
            None => {
                self.measured.insert(target.clone(), None);
                let size = self.measure(schema, &target, depth)?;
                self.measured.insert(target, Some(size));
                Ok(size)
            }
        }
    }
}

/// The schemas directly inside of one, each with its pointer.
fn subschemas<'a>(
    members: &'a Map<String, Value>,
    pointer: &str,
    more_maps: &[&str],
) -> Vec<(String, &'a Value)> {
    let mut found = Vec::new();
    for (keyword, value) in members {
        let keyword = keyword.as_str();
        let here = below(pointer, keyword);
        match value {
            Value::Array(items) if LISTS.contains(&keyword) => found.extend(
                items
                    .iter()
                    .enumerate()
                    .map(|(index, item)| (format!("{here}/{index}"), item)),
            ),
            Value::Object(inner) if MAPS.contains(&keyword) || more_maps.contains(&keyword) => {
                found.extend(
                    inner
                        .iter()
                        .map(|(name, schema)| (below(&here, name), schema)),
                );
            }
            Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::String(_)
            | Value::Array(_)
            | Value::Object(_) => {
                if SINGLE.contains(&keyword) {
                    found.push((here, value));
                }
            }
        }
    }
    found
}

fn refuse_unsupported(members: &Map<String, Value>, pointer: &str) -> Result<(), SchemaError> {
    let refused = ["$dynamicRef", "$recursiveRef"]
        .into_iter()
        // Inside of the schema it would give references another meaning.
        .chain((!pointer.is_empty()).then_some("$id"))
        .find(|keyword| members.contains_key(*keyword));
    match refused {
        Some(keyword) => Err(SchemaError::Invalid {
            pointer: below(pointer, keyword),
            message: format!("`{keyword}` is not supported here"),
        }),
        None => Ok(()),
    }
}

fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digits = [rest.next()?, rest.next()?];
            let digits = str::from_utf8(&digits).ok()?;
            bytes.push(u8::from_str_radix(digits, 16).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}
