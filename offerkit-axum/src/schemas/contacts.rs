//! What customers agreed to, suppressed addresses, and stops of sending.

use chrono::{DateTime, Utc};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Channel, Purpose};

/// A customer's word on messages of a purpose over a channel.
#[derive(ToSchema)]
pub(crate) struct Consent {
    /// Whose word it is.
    customer: Uuid,
    /// On which messages.
    purpose: Purpose,
    /// Over which channel.
    channel: Channel,
    /// When it was said.
    said_at: DateTime<Utc>,
    /// What was said.
    word: ConsentWord,
    /// Where: a code, which names no person.
    #[schema(example = "branch.form-12", min_length = 1, max_length = 200)]
    source: String,
}

/// What a customer said.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub(crate) enum ConsentWord {
    Given,
    Withdrawn,
}

/// That nothing is sent to an address any more.
#[derive(ToSchema)]
pub(crate) struct Suppression {
    /// The address.
    address: AddressDigest,
    /// Why.
    reason: SuppressionReason,
    /// Since when.
    since: DateTime<Utc>,
}

/// An address on a channel, by a digest.
#[derive(ToSchema)]
pub(crate) struct AddressDigest {
    /// The channel.
    channel: Channel,
    /// The SHA-256 of the channel and the address, in the form in which addresses are compared.
    digest: String,
}

/// Why nothing is sent to an address any more.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub(crate) enum SuppressionReason {
    ByHand,
    DeadAddress,
    Complaint,
}

/// That a super admin has stopped sending, until one lifts it.
#[derive(ToSchema)]
pub(crate) struct Stop {
    /// Names the stop.
    id: Uuid,
    /// How much it holds.
    extent: StopExtent,
    /// Why.
    reason: String,
    /// Who stopped it.
    by: Uuid,
    /// Since when.
    since: DateTime<Utc>,
}

/// How much a stop holds: `"everything"`, `{"tenant": ID}` or `{"channel": CHANNEL}`.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub(crate) enum StopExtent {
    Everything,
    Tenant(Uuid),
    Channel(Channel),
}

/// That a super admin has lifted a stop.
#[derive(ToSchema)]
pub(crate) struct StopLift {
    /// The stop.
    stop: Uuid,
    /// Why it is lifted.
    reason: String,
    /// Who lifted it.
    by: Uuid,
    /// When.
    at: DateTime<Utc>,
}

/// What erasing a customer scrubbed, by kind; kinds of nothing are left out.
#[derive(ToSchema)]
pub(crate) struct ErasureReport {
    /// The customer's row.
    #[schema(required = false, nullable = false)]
    customer: Option<u64>,
    /// The key of a row in a table of the host's.
    #[schema(required = false, nullable = false)]
    host_key: Option<u64>,
    /// Messages that were kept as they were sent.
    #[schema(required = false, nullable = false)]
    kept_message: Option<u64>,
}
