//! Documents that look for an indexed field in a way no index helps with.
//!
//! A document that names no indexed field is not warned of: nothing in it could be written otherwise. One that asks for
//! an indexed field by `$contains`, `$ne` or beside an unindexed alternative reads every customer, and looks as if it
//! did not.

use crate::criteria::clause::{Clause, ClauseKind, FieldTest, Operation, Place};
use crate::criteria::code::WarningCode;
use crate::criteria::expr::TextMatch;
use crate::criteria::warning::WarningLog;

pub(super) fn lint(clause: &Clause, warnings: &mut WarningLog) {
    if is_found(clause) {
        return;
    }
    if let Some((name, place)) = first_attempt(clause) {
        warnings.warn(WarningCode::Unindexed, place, || {
            format!("the index of `{name}` does not help here, so that every customer is read")
        });
    }
}

/// Whether an index leads to the customers.
fn is_found(clause: &Clause) -> bool {
    match &clause.kind {
        ClauseKind::And(parts) => parts.iter().any(is_found),
        ClauseKind::Or(parts) => parts.iter().all(is_found),
        ClauseKind::Field(field, tests) => {
            field.definition().is_indexed() && tests.iter().any(|test| uses_index(&test.operation))
        }
        ClauseKind::Segment(any) => any.iter().all(|it| is_found(&it.clause)),
        ClauseKind::Received(_) => true,
        ClauseKind::Everyone | ClauseKind::Nor(_) | ClauseKind::Not(_) | ClauseKind::Sample(_) => {
            false
        }
    }
}

fn uses_index(operation: &Operation) -> bool {
    match operation {
        Operation::Equals(_)
        | Operation::In(_)
        | Operation::Compare(..)
        | Operation::Between(..)
        | Operation::Exists(false)
        | Operation::Has(_)
        | Operation::HasAny(_)
        | Operation::HasAll(_)
        | Operation::Age(_)
        | Operation::WithinLast(_)
        | Operation::WithinNext(_)
        | Operation::OlderThan(_) => true,
        Operation::Text { at, folded, .. } => *at == TextMatch::Start && !folded,
        Operation::NotEquals(_)
        | Operation::NotIn(_)
        | Operation::Exists(true)
        | Operation::Not(_)
        | Operation::FoldedIn(_)
        | Operation::Size(_)
        | Operation::AnniversaryWithin(_) => false,
    }
}

/// The first test of an indexed field that asks for more than presence.
fn first_attempt(clause: &Clause) -> Option<(&str, &Place)> {
    match &clause.kind {
        ClauseKind::And(parts) | ClauseKind::Or(parts) | ClauseKind::Nor(parts) => {
            parts.iter().find_map(first_attempt)
        }
        ClauseKind::Not(part) => first_attempt(part),
        ClauseKind::Field(field, tests) if field.definition().is_indexed() => {
            let attempt = |test: &&FieldTest| {
                !matches!(
                    test.operation,
                    Operation::Exists(_) | Operation::Equals(None) | Operation::NotEquals(None)
                )
            };
            let test = tests.iter().find(attempt)?;
            Some((field.name(), &test.place))
        }
        ClauseKind::Field(..)
        | ClauseKind::Everyone
        | ClauseKind::Segment(_)
        | ClauseKind::Received(_)
        | ClauseKind::Sample(_) => None,
    }
}
