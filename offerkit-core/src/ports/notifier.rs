//! Sending messages over a channel.

use std::{num::NonZeroU32, time::Duration};

use async_trait::async_trait;

use crate::{
    domain::{Channel, DeliveryKey},
    id::DeliveryId,
};

/// What a notifier can say about a message whose sender crashed before it could note the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guarantee {
    /// The provider drops a repeat with the same key: it is sent again while the key lives.
    Deduplicated {
        /// How long the provider remembers a key.
        key_ttl: Duration,
    },
    /// The provider can be asked: it is looked up first.
    Reconcile,
    /// A repeat could be a second message: it becomes `unknown` and is never sent again by itself.
    AtMostOnce,
    /// A repeat does no harm: it is sent again.
    AtLeastOnce,
}

/// What a notifier is like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Profile {
    /// The channel it sends over.
    pub channel: Channel,
    /// What a crash between sending and noting means.
    pub guarantee: Guarantee,
    /// The most messages it takes at once.
    pub max_batch: NonZeroU32,
    /// The most batches it takes at the same time.
    pub concurrency: NonZeroU32,
}

/// A message to one customer, ready to be sent.
#[derive(Clone, PartialEq, Eq)]
pub struct Message {
    /// Names the delivery; the same for every attempt, and so the idempotency key.
    pub id: DeliveryId,
    /// What the id stands for.
    pub key: DeliveryKey,
    /// Where it goes.
    pub address: String,
    /// The subject, on channels that have one.
    pub subject: Option<String>,
    /// The text.
    pub body: String,
    /// The same as HTML, on channels that take it, where the campaign has it.
    pub html: Option<String>,
    /// Where the customer opts out with one request (RFC 8058), an `https` URL that is theirs alone. Marketing messages
    /// have one where the installation makes
    /// [such links](crate::services::OfferkitBuilder::opt_out_links).
    pub unsubscribe_url: Option<String>,
    /// Whether it goes to somebody of the staff who tries a campaign's message. Its texts say so already.
    pub is_test: bool,
    /// How often it was tried, this time included.
    pub attempt: u32,
}

impl std::fmt::Debug for Message {
    /// Without address, texts and URL, which are personal data.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Message")
            .field("id", &self.id)
            .field("channel", &self.key.channel)
            .field("attempt", &self.attempt)
            .finish_non_exhaustive()
    }
}

/// What became of a message.
///
/// A reason stays in the ledger when the customer is erased, so it holds no personal data and no secret: a provider's code,
/// not its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The provider accepted it.
    Sent,
    /// It may be tried again, after this long or when the caller sees fit.
    Retry {
        /// How long the provider asks to wait.
        after: Option<Duration>,
        /// Why it was not sent.
        reason: String,
    },
    /// It will never be accepted.
    Failed {
        /// Why.
        reason: String,
        /// Whether the provider says that nothing will ever reach the address: no such mailbox, an expired token. False
        /// where only this message is refused, or where nobody can tell.
        address_is_dead: bool,
    },
    /// Nobody can tell.
    Unknown {
        /// Why.
        reason: String,
    },
}

/// Sends messages over one channel.
#[async_trait]
pub trait Notifier: Send + Sync {
    /// What it is like. Does not change.
    fn profile(&self) -> Profile;

    /// Sends a batch of at most `max_batch` messages. A message without an outcome counts as [`Outcome::Unknown`].
    async fn send(&self, batch: &[Message]) -> Vec<(DeliveryId, Outcome)>;

    /// Asks the provider what became of deliveries, for [`Guarantee::Reconcile`]. A key without an outcome was never
    /// seen by the provider.
    async fn lookup(&self, keys: &[DeliveryKey]) -> Vec<(DeliveryId, Outcome)>;
}
