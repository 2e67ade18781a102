//! The one form of everything that means the same.

use super::canonical;
use super::clause::{Clause, ClauseKind, FieldTest, Operation};
use super::comparison::Comparison;
use super::expr::{Expr, Leaf, Pattern, Predicate, Test, TextMatch};
use super::field::Field;
use super::literal::Literal;
use super::received::Received;

/// The condition in normal form. It means the same.
pub(super) fn normalise(clause: &Clause) -> Expr {
    expand(clause, true)
}

/// The normal form of the condition, or of its negation: De Morgan's laws bring the negation down to the leaves.
fn expand(clause: &Clause, wanted: bool) -> Expr {
    match &clause.kind {
        ClauseKind::Everyone if wanted => Expr::Everyone,
        ClauseKind::Everyone => Expr::Nobody,
        ClauseKind::And(all) => group(wanted, expand_each(all, wanted)),
        ClauseKind::Or(any) => group(!wanted, expand_each(any, wanted)),
        ClauseKind::Nor(none) => group(wanted, expand_each(none, !wanted)),
        ClauseKind::Not(part) => expand(part, !wanted),
        ClauseKind::Field(field, tests) => expand_tests(field, tests, wanted),
        ClauseKind::Segment(any) => {
            let mut parts = Vec::with_capacity(any.len());
            for segment in any {
                parts.push(expand(&segment.clause, wanted));
            }
            group(!wanted, parts)
        }
        ClauseKind::Received(received) => leaf(Leaf::Received(sorted(received)), wanted),
        ClauseKind::Sample(sample) => leaf(Leaf::Sample(sample.clone()), wanted),
    }
}

/// A loop, since iterators that recurse take most of a small stack in builds without optimisation.
fn expand_each(parts: &[Clause], wanted: bool) -> Vec<Expr> {
    let mut expanded = Vec::with_capacity(parts.len());
    for part in parts {
        expanded.push(expand(part, wanted));
    }
    expanded
}

fn expand_tests(field: &Field, tests: &[FieldTest], wanted: bool) -> Expr {
    let mut parts = Vec::with_capacity(tests.len());
    for test in tests {
        // Here and not below, where the many forms make a large frame.
        let part = if let Operation::Not(tests) = &test.operation {
            expand_tests(field, tests, !wanted)
        } else {
            expand_operation(field, &test.operation, wanted)
        };
        parts.push(part);
    }
    group(wanted, parts)
}

fn expand_operation(field: &Field, operation: &Operation, wanted: bool) -> Expr {
    let is = |predicate, wanted| leaf(Leaf::Field(Test::new(field.clone(), predicate)), wanted);
    let numbers = |all: &[(Comparison, i64)], predicate: fn(Comparison, i64) -> Predicate| {
        let parts = all.iter().map(|(by, n)| is(predicate(*by, *n), wanted));
        group(wanted, parts.collect())
    };
    match operation {
        Operation::Equals(None) => is(Predicate::Exists, !wanted),
        Operation::Equals(Some(literal)) => is(Predicate::Equals(literal.clone()), wanted),
        Operation::NotEquals(None) => is(Predicate::Exists, wanted),
        Operation::NotEquals(Some(literal)) => is(Predicate::Equals(literal.clone()), !wanted),
        Operation::In(list) => is(one_of(list), wanted),
        Operation::NotIn(list) => is(one_of(list), !wanted),
        Operation::Compare(by, literal) => is(Predicate::Compare(*by, literal.clone()), wanted),
        Operation::Between(first, last) => {
            let first = is(Predicate::Compare(Comparison::Gte, first.clone()), wanted);
            let last = is(Predicate::Compare(Comparison::Lte, last.clone()), wanted);
            group(wanted, vec![first, last])
        }
        Operation::Exists(present) => is(Predicate::Exists, *present == wanted),
        Operation::Not(tests) => expand_tests(field, tests, !wanted),
        Operation::Text {
            at,
            folded: true,
            pattern,
        } => is(folded(*at, pattern), wanted),
        Operation::Text {
            at,
            folded: false,
            pattern,
        } => is(
            Predicate::Text(*at, Pattern::Exact(pattern.clone())),
            wanted,
        ),
        Operation::FoldedIn(list) => {
            let mut list: Vec<Box<str>> = list.iter().map(|it| fold(it)).collect();
            list.sort_unstable();
            list.dedup();
            let predicate = match list.as_slice() {
                [one] => folded(TextMatch::Whole, one),
                _ => Predicate::FoldedIn(list),
            };
            is(predicate, wanted)
        }
        Operation::Has(item) => is(Predicate::HasAny(vec![item.clone()]), wanted),
        Operation::HasAny(items) => is(Predicate::HasAny(unique(items)), wanted),
        Operation::HasAll(items) => {
            let items = unique(items);
            // To have all of one is to have any of it.
            let predicate = match items.len() {
                1 => Predicate::HasAny(items),
                _ => Predicate::HasAll(items),
            };
            is(predicate, wanted)
        }
        Operation::Size(all) => numbers(all, Predicate::Size),
        Operation::Age(all) => numbers(all, Predicate::Age),
        Operation::WithinLast(period) => is(Predicate::WithinLast(period.plain()), wanted),
        Operation::WithinNext(period) => is(Predicate::WithinNext(period.plain()), wanted),
        Operation::OlderThan(period) => is(Predicate::OlderThan(period.plain()), wanted),
        Operation::AnniversaryWithin(days) => is(Predicate::AnniversaryWithin(*days), wanted),
    }
}

fn leaf(leaf: Leaf, wanted: bool) -> Expr {
    if wanted {
        Expr::Holds(leaf)
    } else {
        Expr::Fails(leaf)
    }
}

/// All of the parts, or any of them: flattened, sorted, without repetitions and without what makes no difference.
fn group(all: bool, parts: Vec<Expr>) -> Expr {
    let (neutral, ruling) = if all {
        (Expr::Everyone, Expr::Nobody)
    } else {
        (Expr::Nobody, Expr::Everyone)
    };
    let mut flat = Vec::with_capacity(parts.len());
    for part in parts {
        match part {
            Expr::All(inner) if all => flat.extend(inner),
            Expr::Any(inner) if !all => flat.extend(inner),
            Expr::Everyone | Expr::Nobody if part == ruling => return ruling,
            Expr::Everyone | Expr::Nobody => {}
            Expr::All(_) | Expr::Any(_) | Expr::Holds(_) | Expr::Fails(_) => flat.push(part),
        }
    }
    flat.sort_by_cached_key(canonical::print);
    flat.dedup();
    match flat.len() {
        0 => neutral,
        1 => flat.pop().unwrap_or(neutral),
        _ if all => Expr::All(flat),
        _ => Expr::Any(flat),
    }
}

fn one_of(list: &[Literal]) -> Predicate {
    let list = unique(list);
    match list.as_slice() {
        [one] => Predicate::Equals(one.clone()),
        _ => Predicate::In(list),
    }
}

fn folded(at: TextMatch, pattern: &str) -> Predicate {
    Predicate::Text(at, Pattern::Folded(fold(pattern)))
}

fn fold(text: &str) -> Box<str> {
    text.to_ascii_lowercase().into()
}

fn unique<T: Clone + Ord>(list: &[T]) -> Vec<T> {
    let mut list = list.to_vec();
    list.sort_unstable();
    list.dedup();
    list
}

fn sorted(received: &Received) -> Received {
    Received {
        offers: unique(&received.offers),
        campaigns: unique(&received.campaigns),
        statuses: unique(&received.statuses),
        within_last: received.within_last.map(super::period::Period::plain),
        at_least: received.at_least,
    }
}
