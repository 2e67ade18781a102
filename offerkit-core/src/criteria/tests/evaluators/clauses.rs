//! Random documents as they are after they were checked.

use std::sync::Arc;

use offerkit_generator::FIELDS;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use super::super::*;
use super::operations::{operation, period};
use super::records::{campaign, offer};
use crate::criteria::clause::{Clause, ClauseKind, FieldTest, InlinedSegment, Operation, Place};
use crate::domain::{DeliveryStatus, SegmentVersion};

/// Half of them are a leaf, whose every answer is seen; the other half, many of them.
pub(super) fn clause() -> impl Strategy<Value = Clause> {
    let one = leaf().prop_map(of).boxed();
    let tree = one.clone().prop_recursive(4, 24, 4, |inner| {
        let parts = || vec(inner.clone(), 1..5);
        let segment = |clause| InlinedSegment {
            name: "premium".parse().unwrap(),
            version: SegmentVersion::FIRST,
            clause: Arc::new(clause),
        };
        prop_oneof![
            4 => parts().prop_map(ClauseKind::And),
            4 => parts().prop_map(ClauseKind::Or),
            2 => parts().prop_map(ClauseKind::Nor),
            2 => inner.clone().prop_map(|it| ClauseKind::Not(Box::new(it))),
            1 => vec(inner.clone().prop_map(segment), 1..3).prop_map(ClauseKind::Segment),
            3 => leaf(),
        ]
        .prop_map(of)
    });
    prop_oneof![one, tree]
}

fn of(kind: ClauseKind) -> Clause {
    Clause {
        place: Place::default(),
        kind,
    }
}

/// Fields of every type, those whose tests have bounds that depend on the moment more often.
const OF_EACH_TYPE: [&str; 14] = [
    "city",
    "a.text",
    "kyc_status",
    "credit_score",
    "annual_income",
    "is_active",
    "dob",
    "a.date",
    "dob",
    "a.date",
    "created_at",
    "a.timestamp",
    "a.set",
    "a.uuid",
];

fn leaf() -> BoxedStrategy<ClauseKind> {
    let name = prop_oneof![1 => select(FIELDS.to_vec()), 3 => select(OF_EACH_TYPE.to_vec())];
    let field = name.prop_flat_map(move |name| {
        let field = catalog().resolve(name).unwrap();
        let tests = tests(field.field_type());
        let one = tests.prop_map(move |tests| ClauseKind::Field(field.clone(), tests));
        // More of the same field side by side, of which evaluators may make one question.
        let of_parts = select(vec![ClauseKind::And, ClauseKind::Or, ClauseKind::Nor]);
        let group = (of_parts, vec(one.clone().prop_map(of), 2..4));
        prop_oneof![2 => one, 1 => group.prop_map(|(of_parts, parts)| of_parts(parts))]
    });
    let sample = (select(vec![1_u32, 5000, 9999, 10_000]), "[a-cß]{1,2}");
    let sample = sample.prop_map(|(buckets, salt)| Sample {
        buckets,
        salt: salt.into(),
    });
    prop_oneof![
        20 => field,
        1 => Just(ClauseKind::Everyone),
        1 => sample.prop_map(ClauseKind::Sample),
        2 => received().prop_map(ClauseKind::Received),
    ]
    .boxed()
}

/// Mostly one test, sometimes a few or the negation of a few.
fn tests(field_type: &FieldType) -> BoxedStrategy<Vec<FieldTest>> {
    let place = |operation| FieldTest {
        place: Place::default(),
        operation,
    };
    let plain = vec(operation(field_type).prop_map(place), 1..4).boxed();
    let negated = (plain.clone(), plain.clone()).prop_map(move |(inner, mut outer)| {
        outer.push(place(Operation::Not(inner)));
        outer
    });
    prop_oneof![4 => plain, 1 => negated].boxed()
}

fn received() -> impl Strategy<Value = Received> {
    let offers = subsequence((0..3).map(offer).collect::<Vec<_>>(), 0..3);
    let campaigns = subsequence((0..2).map(campaign).collect::<Vec<_>>(), 0..2);
    let statuses = subsequence(DeliveryStatus::ALL.to_vec(), 0..9);
    let within_last = proptest::option::of(period(&FieldType::Timestamp));
    let parts = (offers, campaigns, statuses, within_last, 1_u32..4);
    parts.prop_map(|(offers, mut campaigns, statuses, within_last, at_least)| {
        campaigns.reverse();
        Received {
            offers,
            campaigns,
            statuses,
            within_last,
            at_least,
        }
    })
}
