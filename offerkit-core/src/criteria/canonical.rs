//! The one text of a normalised condition, which its digest is taken of.

use std::fmt::{Display, Write};

use serde_json::Value;

use super::expr::{Expr, Leaf, Pattern, Predicate, Test, TextMatch};
use super::period::Period;
use super::received::Received;

/// The canonical document: sorted names, no shorthand, plain decimals, no space. Reading it gives the same condition.
///
/// It has no `$v`, since its absence means version 1 for ever.
pub(super) fn print(expr: &Expr) -> String {
    let mut text = String::new();
    write_expr(&mut text, expr);
    text
}

fn write_expr(out: &mut String, expr: &Expr) {
    match expr {
        Expr::Everyone => out.push_str(r#"{"$everyone":true}"#),
        Expr::Nobody => out.push_str(r#"{"$not":{"$everyone":true}}"#),
        Expr::All(parts) => write_group(out, "$and", parts),
        Expr::Any(parts) => write_group(out, "$or", parts),
        Expr::Holds(Leaf::Field(test)) => write_test(out, test, false),
        Expr::Fails(Leaf::Field(test)) => write_test(out, test, true),
        Expr::Holds(leaf) => write_leaf(out, leaf),
        Expr::Fails(leaf) => {
            out.push_str(r#"{"$not":"#);
            write_leaf(out, leaf);
            out.push('}');
        }
    }
}

fn write_group(out: &mut String, name: &str, parts: &[Expr]) {
    push(out, format_args!(r#"{{"{name}":["#));
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        write_expr(out, part);
    }
    out.push_str("]}");
}

fn write_leaf(out: &mut String, leaf: &Leaf) {
    match leaf {
        Leaf::Field(test) => write_test(out, test, false),
        Leaf::Received(received) => write_received(out, received),
        Leaf::Sample(sample) => {
            let (percent, salt) = (sample.percent(), json(sample.salt()));
            push(
                out,
                format_args!(r#"{{"$sample":{{"percent":{percent},"salt":{salt}}}}}"#),
            );
        }
    }
}

fn write_received(out: &mut String, received: &Received) {
    let at_least = received.at_least();
    push(
        out,
        format_args!(r#"{{"$received":{{"at_least":{at_least}"#),
    );
    let mut lists = |name, items: Vec<String>| {
        if !items.is_empty() {
            push(out, format_args!(r#","{name}":[{}]"#, items.join(",")));
        }
    };
    lists("campaign", quoted(received.campaigns()));
    lists("offer", quoted(received.offers()));
    let statuses: Vec<_> = received.statuses().iter().map(|it| it.as_str()).collect();
    lists("status", quoted(&statuses));
    if let Some(period) = received.within_last() {
        push(out, format_args!(r#","within_last":{}"#, json_of(period)));
    }
    out.push_str("}}");
}

fn write_test(out: &mut String, test: &Test, negated: bool) {
    push(out, format_args!("{{{}:", json(test.field().name())));
    match (test.predicate(), negated) {
        (Predicate::Exists, negated) => {
            push(out, format_args!(r#"{{"$exists":{}}}"#, !negated));
        }
        (predicate, true) => {
            out.push_str(r#"{"$not":"#);
            write_predicate(out, predicate);
            out.push('}');
        }
        (predicate, false) => write_predicate(out, predicate),
    }
    out.push('}');
}

fn write_predicate(out: &mut String, predicate: &Predicate) {
    let mut is = |name: &str, operand: &dyn Display| {
        push(out, format_args!(r#"{{"{name}":{operand}}}"#));
    };
    match predicate {
        Predicate::Exists => is("$exists", &true),
        Predicate::Equals(literal) => is("$eq", literal),
        Predicate::In(list) => is("$in", &list_of(list)),
        Predicate::Compare(by, literal) => is(by.as_str(), literal),
        Predicate::Text(at, pattern) => is(text_operator(*at, pattern), &json(pattern.text())),
        Predicate::FoldedIn(list) => is("$iin", &texts(list)),
        Predicate::HasAny(list) => is("$has_any", &texts(list)),
        Predicate::HasAll(list) => is("$has_all", &texts(list)),
        Predicate::Size(by, n) => is("$size", &format_args!(r#"{{"{}":{n}}}"#, by.as_str())),
        Predicate::Age(by, n) => is("$age", &format_args!(r#"{{"{}":{n}}}"#, by.as_str())),
        Predicate::WithinLast(period) => is("$within_last", &json_of(*period)),
        Predicate::WithinNext(period) => is("$within_next", &json_of(*period)),
        Predicate::OlderThan(period) => is("$older_than", &json_of(*period)),
        Predicate::AnniversaryWithin(days) => {
            is("$anniversary_within", &format_args!(r#"{{"days":{days}}}"#));
        }
    }
}

/// The operator of a pattern. Whole texts that are not folded are compared by `$eq`.
fn text_operator(at: TextMatch, pattern: &Pattern) -> &'static str {
    match (at, pattern.is_folded()) {
        (TextMatch::Whole, false) => "$eq",
        (TextMatch::Whole, true) => "$ieq",
        (TextMatch::Start, false) => "$starts_with",
        (TextMatch::Start, true) => "$istarts_with",
        (TextMatch::End, false) => "$ends_with",
        (TextMatch::End, true) => "$iends_with",
        (TextMatch::Anywhere, false) => "$contains",
        (TextMatch::Anywhere, true) => "$icontains",
    }
}

fn json_of(period: Period) -> String {
    let (unit, amount) = (period.unit().as_str(), period.amount());
    format!(r#"{{"{unit}":{amount}}}"#)
}

fn json(text: &str) -> Value {
    Value::from(text)
}

fn quoted<T: Display>(items: &[T]) -> Vec<String> {
    items.iter().map(|item| format!("\"{item}\"")).collect()
}

fn texts(list: &[Box<str>]) -> String {
    let list: Vec<Value> = list.iter().map(|text| json(text)).collect();
    list_of(&list)
}

fn list_of<T: Display>(items: &[T]) -> String {
    let items: Vec<String> = items.iter().map(ToString::to_string).collect();
    format!("[{}]", items.join(","))
}

fn push(out: &mut String, arguments: std::fmt::Arguments<'_>) {
    // Writing to a `String` does not fail.
    let _ = out.write_fmt(arguments);
}
