//! The decision.

use super::{
    Action, Actor, Basis, DenialKind, Denied, Grant, MembershipFacts, Requirement, Resource, Rule,
    TenantFacts, UserFacts,
};
use crate::{domain::Permission, id::UserId};

/// Decides whether `actor` may do `action` to `resource`.
///
/// Pure and total: it reads nothing but its arguments, never panics, and denies unless a rule grants. More
/// memberships never permit less, and memberships of other tenants never matter.
///
/// ```
/// use offerkit_core::{
///     policy::{Action, Actor, DenialKind, Resource, TenantFacts, UserFacts, authorize},
/// };
///
/// let user = "01890000-0000-7000-8000-000000000001".parse()?;
/// let tenant = TenantFacts { id: "01890000-0000-7000-8000-000000000002".parse()?, is_active: true };
/// let outsider = Actor::User(UserFacts {
///     id: user,
///     is_active: true,
///     is_super_admin: false,
///     must_change_password: false,
///     hold: None,
///     memberships: Vec::new(),
/// });
/// let denied = authorize(&outsider, Action::CreateOffer, &Resource::Tenant(tenant)).unwrap_err();
/// assert_eq!(denied.kind, DenialKind::Outsider);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// [`Denied`], with the rule that refuses and a sentence for the actor.
pub fn authorize(actor: &Actor, action: Action, resource: &Resource<'_>) -> Result<Grant, Denied> {
    let scope = resource.scope();
    decide(actor, action.rule(), resource)
        .map(|basis| Grant::new(actor.reference(), action, scope, basis))
        .map_err(|kind| Denied::new(action, kind))
}

fn decide(actor: &Actor, rule: Rule, resource: &Resource<'_>) -> Result<Basis, DenialKind> {
    match actor {
        Actor::Anonymous => Err(DenialKind::Unauthenticated),
        Actor::System(job) if job.actions().contains(&rule.action) => {
            is_about(rule, resource)?;
            tenant_is_active(rule, resource)?;
            Ok(Basis::Job(*job))
        }
        Actor::System(_) => Err(DenialKind::NotOfJob),
        Actor::User(user) => {
            if !user.is_active {
                return Err(DenialKind::Inactive);
            }
            if user.must_change_password && rule.requirement != Requirement::Oneself {
                return Err(DenialKind::PasswordChangeRequired);
            }
            let basis = entitled(user, rule, resource)?;
            // Not before: to an outsider everything in a tenant is one and the same.
            is_about(rule, resource)?;
            tenant_is_active(rule, resource)?;
            above_permissions(user, rule, resource)?;
            Ok(basis)
        }
    }
}

/// An action asked for another kind of object would pass by the rules that look at the object.
fn is_about(rule: Rule, resource: &Resource<'_>) -> Result<(), DenialKind> {
    if rule.about.contains(&resource.kind()) {
        Ok(())
    } else {
        Err(DenialKind::WrongResource)
    }
}

/// What the user's flags and groups permit, before the rules that stand above them.
fn entitled(user: &UserFacts, rule: Rule, resource: &Resource<'_>) -> Result<Basis, DenialKind> {
    match (rule.requirement, resource.tenant()) {
        (Requirement::Oneself, _) => {
            let is_own =
                matches!(resource, Resource::Account { user: account, .. } if *account == user.id);
            is_own
                .then_some(Basis::Oneself)
                .ok_or(DenialKind::WrongResource)
        }
        (Requirement::Job, tenant) => Err(not_a_job(user, tenant)),
        (Requirement::SuperAdmin, tenant) => super_admin(user, tenant),
        (Requirement::PermissionOrSuperAdmin(_), _) if user.is_super_admin => Ok(Basis::SuperAdmin),
        (
            Requirement::Permission(permission) | Requirement::PermissionOrSuperAdmin(permission),
            Some(tenant),
        ) => permitted(user, rule, permission, tenant),
        (Requirement::Membership, Some(tenant)) => memberships(user, tenant)
            // The least name, so that order never shows.
            .min_by(|one, other| one.group.cmp(&other.group))
            .map(|membership| Basis::Group(membership.group.clone()))
            .ok_or(DenialKind::Outsider),
        (
            Requirement::Permission(_)
            | Requirement::PermissionOrSuperAdmin(_)
            | Requirement::Membership,
            None,
        ) => Err(DenialKind::WrongResource),
    }
}

fn super_admin(user: &UserFacts, tenant: Option<TenantFacts>) -> Result<Basis, DenialKind> {
    if user.is_super_admin {
        return Ok(Basis::SuperAdmin);
    }
    Err(if is_outsider(user, tenant) {
        DenialKind::Outsider
    } else {
        DenialKind::NotSuperAdmin
    })
}

fn not_a_job(user: &UserFacts, tenant: Option<TenantFacts>) -> DenialKind {
    if is_outsider(user, tenant) && !user.is_super_admin {
        DenialKind::Outsider
    } else {
        DenialKind::JobOnly
    }
}

fn is_outsider(user: &UserFacts, tenant: Option<TenantFacts>) -> bool {
    tenant.is_some_and(|tenant| memberships(user, tenant).next().is_none())
}

fn permitted(
    user: &UserFacts,
    rule: Rule,
    permission: Permission,
    tenant: TenantFacts,
) -> Result<Basis, DenialKind> {
    let mut is_member = false;
    let mut best: Option<&MembershipFacts> = None;
    let mut waits = None;
    for membership in memberships(user, tenant) {
        is_member = true;
        if !membership.permissions.contains(permission) {
            continue;
        }
        match membership.waits_until {
            Some(until) if rule.decides => {
                waits = Some(waits.map_or(until, |other| until.min(other)));
            }
            // The least name, so that order never shows.
            _ if best.is_none_or(|other| membership.group < other.group) => best = Some(membership),
            _ => {}
        }
    }
    match (best, waits) {
        (Some(membership), _) => Ok(Basis::Group(membership.group.clone())),
        (None, Some(until)) => Err(DenialKind::MembershipWaits { until }),
        (None, None) if is_member => Err(DenialKind::MissingPermission {
            permission,
            held: held_groups(user, tenant),
        }),
        (None, None) => Err(DenialKind::Outsider),
    }
}

fn memberships(user: &UserFacts, tenant: TenantFacts) -> impl Iterator<Item = &MembershipFacts> {
    user.memberships
        .iter()
        .filter(move |membership| membership.tenant == tenant.id)
}

fn held_groups(user: &UserFacts, tenant: TenantFacts) -> Vec<crate::text::GroupName> {
    let mut held: Vec<_> = memberships(user, tenant)
        .map(|membership| membership.group.clone())
        .collect();
    held.sort_unstable();
    held.dedup();
    held
}

/// A deactivated tenant's business stands still.
fn tenant_is_active(rule: Rule, resource: &Resource<'_>) -> Result<(), DenialKind> {
    match resource.tenant() {
        Some(tenant) if !tenant.is_active && rule.needs_active_tenant => {
            Err(DenialKind::TenantInactive)
        }
        Some(_) | None => Ok(()),
    }
}

/// The rules that no group, configuration or super admin can lift.
fn above_permissions(
    user: &UserFacts,
    rule: Rule,
    resource: &Resource<'_>,
) -> Result<(), DenialKind> {
    match (rule.action, resource) {
        (Action::ApproveOffer, Resource::Offer(offer)) => four_eyes(user.id, offer.contributions),
        (Action::LaunchCampaign, Resource::Campaign(campaign)) => {
            four_eyes(user.id, campaign.contributions)
        }
        (Action::DeleteOffer, Resource::Offer(offer)) if offer.was_approved => {
            Err(DenialKind::Evidence)
        }
        (
            Action::GiveMembership | Action::TakeMembership,
            Resource::Membership { user: member, .. },
        ) if *member == user.id => Err(DenialKind::OwnMembership),
        (Action::UpdateGroup, Resource::Group { is_own: true, .. }) => Err(DenialKind::OwnGroup),
        (
            Action::GrantSuperAdmin
            | Action::RevokeSuperAdmin
            | Action::SetTemporaryPassword
            | Action::DeactivateUser
            | Action::UpdateUser
            | Action::ConfirmReset,
            Resource::Account { user: account, .. },
        ) if *account == user.id => Err(DenialKind::OwnAccount),
        (Action::ConfirmReset, Resource::Account { reset_by, .. })
            if reset_by.contains(&user.id) =>
        {
            Err(DenialKind::SameSuperAdmin)
        }
        _ => Ok(()),
    }?;
    match &user.hold {
        Some(hold) if rule.decides => Err(DenialKind::Held { until: hold.until }),
        Some(_) | None => Ok(()),
    }
}

fn four_eyes(
    user: UserId,
    contributions: &[crate::domain::Contribution],
) -> Result<(), DenialKind> {
    match contributions
        .iter()
        .rev()
        .find(|contribution| contribution.user == user)
    {
        Some(contribution) => Err(DenialKind::FourEyes {
            contribution: *contribution,
        }),
        None => Ok(()),
    }
}
