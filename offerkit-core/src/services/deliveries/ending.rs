//! What workers leave behind in a campaign that does not run any more.

use std::{num::NonZeroU32, time::Duration};

use super::{
    Deliveries, DeliveryReport,
    batches::{Batch, Claim},
    recovering::unknown,
    sending::settlements,
};
use crate::{
    domain::{Campaign, CampaignStatus, Channel, DeliveryStatus, Scope, TransitionError},
    id::CampaignId,
    policy::{Action, CampaignFacts, Resource},
    ports::Guarantee,
    services::{Error, work::Work},
};

/// How many rows are settled at once.
const BATCH: NonZeroU32 = NonZeroU32::new(500).unwrap();

/// What is left of a campaign that is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Remains {
    /// What became of the rows whose worker had stopped.
    pub report: DeliveryReport,
    /// How long a worker may still be sending under a claim; none where nothing is claimed.
    pub claimed_for: Option<Duration>,
    /// Whether the campaign is still to be completed.
    pub is_open: bool,
}

impl Deliveries {
    /// Settles what stopped workers left of a campaign that is completed or past its last day, without sending anything:
    /// what the provider knows of, where it can be asked, and the rest as `unknown`.
    ///
    /// # Errors
    ///
    /// [`Error::Transition`] where the campaign is not over; [`Error::Denied`] unless the actor is the delivery job.
    pub async fn settle_ended(&self, id: CampaignId) -> Result<Remains, Error> {
        let (campaign, is_open) = {
            let mut work = self.acting.write(Scope::Tenant(self.tenant)).await?;
            work.ended(id).await?
        };
        let mut report = DeliveryReport::default();
        for channel in Channel::ALL {
            loop {
                let mut batch = Batch::default();
                let found = self.settle_lapsed(&campaign, channel, &mut batch).await?;
                report.add(batch.report);
                if let Some(unsettled) = batch.unsettled {
                    return Err(unsettled.into_error());
                }
                if !found {
                    break;
                }
            }
        }
        let ledger = &self.acting.kit().inner.ledger;
        let until = ledger.claimed_until(self.tenant, id).await?;
        let now = self.acting.kit().now().as_datetime();
        let left = until.map(|until| (until.as_datetime() - now).to_std().unwrap_or_default());
        Ok(Remains {
            report,
            claimed_for: left,
            is_open,
        })
    }

    async fn settle_lapsed(
        &self,
        campaign: &Campaign,
        channel: Channel,
        batch: &mut Batch,
    ) -> Result<bool, Error> {
        let inner = &self.acting.kit().inner;
        let request = self.claim_request(campaign, channel, BATCH);
        let rows = inner.ledger.reclaim(&request).await?;
        if rows.is_empty() {
            return Ok(false);
        }
        let claim = Claim {
            request,
            rows,
            is_fresh: false,
        };
        let notifier = inner.notifiers.get(&channel);
        if let Some(notifier) = notifier.filter(|it| it.profile().guarantee == Guarantee::Reconcile)
        {
            let unseen = self.look_up(claim, &**notifier, batch).await;
            let reason = "its worker stopped before it was sent, and the campaign has ended";
            let unsent = settlements(&unseen.rows, DeliveryStatus::Failed, reason);
            self.settle(&unseen, unsent, batch).await;
        } else {
            let reason = "its worker stopped while it was being sent, and the campaign has ended";
            let unknown = unknown(&claim.rows, reason);
            self.settle(&claim, unknown, batch).await;
        }
        Ok(true)
    }

    /// Whether nothing of a campaign that does not run is being sent, nor can be: no worker holds a claim on it, and none
    /// makes another. Ask it after a pause, a completion or a retirement has returned, until it is so.
    ///
    /// A worker that was halted by its system between its last look at the campaign and the provider may still send that
    /// batch when it goes on, after its claim has lapsed; nothing but the provider could tell.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`], for outsiders too.
    pub async fn is_quiet(&self, campaign: CampaignId) -> Result<bool, Error> {
        let mut work = self
            .acting
            .view_tenant(self.tenant, Action::ViewCampaigns)
            .await?;
        let found = work.viewed_campaign(campaign).await?;
        drop(work);
        if found.status() == CampaignStatus::Active {
            return Ok(false);
        }
        let ledger = &self.acting.kit().inner.ledger;
        let until = ledger.claimed_until(self.tenant, campaign).await?;
        Ok(until.is_none_or(|until| until < self.acting.kit().now()))
    }
}

impl Work<'_> {
    /// A campaign that is over, and whether it is still to be completed.
    async fn ended(&mut self, id: CampaignId) -> Result<(Campaign, bool), Error> {
        let action = Action::RunDeliveries;
        drop(self.authorize_in_tenant(action, id).await?);
        let campaign = self.viewed_campaign(id).await?;
        let facts = CampaignFacts::new(self.tenant()?, &campaign);
        self.permit(action, &Resource::Campaign(facts), id).await?;
        match campaign.status() {
            CampaignStatus::Completed => Ok((campaign, false)),
            CampaignStatus::Active | CampaignStatus::Paused if self.is_over(&campaign).await? => {
                Ok((campaign, true))
            }
            status @ (CampaignStatus::Draft | CampaignStatus::Active | CampaignStatus::Paused) => {
                Err(TransitionError::Status {
                    what: "the campaign",
                    status: status.in_words(),
                    wanted: "wound up",
                }
                .into())
            }
        }
    }

    /// Whether the last day of a campaign, or of what it was launched with, is over.
    async fn is_over(&mut self, campaign: &Campaign) -> Result<bool, Error> {
        let today = self.today().await?;
        if campaign.plan().end_date < today {
            return Ok(true);
        }
        let Some(launch) = campaign.launch() else {
            return Ok(false);
        };
        let offers = self.tx()?.offers();
        let live = offers
            .revision(campaign.plan().offer, launch.offer_revision)
            .await?;
        Ok(live
            .and_then(|live| live.proposal.validity.until)
            .is_some_and(|until| until < today))
    }
}
