//! A document evaluated clause by clause.

use std::slice;

use super::{Explanation, ExplanationKind, Found};
use crate::criteria::clause::{Clause, ClauseKind, FieldTest, InlinedSegment, Place};
use crate::criteria::definition;
use crate::criteria::describe::{self, Asked};
use crate::criteria::field::Field;
use crate::criteria::received::{Received, count_received};
use crate::criteria::record::{self, FieldValue, Record};
use crate::criteria::sample::Sample;
use crate::criteria::situation::{Moment, Situation};

/// Explains the condition. It holds where the definition of the language says so.
pub(super) fn explain<R: Record + ?Sized>(
    clause: &Clause,
    record: &R,
    at: &Situation<'_>,
) -> Explanation {
    // Conditions may be nested deep, so that this frame is kept small: the work is done by functions that end first.
    let parts = match &clause.kind {
        ClauseKind::And(parts) | ClauseKind::Or(parts) | ClauseKind::Nor(parts) => {
            explain_each(parts, record, at)
        }
        ClauseKind::Not(part) => explain_each(slice::from_ref(part), record, at),
        ClauseKind::Segment(any) => explain_segments(&clause.place, any, record, at),
        ClauseKind::Everyone
        | ClauseKind::Field(..)
        | ClauseKind::Received(_)
        | ClauseKind::Sample(_) => Vec::new(),
    };
    combined(clause, parts, record, at)
}

fn explain_each<R: Record + ?Sized>(
    clauses: &[Clause],
    record: &R,
    at: &Situation<'_>,
) -> Vec<Explanation> {
    let mut parts = Vec::with_capacity(clauses.len());
    for clause in clauses {
        parts.push(explain(clause, record, at));
    }
    parts
}

fn explain_segments<R: Record + ?Sized>(
    place: &Place,
    segments: &[InlinedSegment],
    record: &R,
    at: &Situation<'_>,
) -> Vec<Explanation> {
    let mut parts = Vec::with_capacity(segments.len());
    for segment in segments {
        let part = explain(&segment.clause, record, at);
        parts.push(in_segment(place, segment, part));
    }
    parts
}

fn combined<R: Record + ?Sized>(
    clause: &Clause,
    parts: Vec<Explanation>,
    record: &R,
    at: &Situation<'_>,
) -> Explanation {
    let place = &clause.place;
    match &clause.kind {
        ClauseKind::Everyone => node(place, ExplanationKind::Everyone, "every customer", true),
        ClauseKind::And(_) => all_of(place, parts),
        ClauseKind::Or(_) | ClauseKind::Segment(_) => any_of(place, parts),
        ClauseKind::Nor(_) => none_of(place, parts),
        ClauseKind::Not(_) => negation(place, parts),
        ClauseKind::Field(field, tests) => {
            let value = record::typed_value(record, field);
            explain_tests(place, field, tests, &value, at.moment())
        }
        ClauseKind::Received(wanted) => explain_received(place, wanted, record, at),
        ClauseKind::Sample(sample) => explain_sample(place, sample, record),
    }
}

fn node(place: &Place, kind: ExplanationKind, asks: &str, holds: bool) -> Explanation {
    Explanation {
        pointer: place.pointer.clone(),
        span: place.span,
        kind,
        asks: asks.into(),
        holds,
        found: None,
        segment: None,
        parts: Vec::new(),
    }
}

fn all_of(place: &Place, parts: Vec<Explanation>) -> Explanation {
    let holds = parts.iter().all(Explanation::holds);
    group(
        place,
        ExplanationKind::All,
        "all of these hold",
        holds,
        parts,
    )
}

fn any_of(place: &Place, parts: Vec<Explanation>) -> Explanation {
    let holds = parts.iter().any(Explanation::holds);
    group(
        place,
        ExplanationKind::Any,
        "any of these holds",
        holds,
        parts,
    )
}

fn none_of(place: &Place, parts: Vec<Explanation>) -> Explanation {
    let holds = !parts.iter().any(Explanation::holds);
    Explanation {
        parts,
        ..node(place, ExplanationKind::None, "none of these holds", holds)
    }
}

fn negation(place: &Place, parts: Vec<Explanation>) -> Explanation {
    let holds = !parts.iter().all(Explanation::holds);
    Explanation {
        parts,
        ..node(place, ExplanationKind::Not, "this does not hold", holds)
    }
}

/// The group, or its only part.
fn group(
    place: &Place,
    kind: ExplanationKind,
    asks: &str,
    holds: bool,
    mut parts: Vec<Explanation>,
) -> Explanation {
    match (parts.pop(), parts.is_empty()) {
        (Some(only), true) => only,
        (last, _) => {
            parts.extend(last);
            Explanation {
                parts,
                ..node(place, kind, asks, holds)
            }
        }
    }
}

fn explain_tests(
    place: &Place,
    field: &Field,
    tests: &[FieldTest],
    value: &FieldValue<'_>,
    moment: &Moment,
) -> Explanation {
    let mut parts = Vec::with_capacity(tests.len());
    for test in tests {
        let part = match describe::asked(field, slice::from_ref(test), false) {
            Asked::Leaf(leaf) => explain_test(test, &leaf.plain(), value, moment),
            Asked::Not(inner) => {
                let inner = explain_tests(&test.place, field, inner, value, moment);
                negation(&test.place, vec![inner])
            }
        };
        parts.push(part);
    }
    all_of(place, parts)
}

fn explain_test(
    test: &FieldTest,
    asks: &str,
    value: &FieldValue<'_>,
    moment: &Moment,
) -> Explanation {
    let holds = definition::passes(&test.operation, value, moment);
    Explanation {
        found: Some(found(value)),
        ..node(&test.place, ExplanationKind::Test, asks, holds)
    }
}

fn found(value: &FieldValue<'_>) -> Found {
    describe::value(value).map_or(Found::NoValue, |value| Found::Value(value.into()))
}

fn in_segment(place: &Place, segment: &InlinedSegment, part: Explanation) -> Explanation {
    let (name, version) = (&segment.name, segment.version);
    let asks = format!("is in segment {name} (version {version})");
    let whole = node(place, ExplanationKind::Segment, &asks, part.holds);
    Explanation {
        segment: Some(format!("{name}@{version}").into()),
        parts: vec![part],
        ..whole
    }
}

fn explain_received<R: Record + ?Sized>(
    place: &Place,
    wanted: &Received,
    record: &R,
    at: &Situation<'_>,
) -> Explanation {
    let customer = record::customer(record);
    let count = customer.map(|id| count_received(id, wanted, at.history(), at.moment()));
    let holds = count.is_some_and(|count| count >= wanted.at_least());
    let asks = describe::received(wanted, false).plain();
    Explanation {
        found: Some(count.map_or(Found::NoCustomer, Found::Deliveries)),
        ..node(place, ExplanationKind::Received, &asks, holds)
    }
}

fn explain_sample<R: Record + ?Sized>(place: &Place, sample: &Sample, record: &R) -> Explanation {
    let customer = record::customer(record);
    let bucket = customer.map(|id| sample.bucket(id));
    let asks = describe::sample(sample, false).plain();
    Explanation {
        found: Some(bucket.map_or(Found::NoCustomer, Found::Bucket)),
        ..node(
            place,
            ExplanationKind::Sample,
            &asks,
            customer.is_some_and(|id| sample.contains(id)),
        )
    }
}
