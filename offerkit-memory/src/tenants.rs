use async_trait::async_trait;
use offerkit_core::{
    domain::Tenant,
    id::TenantId,
    page::{Page, PageRequest},
    ports::{StoreError, TenantRepository, UniqueKey},
    text::TenantName,
};

use crate::{keyset::page, state::State, transaction::MemoryTransaction};

#[async_trait]
impl TenantRepository for MemoryTransaction {
    async fn insert(&mut self, tenant: &Tenant) -> Result<(), StoreError> {
        let (id, name) = (tenant.id(), tenant.name().clone());
        self.write(|changes| {
            changes.add(
                |state| &mut state.tenants,
                id,
                tenant.clone(),
                UniqueKey::Id,
            )?;
            changes.add(
                |state| &mut state.tenant_names,
                name,
                id,
                UniqueKey::TenantName,
            )
        })
    }

    async fn update(&mut self, tenant: Tenant) -> Result<Tenant, StoreError> {
        self.write(|changes| {
            let id = tenant.id();
            let is_current = |row: &Tenant| row.version() == tenant.version();
            let stored = State::current(&changes.tenants, &id, "tenant", is_current)?;
            let names = (Some(stored.name().clone()), Some(tenant.name().clone()));
            changes.rename(
                |state| &mut state.tenant_names,
                names,
                id,
                UniqueKey::TenantName,
            )?;
            let version = tenant.version().next();
            let next = tenant.with_version(version);
            changes.put(|state| &mut state.tenants, id, next.clone());
            Ok(next)
        })
    }

    async fn find(&mut self, id: TenantId) -> Result<Option<Tenant>, StoreError> {
        self.read(|state| state.tenants.get(&id).cloned())
    }

    async fn find_for_share(&mut self, id: TenantId) -> Result<Option<Tenant>, StoreError> {
        self.read(|state| state.tenants.get(&id).cloned())
    }

    async fn find_by_name(&mut self, name: &TenantName) -> Result<Option<Tenant>, StoreError> {
        self.read(|state| state.tenants.get(state.tenant_names.get(name)?).cloned())
    }

    async fn list(&mut self, request: &PageRequest) -> Result<Page<Tenant>, StoreError> {
        self.read(|state| {
            let id = |tenant: &Tenant| tenant.id().as_uuid();
            page(&state.tenants, request, TenantId::from_uuid, id, |_| true)
        })
    }
}
