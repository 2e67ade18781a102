//! Whom messages may reach: what customers said, and which addresses are dead.

use std::sync::Arc;

use async_trait::async_trait;

use super::StoreError;
use crate::{
    audit::AuditEvent,
    domain::{AddressDigest, Channel, Consent, Purpose, Suppression},
    id::CustomerId,
};

/// What customers agreed to, and the addresses that nothing is sent to. Both belong to the platform, and outlive the
/// erasing of a customer: the words name an id, the addresses stand as digests.
#[async_trait]
pub trait Contacts: Send + Sync {
    /// Keeps words, every one of them for ever, and records `event` with them, at once; without an event, they are their
    /// own evidence. A word that is there already is not kept twice. Answers how many are new; the event's record gets that
    /// as its result.
    ///
    /// # Errors
    ///
    /// [`StoreError::AlreadyDone`] where the operation was done before; [`StoreError::WrongScope`] for an event of a
    /// tenant.
    async fn keep_words(
        &self,
        words: Arc<Vec<Consent>>,
        event: Option<AuditEvent>,
    ) -> Result<u64, StoreError>;

    /// Everything that a customer said, the last first: by when it was said, a withdrawal after a consent of the same
    /// moment.
    async fn words_of(&self, customer: CustomerId) -> Result<Vec<Consent>, StoreError>;

    /// A customer's last word on messages of a purpose over a channel.
    async fn last_word(
        &self,
        customer: CustomerId,
        purpose: Purpose,
        channel: Channel,
    ) -> Result<Option<Consent>, StoreError>;

    /// Sends nothing to an address any more, and records `event`, at once. One that is suppressed already stays as it is;
    /// answers whether it was not. The event's record gets the answer as its result.
    ///
    /// # Errors
    ///
    /// As for [`keep_words`](Self::keep_words).
    async fn suppress(
        &self,
        suppression: Suppression,
        event: Option<AuditEvent>,
    ) -> Result<bool, StoreError>;

    /// Sends to an address again, and answers whether it was suppressed, as the event's record does.
    ///
    /// # Errors
    ///
    /// As for [`keep_words`](Self::keep_words).
    async fn release(&self, address: AddressDigest, event: AuditEvent) -> Result<bool, StoreError>;

    /// Those of the addresses that nothing is sent to.
    async fn suppressed(&self, addresses: &[AddressDigest])
    -> Result<Vec<Suppression>, StoreError>;
}
