//! The one form of everything that means the same.

use super::expr::{Expr, Predicate, Test};

/// The condition, flattened, without repetitions, in the order of its fields. It means the same.
pub(super) fn normalise(expr: Expr) -> Expr {
    let mut tests = Vec::new();
    flatten(expr, &mut tests);
    tests.sort_by_cached_key(sort_key);
    tests.dedup();
    let mut parts: Vec<Expr> = tests.into_iter().map(Expr::Test).collect();
    match parts.len() {
        0 => Expr::Everyone,
        1 => parts.remove(0),
        _ => Expr::All(parts),
    }
}

fn flatten(expr: Expr, tests: &mut Vec<Test>) {
    match expr {
        // Everyone who also passes the other parts is whoever passes them.
        Expr::Everyone => {}
        Expr::All(parts) => parts.into_iter().for_each(|part| flatten(part, tests)),
        Expr::Test(test) => tests.push(test),
    }
}

fn sort_key(test: &Test) -> (Box<str>, u8, String) {
    let (rank, literal) = match test.predicate() {
        Predicate::Equals(literal) => (0, literal.to_string()),
        Predicate::Exists(false) => (1, String::new()),
        Predicate::Exists(true) => (2, String::new()),
    };
    (test.field().name().into(), rank, literal)
}
