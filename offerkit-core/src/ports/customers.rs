//! Customers: where criteria select from, and where ours are kept.

use std::{any::Any, sync::Arc};

use async_trait::async_trait;

use super::{ImportBatch, ImportReport, StoreError};
use crate::{
    audit::AuditEvent,
    criteria::{Criteria, History, Moment},
    domain::{Customer, ErasureReport},
    id::{CustomerId, TenantId},
};

/// Whom to select: a tenant's criteria, and the moment they take as now. Inactive customers are never selected.
#[derive(Debug, Clone)]
pub struct Selection {
    tenant: TenantId,
    criteria: Criteria,
    moment: Moment,
}

impl Selection {
    /// The active customers that `criteria` match at `moment`, with what `tenant` has sent them.
    #[must_use]
    pub const fn new(tenant: TenantId, criteria: Criteria, moment: Moment) -> Self {
        Self {
            tenant,
            criteria,
            moment,
        }
    }

    /// The tenant, whose deliveries alone the criteria may ask for.
    #[must_use]
    pub const fn tenant(&self) -> TenantId {
        self.tenant
    }

    /// The criteria.
    #[must_use]
    pub const fn criteria(&self) -> &Criteria {
        &self.criteria
    }

    /// The moment.
    #[must_use]
    pub const fn moment(&self) -> &Moment {
        &self.moment
    }

    /// Whether `customer` is selected, where the tenant's deliveries are `history`: the rule that every source keeps.
    #[must_use]
    pub fn selects(&self, customer: &Customer, history: &dyn History) -> bool {
        let situation = self.moment.with_history(history);
        customer.is_active() && self.criteria.matches(customer, situation)
    }
}

/// Customers to read: our own, a host's table, or another system.
///
/// Criteria may ask what a customer was sent (`$received`): by the deliveries of the selection's tenant in the ledger, as
/// they are when the call begins, and by nobody else's.
#[async_trait]
pub trait CustomerSource: Send + Sync {
    /// The customers of these ids, in this order; those that are not there are left out.
    async fn get_many(&self, ids: &[CustomerId]) -> Result<Vec<Customer>, StoreError>;

    /// At most `limit` selected customers with ids after `after`, in order of their ids.
    async fn select(
        &self,
        selection: &Selection,
        after: Option<CustomerId>,
        limit: usize,
    ) -> Result<Vec<CustomerId>, StoreError>;

    /// How many customers are selected.
    async fn count(&self, selection: &Selection) -> Result<u64, StoreError>;

    /// At most `limit` selected customers, the same ones for the same data.
    async fn sample(
        &self,
        selection: &Selection,
        limit: usize,
    ) -> Result<Vec<Customer>, StoreError>;

    /// The source itself. A ledger that finds its own database behind it may select there, instead of asking for ids; a
    /// source that wraps another and changes what is selected answers itself, not the other.
    fn as_any(&self) -> &dyn Any;
}

/// Our own customers. They belong to the platform, so its scope's log records what is done to them.
#[async_trait]
pub trait CustomerStore: Send + Sync {
    /// Adds customers, or replaces those who are there, and records `event` with it, at once. The customers of a batch are
    /// taken one after the other, as far as anyone can tell:
    ///
    /// - [`MergeBy`](super::MergeBy) says who is there. A row without the key that it names is refused.
    /// - A row whose id is of someone erased is refused, whatever the batch is merged by.
    /// - A row whose id, external id or e-mail address another customer has is refused ([`RowRefusal`](super::RowRefusal)
    ///   has the sentences, and what comes first counts). What an earlier row made a customer give up is free.
    /// - A customer who is replaced keeps the id, and the moment of creation where the row does not
    ///   [have](super::Incoming::has_created_at) one; everything else is as imported.
    ///
    /// The rows that are refused do not stop the others. The event's record gets the report as its result, in which those
    /// are, too, that were refused before; so a sentence must not quote what has to go when a customer is erased.
    ///
    /// # Errors
    ///
    /// [`StoreError::AlreadyDone`] where the operation was done before; [`StoreError::WrongScope`] for an event of a
    /// tenant; [`StoreError::Retry`] where concurrent imports bring the same customers, and nothing was imported.
    async fn import(
        &self,
        batch: Arc<ImportBatch>,
        event: AuditEvent,
    ) -> Result<ImportReport, StoreError>;

    /// Scrubs a customer's personal data ([`Customer::erased`]) and keeps the row; deletes the messages that were kept of them
    /// ([`KeptMessages`](super::KeptMessages)), also where the customer stands in another source. Answers what was scrubbed,
    /// nothing where that was done before, and none where there is neither such a customer nor a message. The event's
    /// record gets the answer as its result. Deliveries stay as they are, with the reasons that notifiers gave.
    ///
    /// # Errors
    ///
    /// As for [`import`](Self::import).
    async fn erase(
        &self,
        customer: CustomerId,
        event: AuditEvent,
    ) -> Result<Option<ErasureReport>, StoreError>;
}
