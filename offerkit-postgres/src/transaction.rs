//! The one transaction, through whose doors every call of a repository goes.

use std::ops::{Deref, DerefMut};

use async_trait::async_trait;
use offerkit_core::{
    audit::{AuditEvent, AuditRecord, Refusal},
    domain::{Offer, Scope},
    id::{OfferId, TenantId},
    ports::{
        Access, AuditRepository, CampaignRepository, CatalogRepository, CommentRepository,
        ConfigurationRepository, GroupRepository, OfferRepository, SegmentRepository,
        StopRepository, StoreError, TenantRepository, Transaction, UserRepository,
    },
};

use crate::{
    commit::{self, Settling},
    connection::{Open, detached},
    seen::Seen,
};

/// The fields are private to this file, so a repository reaches the database through the doors below alone.
pub(crate) struct PgTransaction {
    open: Open,
    access: Access,
    settling: Settling,
    is_aborted: bool,
    seen: Seen,
}

/// One call of a repository. Unless it ends with [`done`](Self::done), the transaction is aborted: by an error, and also
/// where the caller stopped waiting, since nobody knows then what was done.
pub(crate) struct Call<'t> {
    open: &'t mut Open,
    is_aborted: &'t mut bool,
    /// What need not be read again.
    pub(crate) seen: &'t mut Seen,
}

impl Call<'_> {
    #[expect(
        clippy::unnecessary_wraps,
        reason = "every method of a repository ends with it"
    )]
    pub(crate) fn done<T>(self, answer: T) -> Result<T, StoreError> {
        *self.is_aborted = false;
        Ok(answer)
    }
}

impl Deref for Call<'_> {
    type Target = Open;

    fn deref(&self) -> &Open {
        self.open
    }
}

impl DerefMut for Call<'_> {
    fn deref_mut(&mut self) -> &mut Open {
        self.open
    }
}

impl PgTransaction {
    pub(crate) const fn new(open: Open, access: Access, settling: Settling, seen: Seen) -> Self {
        Self {
            open,
            access,
            settling,
            is_aborted: false,
            seen,
        }
    }

    /// Reads.
    pub(crate) fn reading(&mut self) -> Result<Call<'_>, StoreError> {
        if std::mem::replace(&mut self.is_aborted, true) {
            return Err(StoreError::Aborted);
        }
        self.open.begin_call();
        Ok(Call {
            open: &mut self.open,
            is_aborted: &mut self.is_aborted,
            seen: &mut self.seen,
        })
    }

    /// Reads what belongs to the scope's tenant; on the platform there is nothing.
    pub(crate) fn reading_tenant(&mut self) -> Result<Option<(Call<'_>, TenantId)>, StoreError> {
        let tenant = self.open.scope().tenant();
        let call = self.reading()?;
        match tenant {
            Some(tenant) => Ok(Some((call, tenant))),
            None => call.done(None),
        }
    }

    /// Changes what stands outside tenants.
    pub(crate) fn writing(&mut self) -> Result<Call<'_>, StoreError> {
        let access = self.access;
        let call = self.reading()?;
        // Whatever is changed now, nothing that was read before is taken for what is there.
        *call.seen = Seen::default();
        match access {
            Access::Read | Access::ReadCommitted => Err(StoreError::ReadOnly),
            Access::Write => Ok(call),
        }
    }

    /// The offer, if the transaction has read and locked it and has changed nothing since.
    pub(crate) fn take_locked_offer(&mut self, id: OfferId) -> Option<Offer> {
        self.seen.take_offer(id)
    }

    /// Changes what belongs to `owner`, if that is the transaction's scope.
    pub(crate) fn writing_in(&mut self, owner: Scope) -> Result<Call<'_>, StoreError> {
        let transaction = self.open.scope();
        let call = self.writing()?;
        if owner == transaction {
            return Ok(call);
        }
        Err(StoreError::WrongScope {
            transaction,
            change: owner,
        })
    }
}

#[async_trait]
impl Transaction for PgTransaction {
    fn scope(&self) -> Scope {
        self.open.scope()
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
        self.writing_in(event.scope())?;
        let Self { open, settling, .. } = *self;
        let record = event.into_record();
        detached(commit::commit(open, record, settling)).await
    }

    async fn refuse(mut self: Box<Self>, refusal: Refusal) -> Result<(), StoreError> {
        // An aborted transaction has nothing left but to say why.
        self.is_aborted = false;
        self.writing_in(refusal.scope())?;
        let Self { mut open, .. } = *self;
        let record = refusal.into_record();
        detached(async move {
            open.begin_again().await?;
            commit::append(&mut open, &record).await?;
            commit::end(open).await
        })
        .await
    }
}
