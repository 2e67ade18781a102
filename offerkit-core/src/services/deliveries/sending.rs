//! Sending: claim, send, settle, batch by batch.

use std::{collections::BTreeMap, num::NonZeroU32, sync::Arc};

use chrono::TimeDelta;
use serde_json::Value;

use super::{Deliveries, DeliveryReport, Running};
use crate::{
    domain::{
        Campaign, Channel, Customer, DeliveryKey, DeliveryStatus, MessageTemplate, Scope, Tenant,
    },
    id::{CampaignId, ClaimToken, DeliveryId},
    policy::Action,
    ports::{ClaimRequest, Claimed, Message, Notifier, Outcome, Settlement},
    services::{Error, messages},
    time::Timestamp,
};

/// What every batch of one campaign and channel needs.
pub(super) struct Batches<'a> {
    pub(super) channel: Channel,
    pub(super) template: &'a MessageTemplate,
    pub(super) shared: &'a Value,
    pub(super) notifier: &'a Arc<dyn Notifier>,
}

impl Deliveries {
    /// Sends everything that is due for an active campaign, channel by channel, and tells what became of it. Before a
    /// batch, the campaign and its offer are looked at again, so that a pause holds the next one. Between its dates
    /// only; on other days nothing is sent and the report is empty.
    ///
    /// # Errors
    ///
    /// [`Error::Transition`] unless the campaign is active and as it was launched; [`Error::NoNotifier`] for a channel
    /// that cannot be sent over.
    pub async fn run(&self, id: CampaignId) -> Result<DeliveryReport, Error> {
        let mut report = DeliveryReport::default();
        let (running, _) = self.due(id).await?;
        for channel in self.sendable_channels(&running.campaign)? {
            loop {
                match self.due(id).await {
                    Ok((running, Some(tenant))) => {
                        if !self.batch(channel, &running, &tenant, &mut report).await? {
                            break;
                        }
                    }
                    // Paused, completed or retired meanwhile, or the day is over: what was sent is told.
                    Ok((_, None)) | Err(Error::Transition(_)) => return Ok(report),
                    Err(error) => return Err(error),
                }
            }
        }
        Ok(report)
    }

    /// Sends one batch over a channel, and answers whether there was anything to send.
    async fn batch(
        &self,
        channel: Channel,
        running: &Running,
        tenant: &Tenant,
        report: &mut DeliveryReport,
    ) -> Result<bool, Error> {
        let content = &running.live.proposal.content;
        let shared = messages::shared_values(tenant, &running.campaign, content);
        let messages = &running.campaign.plan().messages;
        // A new launch may have dropped the channel.
        let Some(template) = messages.get(&channel) else {
            return Ok(false);
        };
        let notifiers = &self.acting.kit().inner.notifiers;
        let batches = Batches {
            channel,
            template,
            shared: &shared,
            notifier: notifiers.get(&channel).ok_or(Error::NoNotifier(channel))?,
        };
        self.recover(&running.campaign, &batches, report).await?;
        let (token, claimed) = self.claim(&running.campaign, &batches).await?;
        if claimed.is_empty() {
            return Ok(false);
        }
        self.send((token, claimed), &batches, report).await?;
        Ok(true)
    }

    /// The campaign if it runs, with its tenant if today is a day of sending.
    async fn due(&self, id: CampaignId) -> Result<(Running, Option<Tenant>), Error> {
        let mut work = self.acting.write(Scope::Tenant(self.tenant)).await?;
        let running = work.running(Action::RunDeliveries, id).await?;
        let plan = running.campaign.plan();
        let is_day = plan.start_date <= running.today
            && running.today <= plan.end_date
            && running.live.proposal.validity.holds(running.today);
        let tenant = work.tx()?.tenants().find(self.tenant).await?;
        Ok((running, tenant.filter(|_| is_day)))
    }

    async fn claim(
        &self,
        campaign: &Campaign,
        batches: &Batches<'_>,
    ) -> Result<(ClaimToken, Vec<Claimed>), Error> {
        let request = self.claim_request(campaign, batches);
        let claimed = self.acting.kit().inner.ledger.claim(&request).await?;
        Ok((request.token, claimed))
    }

    pub(super) fn claim_request(&self, campaign: &Campaign, batches: &Batches<'_>) -> ClaimRequest {
        let kit = self.acting.kit();
        let now = kit.now();
        ClaimRequest {
            tenant: self.tenant,
            campaign: campaign.id(),
            revision: campaign.revision(),
            channel: batches.channel,
            token: ClaimToken::from_uuid(kit.uuid()),
            limit: size(batches.notifier.profile().max_batch),
            now,
            deadline: now.plus(kit.settings().claim_deadline),
        }
    }

    /// Sends what was claimed and settles it.
    pub(super) async fn send(
        &self,
        (token, claimed): (ClaimToken, Vec<Claimed>),
        batches: &Batches<'_>,
        report: &mut DeliveryReport,
    ) -> Result<(), Error> {
        let inner = &self.acting.kit().inner;
        let ids: Vec<_> = claimed.iter().map(|claimed| claimed.key.customer).collect();
        let customers = match inner.customers.get_many(&ids).await {
            Ok(customers) => customers,
            Err(error) => {
                // Nothing was sent, so the rows need not wait for the claim to lapse.
                let unsent = settlements(
                    &claimed,
                    DeliveryStatus::Pending,
                    "the customers could not be read",
                );
                self.settle(token, &unsent, report).await?;
                return Err(error.into());
            }
        };
        let customers: BTreeMap<_, _> = customers
            .iter()
            .map(|customer| (customer.id(), customer))
            .collect();
        let mut settlements = Vec::with_capacity(claimed.len());
        let mut batch = Vec::with_capacity(claimed.len());
        for claimed in &claimed {
            let customer = customers.get(&claimed.key.customer).copied();
            match self.message(claimed, customer, batches) {
                Ok(message) => batch.push(message),
                Err(settlement) => settlements.push(settlement),
            }
        }
        if !batch.is_empty() {
            let outcomes: BTreeMap<DeliveryId, Outcome> =
                batches.notifier.send(&batch).await.into_iter().collect();
            let now = self.acting.kit().now();
            settlements.extend(batch.iter().map(|message| {
                self.settlement(message.key, message.attempt, outcomes.get(&message.id), now)
            }));
        }
        self.settle(token, &settlements, report).await
    }

    pub(super) async fn settle(
        &self,
        token: ClaimToken,
        settlements: &[Settlement],
        report: &mut DeliveryReport,
    ) -> Result<(), Error> {
        let now = self.acting.kit().now();
        let ledger = &self.acting.kit().inner.ledger;
        let settled = ledger.settle(self.tenant, token, settlements, now).await?;
        // What a later worker has taken over is counted there.
        if usize::try_from(settled) == Ok(settlements.len()) {
            for settlement in settlements {
                count(report, settlement.status);
            }
        }
        Ok(())
    }

    /// The message for a claimed row, or how the row is settled without one.
    fn message(
        &self,
        claimed: &Claimed,
        customer: Option<&Customer>,
        batches: &Batches<'_>,
    ) -> Result<Message, Settlement> {
        let without = |status, reason: &str| Settlement {
            key: claimed.key,
            status,
            reason: Some(reason.into()),
            not_before: None,
        };
        let suppressed = |reason: &str| without(DeliveryStatus::Suppressed, reason);
        let customer = customer.ok_or_else(|| suppressed("there is no such customer any more"))?;
        if !customer.is_active() {
            return Err(suppressed("the customer is not active"));
        }
        let address = address(batches.channel, customer)
            .ok_or_else(|| suppressed("the customer has no address on this channel"))?;
        let templates = &*self.acting.kit().inner.templates;
        // The error may repeat the customer's data, which has no place in the ledger.
        let rendered = messages::render(templates, batches.template, batches.shared, customer)
            .map_err(|_| without(DeliveryStatus::Failed, "the message could not be filled in"))?;
        Ok(Message {
            id: claimed.key.id(),
            key: claimed.key,
            address,
            subject: rendered.subject,
            body: rendered.body,
            html: None,
            unsubscribe_url: None,
            attempt: claimed.attempt,
        })
    }

    /// How a row is settled after `outcome`.
    pub(super) fn settlement(
        &self,
        key: DeliveryKey,
        attempt: u32,
        outcome: Option<&Outcome>,
        now: Timestamp,
    ) -> Settlement {
        let settings = self.acting.kit().settings();
        let (status, reason, not_before) = match outcome {
            None => (
                DeliveryStatus::Unknown,
                Some("the notifier said nothing about it"),
                None,
            ),
            Some(Outcome::Sent) => (DeliveryStatus::Sent, None, None),
            Some(Outcome::Failed { reason, .. }) => {
                (DeliveryStatus::Failed, Some(reason.as_str()), None)
            }
            Some(Outcome::Unknown { reason }) => {
                (DeliveryStatus::Unknown, Some(reason.as_str()), None)
            }
            Some(Outcome::Retry { reason, .. }) if attempt >= settings.delivery_attempts => {
                (DeliveryStatus::Failed, Some(reason.as_str()), None)
            }
            Some(Outcome::Retry { reason, after }) => {
                let asked = after.and_then(|after| TimeDelta::from_std(after).ok());
                let wait = asked.unwrap_or_else(|| back_off(settings.retry_wait, attempt));
                (
                    DeliveryStatus::Pending,
                    Some(reason.as_str()),
                    Some(now.plus(wait)),
                )
            }
        };
        Settlement {
            key,
            status,
            reason: reason.map(Into::into),
            not_before,
        }
    }
}

/// The same settlement for every row.
pub(super) fn settlements(
    rows: &[Claimed],
    status: DeliveryStatus,
    reason: &str,
) -> Vec<Settlement> {
    rows.iter()
        .map(|row| Settlement {
            key: row.key,
            status,
            reason: Some(reason.into()),
            not_before: None,
        })
        .collect()
}

/// Twice the wait for every further try, up to a day.
fn back_off(first: TimeDelta, attempt: u32) -> TimeDelta {
    let factor = 1_i32
        .checked_shl(attempt.saturating_sub(1))
        .filter(|factor| *factor > 0)
        .unwrap_or(i32::MAX);
    first
        .checked_mul(factor)
        .unwrap_or(TimeDelta::days(1))
        .min(TimeDelta::days(1))
}

fn address(channel: Channel, customer: &Customer) -> Option<String> {
    match channel {
        Channel::Email => customer.email().map(str::to_owned),
        Channel::Sms => customer.phone().map(str::to_owned),
        Channel::Push => customer
            .attribute("push_token")
            .and_then(Value::as_str)
            .map(str::to_owned),
        // The endpoint is the notifier's; it knows the customer by id.
        Channel::Webhook => Some(customer.id().to_string()),
    }
}

fn size(batch: NonZeroU32) -> usize {
    usize::try_from(batch.get()).unwrap_or(usize::MAX)
}

const fn count(report: &mut DeliveryReport, status: DeliveryStatus) {
    match status {
        DeliveryStatus::Sent | DeliveryStatus::Delivered => report.sent += 1,
        DeliveryStatus::Pending | DeliveryStatus::Sending => report.retried += 1,
        DeliveryStatus::Failed | DeliveryStatus::Bounced => report.failed += 1,
        DeliveryStatus::Suppressed | DeliveryStatus::Cancelled => report.suppressed += 1,
        DeliveryStatus::Unknown => report.unknown += 1,
    }
}
