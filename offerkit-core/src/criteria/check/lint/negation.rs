//! Negations that select customers of whom nothing is known.

use crate::criteria::clause::{Clause, ClauseKind, FieldTest, Operation};
use crate::criteria::code::WarningCode;
use crate::criteria::warning::WarningLog;

pub(super) fn lint(clause: &Clause, warnings: &mut WarningLog) {
    let present = Vec::new();
    Negations { warnings, present }.clause(clause, true, false);
}

struct Negations<'l, 'c> {
    warnings: &'l mut WarningLog,
    /// The fields that have a value wherever the clauses around hold.
    present: Vec<&'c str>,
}

impl<'c> Negations<'_, 'c> {
    /// `wanted` is false below a negation; `was_seen`, where [`require`] has looked at the clause already.
    fn clause(&mut self, clause: &'c Clause, wanted: bool, was_seen: bool) {
        let Some((parts, wanted_of_parts, is_conjunction)) = parts(clause, wanted) else {
            if let ClauseKind::Field(..) = &clause.kind {
                self.field(clause, wanted);
            }
            return;
        };
        let known = self.present.len();
        if is_conjunction && !was_seen {
            require(clause, wanted, &mut self.present);
        }
        for part in parts {
            self.clause(part, wanted_of_parts, is_conjunction);
        }
        self.present.truncate(known);
    }

    fn field(&mut self, clause: &'c Clause, wanted: bool) {
        let ClauseKind::Field(field, tests) = &clause.kind else {
            return;
        };
        let name = field.name();
        if !field.definition().is_nullable()
            || all_hold_on_absent(tests) != wanted
            || self.present.contains(&name)
        {
            return;
        }
        let place = if wanted {
            // Whoever says that there is no value knows what is selected.
            if tests.iter().any(|test| asks_for_presence(&test.operation)) {
                return;
            }
            tests.first().map_or(&clause.place, |test| &test.place)
        } else {
            if tests.iter().all(|test| asks_for_presence(&test.operation)) {
                return;
            }
            &clause.place
        };
        self.warnings
            .warn(WarningCode::NullableNegation, place, || {
                let beside = if wanted {
                    "`\"$exists\": true` stands beside it".to_owned()
                } else {
                    format!("`{{\"{name}\": {{\"$exists\": true}}}}` stands beside the negation")
                };
                format!("customers without a value of `{name}` are selected, too, unless {beside}")
            });
    }
}

/// The parts of a clause, which of them are wanted, and whether all of them are.
fn parts(clause: &Clause, wanted: bool) -> Option<(&[Clause], bool, bool)> {
    let (parts, wanted_of_parts, all) = match &clause.kind {
        ClauseKind::And(parts) => (parts.as_slice(), wanted, wanted),
        ClauseKind::Or(parts) => (parts.as_slice(), wanted, !wanted),
        ClauseKind::Nor(parts) => (parts.as_slice(), !wanted, wanted),
        ClauseKind::Not(part) => (std::slice::from_ref(part.as_ref()), !wanted, true),
        ClauseKind::Everyone
        | ClauseKind::Field(..)
        | ClauseKind::Segment(_)
        | ClauseKind::Received(_)
        | ClauseKind::Sample(_) => return None,
    };
    Some((parts, wanted_of_parts, all || parts.len() == 1))
}

/// The fields that have a value wherever the clause is as wanted.
fn require<'c>(clause: &'c Clause, wanted: bool, present: &mut Vec<&'c str>) {
    match &clause.kind {
        ClauseKind::Field(field, tests) if all_hold_on_absent(tests) != wanted => {
            present.push(field.name());
        }
        ClauseKind::Segment(any) => {
            if let ([one], true) = (any.as_slice(), wanted) {
                require(&one.clause, wanted, present);
            }
        }
        ClauseKind::And(_)
        | ClauseKind::Or(_)
        | ClauseKind::Nor(_)
        | ClauseKind::Not(_)
        | ClauseKind::Everyone
        | ClauseKind::Field(..)
        | ClauseKind::Received(_)
        | ClauseKind::Sample(_) => {
            if let Some((parts, wanted, true)) = parts(clause, wanted) {
                for part in parts {
                    require(part, wanted, present);
                }
            }
        }
    }
}

fn all_hold_on_absent(tests: &[FieldTest]) -> bool {
    tests.iter().all(|test| holds_on_absent(&test.operation))
}

fn holds_on_absent(operation: &Operation) -> bool {
    match operation {
        Operation::Equals(None) | Operation::NotEquals(Some(_)) | Operation::NotIn(_) => true,
        Operation::Exists(present) => !present,
        Operation::Not(tests) => !all_hold_on_absent(tests),
        Operation::Equals(Some(_))
        | Operation::NotEquals(None)
        | Operation::In(_)
        | Operation::Compare(..)
        | Operation::Between(..)
        | Operation::Text { .. }
        | Operation::FoldedIn(_)
        | Operation::Has(_)
        | Operation::HasAny(_)
        | Operation::HasAll(_)
        | Operation::Size(_)
        | Operation::Age(_)
        | Operation::WithinLast(_)
        | Operation::WithinNext(_)
        | Operation::OlderThan(_)
        | Operation::AnniversaryWithin(_) => false,
    }
}

/// Whether nothing but the presence of a value is asked for.
fn asks_for_presence(operation: &Operation) -> bool {
    match operation {
        Operation::Equals(None) | Operation::NotEquals(None) | Operation::Exists(_) => true,
        Operation::Not(tests) => tests.iter().all(|test| asks_for_presence(&test.operation)),
        Operation::Equals(Some(_))
        | Operation::NotEquals(Some(_))
        | Operation::NotIn(_)
        | Operation::In(_)
        | Operation::Compare(..)
        | Operation::Between(..)
        | Operation::Text { .. }
        | Operation::FoldedIn(_)
        | Operation::Has(_)
        | Operation::HasAny(_)
        | Operation::HasAll(_)
        | Operation::Size(_)
        | Operation::Age(_)
        | Operation::WithinLast(_)
        | Operation::WithinNext(_)
        | Operation::OlderThan(_)
        | Operation::AnniversaryWithin(_) => false,
    }
}
