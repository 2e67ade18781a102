//! A condition in one English sentence.

use super::expr::{Expr, Predicate, Test};

/// The sentence, for the people who approve and launch.
pub(super) fn describe(expr: &Expr) -> String {
    let mut conditions = Vec::new();
    collect(expr, &mut conditions);
    let Some(last) = conditions.pop() else {
        return "every customer".to_owned();
    };
    if conditions.is_empty() {
        format!("customers whose {last}")
    } else {
        format!("customers whose {} and {last}", conditions.join(", "))
    }
}

fn collect(expr: &Expr, conditions: &mut Vec<String>) {
    match expr {
        Expr::Everyone => {}
        Expr::All(parts) => parts.iter().for_each(|part| collect(part, conditions)),
        Expr::Test(test) => conditions.push(condition(test)),
    }
}

fn condition(test: &Test) -> String {
    let name = test.field().name();
    match test.predicate() {
        Predicate::Equals(literal) => format!("{name} is {literal}"),
        Predicate::Exists(true) => format!("{name} is known"),
        Predicate::Exists(false) => format!("{name} is not known"),
    }
}
