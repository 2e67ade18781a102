//! The audit log.

use chrono::{DateTime, Utc};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

/// One thing that was done or refused.
#[derive(ToSchema)]
pub(crate) struct AuditRecord {
    /// Names the record.
    id: Uuid,
    /// The tenant or platform whose log it is in.
    scope: Scope,
    /// The attempt; unique in its scope among what was done.
    operation: Uuid,
    /// Who.
    actor: ActorRef,
    /// Through which request.
    request: Option<String>,
    /// From where.
    source: Option<String>,
    /// What.
    #[schema(example = "offer.approve")]
    action: String,
    /// Whether it was done.
    outcome: AuditOutcome,
    /// To which object.
    subject: Subject,
    /// The object before, where it was there.
    before: Value,
    /// The object after, where it is there.
    after: Value,
    /// What the actor said about it.
    comment: Option<String>,
    /// What the call answered, for a repeat of it.
    result: Value,
    /// When.
    at: DateTime<Utc>,
}

/// Where something happens.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub(crate) enum Scope {
    Platform,
    Tenant(Uuid),
}

/// Who acted.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub(crate) enum ActorRef {
    User(Uuid),
    System(String),
    Anonymous,
}

/// Whether something was done or refused.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub(crate) enum AuditOutcome {
    Done,
    Refused {
        /// The stable code of the refusal.
        code: String,
        /// The sentence that the actor was shown.
        message: String,
    },
}

/// The object that a record is about.
#[derive(ToSchema)]
pub(crate) struct Subject {
    /// Its kind.
    kind: SubjectKind,
    /// Its id, where it has one.
    id: Option<Uuid>,
}

/// The kind of object that a record is about.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub(crate) enum SubjectKind {
    Platform,
    User,
    Tenant,
    Group,
    Configuration,
    Offer,
    Campaign,
    Segment,
    Run,
    Customer,
    Catalog,
    Address,
    Stop,
}

/// Whether the sealed records are what was sealed.
#[derive(ToSchema)]
pub(crate) struct Verification {
    /// The end of the chain as far as it is whole.
    head: SealHead,
    /// How many committed records wait for the sealer.
    unsealed: u64,
    /// The first thing wrong.
    finding: Option<Finding>,
}

/// The end of a chain of seals.
#[derive(ToSchema)]
pub(crate) struct SealHead {
    /// How many records are sealed.
    position: u64,
    /// The hash of the last link.
    hash: String,
}

/// What is wrong with a sealed log.
#[derive(ToSchema)]
pub(crate) struct Finding {
    /// What: `changed`, `dropped`, `seal_missing`, `tail_cut` or `head_differs`.
    finding: String,
    /// Where in the chain.
    position: u64,
    /// The record, where it is about one.
    #[schema(nullable = false)]
    record: Option<Uuid>,
    /// The published position, where the tail was cut.
    #[schema(nullable = false)]
    published: Option<u64>,
}
