//! What cases begin with: a platform on the store under test, a tenant in it, and the store itself.

use chrono::TimeDelta;
use offerkit_core::{
    audit::{AuditEvent, AuditRecord, Provenance, Refusal, Subject, SubjectKind},
    digest::Digest,
    domain::{Campaign, Offer, Scope, User},
    id::{AuditId, CustomerId, IdSource as _, OperationId, UserId},
    page::{MAX_PAGE_SIZE, Order, PageRequest},
    policy::{
        Action, Actor, DenialKind, Denied, Grant, Job, Resource, TenantFacts, UserFacts, authorize,
    },
    ports::{Access, AuditFilter, StoreError, Transaction},
    services::{Campaigns, Context, Deliveries, OfferkitBuilder, Offers},
    testing::{TestPlatform, TestTenant},
    time::{Clock as _, Timestamp},
};
use uuid::Uuid;

use crate::{Adapter, Failure, walk::walk};

/// A platform with a tenant, and the store under them.
pub(crate) struct World<B> {
    pub(crate) store: B,
    pub(crate) platform: TestPlatform,
    pub(crate) tenant: TestTenant,
    /// Whether the ledger may recognise the customers that it is given as the store's own.
    pub(crate) is_source_known: bool,
}

impl<B: Adapter> World<B> {
    /// A platform with the tenant `loan`.
    pub(crate) async fn new(store: &B) -> Result<Self, Failure> {
        Self::with(store, |builder| builder).await
    }

    /// The same, built otherwise.
    pub(crate) async fn with(
        store: &B,
        change: impl FnOnce(OfferkitBuilder) -> OfferkitBuilder,
    ) -> Result<Self, Failure> {
        let platform = TestPlatform::with(store.clone(), change).await?;
        let tenant = platform.tenant("loan").await?;
        Ok(Self {
            store: store.clone(),
            platform,
            tenant,
            is_source_known: true,
        })
    }

    pub(crate) const fn scope(&self) -> Scope {
        Scope::Tenant(self.tenant.id)
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.platform.clock.now()
    }

    pub(crate) fn pass(&self, span: TimeDelta) {
        self.platform.clock.advance(span);
    }

    pub(crate) fn uuid(&self) -> Uuid {
        self.platform.ids.uuid(self.now())
    }

    pub(crate) fn operation(&self) -> OperationId {
        OperationId::from_uuid(self.uuid())
    }

    /// The tenant's offers, on behalf of someone.
    pub(crate) fn offers(&self, context: &Context) -> Offers {
        self.tenant.acting(context).offers(self.tenant.id)
    }

    /// The tenant's campaigns, on behalf of someone.
    pub(crate) fn campaigns(&self, context: &Context) -> Campaigns {
        self.tenant.acting(context).campaigns(self.tenant.id)
    }

    /// The tenant's deliveries, as a job sees them.
    pub(crate) fn job(&self, job: Job) -> Deliveries {
        self.deliveries(&Context::job(job))
    }

    pub(crate) fn deliveries(&self, context: &Context) -> Deliveries {
        self.tenant.acting(context).deliveries(self.tenant.id)
    }

    /// A member of the tenant's groups.
    pub(crate) async fn member(&self, name: &str, groups: &[&str]) -> Result<Context, Failure> {
        let user: User = self.platform.user(name).await?;
        for group in groups {
            self.platform.join(self.tenant.id, &user, group).await?;
        }
        Ok(Context::user(user.id()))
    }

    /// An active campaign that e-mails every customer.
    pub(crate) async fn launched(&self) -> Result<Campaign, Failure> {
        let offer = self.tenant.approved_offer("Spring cashback").await?;
        let draft = self.tenant.campaign(offer.id())?;
        Ok(self.tenant.launched_campaign(draft).await?)
    }

    /// An active campaign for so many customers, already filled.
    pub(crate) async fn filled(
        &self,
        customers: usize,
    ) -> Result<(Campaign, Vec<CustomerId>), Failure> {
        let customers = self.platform.customers(customers).await?;
        let campaign = self.launched().await?;
        self.job(Job::Audience).fill(campaign.id()).await?;
        Ok((campaign, customers))
    }

    pub(crate) async fn write(&self, scope: Scope) -> Result<Box<dyn Transaction>, StoreError> {
        self.store.begin(scope, Access::Write).await
    }

    pub(crate) async fn read(&self, scope: Scope) -> Result<Box<dyn Transaction>, StoreError> {
        self.store.begin(scope, Access::Read).await
    }

    /// An event that may be committed in `scope`.
    pub(crate) fn event(
        &self,
        scope: Scope,
        subject: impl Into<Subject>,
    ) -> Result<AuditEvent, Failure> {
        self.event_of(scope, subject, self.operation())
    }

    /// The same, of a given operation.
    pub(crate) fn event_of(
        &self,
        scope: Scope,
        subject: impl Into<Subject>,
        operation: OperationId,
    ) -> Result<AuditEvent, Failure> {
        let provenance = Provenance {
            operation,
            ..self.provenance()
        };
        Ok(AuditEvent::new(self.grant(scope)?, provenance, subject))
    }

    /// The refusal of what a super admin tried in `scope`.
    pub(crate) fn refusal(&self, scope: Scope) -> Refusal {
        let denied = Denied::new(Action::UpdateTenant, DenialKind::Outsider);
        let actor = self.platform.root.actor();
        let subject = Subject::the(SubjectKind::Configuration);
        Refusal::new(&denied, actor, scope, self.provenance(), subject)
    }

    fn provenance(&self) -> Provenance {
        Provenance {
            id: AuditId::from_uuid(self.uuid()),
            operation: self.operation(),
            fingerprint: Some(Digest::of(b"what is asked")),
            request: None,
            source: None,
            at: self.now(),
        }
    }

    fn grant(&self, scope: Scope) -> Result<Grant, Failure> {
        let facts = UserFacts {
            id: user(&self.platform.root)?,
            is_active: true,
            is_super_admin: true,
            must_change_password: false,
            hold: None,
            memberships: Vec::new(),
        };
        let (action, resource) = match scope {
            Scope::Platform => (Action::CreateUser, Resource::Platform),
            Scope::Tenant(id) => {
                let facts = TenantFacts {
                    id,
                    is_active: true,
                };
                (Action::UpdateTenant, Resource::Tenant(facts))
            }
        };
        Ok(authorize(&Actor::User(facts), action, &resource)?)
    }

    /// Commits changes that are about `subject`.
    pub(crate) async fn commit(
        &self,
        tx: Box<dyn Transaction>,
        subject: impl Into<Subject>,
    ) -> Result<AuditRecord, Failure> {
        let event = self.event(tx.scope(), subject)?;
        Ok(tx.commit(event).await?)
    }

    /// Every record of a scope, the oldest first.
    pub(crate) async fn records(&self, scope: Scope) -> Result<Vec<AuditRecord>, Failure> {
        let request = PageRequest::first(MAX_PAGE_SIZE)?.ordered(Order::OldestFirst);
        walk(request, async |page| {
            let mut tx = self.read(scope).await?;
            tx.audit().list(&AuditFilter::default(), &page).await
        })
        .await
    }

    /// How many records the tenant's log and the platform's have.
    pub(crate) async fn record_counts(&self) -> Result<(usize, usize), Failure> {
        let tenant = self.records(self.scope()).await?.len();
        Ok((tenant, self.records(Scope::Platform).await?.len()))
    }

    /// An offer as the store holds it.
    pub(crate) async fn stored_offer(&self, offer: &Offer) -> Result<Option<Offer>, StoreError> {
        self.read(self.scope())
            .await?
            .offers()
            .find(offer.id())
            .await
    }
}

/// The user that a context stands for.
pub(crate) fn user(context: &Context) -> Result<UserId, Failure> {
    let user = context.actor().user();
    user.ok_or_else(|| "the context is of no user".into())
}
