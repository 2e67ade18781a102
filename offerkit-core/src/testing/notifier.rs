//! A notifier that records what it is given.

use std::{
    collections::VecDeque,
    num::NonZeroU32,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;

use crate::{
    domain::{Channel, DeliveryKey},
    id::DeliveryId,
    ports::{Guarantee, Message, Notifier, Outcome, Profile},
};

/// Records every message, and answers what the test has scripted. Clones share the record.
#[derive(Debug, Clone)]
pub struct RecordingNotifier {
    profile: Profile,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    messages: Vec<Message>,
    script: VecDeque<Option<Outcome>>,
}

impl RecordingNotifier {
    /// A notifier for `channel` that takes 100 messages at once, never repeats by itself, and sends everything.
    #[must_use]
    pub fn new(channel: Channel) -> Self {
        Self {
            profile: Profile {
                channel,
                guarantee: Guarantee::AtMostOnce,
                max_batch: const { NonZeroU32::new(100).unwrap() },
                concurrency: NonZeroU32::MIN,
            },
            state: Arc::default(),
        }
    }

    /// With another guarantee.
    #[must_use]
    pub const fn with_guarantee(mut self, guarantee: Guarantee) -> Self {
        self.profile.guarantee = guarantee;
        self
    }

    /// With another largest batch.
    #[must_use]
    pub const fn with_max_batch(mut self, max_batch: NonZeroU32) -> Self {
        self.profile.max_batch = max_batch;
        self
    }

    /// Answers the next message with `outcome`, or says nothing about it; after the script, everything is sent.
    pub fn script(&self, outcome: Option<Outcome>) {
        self.state().script.push_back(outcome);
    }

    /// Every message it was given so far, whatever it answered.
    #[must_use]
    pub fn messages(&self) -> Vec<Message> {
        self.state().messages.clone()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Notifier for RecordingNotifier {
    fn profile(&self) -> Profile {
        self.profile
    }

    async fn send(&self, batch: &[Message]) -> Vec<(DeliveryId, Outcome)> {
        let mut state = self.state();
        state.messages.extend_from_slice(batch);
        batch
            .iter()
            .filter_map(|message| {
                let outcome = state.script.pop_front().unwrap_or(Some(Outcome::Sent));
                outcome.map(|outcome| (message.id, outcome))
            })
            .collect()
    }

    async fn lookup(&self, keys: &[DeliveryKey]) -> Vec<(DeliveryId, Outcome)> {
        let state = self.state();
        keys.iter()
            .map(|key| key.id())
            .filter(|id| state.messages.iter().any(|message| message.id == *id))
            .map(|id| (id, Outcome::Sent))
            .collect()
    }
}
