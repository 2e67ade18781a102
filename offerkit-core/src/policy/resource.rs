//! What an action is about, with the facts that the policy needs.

use crate::{
    domain::{Campaign, Contribution, Offer, OfferStatus, Scope},
    id::{TenantId, UserId},
};

/// A tenant, as the policy sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TenantFacts {
    /// Which tenant.
    pub id: TenantId,
    /// Whether it is active; the business of one that is not stands still.
    pub is_active: bool,
}

/// An offer, as the policy sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OfferFacts<'a> {
    /// The tenant it belongs to.
    pub tenant: TenantFacts,
    /// Where its working revision stands.
    pub status: OfferStatus,
    /// Whether any revision was ever approved.
    pub was_approved: bool,
    /// Who wrote and submitted since the last approval.
    pub contributions: &'a [Contribution],
}

impl<'a> OfferFacts<'a> {
    /// The facts of `offer`, which belongs to `tenant`.
    #[must_use]
    pub fn new(tenant: TenantFacts, offer: &'a Offer) -> Self {
        Self {
            tenant,
            status: offer.status(),
            was_approved: offer.was_approved(),
            contributions: offer.contributions(),
        }
    }
}

/// A campaign, as the policy sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CampaignFacts<'a> {
    /// The tenant it belongs to.
    pub tenant: TenantFacts,
    /// Who wrote and requested since the last launch, segments' authors among them.
    pub contributions: &'a [Contribution],
}

impl<'a> CampaignFacts<'a> {
    /// The facts of `campaign`, which belongs to `tenant`.
    #[must_use]
    pub fn new(tenant: TenantFacts, campaign: &'a Campaign) -> Self {
        Self {
            tenant,
            contributions: campaign.contributions(),
        }
    }
}

/// A kind of [`Resource`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResourceKind {
    /// [`Resource::Platform`].
    Platform,
    /// [`Resource::Account`].
    Account,
    /// [`Resource::Tenant`].
    Tenant,
    /// [`Resource::Membership`].
    Membership,
    /// [`Resource::Group`].
    Group,
    /// [`Resource::Offer`].
    Offer,
    /// [`Resource::Campaign`].
    Campaign,
}

/// What an action is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resource<'a> {
    /// The platform as a whole.
    Platform,
    /// A user's account.
    Account {
        /// Whose account.
        user: UserId,
        /// The super admins whose resets hold the user, or last did.
        reset_by: &'a [UserId],
    },
    /// A tenant as a whole, or something in it that is not there yet.
    Tenant(TenantFacts),
    /// A membership of a user in a tenant.
    Membership {
        /// The tenant.
        tenant: TenantFacts,
        /// The member.
        user: UserId,
    },
    /// A group, with whether the actor belongs to it.
    Group {
        /// The tenant.
        tenant: TenantFacts,
        /// Whether the actor is a member.
        is_own: bool,
    },
    /// An offer.
    Offer(OfferFacts<'a>),
    /// A campaign.
    Campaign(CampaignFacts<'a>),
}

impl Resource<'_> {
    /// The kind of it.
    #[must_use]
    pub const fn kind(&self) -> ResourceKind {
        match self {
            Self::Platform => ResourceKind::Platform,
            Self::Account { .. } => ResourceKind::Account,
            Self::Tenant(_) => ResourceKind::Tenant,
            Self::Membership { .. } => ResourceKind::Membership,
            Self::Group { .. } => ResourceKind::Group,
            Self::Offer(_) => ResourceKind::Offer,
            Self::Campaign(_) => ResourceKind::Campaign,
        }
    }

    /// The tenant it belongs to, if it belongs to one.
    #[must_use]
    pub const fn tenant(&self) -> Option<TenantFacts> {
        match self {
            Self::Platform | Self::Account { .. } => None,
            Self::Tenant(tenant)
            | Self::Membership { tenant, .. }
            | Self::Group { tenant, .. }
            | Self::Offer(OfferFacts { tenant, .. })
            | Self::Campaign(CampaignFacts { tenant, .. }) => Some(*tenant),
        }
    }

    /// The scope that changes of it belong to.
    #[must_use]
    pub const fn scope(&self) -> Scope {
        match self.tenant() {
            Some(tenant) => Scope::Tenant(tenant.id),
            None => Scope::Platform,
        }
    }
}
