//! The one text of a normalised condition, which its digest is taken of.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde_json::Value;

use super::expr::{Expr, Predicate, Test};

/// The canonical document: sorted names, no shorthand, plain decimals, no space. Reading it gives the same condition.
///
/// It has no `$v`, since its absence means version 1 for ever.
pub(super) fn print(expr: &Expr) -> String {
    let mut fields: BTreeMap<&str, Vec<&Predicate>> = BTreeMap::new();
    collect(expr, &mut fields);
    if fields.is_empty() {
        return r#"{"$everyone":true}"#.to_owned();
    }
    let members = fields
        .iter()
        .map(|(name, predicates)| format!("{}:{}", Value::from(*name), test(predicates)));
    format!("{{{}}}", members.collect::<Vec<_>>().join(","))
}

fn collect<'e>(expr: &'e Expr, fields: &mut BTreeMap<&'e str, Vec<&'e Predicate>>) {
    match expr {
        Expr::Everyone => {}
        Expr::All(parts) => parts.iter().for_each(|part| collect(part, fields)),
        Expr::Test(test) => add(test, fields),
    }
}

fn add<'e>(test: &'e Test, fields: &mut BTreeMap<&'e str, Vec<&'e Predicate>>) {
    fields
        .entry(test.field().name())
        .or_default()
        .push(test.predicate());
}

fn test(predicates: &[&Predicate]) -> String {
    let both = predicates.contains(&&Predicate::Exists(true))
        && predicates.contains(&&Predicate::Exists(false));
    let mut text = String::new();
    for predicate in predicates {
        let separator = if text.is_empty() { '{' } else { ',' };
        text.push(separator);
        // Writing to a `String` does not fail.
        let _ = match predicate {
            Predicate::Equals(literal) => write!(text, r#""$eq":{literal}"#),
            // One object cannot have two members `$exists`, and `$eq` of null means the same as the first.
            Predicate::Exists(false) if both => write!(text, r#""$eq":null"#),
            Predicate::Exists(present) => write!(text, r#""$exists":{present}"#),
        };
    }
    text.push('}');
    text
}
