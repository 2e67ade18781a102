//! Holds over a user's life: who may decide, and who may lift the hold, is decided by what happened to the account.

use offerkit_core::{
    domain::{ExternalIdentity, NewUser, PasswordHash, User, UserChange},
    policy::{Action, Actor, DenialKind, Resource, UserFacts, authorize},
    time::Timestamp,
};

use crate::world::{COLLEAGUE, ME, THIRD, time, user};

const HELD_USER: &str = "01980000-0000-7000-8000-000000000009";

/// Hour `hour` of the first day.
fn at(hour: u32) -> Timestamp {
    time(&format!("2026-03-03T{hour:02}:00:00Z"))
}

fn password() -> PasswordHash {
    PasswordHash::new("$test$")
}

fn new_user() -> User {
    User::create(
        user(HELD_USER),
        NewUser::named("dora".parse().unwrap()),
        Some(user(ME)),
        at(0),
    )
    .with_first_password(password(), at(0))
}

/// A super admin who chose a password of their own.
fn established() -> User {
    new_user()
        .with_own_password(password(), at(1))
        .with_super_admin(true, at(1))
}

/// Reset at `hour`, and held until `until`, unless held for longer.
fn reset(held: User, by: &str, hour: u32, until: u32) -> User {
    held.with_temporary_password(password(), user(by), at(until), at(hour))
}

fn with_identity(held: User, by: &str, hour: u32, until: u32) -> User {
    let change = UserChange {
        identity: Some(Some(ExternalIdentity {
            issuer: "https://login.example".parse().unwrap(),
            subject: "dora".parse().unwrap(),
        })),
        ..UserChange::default()
    };
    held.changed(change, user(by), at(until), at(hour))
}

fn super_admin(id: &str) -> UserFacts {
    UserFacts {
        id: user(id),
        is_active: true,
        is_super_admin: true,
        must_change_password: false,
        hold: None,
        memberships: Vec::new(),
    }
}

/// The held user, who has chosen a password again.
fn acting(held: &User, hour: u32) -> Actor {
    Actor::User(UserFacts {
        hold: held.running_hold(at(hour)).cloned(),
        ..super_admin(HELD_USER)
    })
}

/// Until when the user may not confirm the reset of someone else.
fn held_until(held: &User, hour: u32) -> Option<Timestamp> {
    let other = Resource::Account {
        user: user(COLLEAGUE),
        reset_by: &[],
    };
    match authorize(&acting(held, hour), Action::ConfirmReset, &other) {
        Ok(_) => None,
        Err(denied) => match denied.kind {
            DenialKind::Held { until } => Some(until),
            other => panic!("{other:?}"),
        },
    }
}

/// Whether the super admin may lift the hold.
fn may_confirm(id: &str, held: &User) -> bool {
    let resource = Resource::Account {
        user: held.id(),
        reset_by: held.hold().as_ref().map_or(&[], |hold| &hold.reset_by),
    };
    match authorize(
        &Actor::User(super_admin(id)),
        Action::ConfirmReset,
        &resource,
    ) {
        Ok(_) => true,
        Err(denied) => {
            assert_eq!(denied.code(), "same_super_admin", "{denied}");
            false
        }
    }
}

#[test]
fn a_reset_holds_until_its_end() {
    let held = reset(established(), ME, 2, 12);
    assert_eq!(held_until(&held, 2), Some(at(12)));
    assert_eq!(held_until(&held, 11), Some(at(12)));
    assert_eq!(held_until(&held, 12), None);
}

#[test]
fn choosing_a_password_lifts_no_hold() {
    let held = reset(established(), ME, 2, 12).with_own_password(password(), at(3));
    assert_eq!(held_until(&held, 3), Some(at(12)));
}

#[test]
fn a_new_user_is_not_held_however_often_reset() {
    let never_logged_in = reset(reset(new_user(), ME, 2, 12), COLLEAGUE, 3, 13);
    assert_eq!(held_until(&never_logged_in, 3), None);
    assert_eq!(*never_logged_in.hold(), None);
}

#[test]
fn another_identity_holds_as_a_reset_does() {
    let held = with_identity(established(), ME, 2, 12);
    assert_eq!(held_until(&held, 2), Some(at(12)));
    assert!(!may_confirm(ME, &held));
    assert!(may_confirm(COLLEAGUE, &held));
}

#[test]
fn the_first_identity_of_a_new_user_holds_nobody() {
    let identified = with_identity(new_user(), ME, 2, 12);
    assert_eq!(*identified.hold(), None);
    assert!(identified.is_established());
}

#[test]
fn who_confirms_is_none_of_those_who_reset() {
    let held = reset(established(), ME, 2, 12);
    assert!(!may_confirm(ME, &held));
    assert!(may_confirm(COLLEAGUE, &held));
    assert_eq!(held_until(&held.confirmed(at(3)), 3), None);
}

#[test]
fn a_second_reset_does_not_make_the_first_author_another_person() {
    let held = reset(reset(established(), ME, 2, 12), COLLEAGUE, 3, 13);
    assert!(!may_confirm(ME, &held));
    assert!(!may_confirm(COLLEAGUE, &held));
    assert!(may_confirm(THIRD, &held));
}

#[test]
fn a_changed_identity_does_not_make_an_earlier_author_another_person() {
    let held = with_identity(reset(established(), ME, 2, 12), COLLEAGUE, 3, 13);
    assert!(!may_confirm(ME, &held));
    assert!(!may_confirm(COLLEAGUE, &held));
}

#[test]
fn whoever_resets_twice_is_named_once() {
    let held = reset(
        reset(reset(established(), ME, 2, 12), COLLEAGUE, 3, 12),
        ME,
        4,
        12,
    );
    let authors = held.hold().as_ref().map(|hold| hold.reset_by.clone());
    assert_eq!(authors, Some(vec![user(ME), user(COLLEAGUE)]));
}

#[test]
fn of_two_ends_the_later_counts() {
    let longer = reset(reset(established(), ME, 2, 12), COLLEAGUE, 3, 13);
    assert_eq!(held_until(&longer, 3), Some(at(13)));
    let shorter = reset(reset(established(), ME, 2, 12), COLLEAGUE, 3, 4);
    assert_eq!(held_until(&shorter, 3), Some(at(12)));
}

#[test]
fn a_hold_that_has_passed_leaves_nothing_behind() {
    let held = reset(reset(established(), ME, 2, 12), COLLEAGUE, 12, 20);
    assert!(may_confirm(ME, &held));
    assert!(!may_confirm(COLLEAGUE, &held));
    assert_eq!(held_until(&held, 12), Some(at(20)));
}

#[test]
fn someone_held_is_not_the_second_person_of_their_own_hold_or_anothers() {
    // Whoever reset two super admins would otherwise confirm the one as the other.
    let held = reset(established(), ME, 2, 12);
    let actor = acting(&held, 2);
    let by_me = [user(ME)];
    for (account, code) in [(HELD_USER, "own_account"), (COLLEAGUE, "held")] {
        let resource = Resource::Account {
            user: user(account),
            reset_by: &by_me,
        };
        let denied = authorize(&actor, Action::ConfirmReset, &resource).unwrap_err();
        assert_eq!(denied.code(), code);
    }
}
