//! Groups and memberships: who holds which permissions in a tenant.

use serde::{Deserialize, Serialize};

use super::{PermissionSet, Version, entity::entity};
use crate::{
    id::{GroupId, TenantId, UserId},
    text::{Description, GroupName},
    time::Timestamp,
};

entity! {
    /// A named set of permissions in one tenant.
    Group, GroupParts {
        /// Names the group.
        [copy] id: GroupId,
        /// The tenant it belongs to.
        [copy] tenant: TenantId,
        /// The name, unique in the tenant.
        name: GroupName,
        /// What the group is for.
        description: Option<Description>,
        /// What its members may do.
        [copy] permissions: PermissionSet,
        /// When the group was made.
        [copy] created_at: Timestamp,
        /// When the group was last changed.
        [copy] updated_at: Timestamp,
        /// The version that a writer must give back.
        [copy] version: Version,
    }
}

impl Group {
    /// A new group.
    #[must_use]
    pub const fn create(
        id: GroupId,
        tenant: TenantId,
        name: GroupName,
        description: Option<Description>,
        permissions: PermissionSet,
        now: Timestamp,
    ) -> Self {
        Self::from_parts(GroupParts {
            id,
            tenant,
            name,
            description,
            permissions,
            created_at: now,
            updated_at: now,
            version: Version::FIRST,
        })
    }

    /// The group with other permissions.
    #[must_use]
    pub fn permitting(mut self, permissions: PermissionSet, now: Timestamp) -> Self {
        self.parts.permissions = permissions;
        self.parts.updated_at = now;
        self
    }
}

/// That a user belongs to a group of a tenant; a user may belong to many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Membership {
    /// The tenant.
    pub tenant: TenantId,
    /// The group.
    pub group: GroupId,
    /// The user.
    pub user: UserId,
    /// Who gave it; nobody where the claims of an identity provider did.
    pub given_by: Option<UserId>,
    /// When it was given.
    pub given_at: Timestamp,
    /// From when on it lets its holder decide (approve, launch).
    pub decides_from: Timestamp,
}

/// A membership together with its group's name and permissions, as the policy and people need it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldGroup {
    /// The membership.
    pub membership: Membership,
    /// The group's name.
    pub name: GroupName,
    /// What the group permits.
    pub permissions: PermissionSet,
}
