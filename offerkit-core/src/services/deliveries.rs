//! A tenant's audiences and deliveries.

use serde::{Deserialize, Serialize};

use super::{Acting, Error, work::Work};
use crate::{
    domain::{
        Campaign, CampaignStatus, Channel, ContactRules, DeliveryKey, DeliveryStatus, Offer,
        OfferRevision, Scope, Stop, Tenant, TransitionError,
    },
    id::{CampaignId, TenantId},
    policy::{Action, CampaignFacts, Resource},
    ports::Progress,
    time::TimeZone,
};

mod batches;
mod ending;
mod filling;
mod keeping;
mod reaching;
mod recipients;
mod recovering;
mod sending;
mod settling;

pub use batches::{Batch, NextBatch};
pub use ending::Remains;
pub use recipients::Recipient;
pub use settling::Unsettled;

/// A tenant's audiences and deliveries.
///
/// Filling and sending are the work of system jobs: act as
/// [`Context::job`](super::Context::job)([`Job::Audience`](crate::policy::Job::Audience)) and
/// [`Job::Delivery`](crate::policy::Job::Delivery).
///
/// ```
/// # use offerkit_core::{domain::DeliveryStatus, id, policy::Job, services::{Context, Error, Offerkit}};
/// # async fn example(kit: Offerkit, tenant: id::TenantId, campaign: id::CampaignId) -> Result<(), Error> {
/// let audience = kit.acting(&Context::job(Job::Audience)).deliveries(tenant);
/// println!("{} customers added", audience.fill(campaign).await?.added);
/// let delivery = kit.acting(&Context::job(Job::Delivery)).deliveries(tenant);
/// println!("{} messages sent", delivery.run(campaign).await?.sent);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Deliveries {
    acting: Acting,
    tenant: TenantId,
}

/// What sending did: a step of it, or all that was due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct DeliveryReport {
    /// How many messages providers accepted.
    pub sent: u64,
    /// How many will be tried again later.
    pub retried: u64,
    /// How many were refused for good.
    pub failed: u64,
    /// How many were not to be sent.
    pub suppressed: u64,
    /// Of how many nobody can tell.
    pub unknown: u64,
    /// How many wait until the tenant's contact rules allow them.
    pub held: u64,
}

impl DeliveryReport {
    /// Adds what another one tells.
    pub const fn add(&mut self, other: Self) {
        self.sent += other.sent;
        self.retried += other.retried;
        self.failed += other.failed;
        self.suppressed += other.suppressed;
        self.unknown += other.unknown;
        self.held += other.held;
    }
}

impl Deliveries {
    pub(super) const fn new(acting: Acting, tenant: TenantId) -> Self {
        Self { acting, tenant }
    }

    /// How many customers the audience has, and how many deliveries have which status.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`], for outsiders too.
    pub async fn progress(&self, campaign: CampaignId) -> Result<Progress, Error> {
        let mut work = self
            .acting
            .view_tenant(self.tenant, Action::ViewCampaigns)
            .await?;
        work.viewed_campaign(campaign).await?;
        drop(work);
        let ledger = &self.acting.kit().inner.ledger;
        Ok(ledger.progress(self.tenant, campaign).await?)
    }

    /// The stops that hold something of the tenant's, the oldest first: why nothing is sent, though its campaigns are active.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`], for outsiders too; [`Error::Denied`] unless a group permits to see campaigns.
    pub async fn stops(&self) -> Result<Vec<Stop>, Error> {
        let mut work = self
            .acting
            .view_tenant(self.tenant, Action::ViewCampaigns)
            .await?;
        work.stops_of(self.tenant).await
    }

    /// Notes what a provider reported about a delivery: sent, delivered or bounced. Repeats, late receipts and those that
    /// overtake the sender do no harm; answers whether the delivery's status changed.
    ///
    /// # Errors
    ///
    /// [`Error::Denied`] unless the actor is the delivery job; [`Error::NotFound`]; [`Error::Invalid`] for another
    /// status.
    pub async fn receipt(&self, key: DeliveryKey, status: DeliveryStatus) -> Result<bool, Error> {
        self.reported(key).await?;
        let reported = matches!(
            status,
            DeliveryStatus::Sent | DeliveryStatus::Delivered | DeliveryStatus::Bounced
        );
        if !reported {
            return Err(Error::Invalid(format!(
                "a provider does not report `{}`: expected sent, delivered or bounced",
                status.as_str()
            )));
        }
        let (ledger, now) = (&self.acting.kit().inner.ledger, self.acting.kit().now());
        Ok(ledger.receipt(self.tenant, key, status, now).await?)
    }

    /// Notes that the customer complained about a delivery, as mail providers report it: it was delivered, and bears the
    /// reason [`COMPLAINED`](crate::domain::COMPLAINED) from now on, whatever other receipts come. Nothing more is sent to
    /// the customer's address on the channel ([`Suppressions`](super::Suppressions)). Answers whether that was new.
    ///
    /// # Errors
    ///
    /// [`Error::Denied`] unless the actor is the delivery job; [`Error::NotFound`].
    pub async fn complaint(&self, key: DeliveryKey) -> Result<bool, Error> {
        self.reported(key).await?;
        self.suppress_complainant(key.channel, key.customer).await?;
        let (ledger, now) = (&self.acting.kit().inner.ledger, self.acting.kit().now());
        Ok(ledger.complaint(self.tenant, key, now).await?)
    }

    /// Whether the actor may tell what a provider reported.
    async fn reported(&self, key: DeliveryKey) -> Result<(), Error> {
        let mut work = self.acting.write(Scope::Tenant(self.tenant)).await?;
        drop(
            work.authorize_in_tenant(Action::RunDeliveries, key.campaign)
                .await?,
        );
        work.viewed_campaign(key.campaign).await.map(drop)
    }

    /// Puts a campaign's failed deliveries back to pending, and answers how many.
    ///
    /// # Errors
    ///
    /// [`Error::Denied`] unless a group permits it; [`Error::Transition`] unless the campaign is active.
    pub async fn retry_failed(&self, campaign: CampaignId) -> Result<u64, Error> {
        let ledger = &self.acting.kit().inner.ledger;
        let scope = Scope::Tenant(self.tenant);
        let is_repeat = self.acting.is_repeat(scope).await?;
        let failed = self
            .acting
            .mutate((Action::RetryDeliveries, campaign), || async {
                // The ledger stands outside transactions, and a task holds one at a time.
                let progress = ledger.progress(self.tenant, campaign).await?;
                let mut work = self.acting.write(scope).await?;
                let (found, grant) = work
                    .campaign_for_update(Action::RetryDeliveries, campaign)
                    .await?;
                if found.status() != CampaignStatus::Active {
                    return Err(TransitionError::Status {
                        what: "the campaign",
                        status: found.status().in_words(),
                        wanted: "retried",
                    }
                    .into());
                }
                let event = work.event(grant, campaign);
                work.commit(event, progress.of(DeliveryStatus::Failed))
                    .await
            })
            .await?;
        // Recorded first: the ledger is no part of the transaction, and must not move without a record.
        if !is_repeat {
            let now = self.acting.kit().now();
            ledger.retry_failed(self.tenant, campaign, now).await?;
        }
        Ok(failed)
    }

    /// The channels of a campaign, in the order in which they are taken, if each has a notifier.
    fn sendable_channels(&self, campaign: &Campaign) -> Result<Vec<Channel>, Error> {
        let plan = campaign.plan();
        let channels = plan.channels.order(&plan.messages);
        let notifiers = &self.acting.kit().inner.notifiers;
        match channels
            .iter()
            .find(|channel| !notifiers.contains_key(channel))
        {
            Some(channel) => Err(Error::NoNotifier(*channel)),
            None => Ok(channels),
        }
    }
}

/// What kind of day it is for a campaign.
enum Day {
    /// A day of sending, for this tenant.
    Sending(Box<Tenant>),
    /// One on which nothing is sent: the campaign or its offer has not begun.
    Other,
    /// The last day is over.
    Over,
}

/// A campaign that runs, with the revision it was launched with.
struct Running {
    campaign: Campaign,
    live: OfferRevision,
    today: chrono::NaiveDate,
    zone: TimeZone,
    contact: ContactRules,
}

impl Work<'_> {
    /// The campaign, if `action` is allowed and the campaign runs exactly as it was launched.
    async fn running(&mut self, action: Action, id: CampaignId) -> Result<Running, Error> {
        // Asked first, since only a job may learn whether there is such a campaign.
        drop(self.authorize_in_tenant(action, id).await?);
        let campaign = self.viewed_campaign(id).await?;
        let facts = CampaignFacts::new(self.tenant()?, &campaign);
        self.permit(action, &Resource::Campaign(facts), id).await?;
        if campaign.status() != CampaignStatus::Active {
            return Err(TransitionError::Status {
                what: "the campaign",
                status: campaign.status().in_words(),
                wanted: "run",
            }
            .into());
        }
        let launch = match campaign.launch() {
            Some(launch) if campaign.runs_as_launched() => launch,
            _ => return Err(TransitionError::ChangedSinceLaunch.into()),
        };
        let offers = self.tx()?.offers();
        let offer = offers.find(campaign.plan().offer).await?;
        let offer = offer
            .filter(Offer::is_live)
            .ok_or(TransitionError::OfferNotLive)?;
        let live = offers.revision(offer.id(), launch.offer_revision).await?;
        let live = live
            .filter(|live| live.digest() == launch.offer_digest)
            .ok_or(TransitionError::OfferNotLive)?;
        let settings = self.configuration().await?.settings;
        Ok(Running {
            campaign,
            live,
            today: settings.time_zone.date_of(self.now()),
            zone: settings.time_zone,
            contact: settings.contact,
        })
    }
}
