//! How many messages at a time, and how long a batch may take.

use std::{num::NonZeroU32, time::Duration};

use async_trait::async_trait;
use futures_util::future::{BoxFuture, join_all};
use offerkit_core::{
    domain::Channel,
    id::DeliveryId,
    ports::{Guarantee, Message, Outcome, Profile},
};
use tokio::{sync::Semaphore, time::Instant};

/// How many messages a notifier sends at a time, and how long it begins new ones.
///
/// A batch has to be settled before its claim's deadline (`Settings::claim_deadline`, five minutes unless changed): what
/// is begun last, within `begin_within`, still has the channel's timeouts to come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// The most messages of one batch. 100 by default.
    pub max_batch: NonZeroU32,
    /// The most batches at a time. 2 by default.
    pub batches: NonZeroU32,
    /// The most messages that are on their way at a time, of all batches together. 8 by default.
    pub parallel: NonZeroU32,
    /// For how long messages of a batch are begun. Those not begun by then are to be tried again. 90 seconds by default.
    pub begin_within: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            max_batch: const { NonZeroU32::new(100).unwrap() },
            batches: const { NonZeroU32::new(2).unwrap() },
            parallel: const { NonZeroU32::new(8).unwrap() },
            begin_within: Duration::from_secs(90),
        }
    }
}

/// Sends one message.
#[async_trait]
pub(crate) trait SendOne: Sync {
    async fn send_one(&self, message: &Message) -> Outcome;
}

/// Keeps a pace.
#[derive(Debug)]
pub(crate) struct Pacer {
    pace: Pace,
    permits: Semaphore,
}

impl Pacer {
    pub(crate) fn new(pace: Pace) -> Self {
        let parallel = usize::try_from(pace.parallel.get()).unwrap_or(usize::MAX);
        Self {
            pace,
            permits: Semaphore::new(parallel.min(Semaphore::MAX_PERMITS)),
        }
    }

    pub(crate) const fn profile(&self, channel: Channel, guarantee: Guarantee) -> Profile {
        Profile {
            channel,
            guarantee,
            max_batch: self.pace.max_batch,
            concurrency: self.pace.batches,
        }
    }

    /// The outcome of every message, in the order of the batch.
    pub(crate) async fn send(
        &self,
        batch: &[Message],
        sender: &dyn SendOne,
    ) -> Vec<(DeliveryId, Outcome)> {
        let until = Instant::now() + self.pace.begin_within;
        let all: Vec<_> = batch
            .iter()
            .map(|message| self.one(message, until, sender))
            .collect();
        join_all(all).await
    }

    fn one<'a>(
        &'a self,
        message: &'a Message,
        until: Instant,
        sender: &'a dyn SendOne,
    ) -> BoxFuture<'a, (DeliveryId, Outcome)> {
        Box::pin(async move {
            let permit = tokio::time::timeout_at(until, self.permits.acquire()).await;
            let outcome = match permit {
                // A permit may come at once although the time is up.
                Ok(Ok(_permit)) if Instant::now() < until => sender.send_one(message).await,
                _ => retry("the batch's time was up before it was begun"),
            };
            (message.id, outcome)
        })
    }
}

pub(crate) fn retry(reason: impl Into<String>) -> Outcome {
    Outcome::Retry {
        after: None,
        reason: reason.into(),
    }
}

pub(crate) fn failed(reason: impl Into<String>) -> Outcome {
    Outcome::Failed {
        reason: reason.into(),
        address_is_dead: false,
    }
}

#[cfg(any(feature = "smtp", feature = "http"))]
pub(crate) fn dead(reason: impl Into<String>) -> Outcome {
    Outcome::Failed {
        reason: reason.into(),
        address_is_dead: true,
    }
}

pub(crate) fn unknown(reason: impl Into<String>) -> Outcome {
    Outcome::Unknown {
        reason: reason.into(),
    }
}
