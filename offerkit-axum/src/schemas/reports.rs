//! Rows of reports.

use chrono::{DateTime, NaiveDate, Utc};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Channel, DeliveryStatus, Permission};

/// One decision on an offer.
#[derive(ToSchema)]
pub(crate) struct Decision {
    /// When.
    at: DateTime<Utc>,
    /// What was decided.
    decision: DecisionKind,
    /// About which offer.
    offer: Uuid,
    /// About which revision of it.
    revision: u64,
    /// The digest of what that revision says.
    digest: String,
    /// Who decided.
    by: Uuid,
    /// Their user name.
    by_name: Option<String>,
    /// What they said.
    comment: Option<String>,
    /// The record in the audit log.
    record: Uuid,
}

/// What was decided about a submitted revision.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub(crate) enum DecisionKind {
    /// It was approved.
    Approved,
    /// It was turned down.
    Rejected,
    /// It was sent back for changes.
    ChangesRequested,
}

/// A revision of an offer that was live on a day.
#[derive(ToSchema)]
pub(crate) struct LiveOnDay {
    /// The offer.
    offer: Uuid,
    /// The revision.
    revision: u64,
    /// The digest of what it says.
    digest: String,
    /// Who wrote it.
    written_by: Uuid,
    /// Their user name.
    written_by_name: Option<String>,
    /// Who approved it.
    approved_by: Uuid,
    /// Their user name.
    approved_by_name: Option<String>,
    /// When, and so since when it was live.
    approved_at: DateTime<Utc>,
    /// The first day on which it may be sent.
    valid_from: Option<NaiveDate>,
    /// The last day.
    valid_until: Option<NaiveDate>,
    /// When the next approval took its place.
    replaced_at: Option<DateTime<Utc>>,
    /// When the offer was retired.
    retired_at: Option<DateTime<Utc>>,
}

/// How many of a campaign's recipients have had a status since a day.
#[derive(ToSchema)]
pub(crate) struct DayRecipients {
    /// The day on which the messages were sent, and that of their last change where they were not.
    day: NaiveDate,
    /// The channel.
    channel: Channel,
    /// What became of the messages.
    status: DeliveryStatus,
    /// How many recipients.
    recipients: u64,
}

/// A message to a customer, and the rule by which they were selected for it.
#[derive(ToSchema)]
pub(crate) struct CustomerMessage {
    /// The campaign.
    campaign: Uuid,
    /// What it was called when it was launched.
    campaign_name: String,
    /// The channel.
    channel: Channel,
    /// What became of the message.
    status: DeliveryStatus,
    /// Why, where the status alone does not say.
    reason: Option<String>,
    /// When the provider accepted it.
    sent_at: Option<DateTime<Utc>>,
    /// When the message's status last changed.
    updated_at: DateTime<Utc>,
    /// The offer that the launch sends.
    offer: Uuid,
    /// The revision of the offer.
    offer_revision: u64,
    /// The digest of that revision.
    offer_digest: String,
    /// The launched revision of the campaign.
    campaign_revision: u64,
    /// Who launched it.
    launched_by: Uuid,
    /// Their user name.
    launched_by_name: Option<String>,
    /// When.
    launched_at: DateTime<Utc>,
    /// The filling that selected the customer.
    run: Uuid,
    /// The moment that the rule took as now.
    selected_at: DateTime<Utc>,
    /// The digest of the rule.
    rule_digest: String,
    /// The rule in words; none where the field catalog cannot say it any more.
    rule: Option<String>,
    /// The rule as it was written.
    criteria: String,
}

/// A permission that somebody holds through a group.
#[derive(ToSchema)]
pub(crate) struct HeldPermission {
    /// Who holds it.
    user: Uuid,
    /// Their user name.
    user_name: String,
    /// Whether they may do anything at all: an inactive user holds what they held, and may not use it.
    is_active: bool,
    /// What they may do.
    permission: Permission,
    /// The group that permits it.
    group: String,
    /// Since when.
    since: DateTime<Utc>,
    /// The step that gave it.
    through: HeldThrough,
    /// Who took that step.
    by: Option<Uuid>,
    /// Their user name.
    by_name: Option<String>,
    /// From when on it lets them decide.
    decides_from: DateTime<Utc>,
}

/// The step by which somebody came to hold a permission.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub(crate) enum HeldThrough {
    /// Somebody put them into the group.
    Membership,
    /// The claims of the identity provider put them into the group.
    Claims,
    /// The group, which they belonged to, came to permit it.
    Group,
}
