//! Where the customers of a source stand, and transactions of the ledger.

use offerkit_core::{
    domain::{RunStatus, Scope},
    id::TenantId,
    ports::{Access, CustomerSource, Extension, StoreError},
};

use super::{CONFLICT, facts::People, filling::Selected, runs};
use crate::{connection::Open, criteria::Relation, mapped::MappedCustomers, store::PgStore};

/// A source in the database of a ledger.
enum Here<'s> {
    Ours(&'s PgStore),
    Mapped(&'s MappedCustomers),
}

impl PgStore {
    /// The source, where it stands in the database of this store.
    fn here<'s>(&self, source: &'s dyn CustomerSource) -> Option<Here<'s>> {
        let source = source.as_any();
        let (here, store) = if let Some(mapped) = source.downcast_ref::<MappedCustomers>() {
            (Here::Mapped(mapped), mapped.store())
        } else {
            let store = source.downcast_ref::<Self>()?;
            (Here::Ours(store), store)
        };
        store.is_on_pool_of(self).then_some(here)
    }

    /// Where the customers of `source` are found in a transaction of this store.
    pub(super) fn people_of(&self, source: &dyn CustomerSource) -> People {
        match self.here(source) {
            Some(Here::Mapped(mapped)) => People::Mapped(Box::new(mapped.clone())),
            Some(Here::Ours(_)) => People::Ours,
            None => People::Elsewhere,
        }
    }

    /// Where `source` selects, if that is the database of this store.
    pub(super) fn relation_of(&self, source: &dyn CustomerSource) -> Option<Relation> {
        Some(match self.here(source)? {
            Here::Mapped(mapped) => mapped.relation().clone(),
            Here::Ours(store) => Relation::ours(store.schema()),
        })
    }

    /// The next whom another source selects. No transaction is open while it is asked.
    pub(super) async fn selected(
        &self,
        source: &dyn CustomerSource,
        extension: &Extension<'_>,
    ) -> Result<Selected, StoreError> {
        let tenant = extension.selection.tenant();
        let mut open = self.reading_for(tenant).await?;
        let run = runs::find(&mut open, tenant, extension.run).await?;
        drop(open);
        let run = run.filter(|run| run.status == RunStatus::Running);
        let position = run.ok_or(CONFLICT)?.position;
        let selected = source
            .select(extension.selection, position, extension.limit)
            .await?;
        Ok(Selected::Ids(position, selected))
    }

    pub(super) async fn reading_for(&self, tenant: TenantId) -> Result<Open, StoreError> {
        self.open_in(Scope::Tenant(tenant), Access::Read).await
    }

    pub(super) async fn writing_for(&self, tenant: TenantId) -> Result<Open, StoreError> {
        self.open_in(Scope::Tenant(tenant), Access::Write).await
    }
}
