//! Who acts, with the facts that the policy needs.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::Action;
use crate::{
    domain::{DecisionHold, PermissionSet},
    id::{TenantId, UserId},
    text::GroupName,
    time::Timestamp,
};

/// A named system job, which may do its own work and nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Job {
    /// Makes the first super admin of an empty platform.
    Bootstrap,
    /// Fills audiences; pauses a campaign whose audience grows past its ceiling.
    Audience,
    /// Sends messages.
    Delivery,
    /// Completes campaigns whose last day is over, and holds or completes those whose start was missed.
    Schedule,
    /// Seals the audit log.
    Sealer,
    /// Puts people into the groups that their identity provider's claims name, and takes them out again.
    Identity,
}

impl Job {
    /// Every job.
    pub const ALL: [Self; 6] = [
        Self::Bootstrap,
        Self::Audience,
        Self::Delivery,
        Self::Schedule,
        Self::Sealer,
        Self::Identity,
    ];

    /// The stable name, as the audit log keeps it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Bootstrap => "bootstrap",
            Self::Audience => "audience",
            Self::Delivery => "delivery",
            Self::Schedule => "schedule",
            Self::Sealer => "sealer",
            Self::Identity => "identity",
        }
    }

    /// What the job may do.
    #[must_use]
    pub const fn actions(self) -> &'static [Action] {
        match self {
            Self::Bootstrap => &[Action::Bootstrap],
            Self::Audience => &[Action::FillAudience, Action::PauseCampaign],
            Self::Delivery => &[Action::RunDeliveries],
            Self::Schedule => &[Action::CompleteCampaign, Action::PauseCampaign],
            Self::Sealer => &[Action::SealAudit],
            Self::Identity => &[Action::GiveMembership, Action::TakeMembership],
        }
    }
}

/// One membership, as the policy sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MembershipFacts {
    /// The tenant.
    pub tenant: TenantId,
    /// The group's name, for explanations.
    pub group: GroupName,
    /// What the group permits.
    pub permissions: PermissionSet,
    /// Until when the membership lets nobody decide, where that is still ahead.
    pub waits_until: Option<Timestamp>,
}

/// A user, with the facts loaded for one request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserFacts {
    /// Who it is.
    pub id: UserId,
    /// Whether the user may do anything at all.
    pub is_active: bool,
    /// Whether the user manages the platform.
    pub is_super_admin: bool,
    /// Whether the password is temporary, so that changing it and seeing the own profile is all the user may do.
    pub must_change_password: bool,
    /// The hold after a reset, where it has not passed.
    pub hold: Option<DecisionHold>,
    /// The memberships, in any order.
    pub memberships: Vec<MembershipFacts>,
}

impl UserFacts {
    /// Everything the user's groups permit in `tenant`.
    #[must_use]
    pub fn permissions_in(&self, tenant: TenantId) -> PermissionSet {
        self.memberships
            .iter()
            .filter(|membership| membership.tenant == tenant)
            .fold(PermissionSet::EMPTY, |set, membership| {
                set.union(membership.permissions)
            })
    }
}

/// Who acts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// A person.
    User(UserFacts),
    /// A job of the library.
    System(Job),
    /// Nobody known.
    Anonymous,
}

impl Actor {
    /// The actor without the facts, as records keep it.
    #[must_use]
    pub const fn reference(&self) -> ActorRef {
        match self {
            Self::User(facts) => ActorRef::User(facts.id),
            Self::System(job) => ActorRef::System(*job),
            Self::Anonymous => ActorRef::Anonymous,
        }
    }
}

/// Who acted, as records keep it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActorRef {
    /// A person.
    User(UserId),
    /// A job of the library.
    System(Job),
    /// Nobody known.
    Anonymous,
}

impl ActorRef {
    /// The user, if a person acted.
    #[must_use]
    pub const fn user(self) -> Option<UserId> {
        match self {
            Self::User(user) => Some(user),
            Self::System(_) | Self::Anonymous => None,
        }
    }
}

impl fmt::Display for ActorRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::User(user) => write!(f, "user {user}"),
            Self::System(job) => write!(f, "the {} job", job.as_str()),
            Self::Anonymous => f.write_str("an anonymous caller"),
        }
    }
}
