//! People and things, described plainly, and the facts that the policy is given of them.

use std::sync::LazyLock;

use offerkit_core::{
    domain::{
        Contribution, ContributionKind, DecisionHold, OfferStatus, Permission, PermissionSet,
        RevisionNumber,
    },
    id::{TenantId, UserId},
    policy::{
        Actor, CampaignFacts, DEFAULT_GROUPS, MembershipFacts, OfferFacts, Resource, TenantFacts,
        UserFacts,
    },
    time::Timestamp,
};

use crate::table::GROUPS;

/// The user who asks.
pub(crate) const ME: &str = "01980000-0000-7000-8000-000000000001";
/// A colleague: what is not the asking user's is theirs.
pub(crate) const COLLEAGUE: &str = "01980000-0000-7000-8000-000000000002";
/// Someone else again.
pub(crate) const THIRD: &str = "01980000-0000-7000-8000-000000000003";
/// The tenant of every thing.
pub(crate) const HERE: &str = "01980000-0000-7000-8000-00000000000a";
/// Another tenant.
pub(crate) const ELSEWHERE: &str = "01980000-0000-7000-8000-00000000000b";
/// When holds and waits end.
pub(crate) const UNTIL: &str = "2026-03-04T09:00:00Z";

pub(crate) fn user(id: &str) -> UserId {
    id.parse().unwrap()
}

pub(crate) fn tenant(id: &str) -> TenantId {
    id.parse().unwrap()
}

pub(crate) fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// A membership in one of [`GROUPS`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Held {
    /// The place in [`GROUPS`].
    pub(crate) group: usize,
    pub(crate) is_here: bool,
    pub(crate) waits: bool,
}

/// Someone who asks.
#[derive(Debug, Clone)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "every combination is asked for"
)]
pub(crate) struct Person {
    pub(crate) groups: Vec<Held>,
    pub(crate) is_super_admin: bool,
    pub(crate) is_active: bool,
    pub(crate) has_temporary_password: bool,
    pub(crate) is_held: bool,
}

impl Person {
    /// Someone active, in the given groups and waiting for nothing.
    pub(crate) fn of(groups: Vec<Held>) -> Self {
        Self {
            groups,
            is_super_admin: false,
            is_active: true,
            has_temporary_password: false,
            is_held: false,
        }
    }

    /// Every combination of the flags.
    pub(crate) fn with_every_flag(groups: &[Held]) -> impl Iterator<Item = Self> {
        (0..16).map(|bits| Self {
            groups: groups.to_vec(),
            is_super_admin: bits & 1 != 0,
            is_active: bits & 2 == 0,
            has_temporary_password: bits & 4 != 0,
            is_held: bits & 8 != 0,
        })
    }

    /// The facts that the policy is given.
    pub(crate) fn facts(&self) -> UserFacts {
        UserFacts {
            id: user(ME),
            is_active: self.is_active,
            is_super_admin: self.is_super_admin,
            must_change_password: self.has_temporary_password,
            hold: self.is_held.then(|| DecisionHold {
                reset_by: vec![user(COLLEAGUE)],
                until: time(UNTIL),
            }),
            memberships: self
                .groups
                .iter()
                .map(|held| MembershipFacts {
                    tenant: tenant(if held.is_here { HERE } else { ELSEWHERE }),
                    group: GROUPS[held.group].parse().unwrap(),
                    permissions: permissions(GROUPS[held.group]),
                    waits_until: held.waits.then(|| time(UNTIL)),
                })
                .collect(),
        }
    }

    pub(crate) fn actor(&self) -> Actor {
        Actor::User(self.facts())
    }
}

/// What the policy's own default groups permit, or the custom one.
fn permissions(group: &str) -> PermissionSet {
    DEFAULT_GROUPS
        .iter()
        .find(|default| default.name == group)
        .map_or_else(
            || PermissionSet::of(&[Permission::ViewRecipientsUnmasked]),
            |default| default.permissions,
        )
}

/// What the asking user did to an offer or campaign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    /// Nothing.
    None,
    /// Wrote it, but before its last approval or launch; nobody did anything since.
    Before,
    /// Wrote since.
    Wrote,
    /// Submitted.
    Submitted,
    /// Requested the launch.
    Requested,
    /// Wrote a segment of it.
    Segment,
}

impl Part {
    pub(crate) const OF_OFFER: [Self; 4] = [Self::None, Self::Before, Self::Wrote, Self::Submitted];
    pub(crate) const OF_CAMPAIGN: [Self; 5] = [
        Self::None,
        Self::Before,
        Self::Wrote,
        Self::Requested,
        Self::Segment,
    ];

    /// What the object remembers: the colleague took part before and after the asking user.
    pub(crate) fn contributions(self) -> Vec<Contribution> {
        let act = |who, kind, revision| Contribution {
            user: user(who),
            kind,
            revision: RevisionNumber::new(revision),
            at: time("2026-03-03T09:00:00Z"),
        };
        let mine = match self {
            Self::None => None,
            Self::Before => return Vec::new(),
            Self::Wrote => Some(act(ME, ContributionKind::Wrote, 2)),
            Self::Submitted => Some(act(ME, ContributionKind::Submitted, 2)),
            Self::Requested => Some(act(ME, ContributionKind::RequestedLaunch, 2)),
            Self::Segment => Some(act(ME, ContributionKind::WroteSegment, 2)),
        };
        [act(COLLEAGUE, ContributionKind::Wrote, 1)]
            .into_iter()
            .chain(mine)
            .chain([act(COLLEAGUE, ContributionKind::Submitted, 2)])
            .collect()
    }
}

/// Who reset the password of an account, while its user is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reset {
    /// Nobody.
    None,
    /// The colleague.
    Theirs,
    /// The asking user.
    Mine,
    /// The asking user, and others before and after.
    MineToo,
}

impl Reset {
    const ALL: [Self; 4] = [Self::None, Self::Theirs, Self::Mine, Self::MineToo];

    fn authors(self) -> &'static [UserId] {
        static MANY: LazyLock<[UserId; 3]> = LazyLock::new(|| [COLLEAGUE, ME, THIRD].map(user));
        match self {
            Self::None => &[],
            Self::Theirs => &MANY[..1],
            Self::Mine => &MANY[1..2],
            Self::MineToo => &*MANY,
        }
    }
}

/// What an action is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Thing {
    Platform,
    /// An account, perhaps one's own, perhaps one whose password was reset.
    Account {
        is_mine: bool,
        reset: Reset,
    },
    Tenant,
    Membership {
        is_mine: bool,
    },
    Group {
        is_mine: bool,
    },
    Offer {
        status: OfferStatus,
        was_approved: bool,
        part: Part,
    },
    Campaign {
        part: Part,
    },
}

impl Thing {
    /// Every thing in every state.
    pub(crate) fn all() -> Vec<Self> {
        let both = [false, true];
        let mut things = vec![Self::Platform, Self::Tenant];
        for is_mine in both {
            things.extend(Reset::ALL.map(|reset| Self::Account { is_mine, reset }));
            things.extend([Self::Membership { is_mine }, Self::Group { is_mine }]);
        }
        for status in OfferStatus::ALL {
            for was_approved in both {
                things.extend(Part::OF_OFFER.map(|part| Self::Offer {
                    status,
                    was_approved,
                    part,
                }));
            }
        }
        things.extend(Part::OF_CAMPAIGN.map(|part| Self::Campaign { part }));
        things
    }

    /// The word for it in the table.
    pub(crate) const fn kind(self) -> &'static str {
        match self {
            Self::Platform => "platform",
            Self::Account { .. } => "account",
            Self::Tenant => "tenant",
            Self::Membership { .. } => "membership",
            Self::Group { .. } => "group",
            Self::Offer { .. } => "offer",
            Self::Campaign { .. } => "campaign",
        }
    }

    /// Whether it belongs to a tenant.
    pub(crate) const fn is_in_tenant(self) -> bool {
        !matches!(self, Self::Platform | Self::Account { .. })
    }

    /// What the asking user did to it.
    pub(crate) const fn part(self) -> Part {
        match self {
            Self::Offer { part, .. } | Self::Campaign { part } => part,
            Self::Platform
            | Self::Account { .. }
            | Self::Tenant
            | Self::Membership { .. }
            | Self::Group { .. } => Part::None,
        }
    }

    /// The facts that the policy is given, with the acts that [`Part::contributions`] tells.
    pub(crate) fn resource(
        self,
        tenant_is_active: bool,
        contributions: &[Contribution],
    ) -> Resource<'_> {
        let tenant = TenantFacts {
            id: tenant(HERE),
            is_active: tenant_is_active,
        };
        let mine = |is_mine| user(if is_mine { ME } else { COLLEAGUE });
        match self {
            Self::Platform => Resource::Platform,
            Self::Account { is_mine, reset } => Resource::Account {
                user: mine(is_mine),
                reset_by: reset.authors(),
            },
            Self::Tenant => Resource::Tenant(tenant),
            Self::Membership { is_mine } => Resource::Membership {
                tenant,
                user: mine(is_mine),
            },
            Self::Group { is_mine } => Resource::Group {
                tenant,
                is_own: is_mine,
            },
            Self::Offer {
                status,
                was_approved,
                ..
            } => Resource::Offer(OfferFacts {
                tenant,
                status,
                was_approved,
                contributions,
            }),
            Self::Campaign { .. } => Resource::Campaign(CampaignFacts {
                tenant,
                contributions,
            }),
        }
    }
}
