//! What became of messages.

use chrono::{DateTime, Utc};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Channel, MaskedCustomer};

/// How far a campaign is.
#[derive(ToSchema)]
pub(crate) struct Progress {
    /// How many customers the audience has.
    audience: u64,
    /// How many messages have which status, by channel and status.
    counts: Vec<StatusCount>,
}

/// How many messages have a status, on a channel.
#[derive(ToSchema)]
pub(crate) struct StatusCount {
    /// The channel.
    channel: Channel,
    /// The status.
    status: DeliveryStatus,
    /// How many.
    count: u64,
}

/// What became of a message.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub(crate) enum DeliveryStatus {
    Pending,
    Sending,
    Sent,
    Delivered,
    Bounced,
    Failed,
    Unknown,
    Suppressed,
    Cancelled,
}

/// A message to one customer, with as much of them as may be seen.
#[derive(ToSchema)]
pub(crate) struct Recipient {
    /// The message.
    delivery: Delivery,
    /// The customer, masked, unless there is none any more.
    customer: Option<MaskedCustomer>,
}

/// A message to one customer, with their personal data.
#[derive(ToSchema)]
pub(crate) struct UnmaskedRecipient {
    /// The message.
    delivery: Delivery,
    /// The customer, unless there is none any more: the columns of the customers table, and `attributes`.
    #[schema(value_type = Option<Object>)]
    customer: Option<()>,
}

/// A message to one customer over one channel.
#[derive(ToSchema)]
pub(crate) struct Delivery {
    /// What names it.
    key: DeliveryKey,
    /// The tenant.
    tenant: Uuid,
    /// The filling that selected its customer.
    run: Uuid,
    /// What became of it.
    status: DeliveryStatus,
    /// Why, where the status alone does not say.
    reason: Option<String>,
    /// How often sending was tried.
    attempts: u32,
    /// When the provider accepted it.
    sent_at: Option<DateTime<Utc>>,
    /// When it was last changed.
    updated_at: DateTime<Utc>,
}

/// What names a message for ever.
#[derive(ToSchema)]
pub(crate) struct DeliveryKey {
    /// The campaign.
    campaign: Uuid,
    /// The customer.
    customer: Uuid,
    /// The channel.
    channel: Channel,
}
