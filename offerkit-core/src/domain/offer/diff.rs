//! What changed between two revisions, member by member.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::pointer;

/// One place where two JSON values differ.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// An RFC 6901 pointer to the place.
    pub pointer: String,
    /// What stood there before; `None` where nothing did.
    pub before: Option<Value>,
    /// What stands there now; `None` where nothing does.
    pub after: Option<Value>,
}

/// The places where `after` differs from `before`, in document order. Objects are compared member by member,
/// arrays item by item, everything else as a whole.
///
/// ```
/// use offerkit_core::domain::diff;
/// use serde_json::json;
///
/// let changes = diff(&json!({"rate": 12, "tags": ["a"]}), &json!({"rate": 11, "tags": ["a", "b"]}));
/// let places: Vec<_> = changes.iter().map(|change| change.pointer.as_str()).collect();
/// assert_eq!(places, ["/rate", "/tags/1"]);
/// ```
#[must_use]
pub fn diff(before: &Value, after: &Value) -> Vec<Change> {
    let mut changes = Vec::new();
    compare(&mut changes, String::new(), Some(before), Some(after));
    changes
}

fn compare(
    changes: &mut Vec<Change>,
    pointer: String,
    before: Option<&Value>,
    after: Option<&Value>,
) {
    match (before, after) {
        (Some(Value::Object(old)), Some(Value::Object(new))) => {
            let mut names: Vec<_> = old.keys().chain(new.keys()).collect();
            names.sort_unstable();
            names.dedup();
            for name in names {
                compare(
                    changes,
                    pointer::below(&pointer, name),
                    old.get(name),
                    new.get(name),
                );
            }
        }
        (Some(Value::Array(old)), Some(Value::Array(new))) => {
            for index in 0..old.len().max(new.len()) {
                compare(
                    changes,
                    format!("{pointer}/{index}"),
                    old.get(index),
                    new.get(index),
                );
            }
        }
        (before, after) if before == after => {}
        (before, after) => changes.push(Change {
            pointer,
            before: before.cloned(),
            after: after.cloned(),
        }),
    }
}
