//! Refusals: stable codes, true parameters, and sentences that say what, why and who can.

use offerkit_core::{
    domain::{ContributionKind, OfferStatus, Permission, RevisionNumber},
    policy::{Action, DenialKind, Denied, authorize},
};

use crate::{
    table::GROUPS,
    world::{Held, Part, Person, Reset, Thing, UNTIL, time},
};

/// The codes that hosts rely on.
const CODES: [&str; 18] = [
    "unauthenticated",
    "inactive",
    "password_change_required",
    "outsider",
    "tenant_inactive",
    "not_super_admin",
    "job_only",
    "not_of_job",
    "missing_permission",
    "four_eyes",
    "own_membership",
    "own_group",
    "own_account",
    "same_super_admin",
    "held",
    "membership_waits",
    "evidence",
    "wrong_resource",
];

/// Whatever is refused.
pub(crate) fn assert_well_formed(denied: &Denied) {
    let sentence = denied.to_string();
    assert!(!sentence.trim().is_empty());
    assert!(!sentence.chars().any(char::is_control), "{sentence:?}");
    assert!(!sentence.ends_with('.'), "{sentence}");
    assert!(CODES.contains(&denied.code()), "{}", denied.code());
    let json = serde_json::to_value(denied).unwrap();
    assert_eq!(
        json["kind"]["rule"],
        denied.code(),
        "records bear the same code"
    );
    assert_eq!(serde_json::from_value::<Denied>(json).unwrap(), *denied);
}

fn member(groups: &[&str]) -> Person {
    Person::of(
        groups
            .iter()
            .map(|name| Held {
                group: GROUPS.iter().position(|group| group == name).unwrap(),
                is_here: true,
                waits: false,
            })
            .collect(),
    )
}

fn refused(person: &Person, action: Action, thing: Thing) -> Denied {
    let contributions = thing.part().contributions();
    authorize(
        &person.actor(),
        action,
        &thing.resource(true, &contributions),
    )
    .unwrap_err()
}

fn submitted(part: Part) -> Thing {
    Thing::Offer {
        status: OfferStatus::Submitted,
        was_approved: false,
        part,
    }
}

#[test]
fn a_missing_permission_names_the_groups_held_and_those_that_would_do() {
    let denied = refused(
        &member(&["read_only", "create"]),
        Action::ApproveOffer,
        submitted(Part::None),
    );
    assert_eq!(
        denied.kind,
        DenialKind::MissingPermission {
            permission: Permission::DecideOffers,
            held: vec!["create".parse().unwrap(), "read_only".parse().unwrap()],
        }
    );
    assert_eq!(
        denied.to_string(),
        "your groups create and read_only do not let you approve offers; members of approver may"
    );
}

#[test]
fn a_permission_of_no_default_group_is_named_itself() {
    let denied = refused(
        &member(&["admin"]),
        Action::ViewRecipientsUnmasked,
        Thing::Campaign { part: Part::None },
    );
    assert_eq!(
        denied.to_string(),
        "your group admin does not let you see recipients' addresses; \
         a group with the permission `view_recipients_unmasked` would"
    );
}

#[test]
fn four_eyes_tell_the_author_what_they_did_and_when() {
    let denied = refused(
        &member(&["approver"]),
        Action::ApproveOffer,
        submitted(Part::Wrote),
    );
    match &denied.kind {
        DenialKind::FourEyes { contribution } => {
            assert_eq!(contribution.kind, ContributionKind::Wrote);
            assert_eq!(contribution.revision, RevisionNumber::new(2));
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(
        denied.to_string(),
        "you edited revision 2 on 3 March 2026, so another person must decide"
    );
}

#[test]
fn a_hold_names_its_end_and_who_can_lift_it() {
    let mut person = member(&["approver"]);
    person.is_super_admin = true;
    person.is_held = true;
    let account = Thing::Account {
        is_mine: false,
        reset: Reset::Theirs,
    };
    for (action, thing, words) in [
        (
            Action::ApproveOffer,
            submitted(Part::None),
            "approve offers",
        ),
        (Action::ConfirmReset, account, "confirm a password reset"),
        (
            Action::GrantSuperAdmin,
            account,
            "make someone a super admin",
        ),
    ] {
        let denied = refused(&person, action, thing);
        assert_eq!(denied.kind, DenialKind::Held { until: time(UNTIL) });
        assert_eq!(
            denied.to_string(),
            format!(
                "a super admin reset your login, so until {}, or until another super admin confirms that, \
                 you may not {words}",
                time(UNTIL)
            )
        );
    }
}

#[test]
fn of_several_waiting_memberships_the_first_to_count_is_named() {
    let mut facts = member(&["approver", "admin"]).facts();
    let later = time("2026-03-09T09:00:00Z");
    for (membership, until) in facts.memberships.iter_mut().zip([later, time(UNTIL)]) {
        membership.waits_until = Some(until);
    }
    let actor = offerkit_core::policy::Actor::User(facts);
    let thing = Thing::Campaign { part: Part::None };
    let denied = authorize(&actor, Action::LaunchCampaign, &thing.resource(true, &[])).unwrap_err();
    assert_eq!(
        denied.kind,
        DenialKind::MembershipWaits { until: time(UNTIL) }
    );
}
