use async_trait::async_trait;
use offerkit_core::{
    domain::{ConfigurationVersion, OfferConfiguration, Scope},
    id::TenantId,
    page::{Page, PageRequest},
    ports::{ConfigurationRepository, StoreError},
};

use crate::{
    keyset::{no_page, number, numbered, page},
    state::State,
    transaction::MemoryTransaction,
};

#[async_trait]
impl ConfigurationRepository for MemoryTransaction {
    async fn insert(&mut self, configuration: &OfferConfiguration) -> Result<(), StoreError> {
        let (tenant, version) = (configuration.tenant, configuration.version);
        self.write_in(Scope::Tenant(tenant), |changes| {
            changes.require_tenant(tenant)?;
            let next = current(changes, tenant)
                .map_or(ConfigurationVersion::FIRST, |last| last.version.next());
            if version != next {
                return Err(StoreError::Conflict("configuration"));
            }
            let key = (tenant, version);
            changes.put(
                |state| &mut state.configurations,
                key,
                configuration.clone(),
            );
            Ok(())
        })
    }

    async fn current(&mut self) -> Result<Option<OfferConfiguration>, StoreError> {
        self.read_tenant(None, |state, tenant| current(state, tenant).cloned())
    }

    async fn find(
        &mut self,
        version: ConfigurationVersion,
    ) -> Result<Option<OfferConfiguration>, StoreError> {
        self.read_tenant(None, |state, tenant| {
            state.configurations.get(&(tenant, version)).cloned()
        })
    }

    async fn list(
        &mut self,
        request: &PageRequest,
    ) -> Result<Page<OfferConfiguration>, StoreError> {
        self.read_tenant(no_page(), |state, tenant| {
            let key = |id| (tenant, ConfigurationVersion::new(number(id)));
            let id = |row: &OfferConfiguration| numbered(row.version.get());
            page(&state.configurations, request, key, id, |_| true)
        })
    }
}

fn current(state: &State, tenant: TenantId) -> Option<&OfferConfiguration> {
    let (first, last) = (
        ConfigurationVersion::new(0),
        ConfigurationVersion::new(u64::MAX),
    );
    let mut versions = state.configurations.range((tenant, first)..=(tenant, last));
    versions.next_back().map(|(_, row)| row)
}
