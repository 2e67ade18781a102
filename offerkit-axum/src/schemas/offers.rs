//! Offers.

use chrono::{DateTime, Utc};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Campaign, Denied, Tenant, Validity};

/// A tenant's proposal, with its working revision and, where there is one, its live revision.
#[derive(ToSchema)]
pub(crate) struct Offer {
    /// Names the offer.
    id: Uuid,
    /// The tenant.
    tenant: Uuid,
    /// Where the working revision stands.
    status: OfferStatus,
    /// The revision being worked on.
    working: OfferRevision,
    /// The number of the latest revision ever written.
    latest_revision: u64,
    /// The approved revision that campaigns use.
    live_revision: Option<u64>,
    /// Who wrote and submitted since the last approval: none of them may approve.
    contributions: Vec<Contribution>,
    /// When the working revision was submitted, while it waits.
    submitted_at: Option<DateTime<Utc>>,
    /// When the offer was retired.
    retired_at: Option<DateTime<Utc>>,
    /// When the offer was deleted.
    deleted_at: Option<DateTime<Utc>>,
    /// Who made the offer.
    created_by: Uuid,
    /// When the offer was made.
    created_at: DateTime<Utc>,
    /// When the offer was last changed.
    updated_at: DateTime<Utc>,
    /// Counts the changes; the `ETag` is `revision.version`.
    version: u64,
}

/// Where an offer's working revision stands.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub(crate) enum OfferStatus {
    Draft,
    Submitted,
    Approved,
    Rejected,
}

/// An immutable version of an offer.
#[derive(ToSchema)]
pub(crate) struct OfferRevision {
    /// The offer.
    offer: Uuid,
    /// The revision's number, from 1 on.
    number: u64,
    /// What it says.
    proposal: Proposal,
    /// Who wrote it.
    author: Uuid,
    /// When.
    written_at: DateTime<Utc>,
}

/// What a revision says.
#[derive(ToSchema)]
pub(crate) struct Proposal {
    /// The content, under the tenant's schema.
    #[schema(value_type = Object)]
    content: Value,
    /// The days on which it may be sent.
    validity: Validity,
    /// The version of the configuration that it was checked against.
    configuration: u64,
}

/// One act of writing or submitting, which bars its author from approving.
#[derive(ToSchema)]
pub(crate) struct Contribution {
    /// Who.
    user: Uuid,
    /// What they did.
    kind: ContributionKind,
    /// The revision.
    revision: u64,
    /// When.
    at: DateTime<Utc>,
}

/// How someone took part.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub(crate) enum ContributionKind {
    Wrote,
    Submitted,
    RequestedLaunch,
    WroteSegment,
}

/// That someone approved a revision, and what exactly.
#[derive(ToSchema)]
pub(crate) struct OfferApproval {
    /// The offer.
    offer: Uuid,
    /// The approved revision.
    revision: u64,
    /// The SHA-256 of what was approved.
    digest: String,
    /// Who approved.
    approver: Uuid,
    /// When.
    at: DateTime<Utc>,
    /// What they said.
    comment: Option<String>,
}

/// How an offer came to be what it is.
#[derive(ToSchema)]
pub(crate) struct OfferHistory {
    /// Every revision, the first first.
    revisions: Vec<OfferRevision>,
    /// Every approval, the first first.
    approvals: Vec<OfferApproval>,
}

/// A submitted offer.
#[derive(ToSchema)]
pub(crate) struct Submitted {
    /// The offer.
    offer: Offer,
    /// Whether nobody could approve it, as memberships stand.
    nobody_can_approve: bool,
}

/// A retired offer.
#[derive(ToSchema)]
pub(crate) struct Retired {
    /// The offer.
    offer: Offer,
    /// The campaigns that were completed with it.
    completed: Vec<Uuid>,
}

/// Something said about an offer or campaign.
#[derive(ToSchema)]
pub(crate) struct Comment {
    /// Names the comment.
    id: Uuid,
    /// The tenant.
    tenant: Uuid,
    /// What it is about.
    subject: CommentSubject,
    /// The revision it is about.
    revision: u64,
    /// Why it was written.
    kind: CommentKind,
    /// What was said.
    body: String,
    /// Who said it; nobody where the library did.
    author: Option<Uuid>,
    /// When.
    at: DateTime<Utc>,
}

/// What a comment is about.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub(crate) enum CommentSubject {
    Offer(Uuid),
    Campaign(Uuid),
}

/// Why a comment was written.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub(crate) enum CommentKind {
    Note,
    Rejection,
    ChangeRequest,
    Retirement,
    Decline,
    Pause,
}

/// One place where two revisions differ.
#[derive(ToSchema)]
pub(crate) struct Change {
    /// A JSON pointer to the place.
    pointer: String,
    /// What stood there before.
    before: Value,
    /// What stands there now.
    after: Value,
}

/// Something that waits for a decision.
#[derive(ToSchema)]
pub(crate) struct DeskItem {
    /// The tenant.
    tenant: Tenant,
    /// What waits.
    waiting: Waiting,
    /// Since when.
    since: DateTime<Utc>,
    /// Why the caller may not decide on it, where they may not.
    obstacle: Option<Denied>,
}

/// What waits: a submitted offer, or a campaign whose launch is requested.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub(crate) enum Waiting {
    Offer(Offer),
    Campaign(Campaign),
}
