use async_trait::async_trait;
use offerkit_core::{
    domain::Scope,
    ports::{CatalogRepository, CatalogState, StoreError},
};

use crate::transaction::MemoryTransaction;

#[async_trait]
impl CatalogRepository for MemoryTransaction {
    async fn current(&mut self) -> Result<CatalogState, StoreError> {
        self.read(|state| state.catalog.clone())
    }

    async fn update(&mut self, state: CatalogState) -> Result<CatalogState, StoreError> {
        self.write_in(Scope::Platform, |changes| {
            if changes.catalog.version != state.version {
                return Err(StoreError::Conflict("catalog"));
            }
            let version = state.version.next();
            let next = CatalogState { version, ..state };
            changes.set(|state| &mut state.catalog, next.clone());
            Ok(next)
        })
    }
}
