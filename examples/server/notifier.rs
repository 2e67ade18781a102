//! A notifier that logs that there was a message, instead of sending it. A server of your own gives the library yours.

use std::num::NonZeroU32;

use offerkit::{
    domain::{Channel, DeliveryKey},
    id::DeliveryId,
    ports::{Guarantee, Message, Notifier, Outcome, Profile},
};

/// Logs the messages of a channel by their ids alone.
pub(crate) struct Logged(pub(crate) Channel);

#[offerkit::async_trait]
impl Notifier for Logged {
    fn profile(&self) -> Profile {
        Profile {
            channel: self.0,
            // A line that is logged twice does no harm.
            guarantee: Guarantee::AtLeastOnce,
            max_batch: const { NonZeroU32::new(100).unwrap() },
            concurrency: const { NonZeroU32::new(8).unwrap() },
        }
    }

    async fn send(&self, batch: &[Message]) -> Vec<(DeliveryId, Outcome)> {
        let logged = batch.iter().map(|message| {
            tracing::info!(channel = %self.0, delivery = %message.id, "a message would be sent");
            (message.id, Outcome::Sent)
        });
        logged.collect()
    }

    async fn lookup(&self, _: &[DeliveryKey]) -> Vec<(DeliveryId, Outcome)> {
        Vec::new()
    }
}
