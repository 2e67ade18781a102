//! Deliveries: one row for every campaign, customer and channel, and what became of it.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Channel;
use crate::{
    digest::Digest,
    id::{CampaignId, CustomerId, DeliveryId, RunId, TenantId},
    time::Timestamp,
};

/// What became of a message to one customer.
///
/// `pending → sending → sent → delivered | bounced`, or one of the others, each with its reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryStatus {
    /// Waiting to be sent.
    Pending,
    /// Claimed by a worker.
    Sending,
    /// Accepted by the provider.
    Sent,
    /// Reported as delivered.
    Delivered,
    /// Reported as undeliverable.
    Bounced,
    /// Refused for good, or tried too often.
    Failed,
    /// Nobody can tell whether it was sent; never sent again by itself.
    Unknown,
    /// Not to be sent: no address, no consent, inactive.
    Suppressed,
    /// Not sent, because the campaign or its offer ended.
    Cancelled,
}

/// The reason that a delivered row bears after its customer complained about it.
pub const COMPLAINED: &str = "the customer complained";

impl DeliveryStatus {
    /// Every status.
    pub const ALL: [Self; 9] = [
        Self::Pending,
        Self::Sending,
        Self::Sent,
        Self::Delivered,
        Self::Bounced,
        Self::Failed,
        Self::Unknown,
        Self::Suppressed,
        Self::Cancelled,
    ];

    /// The stable name, as stored and shown.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Sending => "sending",
            Self::Sent => "sent",
            Self::Delivered => "delivered",
            Self::Bounced => "bounced",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
            Self::Suppressed => "suppressed",
            Self::Cancelled => "cancelled",
        }
    }

    /// Whether a delivery may go from this status to `next`.
    #[must_use]
    pub const fn leads_to(self, next: Self) -> bool {
        match self {
            Self::Pending => matches!(next, Self::Sending | Self::Suppressed | Self::Cancelled),
            // A receipt may overtake the worker that has yet to settle.
            Self::Sending => matches!(
                next,
                Self::Pending
                    | Self::Sent
                    | Self::Delivered
                    | Self::Bounced
                    | Self::Failed
                    | Self::Unknown
                    | Self::Suppressed
            ),
            Self::Sent => matches!(next, Self::Delivered | Self::Bounced),
            // A late receipt settles what nobody could tell.
            Self::Unknown => matches!(next, Self::Sent | Self::Delivered | Self::Bounced),
            // Only at someone's request.
            Self::Failed => matches!(next, Self::Pending),
            Self::Delivered | Self::Bounced | Self::Suppressed | Self::Cancelled => false,
        }
    }
}

/// What names a delivery, for ever: at most one message goes to a customer over a channel for a campaign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct DeliveryKey {
    /// The campaign.
    pub campaign: CampaignId,
    /// The customer.
    pub customer: CustomerId,
    /// The channel.
    pub channel: Channel,
}

impl DeliveryKey {
    /// The id, the same for every attempt, which providers take as the idempotency key: a version 8 UUID of the SHA-256 of
    /// the three parts.
    #[must_use]
    pub fn id(self) -> DeliveryId {
        let digest = Digest::of_parts([
            self.campaign.as_uuid().as_bytes().as_slice(),
            self.customer.as_uuid().as_bytes().as_slice(),
            self.channel.as_str().as_bytes(),
        ]);
        let (first, _) = digest.as_bytes().split_at(16);
        let bytes = <[u8; 16]>::try_from(first).unwrap_or_default();
        DeliveryId::from_uuid(Uuid::new_v8(bytes))
    }
}

/// A row of the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    /// What names it.
    pub key: DeliveryKey,
    /// The tenant.
    pub tenant: TenantId,
    /// The filling that selected its customer, for the launch under which it was or will be sent.
    pub run: RunId,
    /// What became of it.
    pub status: DeliveryStatus,
    /// Why, where the status alone does not say.
    pub reason: Option<Box<str>>,
    /// How often sending was tried.
    pub attempts: u32,
    /// When the provider accepted it; the moment of its receipt, where nothing was heard of it before.
    pub sent_at: Option<Timestamp>,
    /// When the row was last changed.
    pub updated_at: Timestamp,
}
