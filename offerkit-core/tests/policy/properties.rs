//! What holds for any user, action and object: flags, memberships and permissions are arbitrary here.

use offerkit_core::{
    domain::{DecisionHold, Permission, PermissionSet, Scope},
    policy::{
        Action, Actor, ActorRef, Basis, Denied, Explanation, Grant, Job, MembershipFacts,
        UserFacts, authorize, explain,
    },
};
use proptest::{prelude::*, sample::select};

use crate::{
    refusals::assert_well_formed,
    table::rows,
    world::{COLLEAGUE, ELSEWHERE, HERE, ME, Part, Thing, tenant, time, user},
};

fn any_permissions() -> impl Strategy<Value = PermissionSet> {
    prop_oneof![
        prop::sample::subsequence(Permission::ALL, 0..=Permission::ALL.len())
            .prop_map(PermissionSet::from),
        Just(Permission::ALL.iter().copied().collect()),
    ]
}

fn any_membership() -> impl Strategy<Value = MembershipFacts> {
    (
        prop_oneof![3 => Just(HERE), 1 => Just(ELSEWHERE)],
        select(&["a", "b", "c", "d"][..]),
        any_permissions(),
        prop::option::weighted(
            0.3,
            select(&["2026-03-04T09:00:00Z", "2026-03-05T09:00:00Z"][..]),
        ),
    )
        .prop_map(|(place, group, permissions, waits)| MembershipFacts {
            tenant: tenant(place),
            group: group.parse().unwrap(),
            permissions,
            waits_until: waits.map(time),
        })
}

fn any_user() -> impl Strategy<Value = UserFacts> {
    let mostly = |value: bool| prop::bool::weighted(if value { 0.9 } else { 0.1 });
    (
        mostly(true),
        any::<bool>(),
        mostly(false),
        prop::bool::weighted(0.2),
        prop::collection::vec(any_membership(), 0..6),
    )
        .prop_map(
            |(is_active, is_super_admin, must_change_password, held, memberships)| UserFacts {
                id: user(ME),
                is_active,
                is_super_admin,
                must_change_password,
                hold: held.then(|| DecisionHold {
                    reset_by: vec![user(COLLEAGUE)],
                    until: time("2026-03-04T09:00:00Z"),
                }),
                memberships,
            },
        )
}

fn any_actor() -> impl Strategy<Value = Actor> {
    prop_oneof![
        8 => any_user().prop_map(Actor::User),
        1 => select(&Job::ALL[..]).prop_map(Actor::System),
        1 => Just(Actor::Anonymous),
    ]
}

fn any_action() -> impl Strategy<Value = Action> {
    select(Action::ALL)
}

fn any_thing() -> impl Strategy<Value = Thing> {
    select(Thing::all())
}

/// Any action, a thing that it may be asked for, and whether the tenant is active.
fn any_request() -> impl Strategy<Value = (Action, Thing, bool)> {
    (any_request_for(|_| true), prop::bool::weighted(0.8))
        .prop_map(|((action, thing), tenant_is_active)| (action, thing, tenant_is_active))
}

/// Any action that may be asked for such things, and one of them.
fn any_request_for(such: fn(Thing) -> bool) -> impl Strategy<Value = (Action, Thing)> {
    let requests: Vec<(Action, Vec<Thing>)> = rows()
        .into_iter()
        .map(|row| {
            let about = |thing: &Thing| such(*thing) && row.is_about(*thing);
            (row.action, Thing::all().into_iter().filter(about).collect())
        })
        .filter(|(_, things): &(_, Vec<_>)| !things.is_empty())
        .collect();
    select(requests).prop_flat_map(|(action, things)| (Just(action), select(things)))
}

fn decide(
    user: &UserFacts,
    action: Action,
    thing: Thing,
    tenant_is_active: bool,
) -> Result<Grant, Denied> {
    let contributions = thing.part().contributions();
    let resource = thing.resource(tenant_is_active, &contributions);
    authorize(&Actor::User(user.clone()), action, &resource)
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 4_000,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn order_and_repetition_of_memberships_never_matter(
        (before, after) in any_user().prop_flat_map(|user| {
            let twice = [user.memberships.clone(), user.memberships.clone()].concat();
            let least = user.memberships.len();
            // Every membership stands in the first half; the second half repeats some.
            (Just(user), Just(twice), least..=2 * least).prop_flat_map(|(user, mut twice, length)| {
                twice.truncate(length);
                (Just(user), Just(twice).prop_shuffle())
            })
        }).prop_map(|(user, memberships)| (user.clone(), UserFacts { memberships, ..user })),
        (action, thing, active) in any_request(),
    ) {
        prop_assert_eq!(decide(&before, action, thing, active), decide(&after, action, thing, active));
    }

    #[test]
    fn memberships_of_other_tenants_never_matter(
        user in any_user(),
        (action, thing, active) in any_request(),
    ) {
        let mut here_only = user.clone();
        here_only.memberships.retain(|membership| membership.tenant == tenant(HERE));
        prop_assert_eq!(decide(&user, action, thing, active), decide(&here_only, action, thing, active));
    }

    #[test]
    fn more_memberships_never_permit_less(
        user in any_user(),
        more in prop::collection::vec(any_membership(), 1..4),
        (action, thing, active) in any_request(),
    ) {
        let mut with_more = user.clone();
        with_more.memberships.extend(more);
        if decide(&user, action, thing, active).is_ok() {
            prop_assert!(decide(&with_more, action, thing, active).is_ok());
        }
    }

    #[test]
    fn an_outsider_learns_nothing(
        mut outsider in any_user(),
        (action, thing) in any_request_for(Thing::is_in_tenant),
    ) {
        outsider.memberships.retain(|membership| membership.tenant != tenant(HERE));
        outsider.is_super_admin = false;
        outsider.is_active = true;
        outsider.must_change_password = false;

        let denied = decide(&outsider, action, thing, true).unwrap_err();
        // Of any other object too: where one does not exist, the tenant is asked about in its place.
        for other in Thing::all().into_iter().filter(|other| other.is_in_tenant()) {
            for active in [true, false] {
                let of_other_state = decide(&outsider, action, other, active).unwrap_err();
                prop_assert_eq!(&denied, &of_other_state);
            }
        }
        prop_assert_eq!(denied.code(), "outsider");
    }

    #[test]
    fn four_eyes_hold_for_whatever_groups_and_flags_someone_has(
        user in any_user(),
        (_, thing) in any_request_for(|thing| ![Part::None, Part::Before].contains(&thing.part())),
        active in any::<bool>(),
    ) {
        let action = match thing {
            Thing::Campaign { .. } => Action::LaunchCampaign,
            _ => Action::ApproveOffer,
        };
        prop_assert!(decide(&user, action, thing, active).is_err());
    }

    #[test]
    fn what_is_granted_is_what_was_asked_for_and_rests_on_something_true(
        actor in any_actor(),
        (action, thing, active) in any_request(),
    ) {
        let contributions = thing.part().contributions();
        let resource = thing.resource(active, &contributions);
        let scope = if thing.is_in_tenant() {
            Scope::Tenant(tenant(HERE))
        } else {
            Scope::Platform
        };
        if let Ok(grant) = authorize(&actor, action, &resource) {
            prop_assert_eq!(grant.actor(), actor.reference());
            prop_assert_eq!(grant.action(), action);
            prop_assert_eq!(grant.scope(), scope);
            match (grant.basis(), &actor) {
                (Basis::Oneself, Actor::User(_)) => {
                    prop_assert!([Action::ViewSelf, Action::ChangeOwnPassword].contains(&action));
                }
                (Basis::SuperAdmin, Actor::User(user)) => prop_assert!(user.is_super_admin),
                (Basis::Group(group), Actor::User(user)) => {
                    let alone = user
                        .memberships
                        .iter()
                        .filter(|held| held.group == *group)
                        .cloned()
                        .collect();
                    let user = UserFacts { memberships: alone, ..user.clone() };
                    prop_assert!(decide(&user, action, thing, active).is_ok());
                }
                (Basis::Job(job), Actor::System(acting)) => prop_assert_eq!(job, acting),
                (basis, actor) => prop_assert!(false, "{basis:?} for {actor:?}"),
            }
        }
    }

    #[test]
    fn an_explanation_says_what_the_decision_is(
        actor in any_actor(),
        action in any_action(),
        thing in any_thing(),
        active in any::<bool>(),
    ) {
        let contributions = thing.part().contributions();
        let resource = thing.resource(active, &contributions);
        let explanation = explain(&actor, action, &resource);
        let sentence = explanation.to_string();
        match authorize(&actor, action, &resource) {
            Ok(grant) => {
                prop_assert!(explanation.is_allowed());
                if let Basis::Group(group) = grant.basis() {
                    prop_assert!(sentence.contains(group.as_str()), "{}", sentence);
                }
                let basis = grant.basis().clone();
                prop_assert_eq!(explanation, Explanation::Allowed { action, basis });
            }
            Err(denied) => {
                prop_assert!(!explanation.is_allowed());
                prop_assert_eq!(sentence, denied.to_string());
                prop_assert_eq!(explanation, Explanation::Refused(denied));
            }
        }
    }

    #[test]
    fn a_refusal_has_a_stable_code_and_a_sentence(
        actor in any_actor(),
        action in any_action(),
        thing in any_thing(),
        active in any::<bool>(),
    ) {
        let contributions = thing.part().contributions();
        if let Err(denied) = authorize(&actor, action, &thing.resource(active, &contributions)) {
            prop_assert_eq!(denied.action, action);
            assert_well_formed(&denied);
        }
    }

    #[test]
    fn a_user_who_is_not_active_does_nothing(
        user in any_user(),
        (action, thing, active) in any_request(),
    ) {
        let user = UserFacts { is_active: false, ..user };
        prop_assert_eq!(decide(&user, action, thing, active).unwrap_err().code(), "inactive");
    }
}

#[test]
fn the_reference_of_an_actor_is_who_it_is() {
    assert_eq!(Actor::Anonymous.reference(), ActorRef::Anonymous);
    for job in Job::ALL {
        assert_eq!(Actor::System(job).reference(), ActorRef::System(job));
    }
}
