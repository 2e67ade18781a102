//! The policy written out naively: the table, and the rules above permissions.

use offerkit_core::policy::Action;

use crate::{
    table::Row,
    world::{Held, Part, Person, Reset, Thing},
};

/// What the policy must answer: nothing, or the code of the rule that refuses, the first one that does.
pub(crate) fn answer(
    row: &Row,
    person: &Person,
    thing: Thing,
    tenant_is_active: bool,
) -> Result<(), &'static str> {
    if !person.is_active {
        return Err("inactive");
    }
    if row.everybody {
        return match thing {
            Thing::Account { is_mine: true, .. } => Ok(()),
            _ => Err("wrong_resource"),
        };
    }
    if person.has_temporary_password {
        return Err("password_change_required");
    }
    entitled(row, person, thing)?;
    if thing.is_in_tenant() && !tenant_is_active && row.needs_active_tenant {
        return Err("tenant_inactive");
    }
    above_permissions(row.action, thing)?;
    if row.decides && person.is_held {
        return Err("held");
    }
    Ok(())
}

/// The marks of the table.
fn entitled(row: &Row, person: &Person, thing: Thing) -> Result<(), &'static str> {
    if row.super_admin && person.is_super_admin {
        return Ok(());
    }
    let here: Vec<&Held> = person.groups.iter().filter(|held| held.is_here).collect();
    let is_outsider = thing.is_in_tenant() && here.is_empty();
    if row.is_for_jobs_only() {
        return Err(if is_outsider && !person.is_super_admin {
            "outsider"
        } else {
            "job_only"
        });
    }
    if is_outsider {
        return Err("outsider");
    }
    let marked: Vec<&&Held> = here.iter().filter(|held| row.groups[held.group]).collect();
    let only_super_admins = row.groups.iter().all(|mark| !mark);
    match marked.as_slice() {
        [] if only_super_admins => Err("not_super_admin"),
        [] => Err("missing_permission"),
        some if row.decides && some.iter().all(|held| held.waits) => Err("membership_waits"),
        _ => Ok(()),
    }
}

/// The rules that nothing lifts.
fn above_permissions(action: Action, thing: Thing) -> Result<(), &'static str> {
    let took_part = match thing.part() {
        Part::None | Part::Before => false,
        Part::Wrote | Part::Submitted | Part::Requested | Part::Segment => true,
    };
    match action {
        Action::ApproveOffer | Action::LaunchCampaign if took_part => Err("four_eyes"),
        Action::DeleteOffer
            if matches!(
                thing,
                Thing::Offer {
                    was_approved: true,
                    ..
                }
            ) =>
        {
            Err("evidence")
        }
        Action::GiveMembership | Action::TakeMembership
            if thing == (Thing::Membership { is_mine: true }) =>
        {
            Err("own_membership")
        }
        Action::UpdateGroup if thing == (Thing::Group { is_mine: true }) => Err("own_group"),
        Action::UpdateUser
        | Action::DeactivateUser
        | Action::SetTemporaryPassword
        | Action::ConfirmReset
        | Action::GrantSuperAdmin
        | Action::RevokeSuperAdmin
            if matches!(thing, Thing::Account { is_mine: true, .. }) =>
        {
            Err("own_account")
        }
        Action::ConfirmReset
            if matches!(
                thing,
                Thing::Account {
                    reset: Reset::Mine | Reset::MineToo,
                    ..
                }
            ) =>
        {
            Err("same_super_admin")
        }
        _ => Ok(()),
    }
}
