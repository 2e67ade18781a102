//! Batches: each is claimed, sent and settled, and leaves the ledger right, whatever happens after it.

use std::{num::NonZeroU32, sync::Arc, time::Duration};

use serde_json::Value;

use super::{Day, Deliveries, DeliveryReport, Running, settling::Unsettled};
use crate::{
    domain::{
        Campaign, Channel, ClaimRates, ClaimRules, MessageTemplate, Purpose, Scope, Tenant, Window,
        Withheld,
    },
    id::{CampaignId, ClaimToken},
    policy::Action,
    ports::{ClaimRequest, Claimed, Guarantee, Notifier, RuledClaim},
    services::{Error, messages, work::Work},
    time::Timestamp,
};

/// What every batch of one campaign and channel needs.
pub(super) struct Batches<'a> {
    pub(super) channel: Channel,
    pub(super) purpose: Purpose,
    pub(super) template: &'a MessageTemplate,
    pub(super) shared: &'a Value,
    pub(super) notifier: &'a Arc<dyn Notifier>,
    /// The channels that whom nothing may be sent to is passed on to.
    pub(super) next: Vec<Channel>,
}

/// Rows that are held under one token.
pub(super) struct Claim {
    pub(super) request: ClaimRequest,
    pub(super) rows: Vec<Claimed>,
    /// Whether nobody held them before, so that they have not been sent under this attempt.
    pub(super) is_fresh: bool,
}

/// What one step of sending did.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Batch {
    /// What became of its messages.
    pub report: DeliveryReport,
    /// What there is to do next.
    pub next: NextBatch,
    /// The shortest time until something that it put back is due again, or until rate limits let something be sent.
    pub again_after: Option<Duration>,
    /// Where the tenant's hours do not allow sending: from when on they do, and why they do not.
    pub closed: Option<(Timestamp, Withheld)>,
    /// How many rows another worker has taken over meanwhile, because the claim had lapsed.
    pub overtaken: u64,
    /// What was sent, and could not be settled.
    pub unsettled: Option<Unsettled>,
}

/// What there is to do after a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum NextBatch {
    /// More may be due.
    Now,
    /// Nothing is due now.
    #[default]
    Later,
    /// Today is no day of sending.
    OtherDay,
    /// The last day of the campaign, or of its offer, is over.
    Over,
}

impl Deliveries {
    /// Sends everything that is due for an active campaign, channel by channel, and tells what became of it. Before a
    /// batch, the campaign and its offer are looked at again, so that a pause holds the next one. Between its dates
    /// only; on other days nothing is sent and the report is empty.
    ///
    /// # Errors
    ///
    /// [`Error::Transition`] unless the campaign is active and as it was launched; [`Error::NoNotifier`] for a channel
    /// that cannot be sent over; [`Error::Stopped`] where all its channels are stopped. One of several that is stopped is
    /// passed over.
    pub async fn run(&self, id: CampaignId) -> Result<DeliveryReport, Error> {
        let mut report = DeliveryReport::default();
        let (running, _) = self.due(id).await?;
        let channels = self.sendable_channels(&running.campaign)?;
        let mut stops = Vec::new();
        for channel in &channels {
            loop {
                let batch = match self.run_batch(id, *channel).await {
                    Ok(batch) => batch,
                    // Paused, completed or retired meanwhile: what was sent is told.
                    Err(Error::Transition(_)) => return Ok(report),
                    Err(Error::Stopped(stop)) => {
                        stops.push(stop);
                        break;
                    }
                    Err(error) => return Err(error),
                };
                report.add(batch.report);
                if let Some(unsettled) = batch.unsettled {
                    let settled = self.settle_again(unsettled).await;
                    report.add(settled.map_err(Unsettled::into_error)?);
                }
                match batch.next {
                    NextBatch::Now => {}
                    NextBatch::Later => break,
                    NextBatch::OtherDay | NextBatch::Over => return Ok(report),
                }
            }
        }
        match stops.pop() {
            Some(stop)
                if stops.len() + 1 == channels.len() && report == DeliveryReport::default() =>
            {
                Err(Error::Stopped(stop))
            }
            _ => Ok(report),
        }
    }

    /// One step of sending over a channel: what a worker left behind that stopped, where there is any, or else the next
    /// messages that are due, at most as many as the notifier takes at once.
    ///
    /// The campaign, and what is stopped, is looked at before anything is claimed and again before anything is sent. Whatever happens to the
    /// caller, the rows are either settled or recovered by a later step, as the notifier's guarantee allows.
    ///
    /// # Errors
    ///
    /// [`Error::Transition`] unless the campaign is active and as it was launched; [`Error::NoNotifier`] for a channel
    /// that cannot be sent over; [`Error::Stopped`] where a super admin has stopped it; [`Error::Store`] where nothing was sent because the store failed.
    pub async fn run_batch(&self, id: CampaignId, channel: Channel) -> Result<Batch, Error> {
        let (running, tenant) = match self.due_over(id, channel).await? {
            (running, Day::Sending(tenant)) => (running, tenant),
            (_, Day::Other) => return Ok(Batch::ended(NextBatch::OtherDay)),
            (_, Day::Over) => return Ok(Batch::ended(NextBatch::Over)),
        };
        let content = &running.live.proposal.content;
        let shared = messages::shared_values(&tenant, &running.campaign, content);
        let messages = &running.campaign.plan().messages;
        // A new launch may have dropped the channel.
        let Some(template) = messages.get(&channel) else {
            return Ok(Batch::ended(NextBatch::Later));
        };
        let notifiers = &self.acting.kit().inner.notifiers;
        let batches = Batches {
            channel,
            purpose: running.campaign.plan().purpose,
            template,
            shared: &shared,
            notifier: notifiers.get(&channel).ok_or(Error::NoNotifier(channel))?,
            next: running.campaign.plan().channels.after(channel),
        };
        let mut batch = Batch::ended(NextBatch::Now);
        if let Window::Closed { until, why } = running.window(self.acting.kit().now()) {
            self.wait(&running, until, why, &mut batch).await?;
            return Ok(batch);
        }
        if !self
            .recover(&running.campaign, &batches, &mut batch)
            .await?
        {
            self.next(&running, &batches, &mut batch).await?;
        }
        Ok(batch)
    }

    /// Sends the next messages that are due.
    async fn next(
        &self,
        running: &Running,
        batches: &Batches<'_>,
        batch: &mut Batch,
    ) -> Result<(), Error> {
        let profile = batches.notifier.profile();
        let request = self.claim_request(&running.campaign, batches.channel, profile.max_batch);
        let rules = ClaimRules {
            next: batches.next.clone(),
            rates: ClaimRates {
                tenant: running.contact.rates.get(&batches.channel).copied(),
                notifier: self.acting.kit().inner.rates.get(&batches.channel).copied(),
            },
            ..running.rules()
        };
        let rows = self.claim(&request, &rules, batch).await?;
        if rows.is_empty() {
            return Ok(());
        }
        let claim = Claim {
            request,
            rows,
            is_fresh: true,
        };
        let claim = match profile.guarantee {
            Guarantee::Deduplicated { key_ttl } => {
                self.without_dead_keys(claim, key_ttl, batch).await
            }
            Guarantee::Reconcile | Guarantee::AtMostOnce | Guarantee::AtLeastOnce => claim,
        };
        self.send(claim, batches, batch).await
    }

    /// Sends nothing until the tenant's hours allow it, and cancels what is pending where the campaign is over by then. Rows
    /// are not touched otherwise, however many wait.
    async fn wait(
        &self,
        running: &Running,
        until: Timestamp,
        why: Withheld,
        batch: &mut Batch,
    ) -> Result<(), Error> {
        let now = self.acting.kit().now();
        batch.next = NextBatch::Later;
        batch.closed = Some((until, why));
        if until < running.ends_at() {
            batch.again_at(until, now);
            return Ok(());
        }
        let (ledger, id) = (&self.acting.kit().inner.ledger, running.campaign.id());
        batch.report.suppressed += ledger.cancel(self.tenant, id, why.as_str(), now).await?;
        Ok(())
    }

    /// Claims what the rules allow, and notes in the batch what they withheld and what there is to do next.
    async fn claim(
        &self,
        request: &ClaimRequest,
        rules: &ClaimRules,
        batch: &mut Batch,
    ) -> Result<Vec<Claimed>, Error> {
        let inner = &self.acting.kit().inner;
        let ledger = &inner.ledger;
        let claim = if rules.ask_anything() {
            let source = &*inner.customers;
            ledger.claim_by_rules(source, request, rules).await?
        } else {
            let rows = ledger.claim(request).await?;
            RuledClaim {
                has_more: !rows.is_empty(),
                rows,
                ..RuledClaim::default()
            }
        };
        batch.report.suppressed += claim.suppressed + claim.cancelled;
        batch.report.held += claim.held;
        if let Some(moment) = claim.wakes_at {
            batch.again_at(moment, request.now);
        }
        if let Some(moment) = claim.limited_until {
            batch.again_at(moment, request.now);
        }
        if claim.rows.is_empty() && !claim.has_more {
            batch.next = NextBatch::Later;
        }
        Ok(claim.rows)
    }

    /// The campaign if it runs, and what kind of day it is for it.
    async fn due(&self, id: CampaignId) -> Result<(Running, Day), Error> {
        let mut work = self.acting.write(Scope::Tenant(self.tenant)).await?;
        self.due_in(&mut work, id).await
    }

    /// The same, if sending over the channel is not stopped.
    pub(super) async fn due_over(
        &self,
        id: CampaignId,
        channel: Channel,
    ) -> Result<(Running, Day), Error> {
        let mut work = self.acting.write(Scope::Tenant(self.tenant)).await?;
        let due = self.due_in(&mut work, id).await?;
        work.not_stopped(self.tenant, channel).await?;
        Ok(due)
    }

    async fn due_in(&self, work: &mut Work<'_>, id: CampaignId) -> Result<(Running, Day), Error> {
        let running = work.running(Action::RunDeliveries, id).await?;
        let tenant = work.tx()?.tenants().find(self.tenant).await?;
        let day = running.day(tenant);
        Ok((running, day))
    }

    pub(super) fn claim_request(
        &self,
        campaign: &Campaign,
        channel: Channel,
        limit: NonZeroU32,
    ) -> ClaimRequest {
        let kit = self.acting.kit();
        let now = kit.now();
        ClaimRequest {
            tenant: self.tenant,
            campaign: campaign.id(),
            revision: campaign.revision(),
            channel,
            token: ClaimToken::from_uuid(kit.uuid()),
            limit: usize::try_from(limit.get()).unwrap_or(usize::MAX),
            now,
            deadline: now.plus(kit.settings().claim_deadline),
        }
    }
}

impl Running {
    /// What a claim asks of each row now.
    fn rules(&self) -> ClaimRules {
        let purpose = self.campaign.plan().purpose;
        self.contact.for_claims(purpose, self.zone, self.ends_at())
    }

    /// Whether messages may be sent at `now`, as far as that is the same for all of them.
    pub(super) fn window(&self, now: Timestamp) -> Window {
        self.contact.window(now, self.zone)
    }

    /// The end of the last day.
    fn ends_at(&self) -> Timestamp {
        let plan = self.campaign.plan();
        plan.ends_at(&self.live.proposal.validity, self.zone)
    }

    fn day(&self, tenant: Option<Tenant>) -> Day {
        let plan = self.campaign.plan();
        let validity = &self.live.proposal.validity;
        let is_over =
            plan.end_date < self.today || validity.until.is_some_and(|until| until < self.today);
        let is_day = plan.start_date <= self.today && validity.holds(self.today);
        match tenant {
            _ if is_over => Day::Over,
            Some(tenant) if is_day => Day::Sending(Box::new(tenant)),
            Some(_) | None => Day::Other,
        }
    }
}

impl Batch {
    pub(super) fn ended(next: NextBatch) -> Self {
        Self {
            next,
            ..Self::default()
        }
    }

    /// Notes that something is due again at a moment.
    fn again_at(&mut self, moment: Timestamp, now: Timestamp) {
        let wait = moment.as_datetime() - now.as_datetime();
        self.again_after(wait.to_std().unwrap_or_default());
    }

    /// Notes that something is due again after this long.
    pub(super) fn again_after(&mut self, wait: Duration) {
        self.again_after = Some(self.again_after.map_or(wait, |other| other.min(wait)));
    }
}
