//! Every single tampering with a sealed log is found, and nothing else is.

use proptest::prelude::*;
use serde_json::{Value, json};
use uuid::Uuid;

use super::*;
use crate::{
    audit::{AuditOutcome, Subject, SubjectKind},
    id::OperationId,
    policy::{Action, ActorRef},
};

fn record(number: u128, after: Value) -> AuditRecord {
    AuditRecord {
        id: AuditId::from_uuid(Uuid::from_u128(number)),
        scope: Scope::Platform,
        operation: OperationId::from_uuid(Uuid::from_u128(number)),
        fingerprint: None,
        actor: ActorRef::Anonymous,
        request: None,
        source: None,
        action: Action::CreateUser,
        outcome: AuditOutcome::Done,
        subject: Subject::the(SubjectKind::Platform),
        before: None,
        after: Some(after),
        comment: None,
        result: Value::Null,
        at: "2026-03-03T09:00:00Z".parse().unwrap(),
    }
}

fn sealed(count: u128) -> Vec<(Seal, Option<AuditRecord>)> {
    let mut head = SealHead::genesis(Scope::Platform);
    (1..=count)
        .map(|number| {
            let record = record(number, json!({ "number": number.to_string() }));
            let seal = head.seal(&record);
            head = seal.into();
            (seal, Some(record))
        })
        .collect()
}

fn verify(log: &[(Seal, Option<AuditRecord>)], published: Option<SealHead>) -> Option<Finding> {
    let mut verifier = Verifier::new(Scope::Platform, published);
    for (seal, record) in log {
        verifier.push(seal, record.as_ref());
    }
    verifier.finish(0).finding
}

proptest! {
    #[test]
    fn every_tampering_is_found_at_its_first_place(
        count in 2_u128..12,
        place in any::<prop::sample::Index>(),
        other in any::<prop::sample::Index>(),
        kind in 0_u8..6,
    ) {
        let mut log = sealed(count);
        let head = SealHead::from(log.last().unwrap().0);
        prop_assert_eq!(verify(&log, Some(head)), None);

        let place = place.index(log.len());
        let other = other.index(log.len());
        match kind {
            0 => log[place].1.as_mut().unwrap().comment = Some("forged".into()),
            1 => log[place].1 = None,
            2 => drop(log.remove(place)),
            3 => {
                prop_assume!(place != other);
                let record = log[place].1.take();
                log[place].1 = log[other].1.take();
                log[other].1 = record;
            }
            4 => log.truncate(place),
            _ => {
                // Rewritten with a matching chain: only a published head shows it.
                let mut chain = SealHead::genesis(Scope::Platform);
                log[place].1.as_mut().unwrap().comment = Some("forged".into());
                for (seal, record) in &mut log {
                    *seal = chain.seal(record.as_ref().unwrap());
                    chain = (*seal).into();
                }
                prop_assert_eq!(verify(&log, None), None);
            }
        }
        let finding = verify(&log, Some(head));
        let first = u64::try_from(place.min(if kind == 3 { other } else { place })).unwrap() + 1;
        match (kind, finding) {
            (0 | 3, Some(Finding::Changed { position, .. }))
            | (1, Some(Finding::Dropped { position, .. }))
            | (2, Some(Finding::SealMissing { position })) => prop_assert_eq!(position, first),
            (2 | 4, Some(Finding::TailCut { position, .. })) => prop_assert_eq!(position, first - 1),
            (5, Some(Finding::HeadDiffers { .. })) => {}
            (kind, finding) => prop_assert!(false, "kind {}: {:?}", kind, finding),
        }
    }
}

#[test]
fn a_chain_of_another_scope_does_not_verify() {
    let log = sealed(3);
    let tenant = Scope::Tenant(crate::id::TenantId::from_uuid(Uuid::from_u128(1)));
    let mut verifier = Verifier::new(tenant, None);
    for (seal, record) in &log {
        verifier.push(seal, record.as_ref());
    }
    assert!(!verifier.finish(0).is_intact());
}
