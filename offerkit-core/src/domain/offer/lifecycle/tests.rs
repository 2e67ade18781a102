//! The life cycle against a naive table of which step each state allows.

use proptest::prelude::*;
use serde_json::json;
use uuid::Uuid;

use super::*;
use crate::domain::{ConfigurationVersion, OfferContent, Validity};

fn proposal(text: u32) -> Proposal {
    Proposal {
        content: OfferContent::try_from(json!({ "text": text })).unwrap(),
        validity: Validity::default(),
        configuration: ConfigurationVersion::FIRST,
    }
}

fn user(number: u128) -> UserId {
    UserId::from_uuid(Uuid::from_u128(number))
}

fn now() -> Timestamp {
    "2026-03-03T09:00:00Z".parse().unwrap()
}

#[derive(Debug, Clone, Copy)]
enum Step {
    Edit,
    Submit,
    Withdraw,
    Approve,
    Reject,
    RequestChanges,
    Discard,
    Retire,
    Delete,
}

const STEPS: [Step; 9] = [
    Step::Edit,
    Step::Submit,
    Step::Withdraw,
    Step::Approve,
    Step::Reject,
    Step::RequestChanges,
    Step::Discard,
    Step::Retire,
    Step::Delete,
];

/// What a person reading the design would track: a status, whether something is live, whether it is over.
#[derive(Debug, Clone, Copy)]
struct Model {
    status: OfferStatus,
    live: bool,
    ended: bool,
}

impl Model {
    fn step(self, step: Step) -> Option<Self> {
        use OfferStatus::{Approved, Draft, Rejected, Submitted};
        let to = |status| Some(Self { status, ..self });
        if self.ended {
            return None;
        }
        match (step, self.status) {
            (Step::Edit, _) | (Step::Withdraw | Step::RequestChanges, Submitted) => to(Draft),
            (Step::Submit, Draft) => to(Submitted),
            (Step::Reject, Submitted) => to(Rejected),
            (Step::Approve, Submitted) => Some(Self {
                status: Approved,
                live: true,
                ..self
            }),
            (Step::Discard, Draft | Submitted | Rejected) if self.live => to(Approved),
            (Step::Retire, _) if self.live => Some(Self {
                ended: true,
                ..self
            }),
            (Step::Delete, _) if !self.live => Some(Self {
                ended: true,
                ..self
            }),
            _ => None,
        }
    }
}

proptest! {
    #[test]
    fn the_life_cycle_is_that_of_the_model(steps in prop::collection::vec(0..STEPS.len(), 1..40)) {
        let author = user(1);
        let tenant = TenantId::from_uuid(Uuid::from_u128(9));
        let mut offer =
            Offer::create(OfferId::from_uuid(Uuid::from_u128(7)), tenant, proposal(0), author, now());
        let mut live = offer.working().clone();
        let mut model = Model { status: OfferStatus::Draft, live: false, ended: false };
        for (count, index) in (1..).zip(steps) {
            let step = STEPS[index];
            let seen = offer.revision();
            let before = offer.clone();
            let outcome = match step {
                Step::Edit => before.edit(seen, proposal(count), author, now()),
                Step::Submit => before.submit(seen, author, now()),
                Step::Withdraw => before.withdraw(now()),
                Step::Approve => before.approve(seen, user(2), None, now()).map(|(next, approval)| {
                    assert_eq!(approval.digest, next.working().digest());
                    next
                }),
                Step::Reject => before.reject(seen, now()),
                Step::RequestChanges => before.request_changes(seen, now()),
                Step::Discard => before.discard_draft(live.clone(), now()),
                Step::Retire => before.retire(now()),
                Step::Delete => before.delete(now()),
            };
            match (model.step(step), outcome) {
                (Some(next_model), Ok(next)) => {
                    prop_assert_eq!(next.status(), next_model.status);
                    prop_assert_eq!(next.was_approved(), next_model.live);
                    prop_assert_eq!(next.is_live(), next_model.live && !next_model.ended);
                    prop_assert_eq!(
                        next.submitted_at().is_some(),
                        next_model.status == OfferStatus::Submitted && !next_model.ended
                    );
                    if next.status() == OfferStatus::Approved {
                        live = next.working().clone();
                    }
                    offer = next;
                    model = next_model;
                }
                (None, Err(_)) => {}
                (expected, got) => prop_assert!(false, "{step:?} of {model:?}: {expected:?}, {got:?}"),
            }
        }
    }
}

#[test]
fn a_rejection_does_not_wash_the_text_clean() {
    let tenant = TenantId::from_uuid(Uuid::from_u128(9));
    let offer = Offer::create(
        OfferId::from_uuid(Uuid::from_u128(7)),
        tenant,
        proposal(0),
        user(1),
        now(),
    );
    let first = offer.revision();
    let offer = offer.submit(first, user(1), now()).unwrap();
    let offer = offer.reject(first, now()).unwrap();
    let offer = offer.edit(first, proposal(1), user(2), now()).unwrap();
    assert!(offer.contributions().iter().any(|c| c.user == user(1)));
    let second = offer.revision();
    let offer = offer.submit(second, user(2), now()).unwrap();
    let (offer, _) = offer.approve(second, user(3), None, now()).unwrap();
    assert!(offer.contributions().is_empty());
}

#[test]
fn a_decision_on_another_revision_is_stale() {
    let tenant = TenantId::from_uuid(Uuid::from_u128(9));
    let id = OfferId::from_uuid(Uuid::from_u128(7));
    let offer = Offer::create(id, tenant, proposal(0), user(1), now());
    let error = offer
        .submit(RevisionNumber::new(2), user(1), now())
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "revision 2 was meant, but the current one is 1; read it and decide again"
    );
}
