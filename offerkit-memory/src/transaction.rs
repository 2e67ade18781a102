//! The one transaction, through whose two doors every call of a repository goes.

use async_lock::RwLockReadGuardArc;
use async_trait::async_trait;
use offerkit_core::{
    audit::{AuditEvent, AuditRecord, Refusal},
    domain::Scope,
    id::TenantId,
    ports::{
        AuditRepository, CampaignRepository, CatalogRepository, CommentRepository,
        ConfigurationRepository, GroupRepository, OfferRepository, SegmentRepository,
        StopRepository, StoreError, TenantRepository, Transaction, UserRepository,
    },
};

use crate::{state::State, undo::Changes, users::super_admin_remains};

enum Held {
    Reading(RwLockReadGuardArc<State>),
    Writing(Changes),
}

/// The fields are private to this file, so a repository reaches the state through the methods below alone, which
/// refuse an aborted transaction and abort on an error.
pub(crate) struct MemoryTransaction {
    scope: Scope,
    held: Held,
    is_aborted: bool,
}

impl MemoryTransaction {
    pub(crate) const fn reading(scope: Scope, state: RwLockReadGuardArc<State>) -> Self {
        Self {
            scope,
            held: Held::Reading(state),
            is_aborted: false,
        }
    }

    pub(crate) const fn writing(scope: Scope, changes: Changes) -> Self {
        Self {
            scope,
            held: Held::Writing(changes),
            is_aborted: false,
        }
    }

    /// Reads.
    pub(crate) fn read<T>(&mut self, read: impl FnOnce(&State) -> T) -> Result<T, StoreError> {
        if self.is_aborted {
            return Err(StoreError::Aborted);
        }
        Ok(match &self.held {
            Held::Reading(state) => read(state),
            Held::Writing(changes) => read(changes),
        })
    }

    /// Reads what belongs to the scope's tenant; on the platform there is nothing.
    pub(crate) fn read_tenant<T>(
        &mut self,
        nothing: T,
        read: impl FnOnce(&State, TenantId) -> T,
    ) -> Result<T, StoreError> {
        let scope = self.scope;
        self.read(|state| match scope.tenant() {
            Some(tenant) => read(state, tenant),
            None => nothing,
        })
    }

    /// Changes what stands outside tenants.
    pub(crate) fn write<T>(
        &mut self,
        write: impl FnOnce(&mut Changes) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        if self.is_aborted {
            return Err(StoreError::Aborted);
        }
        let written = match &mut self.held {
            Held::Reading(_) => Err(StoreError::ReadOnly),
            Held::Writing(changes) => write(changes),
        };
        self.is_aborted = written.is_err();
        written
    }

    /// Changes what belongs to `owner`, if that is the transaction's scope.
    pub(crate) fn write_in<T>(
        &mut self,
        owner: Scope,
        write: impl FnOnce(&mut Changes) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let scope = self.scope;
        self.write(|changes| {
            if owner != scope {
                return Err(StoreError::WrongScope {
                    transaction: scope,
                    change: owner,
                });
            }
            write(changes)
        })
    }

    pub(crate) const fn scope(&self) -> Scope {
        self.scope
    }
}

#[async_trait]
impl Transaction for MemoryTransaction {
    fn scope(&self) -> Scope {
        self.scope
    }

    fn users(&mut self) -> &mut dyn UserRepository {
        self
    }

    fn tenants(&mut self) -> &mut dyn TenantRepository {
        self
    }

    fn groups(&mut self) -> &mut dyn GroupRepository {
        self
    }

    fn configurations(&mut self) -> &mut dyn ConfigurationRepository {
        self
    }

    fn offers(&mut self) -> &mut dyn OfferRepository {
        self
    }

    fn comments(&mut self) -> &mut dyn CommentRepository {
        self
    }

    fn campaigns(&mut self) -> &mut dyn CampaignRepository {
        self
    }

    fn segments(&mut self) -> &mut dyn SegmentRepository {
        self
    }

    fn catalog(&mut self) -> &mut dyn CatalogRepository {
        self
    }

    fn stops(&mut self) -> &mut dyn StopRepository {
        self
    }

    fn audit(&mut self) -> &mut dyn AuditRepository {
        self
    }

    async fn commit(mut self: Box<Self>, event: AuditEvent) -> Result<AuditRecord, StoreError> {
        self.write_in(event.scope(), |changes| {
            let record = event.into_record();
            changes.check_record(&record)?;
            super_admin_remains(changes)?;
            changes.keep().append(record.clone());
            Ok(record)
        })
    }

    async fn refuse(mut self: Box<Self>, refusal: Refusal) -> Result<(), StoreError> {
        // An aborted transaction has nothing left but to say why.
        self.is_aborted = false;
        self.write_in(refusal.scope(), |changes| {
            changes.undo();
            let record = refusal.into_record();
            changes.check_record(&record)?;
            changes.keep().append(record);
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests;
