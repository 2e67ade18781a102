//! The services, on behalf of one actor.

use super::{
    Account, AuditLog, Campaigns, Catalog, Configuration, Consents, Context, Customers, Deliveries,
    Desk, Eligibility, Groups, Offerkit, Offers, Reports, Segments, Stops, Suppressions, Tenants,
    Users, Worklist,
};
use crate::{
    digest::Digest,
    domain::{RevisionNumber, Scope, Version},
    id::{OperationId, TenantId},
    ports::StoreError,
};

/// The services, on behalf of one actor. [`Offerkit::acting`] makes one.
///
/// Every change is decided by the policy with facts read in its own transaction, and leaves a record in the same
/// commit. What the policy refuses is recorded too.
#[derive(Debug, Clone)]
pub struct Acting {
    kit: Offerkit,
    context: Context,
    operation: Option<OperationId>,
    fingerprint: Option<Digest>,
    seen: Option<RevisionNumber>,
    seen_version: Option<Version>,
}

impl Acting {
    pub(super) const fn new(kit: Offerkit, context: Context) -> Self {
        Self {
            kit,
            context,
            operation: None,
            fingerprint: None,
            seen: None,
            seen_version: None,
        }
    }

    /// The same actor, with the caller's name for the next change: a repeat of it under this name does nothing and
    /// gets the first answer.
    #[must_use]
    pub fn operation(&self, operation: OperationId) -> Self {
        Self {
            operation: Some(operation),
            ..self.clone()
        }
    }

    /// The same actor, with a digest of all that the next change is asked for: where the operation was done before, and
    /// another was kept with it, this is no repeat, and the answer is
    /// [`Error::OperationReused`](super::Error::OperationReused). Without it, an operation is known by its action, object and
    /// actor alone.
    #[must_use]
    pub fn fingerprint(&self, fingerprint: Digest) -> Self {
        Self {
            fingerprint: Some(fingerprint),
            ..self.clone()
        }
    }

    /// The same actor, who has seen an offer or a campaign at this revision: a step of it changes nothing where it is at
    /// another by then, and answers [`TransitionError::Stale`](crate::domain::TransitionError::Stale). Without it, the steps
    /// that ask for no revision themselves, such as [`Campaigns::pause`], are taken at whichever there is.
    #[must_use]
    pub fn seeing(&self, revision: RevisionNumber) -> Self {
        Self {
            seen: Some(revision),
            ..self.clone()
        }
    }

    /// The same actor, who has seen a user, a tenant or a tenant's configuration at this version: a change of it is refused
    /// with [`StoreError::Conflict`] where it is at another by then.
    #[must_use]
    pub fn seeing_version(&self, version: Version) -> Self {
        Self {
            seen_version: Some(version),
            ..self.clone()
        }
    }

    /// Nothing, or that the object is at another version than the actor has seen.
    pub(super) fn unless_seen(
        &self,
        current: Version,
        what: &'static str,
    ) -> Result<(), StoreError> {
        match self.seen_version {
            Some(seen) if seen != current => Err(StoreError::Conflict(what)),
            Some(_) | None => Ok(()),
        }
    }

    /// The same actor without the caller's operation, for what it does not name: a read, which is decided and recorded
    /// each time, or a change that follows from another.
    pub(super) fn unnamed(&self) -> Self {
        Self {
            operation: None,
            fingerprint: None,
            ..self.clone()
        }
    }

    pub(super) const fn kit(&self) -> &Offerkit {
        &self.kit
    }

    pub(super) const fn context(&self) -> &Context {
        &self.context
    }

    pub(super) const fn seen(&self) -> Option<RevisionNumber> {
        self.seen
    }

    pub(super) const fn fingerprint_of_request(&self) -> Option<Digest> {
        self.fingerprint
    }

    pub(super) const fn operation_id(&self) -> Option<OperationId> {
        self.operation
    }

    /// The actor's own account.
    #[must_use]
    pub fn account(&self) -> Account {
        Account::new(self.clone())
    }

    /// The users of the platform.
    #[must_use]
    pub fn users(&self) -> Users {
        Users::new(self.clone())
    }

    /// The tenants of the platform.
    #[must_use]
    pub fn tenants(&self) -> Tenants {
        Tenants::new(self.clone())
    }

    /// The platform's field catalog.
    #[must_use]
    pub fn catalog(&self) -> Catalog {
        Catalog::new(self.clone())
    }

    /// The platform's customers.
    #[must_use]
    pub fn customers(&self) -> Customers {
        Customers::new(self.clone())
    }

    /// What super admins hold back from being sent.
    #[must_use]
    pub fn stops(&self) -> Stops {
        Stops::new(self.clone())
    }

    /// What the platform's customers agreed to.
    #[must_use]
    pub fn consents(&self) -> Consents {
        Consents::new(self.clone())
    }

    /// The addresses that nothing is sent to any more.
    #[must_use]
    pub fn suppressions(&self) -> Suppressions {
        Suppressions::new(self.clone())
    }

    /// What there is to do for workers, in all tenants.
    #[must_use]
    pub fn worklist(&self) -> Worklist {
        Worklist::new(self.clone())
    }

    /// What waits for the actor's decision, in all their tenants.
    #[must_use]
    pub fn desk(&self) -> Desk {
        Desk::new(self.clone())
    }

    /// The platform's audit log.
    #[must_use]
    pub fn audit(&self) -> AuditLog {
        AuditLog::new(self.clone(), Scope::Platform)
    }

    /// A tenant's audit log.
    #[must_use]
    pub fn audit_of(&self, tenant: TenantId) -> AuditLog {
        AuditLog::new(self.clone(), Scope::Tenant(tenant))
    }

    /// A tenant's groups and members.
    #[must_use]
    pub fn groups(&self, tenant: TenantId) -> Groups {
        Groups::new(self.clone(), tenant)
    }

    /// A tenant's offer configuration.
    #[must_use]
    pub fn configuration(&self, tenant: TenantId) -> Configuration {
        Configuration::new(self.clone(), tenant)
    }

    /// A tenant's offers.
    #[must_use]
    pub fn offers(&self, tenant: TenantId) -> Offers {
        Offers::new(self.clone(), tenant)
    }

    /// A tenant's segments.
    #[must_use]
    pub fn segments(&self, tenant: TenantId) -> Segments {
        Segments::new(self.clone(), tenant)
    }

    /// A tenant's campaigns.
    #[must_use]
    pub fn campaigns(&self, tenant: TenantId) -> Campaigns {
        Campaigns::new(self.clone(), tenant)
    }

    /// Which of a tenant's offers customers qualify for.
    #[must_use]
    pub fn eligibility(&self, tenant: TenantId) -> Eligibility {
        Eligibility::new(self.clone(), tenant)
    }

    /// A tenant's reports.
    #[must_use]
    pub fn reports(&self, tenant: TenantId) -> Reports {
        Reports::new(self.clone(), tenant)
    }

    /// A tenant's audiences and deliveries.
    #[must_use]
    pub fn deliveries(&self, tenant: TenantId) -> Deliveries {
        Deliveries::new(self.clone(), tenant)
    }
}
