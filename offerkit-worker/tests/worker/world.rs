//! A platform whose clock goes as the runtime's does.

use std::{error::Error, time::Duration};

use chrono::TimeDelta;
use offerkit_core::{
    domain::{Campaign, Channel, DeliveryStatus, MessageText, Stop, StopExtent},
    policy::Job,
    services::{Context, OfferkitBuilder, Settings},
    testing::{TestPlatform, TestTenant},
    time::{Clock, Timestamp},
};
use offerkit_memory::MemoryStore;
use offerkit_worker::{Worker, WorkerBuilder};
use tokio::time::Instant;

use crate::provider::Provider;

pub(crate) type Outcome<T = ()> = Result<T, Box<dyn Error + Send + Sync>>;

/// Shows nine o'clock on 2 March 2026 when it is made, and goes on with the runtime's time.
struct RuntimeClock {
    start: Timestamp,
    origin: Instant,
}

impl Clock for RuntimeClock {
    fn now(&self) -> Timestamp {
        let passed = TimeDelta::from_std(self.origin.elapsed()).unwrap_or(TimeDelta::MAX);
        self.start.plus(passed)
    }
}

pub(crate) struct World {
    pub(crate) platform: TestPlatform,
    pub(crate) tenant: TestTenant,
    pub(crate) provider: Provider,
}

impl World {
    pub(crate) async fn new() -> Outcome<Self> {
        Self::with(Provider::new(), |_, builder| builder).await
    }

    /// With another provider, and the installation changed before it is built.
    pub(crate) async fn with(
        provider: Provider,
        change: impl FnOnce(&MemoryStore, OfferkitBuilder) -> OfferkitBuilder,
    ) -> Outcome<Self> {
        let clock = RuntimeClock {
            start: "2026-03-02T09:00:00Z".parse()?,
            origin: Instant::now(),
        };
        let store = MemoryStore::new();
        let platform = TestPlatform::with(store.clone(), |builder| {
            let builder = builder.clock(clock).notifier(provider.clone());
            change(&store, builder)
        })
        .await?;
        let tenant = platform.tenant("loan").await?;
        Ok(Self {
            platform,
            tenant,
            provider,
        })
    }

    pub(crate) fn worker(&self) -> WorkerBuilder {
        Worker::builder(self.platform.kit.clone()).seed(1)
    }

    /// An active campaign of a tenant over the provider's channel, for those whom the criteria select.
    pub(crate) async fn launched(&self, tenant: &TestTenant, criteria: &str) -> Outcome<Campaign> {
        let offer = tenant.approved_offer(criteria).await?;
        let mut draft = tenant.campaign(offer.id())?;
        let message = MessageText::new("Dear {{ customer.full_name }}");
        draft.messages = [(Channel::Webhook, message.into())].into();
        criteria.clone_into(&mut draft.selection_criteria);
        Ok(tenant.launched_campaign(draft).await?)
    }

    /// An active campaign for so many customers.
    pub(crate) async fn everyone(&self, customers: usize) -> Outcome<Campaign> {
        self.platform.customers(customers).await?;
        self.launched(&self.tenant, EVERYONE).await
    }

    pub(crate) async fn count(&self, campaign: &Campaign, status: DeliveryStatus) -> Outcome<u64> {
        let deliveries = self.tenant.acting(&self.tenant.creator);
        let deliveries = deliveries.deliveries(self.tenant.id);
        Ok(deliveries.progress(campaign.id()).await?.of(status))
    }

    pub(crate) async fn pause(&self, campaign: &Campaign) -> Outcome {
        let campaigns = self.tenant.acting(&self.tenant.creator);
        let campaigns = campaigns.campaigns(self.tenant.id);
        campaigns
            .pause(campaign.id(), &"a question".parse()?)
            .await?;
        Ok(())
    }

    /// Stops everything.
    pub(crate) async fn stop(&self) -> Outcome<Stop> {
        let stops = self.platform.as_root().stops();
        let reason = "a question".parse()?;
        Ok(stops.stop(StopExtent::Everything, &reason).await?)
    }

    pub(crate) async fn is_quiet(&self, campaign: &Campaign) -> Outcome<bool> {
        let deliveries = self.tenant.acting(&self.tenant.creator);
        let deliveries = deliveries.deliveries(self.tenant.id);
        Ok(deliveries.is_quiet(campaign.id()).await?)
    }

    pub(crate) async fn fill(&self, campaign: &Campaign) -> Outcome {
        let audience = self.tenant.acting(&Context::job(Job::Audience));
        audience
            .deliveries(self.tenant.id)
            .fill(campaign.id())
            .await?;
        Ok(())
    }
}

pub(crate) const EVERYONE: &str = r#"{"$everyone": true}"#;

/// Settings whose claims lapse after so many seconds.
pub(crate) fn lapsing_after(seconds: i64) -> Settings {
    Settings {
        claim_deadline: TimeDelta::seconds(seconds),
        ..Settings::default()
    }
}

pub(crate) const fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}
