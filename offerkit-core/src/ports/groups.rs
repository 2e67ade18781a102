//! Groups and memberships in a store.

use async_trait::async_trait;

use super::StoreError;
use crate::{
    domain::{Group, HeldGroup, Membership},
    id::{GroupId, TenantId, UserId},
    page::{Page, PageRequest},
    text::GroupName,
};

/// The groups and memberships of the platform. Every scope sees them; a transaction of a tenant's scope changes that
/// tenant's alone, and one of the platform's scope changes none ([`StoreError::WrongScope`]).
#[async_trait]
pub trait GroupRepository: Send {
    /// Adds a group.
    ///
    /// # Errors
    ///
    /// [`StoreError::Duplicate`] where the tenant has a group of this name, [`StoreError::MissingReference`] without
    /// its tenant.
    async fn insert(&mut self, group: &Group) -> Result<(), StoreError>;

    /// Stores a changed group and answers it with its next version.
    ///
    /// # Errors
    ///
    /// [`StoreError::Conflict`] unless the stored version is the given one.
    async fn update(&mut self, group: Group) -> Result<Group, StoreError>;

    /// The tenant's group of this name.
    async fn find_by_name(
        &mut self,
        tenant: TenantId,
        name: &GroupName,
    ) -> Result<Option<Group>, StoreError>;

    /// The tenant's groups, by name.
    async fn list(&mut self, tenant: TenantId) -> Result<Vec<Group>, StoreError>;

    /// Adds a membership.
    ///
    /// # Errors
    ///
    /// [`StoreError::Duplicate`] where it is there already, [`StoreError::MissingReference`] without its user or its
    /// group in that tenant, [`StoreError::Refused`] where someone gives it to themselves.
    async fn add_member(&mut self, membership: &Membership) -> Result<(), StoreError>;

    /// Removes a membership and answers it, if it was there.
    async fn remove_member(
        &mut self,
        tenant: TenantId,
        group: GroupId,
        user: UserId,
    ) -> Result<Option<Membership>, StoreError>;

    /// What a user holds, in one tenant or in all: by the tenants' ids, then by the groups' names.
    async fn held_by(
        &mut self,
        user: UserId,
        tenant: Option<TenantId>,
    ) -> Result<Vec<HeldGroup>, StoreError>;

    /// What a user holds in one tenant; neither memberships nor groups change until the transaction ends.
    async fn held_for_share(
        &mut self,
        user: UserId,
        tenant: TenantId,
    ) -> Result<Vec<HeldGroup>, StoreError>;

    /// A page of a tenant's members: users in order of their ids, each with all their groups.
    async fn members(
        &mut self,
        tenant: TenantId,
        page: &PageRequest,
    ) -> Result<Page<(UserId, Vec<HeldGroup>)>, StoreError>;
}
