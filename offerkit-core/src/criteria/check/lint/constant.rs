//! Groups in which `$everyone` leaves nothing to choose.

use crate::criteria::clause::{Clause, ClauseKind};
use crate::criteria::code::WarningCode;
use crate::criteria::warning::WarningLog;

/// Whom a clause selects, as far as `$everyone` alone tells.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Selects {
    All,
    None,
    Some,
}

impl Selects {
    const fn complement(self) -> Self {
        match self {
            Self::All => Self::None,
            Self::None => Self::All,
            Self::Some => Self::Some,
        }
    }
}

pub(super) fn lint(clause: &Clause, warnings: &mut WarningLog) {
    selects(clause, warnings);
}

fn selects(clause: &Clause, warnings: &mut WarningLog) -> Selects {
    match &clause.kind {
        ClauseKind::Everyone => Selects::All,
        ClauseKind::And(parts) => {
            let all = each(parts, warnings);
            for (part, selects) in parts.iter().zip(&all) {
                let is_everyone = matches!(part.kind, ClauseKind::Everyone);
                if is_everyone && *selects == Selects::All && parts.len() > 1 {
                    warnings.warn(WarningCode::AlwaysTrue, &part.place, || {
                        "`$everyone` adds nothing to the other conditions".to_owned()
                    });
                }
            }
            // Both of all: what an `$or` of the complements is not.
            any(all.into_iter().map(Selects::complement)).complement()
        }
        ClauseKind::Or(parts) => {
            let found = any(each(parts, warnings).into_iter());
            if found == Selects::All && parts.len() > 1 {
                warnings.warn(WarningCode::AlwaysTrue, &clause.place, || {
                    "one of the parts selects everybody, so that the others make no difference"
                        .to_owned()
                });
            }
            found
        }
        ClauseKind::Nor(parts) => {
            let found = any(each(parts, warnings).into_iter()).complement();
            if found == Selects::None {
                warnings.warn(WarningCode::AlwaysFalse, &clause.place, || {
                    "one of the parts selects everybody, so that nobody is left".to_owned()
                });
            }
            found
        }
        ClauseKind::Not(part) => {
            let found = selects(part, warnings).complement();
            if found == Selects::None {
                warnings.warn(WarningCode::AlwaysFalse, &clause.place, || {
                    "the negation of everybody is nobody".to_owned()
                });
            }
            found
        }
        ClauseKind::Field(..)
        | ClauseKind::Segment(_)
        | ClauseKind::Received(_)
        | ClauseKind::Sample(_) => Selects::Some,
    }
}

fn each(parts: &[Clause], warnings: &mut WarningLog) -> Vec<Selects> {
    let mut found = Vec::with_capacity(parts.len());
    for part in parts {
        found.push(selects(part, warnings));
    }
    found
}

fn any(parts: impl Iterator<Item = Selects>) -> Selects {
    let mut found = Selects::None;
    for part in parts {
        match (found, part) {
            (_, Selects::All) => return Selects::All,
            (Selects::None, part) => found = part,
            (Selects::Some | Selects::All, Selects::Some | Selects::None) => {}
        }
    }
    found
}
