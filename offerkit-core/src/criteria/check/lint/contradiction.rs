//! Tests of one field that cannot hold together.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use super::values::Values;
use crate::criteria::clause::{Clause, ClauseKind, FieldTest};
use crate::criteria::code::WarningCode;
use crate::criteria::field::Field;
use crate::criteria::warning::WarningLog;

pub(super) fn lint(clause: &Clause, warnings: &mut WarningLog) {
    match &clause.kind {
        ClauseKind::And(parts) => {
            let mut fields = BTreeMap::new();
            conjunction(parts, &mut fields, warnings);
        }
        ClauseKind::Field(..) => {
            conjunction(std::slice::from_ref(clause), &mut BTreeMap::new(), warnings);
        }
        ClauseKind::Or(parts) | ClauseKind::Nor(parts) => {
            for part in parts {
                lint(part, warnings);
            }
        }
        ClauseKind::Not(part) => lint(part, warnings),
        ClauseKind::Everyone
        | ClauseKind::Segment(_)
        | ClauseKind::Received(_)
        | ClauseKind::Sample(_) => {}
    }
}

/// What is known of a field within a conjunction; nothing any more once a contradiction was reported.
struct Known<'c> {
    first: &'c Clause,
    values: Option<Values<'c>>,
}

fn conjunction<'c>(
    parts: &'c [Clause],
    fields: &mut BTreeMap<&'c str, Known<'c>>,
    warnings: &mut WarningLog,
) {
    for part in parts {
        match &part.kind {
            ClauseKind::And(parts) => conjunction(parts, fields, warnings),
            ClauseKind::Field(field, tests) => narrow(part, field, tests, fields, warnings),
            ClauseKind::Or(_)
            | ClauseKind::Nor(_)
            | ClauseKind::Not(_)
            | ClauseKind::Everyone
            | ClauseKind::Segment(_)
            | ClauseKind::Received(_)
            | ClauseKind::Sample(_) => lint(part, warnings),
        }
    }
}

fn narrow<'c>(
    clause: &'c Clause,
    field: &'c Field,
    tests: &'c [FieldTest],
    fields: &mut BTreeMap<&'c str, Known<'c>>,
    warnings: &mut WarningLog,
) {
    let known = match fields.entry(field.name()) {
        Entry::Occupied(entry) => entry.into_mut(),
        Entry::Vacant(entry) => entry.insert(Known {
            first: clause,
            values: Some(Values::all()),
        }),
    };
    let Some(values) = &mut known.values else {
        return;
    };
    for test in tests {
        values.narrow(&test.operation);
    }
    if !values.are_none() {
        return;
    }
    let (name, first) = (field.name(), known.first);
    warnings.warn(WarningCode::AlwaysFalse, &clause.place, || {
        if std::ptr::eq(first, clause) {
            format!("no value of `{name}` passes all of these tests")
        } else {
            format!(
                "no value of `{name}` passes this and `{}`",
                first.place.pointer
            )
        }
    });
    known.values = None;
}
