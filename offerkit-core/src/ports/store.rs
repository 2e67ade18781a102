//! One unit of work: changes and the record of them, committed together.

use async_trait::async_trait;

use super::{
    AuditRepository, CampaignRepository, CatalogRepository, CommentRepository,
    ConfigurationRepository, GroupRepository, OfferRepository, SegmentRepository, StopRepository,
    StoreError, TenantRepository, UserRepository,
};
use crate::{
    audit::{AuditEvent, AuditRecord, Refusal},
    domain::Scope,
};

/// What a transaction is begun for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Reading: sees one consistent state, blocks no other reader, and changes nothing.
    Read,
    /// Reading what one call tells: each call sees what was committed before it, so that two may see different states. A
    /// database answers it without a transaction around it.
    ReadCommitted,
    /// Changing.
    Write,
}

impl Access {
    /// Whether changes may be made.
    #[must_use]
    pub const fn is_for_changes(self) -> bool {
        matches!(self, Self::Write)
    }
}

/// Begins transactions.
#[async_trait]
pub trait Store: Send + Sync {
    /// A transaction in `scope`.
    ///
    /// In a tenant's scope, that tenant's objects are all there is, besides users, tenants, groups and memberships,
    /// which stand outside tenants. Hold one transaction at a time in a task, and do no I/O but the store's inside it.
    ///
    /// # Errors
    ///
    /// [`StoreError::Backend`] where the store cannot be reached.
    async fn begin(&self, scope: Scope, access: Access)
    -> Result<Box<dyn Transaction>, StoreError>;
}

/// Changes that become visible together with their record, or not at all.
///
/// Dropping it discards its changes. So does any error of a call on it; later calls answer
/// [`StoreError::Aborted`]. In a transaction begun for reading, every change is [`StoreError::ReadOnly`].
#[async_trait]
pub trait Transaction: Send {
    /// Where its objects and records belong.
    fn scope(&self) -> Scope;

    /// The users.
    fn users(&mut self) -> &mut dyn UserRepository;
    /// The tenants.
    fn tenants(&mut self) -> &mut dyn TenantRepository;
    /// The groups and memberships.
    fn groups(&mut self) -> &mut dyn GroupRepository;
    /// The tenant's offer configurations.
    fn configurations(&mut self) -> &mut dyn ConfigurationRepository;
    /// The tenant's offers, their revisions and approvals.
    fn offers(&mut self) -> &mut dyn OfferRepository;
    /// The tenant's comments.
    fn comments(&mut self) -> &mut dyn CommentRepository;
    /// The tenant's campaigns.
    fn campaigns(&mut self) -> &mut dyn CampaignRepository;
    /// The tenant's segments.
    fn segments(&mut self) -> &mut dyn SegmentRepository;
    /// The platform's field catalog.
    fn catalog(&mut self) -> &mut dyn CatalogRepository;
    /// The platform's stops of sending.
    fn stops(&mut self) -> &mut dyn StopRepository;
    /// The scope's audit log.
    fn audit(&mut self) -> &mut dyn AuditRepository;

    /// Makes the changes and the record of `event` visible, and answers the record.
    ///
    /// # Errors
    ///
    /// [`StoreError::AlreadyDone`] with the first record where the operation was done before: nothing is changed.
    /// [`StoreError::WrongScope`] for an event of another scope, [`StoreError::Aborted`] after an earlier error,
    /// [`StoreError::Retry`] where trying again may succeed.
    async fn commit(self: Box<Self>, event: AuditEvent) -> Result<AuditRecord, StoreError>;

    /// Discards the changes and records the refusal alone.
    ///
    /// # Errors
    ///
    /// [`StoreError::WrongScope`] for a refusal in another scope, [`StoreError::Backend`] where the store fails.
    async fn refuse(self: Box<Self>, refusal: Refusal) -> Result<(), StoreError>;
}
