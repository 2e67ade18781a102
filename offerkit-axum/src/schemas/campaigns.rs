//! Campaigns, segments and criteria.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Channel, Contribution};

/// Sends an offer to the customers its criteria select.
#[derive(ToSchema)]
pub(crate) struct Campaign {
    /// Names the campaign.
    id: Uuid,
    /// The tenant.
    tenant: Uuid,
    /// Where it stands.
    status: CampaignStatus,
    /// What it says, to whom and when.
    plan: CampaignPlan,
    /// Numbers the plans, from 1 on.
    revision: u64,
    /// Who wrote and requested since the last launch: none of them may launch.
    contributions: Vec<Contribution>,
    /// The pending request for a launch.
    launch_request: Option<LaunchRequest>,
    /// The last launch.
    launch: Option<Launch>,
    /// Why the campaign is paused.
    pause_reason: Option<String>,
    /// Who made the campaign.
    created_by: Uuid,
    /// When the campaign was made.
    created_at: DateTime<Utc>,
    /// When the campaign was last changed.
    updated_at: DateTime<Utc>,
    /// Counts the changes; the `ETag` is `revision.version`.
    version: u64,
}

/// Where a campaign stands.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub(crate) enum CampaignStatus {
    Draft,
    Active,
    Paused,
    Completed,
}

/// What a campaign says, to whom and when.
#[derive(ToSchema)]
pub(crate) struct CampaignPlan {
    /// The offer it sends.
    offer: Uuid,
    /// What it is called.
    name: String,
    /// What it is for.
    description: Option<String>,
    /// What its messages are for.
    purpose: Purpose,
    /// Whom it selects.
    selection_criteria: SavedCriteria,
    /// The segment versions that the criteria use.
    segments: Vec<SegmentPin>,
    /// The channels, each with its message.
    messages: BTreeMap<String, MessageTemplate>,
    /// Over which of them a customer is reached.
    channels: ChannelChoice,
    /// The first day of sending, in the tenant's time zone.
    start_date: NaiveDate,
    /// The last day of sending.
    end_date: NaiveDate,
    /// When it starts late, and when its audience is filled again.
    schedule: Schedule,
}

/// Over which of its channels a campaign reaches a customer.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub(crate) enum ChannelChoice {
    /// Over every one of them.
    All,
    /// Over the first one of this order, which names each of them once, that may reach them.
    FirstAvailable(Vec<Channel>),
}

/// What a campaign's messages are for.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub(crate) enum Purpose {
    Marketing,
    Service,
}

/// When a campaign starts late, and when its audience is filled again.
#[derive(ToSchema)]
pub(crate) struct Schedule {
    /// What becomes of a campaign whose first day passed before anybody began to fill its audience; `run` unless given.
    #[schema(default = "run", required = false)]
    missed_start: MissedStart,
    /// When newcomers are added: a cron expression of five fields, in the tenant's time zone.
    #[schema(example = "0 6 * * 1")]
    refresh: Option<String>,
}

/// What becomes of a campaign that could not start in time.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub(crate) enum MissedStart {
    Run,
    Skip,
    Ask,
}

/// What is sent over one channel: templates, filled in for each customer.
#[derive(ToSchema)]
pub(crate) struct MessageTemplate {
    /// The template of the subject line, on channels that have one.
    subject: Option<String>,
    /// The template of the text.
    body: String,
    /// The template of the HTML that stands beside the text of an e-mail.
    #[schema(required = false, nullable = false)]
    html: Option<String>,
    /// The language of these texts: a BCP 47 tag.
    #[schema(required = false, nullable = false)]
    language: Option<String>,
    /// The texts in other languages, by their tags.
    #[schema(required = false)]
    translations: BTreeMap<String, MessageText>,
}

/// A message in one language.
#[derive(ToSchema)]
pub(crate) struct MessageText {
    /// The template of the subject line, on channels that have one.
    subject: Option<String>,
    /// The template of the text.
    body: String,
    /// The template of the HTML that stands beside the text of an e-mail.
    #[schema(required = false, nullable = false)]
    html: Option<String>,
}

/// Checked criteria, as they are kept.
#[derive(ToSchema)]
pub(crate) struct SavedCriteria {
    /// The document as it was written.
    source: String,
    /// The normalised document.
    canonical: String,
    /// The SHA-256 of the normalised document.
    digest: String,
    /// The version of the language.
    language: u16,
    /// The revision of the field catalog it was checked against.
    catalog: u64,
    /// Which version each segment had that the document names without one.
    #[schema(nullable = false)]
    pins: Option<BTreeMap<String, u64>>,
}

/// A segment version that criteria use.
#[derive(ToSchema)]
pub(crate) struct SegmentPin {
    /// The segment's version.
    id: Uuid,
    /// The segment's name.
    name: String,
    /// The version's number.
    version: u64,
    /// The digest of its criteria.
    digest: String,
    /// Who wrote it.
    author: Uuid,
    /// When.
    written_at: DateTime<Utc>,
}

/// That someone asked for a launch.
#[derive(ToSchema)]
pub(crate) struct LaunchRequest {
    /// Who asks.
    by: Uuid,
    /// When.
    at: DateTime<Utc>,
    /// The revision.
    revision: u64,
    /// How many customers the criteria selected then.
    counted: u64,
}

/// A launch, and everything that it pins.
#[derive(ToSchema)]
pub(crate) struct Launch {
    /// Who launched.
    by: Uuid,
    /// When.
    at: DateTime<Utc>,
    /// The revision of the campaign.
    revision: u64,
    /// The revision of the offer that is sent.
    offer_revision: u64,
    /// The digest of that revision.
    offer_digest: String,
    /// The digest of the criteria.
    criteria_digest: String,
    /// The digest of the messages.
    messages_digest: String,
    /// The digest of the schedule.
    schedule_digest: String,
    /// The segment versions that the criteria use.
    #[schema(nullable = false)]
    segments: Option<Vec<Uuid>>,
    /// How many customers the criteria selected at the launch.
    counted: u64,
    /// The most customers the audience may have.
    ceiling: u64,
}

/// One version of a segment.
#[derive(ToSchema)]
pub(crate) struct Segment {
    /// Names this version.
    id: Uuid,
    /// The tenant.
    tenant: Uuid,
    /// The segment's name.
    #[schema(example = "young_premium")]
    name: String,
    /// The version's number; the `ETag`.
    version: u64,
    /// What the segment is for.
    description: Option<String>,
    /// Whom it selects.
    criteria: SavedCriteria,
    /// Who wrote this version.
    author: Uuid,
    /// When.
    written_at: DateTime<Utc>,
}

/// Whom criteria select now.
#[derive(ToSchema)]
pub(crate) struct AudiencePreview {
    /// The criteria, checked.
    criteria: SavedCriteria,
    /// The criteria in words.
    description: String,
    /// What a writer may want to look at again.
    warnings: Vec<CriteriaWarning>,
    /// How many active customers they select.
    count: u64,
}

/// Something doubtful about criteria that can be used.
#[derive(ToSchema)]
pub(crate) struct CriteriaWarning {
    /// A stable code.
    code: String,
    /// A JSON pointer into the criteria.
    pointer: String,
    /// Where in the text.
    span: Span,
    /// What is doubtful.
    message: String,
    /// What may have been meant.
    #[schema(nullable = false)]
    suggestion: Option<String>,
}

/// A range of bytes in the text of criteria, its end excluded.
#[derive(ToSchema)]
pub(crate) struct Span {
    /// The first byte.
    start: u64,
    /// The byte after the last one.
    end: u64,
}

/// How many customers each clause at the top leaves, one after the other.
#[derive(ToSchema)]
pub(crate) struct Waterfall {
    /// How many active customers there are.
    total: u64,
    /// The clauses.
    steps: Vec<WaterfallStep>,
}

/// What one clause leaves.
#[derive(ToSchema)]
pub(crate) struct WaterfallStep {
    /// A JSON pointer to the clause.
    pointer: String,
    /// The clause in words.
    description: String,
    /// How many customers remain after it.
    remaining: u64,
}

/// A customer as far as a sample shows them.
#[derive(ToSchema)]
pub(crate) struct MaskedCustomer {
    /// Names the customer.
    id: Uuid,
    /// The name, by its initials.
    full_name: String,
    /// The e-mail address, by its first letter and domain.
    email: Option<String>,
    /// The phone number, by its last three digits.
    phone: Option<String>,
    /// The customer's segment.
    segment: Option<String>,
    /// The customer's city.
    city: Option<String>,
}

/// A message as somebody would get it over a channel.
#[derive(ToSchema)]
pub(crate) struct MessagePreview {
    /// The channel.
    channel: Channel,
    /// The language of the text, where the message says which it is.
    language: Option<String>,
    /// What it says; none where it cannot be filled in.
    message: Option<FilledMessage>,
    /// Why it cannot be filled in.
    failure: Option<String>,
    /// The names in it that there is no value for.
    #[schema(example = json!(["customer.city"]))]
    absent: Vec<String>,
}

/// What a message says, filled in.
#[derive(ToSchema)]
pub(crate) struct FilledMessage {
    /// The subject, on channels that have one.
    subject: Option<String>,
    /// The text.
    body: String,
    /// The HTML, where there is any.
    html: Option<String>,
}

/// What became of a test message.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub(crate) enum TestOutcome {
    /// The provider accepted it.
    Sent,
    /// The provider did not accept it. Nothing is tried again by itself.
    NotSent {
        /// Why.
        reason: String,
    },
    /// Nobody can tell.
    Unknown {
        /// Why.
        reason: String,
    },
}
