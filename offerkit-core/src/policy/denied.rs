//! Refusals: a stable code, parameters, and a sentence saying what, why and who can.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::Action;
use crate::{
    domain::{Contribution, ContributionKind, Permission},
    text::GroupName,
    time::Timestamp,
};

/// That the policy does not allow something. Shown to the actor: it speaks to them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub struct Denied {
    /// What was asked for.
    pub action: Action,
    /// Why it is refused.
    pub kind: DenialKind,
}

/// Why the policy refuses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "rule", rename_all = "snake_case")]
pub enum DenialKind {
    /// Nobody is logged in.
    Unauthenticated,
    /// The user is not active.
    Inactive,
    /// The password is temporary and must be changed first.
    PasswordChangeRequired,
    /// The user has no membership in the tenant, and so learns nothing of it.
    Outsider,
    /// The tenant is not active.
    TenantInactive,
    /// Only super admins do this.
    NotSuperAdmin,
    /// Only the library's jobs do this.
    JobOnly,
    /// The job has other work.
    NotOfJob,
    /// No group of the user permits it.
    MissingPermission {
        /// What a group would have to permit.
        permission: Permission,
        /// The groups the user has in the tenant, by name.
        held: Vec<GroupName>,
    },
    /// Four eyes: the user took part in what is to be decided.
    FourEyes {
        /// The latest thing they did.
        contribution: Contribution,
    },
    /// Nobody changes their own memberships.
    OwnMembership,
    /// Nobody changes the permissions of a group they belong to.
    OwnGroup,
    /// Nobody does this to their own account.
    OwnAccount,
    /// Another super admin must confirm, none of those who reset the password or changed the identity.
    SameSuperAdmin,
    /// A super admin reset the user's password, or changed their identity, a short time ago.
    Held {
        /// Until when the user may not decide.
        until: Timestamp,
    },
    /// The membership that would permit it is too new.
    MembershipWaits {
        /// From when on it counts.
        until: Timestamp,
    },
    /// The offer was approved once, so it is evidence.
    Evidence,
    /// The action does not apply to this kind of thing; a mistake of the caller's code.
    WrongResource,
}

impl DenialKind {
    /// The stable code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Unauthenticated => "unauthenticated",
            Self::Inactive => "inactive",
            Self::PasswordChangeRequired => "password_change_required",
            Self::Outsider => "outsider",
            Self::TenantInactive => "tenant_inactive",
            Self::NotSuperAdmin => "not_super_admin",
            Self::JobOnly => "job_only",
            Self::NotOfJob => "not_of_job",
            Self::MissingPermission { .. } => "missing_permission",
            Self::FourEyes { .. } => "four_eyes",
            Self::OwnMembership => "own_membership",
            Self::OwnGroup => "own_group",
            Self::OwnAccount => "own_account",
            Self::SameSuperAdmin => "same_super_admin",
            Self::Held { .. } => "held",
            Self::MembershipWaits { .. } => "membership_waits",
            Self::Evidence => "evidence",
            Self::WrongResource => "wrong_resource",
        }
    }
}

impl Denied {
    /// The refusal of `action`.
    #[must_use]
    pub const fn new(action: Action, kind: DenialKind) -> Self {
        Self { action, kind }
    }

    /// The stable code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        self.kind.code()
    }
}

impl fmt::Display for Denied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let wanted = self.action.words();
        match &self.kind {
            DenialKind::Unauthenticated => write!(f, "log in to {wanted}"),
            DenialKind::Inactive => write!(
                f,
                "your user is deactivated, so you may not {wanted}; a super admin can reactivate it"
            ),
            DenialKind::PasswordChangeRequired => write!(
                f,
                "your password is temporary; change it before you {wanted}"
            ),
            DenialKind::Outsider => write!(
                f,
                "you have no group in this tenant, so you may not {wanted}; a super admin can give you one"
            ),
            DenialKind::TenantInactive => write!(
                f,
                "the tenant is deactivated, so nobody may {wanted}; a super admin can reactivate it"
            ),
            DenialKind::NotSuperAdmin => write!(f, "only a super admin may {wanted}"),
            DenialKind::JobOnly => write!(f, "only the platform's own jobs {wanted}"),
            DenialKind::NotOfJob => write!(f, "this job may not {wanted}"),
            DenialKind::MissingPermission { permission, held } => {
                missing(f, wanted, *permission, held)
            }
            DenialKind::FourEyes { contribution } => four_eyes(f, contribution),
            DenialKind::OwnMembership => {
                f.write_str("nobody changes their own memberships, so another super admin must do it")
            }
            DenialKind::OwnGroup => f.write_str(
                "you belong to this group, so another super admin must change what it permits",
            ),
            DenialKind::OwnAccount => write!(
                f,
                "you may not {wanted} for your own account, so another super admin must do it"
            ),
            DenialKind::SameSuperAdmin => f.write_str(
                "you reset this user's login yourself, so a super admin who did not must confirm it",
            ),
            DenialKind::Held { until } => write!(
                f,
                "a super admin reset your login, so until {until}, or until another super admin confirms that, you may not {wanted}"
            ),
            DenialKind::MembershipWaits { until } => write!(
                f,
                "your membership is new: it lets you {wanted} from {until} on; until then another member must"
            ),
            DenialKind::Evidence => f.write_str(
                "the offer was approved, so it is evidence and cannot be deleted; an approver can retire it",
            ),
            DenialKind::WrongResource => {
                write!(f, "`{}` does not apply to this kind of object", self.action)
            }
        }
    }
}

fn missing(
    f: &mut fmt::Formatter<'_>,
    wanted: &str,
    permission: Permission,
    held: &[GroupName],
) -> fmt::Result {
    let held: Vec<_> = held.iter().map(GroupName::as_str).collect();
    let (noun, verb) = if held.len() == 1 {
        ("group", "does")
    } else {
        ("groups", "do")
    };
    write!(
        f,
        "your {noun} {} {verb} not let you {wanted}; ",
        list(&held, "and")
    )?;
    let able = super::table::who_can(permission);
    if able.is_empty() {
        write!(f, "a group with the permission `{permission}` would")
    } else {
        write!(f, "members of {} may", list(&able, "and"))
    }
}

fn four_eyes(f: &mut fmt::Formatter<'_>, contribution: &Contribution) -> fmt::Result {
    let Contribution {
        kind, revision, at, ..
    } = contribution;
    let day = at.as_datetime().format("%-d %B %Y");
    match kind {
        ContributionKind::Wrote => write!(f, "you edited revision {revision} on {day}"),
        ContributionKind::Submitted => write!(f, "you submitted revision {revision} on {day}"),
        ContributionKind::RequestedLaunch => write!(
            f,
            "you requested the launch of revision {revision} on {day}"
        ),
        ContributionKind::WroteSegment => write!(
            f,
            "you wrote a segment that revision {revision} uses, on {day}"
        ),
    }?;
    f.write_str(", so another person must decide")
}

/// `a, b and c`.
fn list(names: &[&str], last: &str) -> String {
    match names {
        [] => "(none)".to_owned(),
        [one] => (*one).to_owned(),
        [first @ .., end] => format!("{} {last} {end}", first.join(", ")),
    }
}
