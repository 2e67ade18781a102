//! A notifier that prints a line for each message instead of sending it, without what would be personal.

use std::{num::NonZeroU32, sync::Arc, time::Duration};

use offerkit::{
    domain::{Channel, DeliveryKey},
    id::DeliveryId,
    ports::{Guarantee, Message, Notifier, Outcome, Profile},
};

use super::shown::Shown;

pub(crate) struct Printer {
    channel: Channel,
    takes: Duration,
    is_printed: bool,
    shown: Arc<Shown>,
}

impl Printer {
    pub(crate) fn new(
        channel: Channel,
        takes: Duration,
        is_printed: bool,
        shown: &Arc<Shown>,
    ) -> Self {
        Self {
            channel,
            takes,
            is_printed,
            shown: Arc::clone(shown),
        }
    }
}

#[offerkit::async_trait]
impl Notifier for Printer {
    fn profile(&self) -> Profile {
        Profile {
            channel: self.channel,
            // A line that is printed twice does no harm.
            guarantee: Guarantee::AtLeastOnce,
            max_batch: const { NonZeroU32::new(100).unwrap() },
            concurrency: const { NonZeroU32::new(8).unwrap() },
        }
    }

    async fn send(&self, batch: &[Message]) -> Vec<(DeliveryId, Outcome)> {
        tokio::time::sleep(self.takes).await;
        if self.is_printed {
            for message in batch {
                self.shown.line(&format!(
                    "{} to {}: delivery {}, attempt {}, {} bytes",
                    self.channel,
                    masked(&message.address),
                    message.id,
                    message.attempt,
                    message.body.len(),
                ));
            }
        }
        let sent = batch.iter().map(|message| (message.id, Outcome::Sent));
        sent.collect()
    }

    async fn lookup(&self, _: &[DeliveryKey]) -> Vec<(DeliveryId, Outcome)> {
        Vec::new()
    }
}

/// The first character of an address, and its domain where it has one.
fn masked(address: &str) -> String {
    let first: String = address.chars().take(1).collect();
    let domain = address.split_once('@').map_or("", |(_, domain)| domain);
    if domain.is_empty() {
        format!("{first}***")
    } else {
        format!("{first}***@{domain}")
    }
}
