//! One unit of work: the actor with fresh facts, the decision, the changes and their record.

use serde::Serialize;

use super::{Acting, Error, Settings};
use crate::{
    audit::{AuditEvent, AuditRecord, Provenance, Refusal, Subject},
    domain::{HeldGroup, OfferConfiguration, RevisionNumber, Scope, TransitionError, User},
    id::{AuditId, OperationId, TenantId, UserId},
    policy::{
        Action, Actor, ActorRef, DenialKind, Denied, Grant, MembershipFacts, Resource, TenantFacts,
        UserFacts, authorize,
    },
    ports::{Access, StoreError, TemplateEngine, Transaction},
    time::Timestamp,
};

/// A transaction together with who acts in it, and when.
pub(super) struct Work<'a> {
    acting: &'a Acting,
    tx: Option<Box<dyn Transaction>>,
    scope: Scope,
    actor: Actor,
    tenant: Option<TenantFacts>,
    now: Timestamp,
    operation: OperationId,
    /// What someone else did under this operation id; told to nobody but those who could have done it.
    reused: Option<Box<AuditRecord>>,
}

impl Acting {
    /// Begins a change in a scope.
    pub(super) async fn write(&self, scope: Scope) -> Result<Work<'_>, Error> {
        self.begin(scope, Access::Write).await
    }

    /// Begins reading in a scope.
    pub(super) async fn read(&self, scope: Scope) -> Result<Work<'_>, Error> {
        self.begin(scope, Access::Read).await
    }

    /// Begins reading what one call tells, in a scope.
    pub(super) async fn glance(&self, scope: Scope) -> Result<Work<'_>, Error> {
        self.begin(scope, Access::ReadCommitted).await
    }

    async fn begin(&self, scope: Scope, access: Access) -> Result<Work<'_>, Error> {
        let mut tx = self.kit().inner.store.begin(scope, access).await?;
        let now = self.kit().now();
        let done = match (access, self.operation_id()) {
            (Access::Write, Some(operation)) => tx.audit().find_operation(operation).await?,
            (Access::Write, None) | (Access::Read | Access::ReadCommitted, _) => None,
        };
        let reused = match done.map(Box::new) {
            Some(done) if done.actor == self.context().actor() => {
                return Err(StoreError::AlreadyDone(done).into());
            }
            reused => reused,
        };
        let (tenant, actor) = self.facts(&mut *tx, scope, access, now).await?;
        let operation = self
            .operation_id()
            .unwrap_or_else(|| OperationId::from_uuid(self.kit().uuid()));
        Ok(Work {
            acting: self,
            tx: Some(tx),
            scope,
            actor,
            tenant,
            now,
            operation,
            reused,
        })
    }

    /// What the policy needs to know. Reading goes by what was found when the request arrived, if that was just now.
    async fn facts(
        &self,
        tx: &mut dyn Transaction,
        scope: Scope,
        access: Access,
        now: Timestamp,
    ) -> Result<(Option<TenantFacts>, Actor), StoreError> {
        let standing = self.context().standing(scope, now);
        if let Some(standing) = standing.filter(|_| !access.is_for_changes()) {
            return Ok((standing.tenant, Actor::User(standing.user.clone())));
        }
        let tenant = match scope {
            Scope::Platform => None,
            Scope::Tenant(id) => find_tenant(tx, id, access).await?,
        };
        let actor = load_actor(tx, self.context().actor(), scope, access, now).await?;
        Ok((tenant, actor))
    }
}

async fn find_tenant(
    tx: &mut dyn Transaction,
    id: TenantId,
    access: Access,
) -> Result<Option<TenantFacts>, StoreError> {
    let found = match access {
        Access::Read | Access::ReadCommitted => tx.tenants().find(id).await?,
        Access::Write => tx.tenants().find_for_share(id).await?,
    };
    Ok(found.map(|tenant| TenantFacts {
        id,
        is_active: tenant.is_active(),
    }))
}

/// Reads what the policy needs to know; in a change, it stays so until the change is done.
async fn load_actor(
    tx: &mut dyn Transaction,
    actor: ActorRef,
    scope: Scope,
    access: Access,
    now: Timestamp,
) -> Result<Actor, StoreError> {
    let id = match actor {
        ActorRef::User(id) => id,
        ActorRef::System(job) => return Ok(Actor::System(job)),
        ActorRef::Anonymous => return Ok(Actor::Anonymous),
    };
    let user = match access {
        Access::Read | Access::ReadCommitted => tx.users().find(id).await?,
        Access::Write => tx.users().find_for_share(id).await?,
    };
    let Some(user) = user else {
        return Ok(Actor::Anonymous);
    };
    let held = match (scope, access) {
        (Scope::Platform, _) => Vec::new(),
        (Scope::Tenant(tenant), Access::Read | Access::ReadCommitted) => {
            tx.groups().held_by(id, Some(tenant)).await?
        }
        (Scope::Tenant(tenant), Access::Write) => tx.groups().held_for_share(id, tenant).await?,
    };
    Ok(Actor::User(facts(&user, held, now)))
}

/// What the policy needs to know of a user at `now`.
pub(super) fn facts(user: &User, held: Vec<HeldGroup>, now: Timestamp) -> UserFacts {
    UserFacts {
        id: user.id(),
        is_active: user.is_active(),
        is_super_admin: user.is_super_admin(),
        must_change_password: user.must_change_password(),
        hold: user.running_hold(now).cloned(),
        memberships: held
            .into_iter()
            .map(|held| MembershipFacts {
                tenant: held.membership.tenant,
                group: held.name,
                permissions: held.permissions,
                waits_until: Some(held.membership.decides_from).filter(|from| now < *from),
            })
            .collect(),
    }
}

impl Work<'_> {
    /// Nothing, or that the revision is not the one that the actor has seen.
    pub(super) fn has_seen(&self, current: RevisionNumber) -> Result<(), TransitionError> {
        match self.acting.seen() {
            Some(seen) => TransitionError::unless_seen(seen, current),
            None => Ok(()),
        }
    }

    /// The transaction, unless it has ended.
    pub(super) fn tx(&mut self) -> Result<&mut dyn Transaction, StoreError> {
        match self.tx.as_mut() {
            Some(tx) => Ok(&mut **tx),
            None => Err(StoreError::Aborted),
        }
    }

    pub(super) const fn now(&self) -> Timestamp {
        self.now
    }

    pub(super) const fn actor(&self) -> &Actor {
        &self.actor
    }

    /// The user who acts; only people write, submit and decide.
    pub(super) fn user(&self) -> Result<UserId, Error> {
        self.actor
            .reference()
            .user()
            .ok_or_else(|| Denied::new(Action::ViewSelf, DenialKind::Unauthenticated).into())
    }

    pub(super) fn uuid(&self) -> uuid::Uuid {
        self.acting.kit().uuid()
    }

    /// The scope's tenant; there is none for outsiders to know of.
    pub(super) fn tenant(&self) -> Result<TenantFacts, Error> {
        self.tenant.ok_or(Error::NotFound("tenant"))
    }

    /// The scope's tenant, for `action`. Who may do nothing anywhere is told so where there is none too, or the
    /// answer would show which tenants there are.
    pub(super) fn tenant_for(&self, action: Action) -> Result<TenantFacts, Error> {
        self.tenant.ok_or_else(|| match self.bar() {
            Some(kind) => Denied::new(action, kind).into(),
            None => Error::NotFound("tenant"),
        })
    }

    /// What keeps the actor from everything in every tenant.
    fn bar(&self) -> Option<DenialKind> {
        match &self.actor {
            Actor::Anonymous => Some(DenialKind::Unauthenticated),
            Actor::User(user) if !user.is_active => Some(DenialKind::Inactive),
            Actor::User(user) if user.must_change_password => {
                Some(DenialKind::PasswordChangeRequired)
            }
            Actor::User(_) | Actor::System(_) => None,
        }
    }

    /// The tenant's current configuration.
    pub(super) async fn configuration(&mut self) -> Result<OfferConfiguration, Error> {
        let current = self.tx()?.configurations().current().await?;
        current.ok_or(Error::NotFound("offer configuration"))
    }

    /// The decision. A refused change is recorded, and ends the work.
    pub(super) async fn authorize(
        &mut self,
        action: Action,
        resource: &Resource<'_>,
        subject: impl Into<Subject>,
    ) -> Result<Grant, Error> {
        match (authorize(&self.actor, action, resource), self.reused.take()) {
            (Ok(grant), None) => Ok(grant),
            (Ok(grant), Some(done)) => {
                drop(grant);
                Err(StoreError::AlreadyDone(done).into())
            }
            (Err(denied), _) => Err(self.refuse(denied, subject.into()).await),
        }
    }

    /// The decision, where nothing is committed.
    pub(super) async fn permit(
        &mut self,
        action: Action,
        resource: &Resource<'_>,
        subject: impl Into<Subject>,
    ) -> Result<(), Error> {
        self.authorize(action, resource, subject).await.map(drop)
    }

    /// The decision about the tenant as a whole.
    pub(super) async fn authorize_in_tenant(
        &mut self,
        action: Action,
        subject: impl Into<Subject>,
    ) -> Result<Grant, Error> {
        let tenant = self.tenant_for(action)?;
        self.authorize(action, &Resource::Tenant(tenant), subject)
            .await
    }

    /// What to answer where an object is not there: an outsider learns no more than that there is no such tenant.
    pub(super) async fn missing(
        &mut self,
        action: Action,
        what: &'static str,
        subject: impl Into<Subject>,
    ) -> Error {
        let tenant = match self.tenant_for(action) {
            Ok(tenant) => tenant,
            Err(error) => return error,
        };
        let outsider = match &self.actor {
            Actor::User(user) => user.memberships.is_empty(),
            Actor::System(_) | Actor::Anonymous => false,
        };
        if !outsider && self.bar().is_none() {
            return Error::NotFound(what);
        }
        match authorize(&self.actor, action, &Resource::Tenant(tenant)) {
            // The tenant stands in for the object that is not there, so what the action is about says nothing.
            Ok(_)
            | Err(Denied {
                kind: DenialKind::WrongResource,
                ..
            }) => Error::NotFound(what),
            Err(denied) => self.refuse(denied, subject.into()).await,
        }
    }

    async fn refuse(&mut self, denied: Denied, subject: Subject) -> Error {
        if denied.action.rule().mutates
            && let Some(tx) = self.tx.take()
        {
            let refusal = Refusal::new(
                &denied,
                self.actor.reference(),
                self.scope,
                self.provenance(),
                subject,
            );
            if let Err(error) = tx.refuse(refusal).await {
                return error.into();
            }
        }
        // A super admin sees all tenants anyway, and had better learn what is missing.
        if denied.kind == DenialKind::Outsider && !self.is_super_admin() {
            return Error::NotFound("tenant");
        }
        Error::Denied(denied)
    }

    fn provenance(&self) -> Provenance {
        let context = self.acting.context();
        Provenance {
            id: AuditId::from_uuid(self.uuid()),
            operation: self.operation,
            fingerprint: self.acting.fingerprint_of_request(),
            request: context.request().cloned(),
            source: context.source().cloned(),
            at: self.now,
        }
    }

    pub(super) fn settings(&self) -> &Settings {
        self.acting.kit().settings()
    }

    pub(super) fn templates(&self) -> &dyn TemplateEngine {
        &*self.acting.kit().inner.templates
    }

    /// The event that `grant` allows.
    pub(super) fn event(&self, grant: Grant, subject: impl Into<Subject>) -> AuditEvent {
        AuditEvent::new(grant, self.provenance(), subject)
    }

    /// Commits the changes with their record, and answers `result`, which a repeat will get too.
    pub(super) async fn commit<T: Serialize>(
        mut self,
        event: AuditEvent,
        result: T,
    ) -> Result<T, Error> {
        let tx = self.tx.take().ok_or(StoreError::Aborted)?;
        tx.commit(event.result(&result)).await?;
        Ok(result)
    }
}
