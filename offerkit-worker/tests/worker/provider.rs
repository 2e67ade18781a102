//! A provider that takes its time.

use std::{
    collections::VecDeque,
    num::NonZeroU32,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use offerkit_core::{
    domain::{Channel, DeliveryKey},
    id::{CampaignId, DeliveryId},
    ports::{Guarantee, Message, Notifier, Outcome, Profile},
};
use tokio::time::{Instant, sleep};

/// Clones share what they remember.
#[derive(Clone)]
pub(crate) struct Provider {
    profile: Profile,
    takes: Duration,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    batches: Vec<(Instant, Vec<Message>)>,
    running: usize,
    most: usize,
    script: VecDeque<Outcome>,
    poison: Option<CampaignId>,
}

impl Provider {
    /// Takes ten messages at once, of one batch at a time, and no time for them.
    pub(crate) fn new() -> Self {
        Self {
            profile: Profile {
                channel: Channel::Webhook,
                guarantee: Guarantee::AtLeastOnce,
                max_batch: const { NonZeroU32::new(10).unwrap() },
                concurrency: NonZeroU32::MIN,
            },
            takes: Duration::ZERO,
            state: Arc::default(),
        }
    }

    pub(crate) fn taking(mut self, seconds: u64) -> Self {
        self.takes = Duration::from_secs(seconds);
        self
    }

    pub(crate) fn with_guarantee(mut self, guarantee: Guarantee) -> Self {
        self.profile.guarantee = guarantee;
        self
    }

    pub(crate) fn with_concurrency(mut self, batches: u32) -> Self {
        self.profile.concurrency = NonZeroU32::new(batches).unwrap_or(NonZeroU32::MIN);
        self
    }

    /// Answers the next message so; after the script, everything is sent.
    pub(crate) fn script(&self, outcome: Outcome) {
        self.state().script.push_back(outcome);
    }

    /// Panics at the messages of this campaign.
    pub(crate) fn poison(&self, campaign: CampaignId) {
        self.state().poison = Some(campaign);
    }

    /// Whose batches came, in their order.
    pub(crate) fn campaigns(&self) -> Vec<CampaignId> {
        let state = self.state();
        let first = state.batches.iter().filter_map(|(_, batch)| batch.first());
        first.map(|message| message.key.campaign).collect()
    }

    pub(crate) fn messages(&self) -> Vec<Message> {
        let state = self.state();
        let batches = state.batches.iter().flat_map(|(_, batch)| batch);
        batches.cloned().collect()
    }

    /// How many batches there were at most at the same time.
    pub(crate) fn most_at_once(&self) -> usize {
        self.state().most
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Notifier for Provider {
    fn profile(&self) -> Profile {
        self.profile
    }

    async fn send(&self, batch: &[Message]) -> Vec<(DeliveryId, Outcome)> {
        let is_poison = {
            let mut state = self.state();
            state.batches.push((Instant::now(), batch.to_vec()));
            state.running += 1;
            state.most = state.most.max(state.running);
            batch
                .iter()
                .any(|message| Some(message.key.campaign) == state.poison)
        };
        assert!(!is_poison, "this campaign is poison");
        sleep(self.takes).await;
        let mut state = self.state();
        state.running -= 1;
        let mut outcome = |message: &Message| {
            let outcome = state.script.pop_front().unwrap_or(Outcome::Sent);
            (message.id, outcome)
        };
        batch.iter().map(&mut outcome).collect()
    }

    async fn lookup(&self, _: &[DeliveryKey]) -> Vec<(DeliveryId, Outcome)> {
        Vec::new()
    }
}
