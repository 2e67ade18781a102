//! Tenants: financial product lines, each with its own groups, offers and campaigns.

use super::{Version, entity::entity};
use crate::{
    id::{TenantId, UserId},
    text::{Description, TenantName},
    time::Timestamp,
};

entity! {
    /// A product line such as `credit_card` or `loan`.
    Tenant, TenantParts {
        /// Names the tenant.
        [copy] id: TenantId,
        /// The unique name, used in paths and logs; never given to another.
        name: TenantName,
        /// What the tenant is for.
        description: Option<Description>,
        /// Whether anything may happen in the tenant.
        [copy] is_active: bool,
        /// Who made the tenant.
        [copy] created_by: UserId,
        /// When the tenant was made.
        [copy] created_at: Timestamp,
        /// When the tenant was last changed.
        [copy] updated_at: Timestamp,
        /// The version that a writer must give back.
        [copy] version: Version,
    }
}

impl Tenant {
    /// A new, active tenant.
    #[must_use]
    pub const fn create(
        id: TenantId,
        name: TenantName,
        description: Option<Description>,
        created_by: UserId,
        now: Timestamp,
    ) -> Self {
        Self::from_parts(TenantParts {
            id,
            name,
            description,
            is_active: true,
            created_by,
            created_at: now,
            updated_at: now,
            version: Version::FIRST,
        })
    }

    /// The tenant with another description.
    #[must_use]
    pub fn described(mut self, description: Option<Description>, now: Timestamp) -> Self {
        self.parts.description = description;
        self.parts.updated_at = now;
        self
    }

    /// The tenant active or not.
    #[must_use]
    pub fn with_active(mut self, is_active: bool, now: Timestamp) -> Self {
        self.parts.is_active = is_active;
        self.parts.updated_at = now;
        self
    }
}
