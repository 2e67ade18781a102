//! Putting a worker together.

use std::{
    hash::{BuildHasher as _, RandomState},
    num::NonZeroUsize,
    ops::RangeInclusive,
    sync::Arc,
    time::Duration,
};

use offerkit_core::{domain::Channel, services::Offerkit};

use crate::{Event, Wake, Worker, check::check, pace::Poll};

/// Who is told what a worker does.
pub(crate) type Watcher = Arc<dyn Fn(&Event<'_>) + Send + Sync>;

/// Puts a [`Worker`] together; [`Worker::builder`] makes one.
#[derive(Clone)]
pub struct WorkerBuilder {
    pub(crate) kit: Offerkit,
    pub(crate) concurrency: NonZeroUsize,
    pub(crate) poll: Poll,
    pub(crate) wake: Wake,
    pub(crate) watcher: Option<Watcher>,
    pub(crate) seed: u64,
}

/// A worker that must not start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// A claim would lapse at once.
    #[error(
        "claims lapse at once, so nothing could be sent: set `Settings::claim_deadline` to more than nothing"
    )]
    NoDeadline,
    /// A provider would forget a delivery's key while it may still be sent again, and send it twice.
    #[error(
        "the {channel} notifier remembers a key for {} s, but a message may be sent again for {} s after its first try \
         ({} s until a claim lapses and {} s of waits between tries): lower `Settings::claim_deadline`, \
         `delivery_attempts` or `retry_wait`, or let the notifier declare a longer `key_ttl` if its provider keeps one",
        key_ttl.as_secs(), deadline.saturating_add(*horizon).as_secs(), deadline.as_secs(), horizon.as_secs()
    )]
    KeyLifetime {
        /// The notifier's channel.
        channel: Channel,
        /// How long its provider remembers a key.
        key_ttl: Duration,
        /// How long a claim holds.
        deadline: Duration,
        /// The longest time between the first try and the last.
        horizon: Duration,
    },
}

impl WorkerBuilder {
    pub(crate) fn new(kit: Offerkit) -> Self {
        Self {
            kit,
            concurrency: const { NonZeroUsize::new(4).unwrap() },
            poll: Poll::default(),
            wake: Wake::new(),
            watcher: None,
            seed: RandomState::new().hash_one(0),
        }
    }

    /// Takes so many steps at once, at least one: 4 unless set. The store needs a connection for each. Over a channel, no
    /// more batches are sent at once than its notifier declares.
    #[must_use]
    pub fn concurrency(mut self, steps: usize) -> Self {
        self.concurrency = NonZeroUsize::new(steps).unwrap_or(NonZeroUsize::MIN);
        self
    }

    /// Looks for work as often as the start of the range says while there is some, and less and less often while there is
    /// none, down to its end: from half a second to 15 seconds unless set.
    #[must_use]
    pub fn poll(mut self, interval: RangeInclusive<Duration>) -> Self {
        self.poll = Poll::new(&interval);
        self
    }

    /// Looks for work at once when it is woken through this.
    #[must_use]
    pub fn wake(mut self, wake: &Wake) -> Self {
        self.wake = wake.clone();
        self
    }

    /// Tells what the worker does, for a progress bar or a log of the host's own. Called between steps, so it must not
    /// block.
    #[must_use]
    pub fn watch(mut self, watcher: impl Fn(&Event<'_>) + Send + Sync + 'static) -> Self {
        self.watcher = Some(Arc::new(watcher));
        self
    }

    /// Draws the jitter of waits after failures from this seed instead of a random one.
    #[must_use]
    pub const fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// The worker.
    ///
    /// # Errors
    ///
    /// [`BuildError`] where it could send a message twice, or nothing at all.
    pub fn build(self) -> Result<Worker, BuildError> {
        check(&self.kit)?;
        Ok(Worker::new(self))
    }
}
