//! Whom messages would reach.

use chrono::{DateTime, Utc};
use utoipa::ToSchema;

use super::{Channel, ContactCap};

/// Whom a campaign's messages would reach, were all of them sent at one moment.
#[derive(ToSchema)]
pub(crate) struct Reach {
    /// The moment.
    at: DateTime<Utc>,
    /// How many customers the criteria select. The numbers of each channel add up to it.
    selected: u64,
    /// Whether those are all.
    is_complete: bool,
    /// What becomes of them, channel by channel.
    channels: Vec<ChannelReach>,
}

/// What becomes of the selected customers on one channel.
#[derive(ToSchema)]
pub(crate) struct ChannelReach {
    /// The channel.
    channel: Channel,
    /// How many would be sent a message now.
    contacted: u64,
    /// To how many nothing more is sent.
    settled: u64,
    /// How many wait, since an earlier claim held them or their message is to be tried again.
    waiting: u64,
    /// Of a campaign that reaches each over one channel: how many are on another.
    other_channel: u64,
    /// Whom a rule removes for good, by the rule.
    removed: Vec<RuleCount>,
    /// Whom a rule holds, by the rule.
    held: Vec<HeldCount>,
    /// Whom a rule would hold until the campaign is over.
    cancelled: Vec<RuleCount>,
    /// Of those whom a cap holds or cancels, how many each cap does.
    caps: Vec<CapCount>,
}

/// How many customers a rule concerns.
#[derive(ToSchema)]
pub(crate) struct RuleCount {
    /// The rule's code.
    reason: String,
    /// How many.
    customers: u64,
}

/// How many customers a rule holds, and until when.
#[derive(ToSchema)]
pub(crate) struct HeldCount {
    /// The rule's code.
    reason: String,
    /// How many.
    customers: u64,
    /// When the first of them may be sent.
    first_until: DateTime<Utc>,
    /// When the last of them may be.
    last_until: DateTime<Utc>,
}

/// How many customers a cap holds.
#[derive(ToSchema)]
pub(crate) struct CapCount {
    /// The cap.
    cap: ContactCap,
    /// How many.
    customers: u64,
}
