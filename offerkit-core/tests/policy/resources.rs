//! An action asked for the wrong kind of object is refused, so that a rule above permissions is never passed by.

use offerkit_core::policy::{Action, Actor, Job, authorize};

use crate::{
    table::{GROUPS, rows},
    world::{Held, Person, Thing},
};

/// What is granted to someone whom no permission stops, or to a job, for things that the action is not about.
fn granted_for_wrong_things() -> Vec<(Action, String)> {
    let groups = (0..GROUPS.len()).map(|group| Held {
        group,
        is_here: true,
        waits: false,
    });
    let mut person = Person::of(groups.collect());
    person.is_super_admin = true;
    let jobs = Job::ALL.map(Actor::System);
    let mut granted = Vec::new();
    for actor in [person.actor()].into_iter().chain(jobs) {
        for row in rows() {
            for thing in Thing::all() {
                let contributions = thing.part().contributions();
                let resource = thing.resource(true, &contributions);
                if !row.is_about(thing) && authorize(&actor, row.action, &resource).is_ok() {
                    let what = format!("{}: {} a {}", actor.reference(), row.action, thing.kind());
                    granted.push((row.action, what));
                }
            }
        }
    }
    granted.sort_unstable();
    granted.dedup();
    granted
}

fn lines(granted: &[(Action, String)]) -> String {
    let lines: Vec<_> = granted.iter().map(|(_, what)| what.as_str()).collect();
    format!("{} are granted:\n{}", lines.len(), lines.join("\n"))
}

#[test]
fn a_rule_above_permissions_is_never_passed_by_naming_another_kind_of_object() {
    let mut granted = granted_for_wrong_things();
    granted.retain(|(action, _)| {
        matches!(
            action,
            Action::ApproveOffer
                | Action::LaunchCampaign
                | Action::DeleteOffer
                | Action::GiveMembership
                | Action::TakeMembership
                | Action::UpdateGroup
                | Action::UpdateUser
                | Action::DeactivateUser
                | Action::SetTemporaryPassword
                | Action::ConfirmReset
                | Action::GrantSuperAdmin
                | Action::RevokeSuperAdmin
        )
    });
    assert!(granted.is_empty(), "{}", lines(&granted));
}

#[test]
fn an_action_is_granted_only_for_the_kinds_of_object_it_is_about() {
    let granted = granted_for_wrong_things();
    assert!(granted.is_empty(), "{}", lines(&granted));
}
