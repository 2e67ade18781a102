//! Four eyes over an offer's life: who may approve is decided by what happened, not by facts made up for a test.

use offerkit_core::{
    domain::{ConfigurationVersion, Offer, OfferContent, Proposal, RevisionNumber, Validity},
    id::UserId,
    policy::{
        Action, Actor, DEFAULT_GROUPS, MembershipFacts, OfferFacts, Resource, TenantFacts,
        UserFacts, authorize,
    },
    time::Timestamp,
};
use serde_json::json;

use crate::world::{HERE, tenant, time, user};

const ASHA: &str = "01980000-0000-7000-8000-000000000001";
const BEN: &str = "01980000-0000-7000-8000-000000000002";
const CHEN: &str = "01980000-0000-7000-8000-000000000003";
const OFFER: &str = "01980000-0000-7000-8000-0000000000ff";

fn now() -> Timestamp {
    time("2026-03-03T09:00:00Z")
}

fn proposal(rate: u32) -> Proposal {
    Proposal {
        content: OfferContent::try_from(json!({ "rate": rate })).unwrap(),
        validity: Validity::default(),
        configuration: ConfigurationVersion::FIRST,
    }
}

/// Written and submitted by Asha.
fn submitted() -> Offer {
    Offer::create(
        OFFER.parse().unwrap(),
        tenant(HERE),
        proposal(1),
        user(ASHA),
        now(),
    )
    .submit(RevisionNumber::FIRST, user(ASHA), now())
    .unwrap()
}

fn edited(offer: Offer, rate: u32, author: &str) -> Offer {
    let seen = offer.revision();
    offer
        .edit(seen, proposal(rate), user(author), now())
        .unwrap()
}

fn submitted_by(offer: Offer, by: &str) -> Offer {
    let seen = offer.revision();
    offer.submit(seen, user(by), now()).unwrap()
}

/// Whether the user, in every default group and a super admin too, may approve; `four_eyes` is the only rule that
/// may stand in the way.
fn may_approve(id: &str, offer: &Offer) -> bool {
    let facts = TenantFacts {
        id: tenant(HERE),
        is_active: true,
    };
    let resource = Resource::Offer(OfferFacts::new(facts, offer));
    match authorize(&in_every_group(user(id)), Action::ApproveOffer, &resource) {
        Ok(_) => true,
        Err(denied) => {
            assert_eq!(denied.code(), "four_eyes", "{denied}");
            false
        }
    }
}

fn in_every_group(id: UserId) -> Actor {
    Actor::User(UserFacts {
        id,
        is_active: true,
        is_super_admin: true,
        must_change_password: false,
        hold: None,
        memberships: DEFAULT_GROUPS
            .iter()
            .map(|group| MembershipFacts {
                tenant: tenant(HERE),
                group: group.name.parse().unwrap(),
                permissions: group.permissions,
                waits_until: None,
            })
            .collect(),
    })
}

#[test]
fn an_author_does_not_approve_and_another_does() {
    assert!(!may_approve(ASHA, &submitted()));
    assert!(may_approve(BEN, &submitted()));
}

#[test]
fn submitting_what_another_wrote_is_taking_part() {
    let written = submitted().withdraw(now()).unwrap();
    assert!(!may_approve(BEN, &submitted_by(written, BEN)));
}

#[test]
fn an_earlier_author_does_not_approve_what_another_edited_since() {
    let offer = submitted_by(edited(submitted(), 2, BEN), BEN);
    assert!(!may_approve(ASHA, &offer));
    assert!(!may_approve(BEN, &offer));
    assert!(may_approve(CHEN, &offer));
}

#[test]
fn a_rejection_does_not_wash_a_text_clean() {
    let rejected = submitted().reject(RevisionNumber::FIRST, now()).unwrap();
    let offer = submitted_by(edited(rejected, 2, BEN), BEN);
    assert!(!may_approve(ASHA, &offer));
}

#[test]
fn a_request_for_changes_does_not_wash_a_text_clean() {
    let sent_back = submitted()
        .request_changes(RevisionNumber::FIRST, now())
        .unwrap();
    let offer = submitted_by(edited(sent_back, 2, BEN), BEN);
    assert!(!may_approve(ASHA, &offer));
}

#[test]
fn after_an_approval_its_author_may_approve_what_another_writes() {
    let (approved, _) = submitted()
        .approve(RevisionNumber::FIRST, user(CHEN), None, now())
        .unwrap();
    let offer = submitted_by(edited(approved, 2, BEN), BEN);
    assert!(may_approve(ASHA, &offer));
    assert!(!may_approve(BEN, &offer));
}

#[test]
fn the_author_of_a_discarded_draft_does_not_approve_the_next_one() {
    let (approved, _) = submitted()
        .approve(RevisionNumber::FIRST, user(CHEN), None, now())
        .unwrap();
    let live = approved.working().clone();
    let discarded = edited(approved, 2, BEN).discard_draft(live, now()).unwrap();
    let offer = submitted_by(edited(discarded, 3, ASHA), ASHA);
    assert!(!may_approve(BEN, &offer));
    assert!(may_approve(CHEN, &offer));
}
