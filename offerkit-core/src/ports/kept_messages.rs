//! Messages kept as they were filled in, so that every attempt of a delivery sends the same.

use async_trait::async_trait;

use super::{Message, StoreError};
use crate::{
    digest::Digest,
    domain::RevisionNumber,
    id::{CustomerId, DeliveryId},
    time::Timestamp,
};

/// A message as it was filled in for a delivery.
#[derive(Clone, PartialEq, Eq)]
pub struct KeptMessage {
    /// The delivery.
    pub delivery: DeliveryId,
    /// The customer, whose erasing takes it away.
    pub customer: CustomerId,
    /// The launched revision of the campaign that it was filled in for.
    pub revision: RevisionNumber,
    /// Where it goes.
    pub address: String,
    /// The subject, on channels that have one.
    pub subject: Option<String>,
    /// The text.
    pub body: String,
    /// The HTML, where there is any.
    pub html: Option<String>,
    /// Where the customer opts out.
    pub unsubscribe_url: Option<String>,
    /// The digest of all that, as it was when it was kept.
    pub digest: Digest,
    /// Until when it is of use; none where it is kept for good.
    pub until: Option<Timestamp>,
}

impl KeptMessage {
    /// What is kept of a message.
    #[must_use]
    pub fn of(message: &Message, revision: RevisionNumber, until: Option<Timestamp>) -> Self {
        let mut kept = Self {
            delivery: message.id,
            customer: message.key.customer,
            revision,
            address: message.address.clone(),
            subject: message.subject.clone(),
            body: message.body.clone(),
            html: message.html.clone(),
            unsubscribe_url: message.unsubscribe_url.clone(),
            digest: Digest::of(&[]),
            until,
        };
        kept.digest = kept.content_digest();
        kept
    }

    /// Whether it says what it said when it was kept.
    #[must_use]
    pub fn is_intact(&self) -> bool {
        self.digest == self.content_digest()
    }

    /// The message as it was, for another attempt of the same delivery.
    #[must_use]
    pub fn restored(self, message: &Message) -> Message {
        Message {
            id: message.id,
            key: message.key,
            address: self.address,
            subject: self.subject,
            body: self.body,
            html: self.html,
            unsubscribe_url: self.unsubscribe_url,
            is_test: message.is_test,
            attempt: message.attempt,
        }
    }

    fn content_digest(&self) -> Digest {
        let optional = [&self.subject, &self.html, &self.unsubscribe_url];
        let optional = optional.into_iter().flat_map(|part| {
            let is_there: &[u8] = if part.is_some() { b"1" } else { b"0" };
            [is_there, part.as_deref().unwrap_or_default().as_bytes()]
        });
        let all = [self.address.as_bytes(), self.body.as_bytes()];
        Digest::of_parts(all.into_iter().chain(optional))
    }
}

impl std::fmt::Debug for KeptMessage {
    /// Without address and texts, which are personal data.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KeptMessage")
            .field("delivery", &self.delivery)
            .field("revision", &self.revision)
            .field("until", &self.until)
            .finish_non_exhaustive()
    }
}

/// Messages by their delivery, at most one of each. They are personal data: erasing a customer
/// ([`CustomerStore::erase`](super::CustomerStore::erase)) deletes theirs.
#[async_trait]
pub trait KeptMessages: Send + Sync {
    /// Keeps the messages for whose deliveries nothing is kept, and answers what is kept of each, in any order: the message,
    /// or the one that came first. One that was filled in for another launch is replaced. Of a customer who has been erased
    /// nothing is kept and nothing answered, however the two calls overlap.
    async fn keep(
        &self,
        messages: Vec<KeptMessage>,
        now: Timestamp,
    ) -> Result<Vec<KeptMessage>, StoreError>;

    /// Forgets what is kept of these deliveries, and some of what is of no use any more at `now`.
    async fn forget(&self, deliveries: &[DeliveryId], now: Timestamp) -> Result<(), StoreError>;

    /// What is kept of a delivery.
    async fn kept(&self, delivery: DeliveryId) -> Result<Option<KeptMessage>, StoreError>;
}
