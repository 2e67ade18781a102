//! What becomes a record: an event, made from a grant alone, or a refusal, made from a denial.

use serde::Serialize;
use serde_json::Value;

use super::{AuditOutcome, AuditRecord, Subject};
use crate::{
    digest::Digest,
    domain::Scope,
    id::{AuditId, OperationId},
    policy::{Action, ActorRef, Denied, Grant},
    text::{RequestId, RequestSource},
    time::Timestamp,
};

/// Where a record comes from: which record, which attempt, through which request, when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provenance {
    /// The new record's id.
    pub id: AuditId,
    /// The attempt.
    pub operation: OperationId,
    /// The digest of what is asked, where the caller gives one.
    pub fingerprint: Option<Digest>,
    /// The host's name for the request.
    pub request: Option<RequestId>,
    /// Where the request came from.
    pub source: Option<RequestSource>,
    /// When it is done.
    pub at: Timestamp,
}

/// Something that a commit does, and that its record will say. Made from a [`Grant`], which it spends.
#[derive(Debug)]
#[must_use = "an event is given to `Transaction::commit`"]
pub struct AuditEvent {
    record: AuditRecord,
}

impl AuditEvent {
    /// The event that `grant` allows, about `subject`.
    pub fn new(grant: Grant, provenance: Provenance, subject: impl Into<Subject>) -> Self {
        let (scope, actor, action) = (grant.scope(), grant.actor(), grant.action());
        drop(grant);
        Self {
            record: record(
                (scope, actor, action),
                provenance,
                subject.into(),
                AuditOutcome::Done,
            ),
        }
    }

    /// With the object as it was.
    pub fn before(mut self, before: &impl Serialize) -> Self {
        self.record.before = Some(json(before));
        self
    }

    /// With the object as it is now.
    pub fn after(mut self, after: &impl Serialize) -> Self {
        self.record.after = Some(json(after));
        self
    }

    /// With what the actor said.
    pub fn comment(mut self, comment: Option<&(impl AsRef<str> + ?Sized)>) -> Self {
        self.record.comment = comment.map(|text| text.as_ref().into());
        self
    }

    /// With what the call answers, so that a repeat of it gets the same.
    pub fn result(mut self, result: &impl Serialize) -> Self {
        self.record.result = json(result);
        self
    }

    /// The scope whose transaction may commit it.
    #[must_use]
    pub const fn scope(&self) -> Scope {
        self.record.scope
    }

    /// The attempt.
    #[must_use]
    pub const fn operation(&self) -> OperationId {
        self.record.operation
    }

    /// The record to store.
    #[must_use]
    pub fn into_record(self) -> AuditRecord {
        self.record
    }
}

/// A refused attempt to change something, to be recorded without changing anything.
#[derive(Debug)]
#[must_use = "a refusal is given to `Transaction::refuse`"]
pub struct Refusal {
    record: AuditRecord,
}

impl Refusal {
    /// The refusal of what `actor` tried in `scope`.
    pub fn new(
        denied: &Denied,
        actor: ActorRef,
        scope: Scope,
        provenance: Provenance,
        subject: Subject,
    ) -> Self {
        let outcome = AuditOutcome::Refused {
            code: denied.code().into(),
            message: denied.to_string().into(),
        };
        Self {
            record: record((scope, actor, denied.action), provenance, subject, outcome),
        }
    }

    /// The scope whose transaction may record it.
    #[must_use]
    pub const fn scope(&self) -> Scope {
        self.record.scope
    }

    /// The record to store.
    #[must_use]
    pub fn into_record(self) -> AuditRecord {
        self.record
    }
}

fn record(
    (scope, actor, action): (Scope, ActorRef, Action),
    provenance: Provenance,
    subject: Subject,
    outcome: AuditOutcome,
) -> AuditRecord {
    AuditRecord {
        id: provenance.id,
        scope,
        operation: provenance.operation,
        fingerprint: provenance.fingerprint,
        actor,
        request: provenance.request,
        source: provenance.source,
        action,
        outcome,
        subject,
        before: None,
        after: None,
        comment: None,
        result: Value::Null,
        at: provenance.at,
    }
}

/// The domain's types are plain data with string keys, which always have a JSON form.
fn json(value: &impl Serialize) -> Value {
    serde_json::to_value(value).unwrap_or_default()
}
