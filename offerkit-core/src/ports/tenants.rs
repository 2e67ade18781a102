//! Tenants in a store.

use async_trait::async_trait;

use super::StoreError;
use crate::{
    domain::Tenant,
    id::TenantId,
    page::{Page, PageRequest},
    text::TenantName,
};

/// The tenants of the platform. Every scope sees them.
#[async_trait]
pub trait TenantRepository: Send {
    /// Adds a tenant.
    ///
    /// # Errors
    ///
    /// [`StoreError::Duplicate`] where the name is taken.
    async fn insert(&mut self, tenant: &Tenant) -> Result<(), StoreError>;

    /// Stores a changed tenant and answers it with its next version.
    ///
    /// # Errors
    ///
    /// [`StoreError::Conflict`] unless the stored version is the given one.
    async fn update(&mut self, tenant: Tenant) -> Result<Tenant, StoreError>;

    /// The tenant.
    async fn find(&mut self, id: TenantId) -> Result<Option<Tenant>, StoreError>;

    /// The tenant, which cannot change until the transaction ends.
    async fn find_for_share(&mut self, id: TenantId) -> Result<Option<Tenant>, StoreError>;

    /// The tenant of this name.
    async fn find_by_name(&mut self, name: &TenantName) -> Result<Option<Tenant>, StoreError>;

    /// A page of tenants.
    async fn list(&mut self, page: &PageRequest) -> Result<Page<Tenant>, StoreError>;
}
