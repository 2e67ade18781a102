//! The notifier.

use std::sync::Arc;

use async_trait::async_trait;
use offerkit_core::{
    domain::{Channel, DeliveryKey},
    id::DeliveryId,
    ports::{Guarantee, Message, Notifier, Outcome, Profile},
    time::Clock,
};

use super::{mail::Letterhead, pool::Pool};
use crate::pace::{Pacer, SendOne, failed};

/// Sends e-mail through an SMTP server. [`SmtpSettings`](super::SmtpSettings) makes one.
///
/// Its guarantee is [`Guarantee::AtMostOnce`]: SMTP knows no idempotency key, so a server that is given a mail twice
/// delivers it twice, whatever its `Message-ID`, and it cannot be asked what it took.
///
/// Until the first byte of a mail's content a lost connection is tried again; after it, until the server's reply, nobody
/// can tell. A reply of 4yz is tried again, one of 5yz fails, and an enhanced code such as 5.1.1 says that the address is
/// dead. A server that cannot be reached, or that refuses TLS or the login, is no message's fault: all are tried again.
pub struct SmtpNotifier {
    letterhead: Letterhead,
    pool: Pool,
    pacer: Pacer,
    clock: Arc<dyn Clock>,
}

impl SmtpNotifier {
    pub(super) fn new(
        letterhead: Letterhead,
        pool: Pool,
        pacer: Pacer,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            letterhead,
            pool,
            pacer,
            clock,
        }
    }
}

impl std::fmt::Debug for SmtpNotifier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SmtpNotifier")
            .field("pool", &self.pool)
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl SendOne for SmtpNotifier {
    async fn send_one(&self, message: &Message) -> Outcome {
        match self.letterhead.mail(message, self.clock.now()) {
            Ok(mail) => self.pool.send(&mail).await,
            Err(unfit) => failed(unfit),
        }
    }
}

#[async_trait]
impl Notifier for SmtpNotifier {
    fn profile(&self) -> Profile {
        self.pacer.profile(Channel::Email, Guarantee::AtMostOnce)
    }

    async fn send(&self, batch: &[Message]) -> Vec<(DeliveryId, Outcome)> {
        self.pacer.send(batch, self).await
    }

    async fn lookup(&self, _: &[DeliveryKey]) -> Vec<(DeliveryId, Outcome)> {
        Vec::new()
    }
}
