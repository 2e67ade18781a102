//! Sending what was claimed, and how each message's row is settled.

use std::collections::BTreeMap;

use super::{
    Day, Deliveries,
    batches::{Batch, Batches, Claim},
    reaching::Reached,
};
use crate::{
    digest::Digest,
    domain::{DeliveryKey, DeliveryStatus, Window, Withheld},
    id::DeliveryId,
    ports::{Claimed, Message, Outcome, Settlement},
    services::{Error, Settings, messages::Filling},
    time::Timestamp,
};
use chrono::TimeDelta;

impl Deliveries {
    /// Sends what was claimed and settles it.
    pub(super) async fn send(
        &self,
        claim: Claim,
        batches: &Batches<'_>,
        batch: &mut Batch,
    ) -> Result<(), Error> {
        let inner = &self.acting.kit().inner;
        let rows = &claim.rows;
        if rows.is_empty() {
            return Ok(());
        }
        let ids: Vec<_> = rows.iter().map(|claimed| claimed.key.customer).collect();
        let customers = match inner.customers.get_many(&ids).await {
            Ok(customers) => customers,
            Err(error) => {
                self.put_back(&claim, "the customers could not be read", batch)
                    .await;
                return Err(error.into());
            }
        };
        let reached = match self.reach(batches.channel, &ids, &customers).await {
            Ok(reached) => reached,
            Err(error) => {
                let reason = "the suppressed addresses could not be read";
                self.put_back(&claim, reason, batch).await;
                return Err(error);
            }
        };
        let mut settlements = Vec::with_capacity(rows.len());
        let mut messages = Vec::with_capacity(rows.len());
        let mut noted = Ok(());
        {
            let templates = &*inner.templates;
            let mut filling = Filling::new(templates, batches.template, batches.shared);
            for claimed in rows {
                let reached = reached.get(&claimed.key.customer);
                match self.message(claimed, reached, batches, &mut filling) {
                    Ok(message) => messages.push(message),
                    Err(settlement) => settlements.push(settlement),
                }
            }
        }
        if !messages.is_empty() {
            let kept = match self.keep(messages, &claim, batches).await {
                Ok(kept) => kept,
                Err(error) => {
                    self.put_back(&claim, "the messages could not be kept", batch)
                        .await;
                    return Err(error.into());
                }
            };
            settlements.extend(kept.settlements);
            let messages = kept.messages;
            let held = match self.held(&claim).await {
                Ok(None) => None,
                Ok(Some(held)) => Some((held, Ok(()))),
                Err(error) => Some(("the campaign could not be read", Err(error))),
            };
            if let Some((reason, answer)) = held {
                self.forget_unsent(&claim, batches).await;
                self.put_back(&claim, reason, batch).await;
                return answer;
            }
            let outcomes: BTreeMap<DeliveryId, Outcome> = match &*messages {
                [] => BTreeMap::new(),
                some => batches.notifier.send(some).await.into_iter().collect(),
            };
            for message in &*messages {
                let outcome = outcomes.get(&message.id);
                let result = self.note_dead_address(message, outcome).await;
                noted = noted.and(result);
            }
            let now = self.acting.kit().now();
            settlements.extend(messages.iter().map(|message| {
                self.settlement(message.key, message.attempt, outcomes.get(&message.id), now)
            }));
        }
        // What was sent is settled also where a dead address could not be noted.
        self.settle_kept(&claim, settlements, batches, batch).await;
        noted
    }

    /// Why what was claimed may not be sent now, unless the campaign runs as it did when it was claimed, nothing is
    /// stopped, and the claim holds.
    ///
    /// Asked after the claim, so that whoever has held a campaign or stopped a channel, and then finds no claim on it,
    /// knows that nothing more of it is sent.
    async fn held(&self, claim: &Claim) -> Result<Option<&'static str>, Error> {
        let request = &claim.request;
        let runs = match self.due_over(request.campaign, request.channel).await {
            Ok((running, Day::Sending(_))) => {
                let window = running.window(self.acting.kit().now());
                window == Window::Open && running.campaign.revision() == request.revision
            }
            Ok((_, Day::Other | Day::Over)) | Err(Error::Transition(_) | Error::Denied(_)) => false,
            Err(Error::Stopped(_)) => return Ok(Some("sending was stopped before it was sent")),
            Err(error) => return Err(error),
        };
        let may_send = runs && self.acting.kit().now() < request.deadline;
        Ok((!may_send).then_some("the campaign was held before it was sent"))
    }

    /// Gives up what was claimed and not sent, so that it need not wait for the claim to lapse. What another worker may
    /// have sent before stays claimed until then.
    async fn put_back(&self, claim: &Claim, reason: &str, batch: &mut Batch) {
        if claim.is_fresh {
            let unsent = settlements(&claim.rows, DeliveryStatus::Pending, reason);
            self.settle(claim, unsent, batch).await;
        }
    }

    /// The message for a claimed row, or how the row is settled without one.
    fn message(
        &self,
        claimed: &Claimed,
        reached: Option<&Result<Reached<'_>, Withheld>>,
        batches: &Batches<'_>,
        filling: &mut Filling<'_>,
    ) -> Result<Message, Settlement> {
        let without = |status, reason: &str| Settlement {
            key: claimed.key,
            status,
            reason: Some(reason.into()),
            not_before: None,
            next: Vec::new(),
        };
        let suppressed = |why: Withheld| {
            let mut settlement = without(DeliveryStatus::Suppressed, why.as_str());
            if why.passes_on() {
                settlement.next.clone_from(&batches.next);
            }
            settlement
        };
        let reached = match reached {
            Some(Ok(reached)) => reached,
            Some(Err(why)) => return Err(suppressed(*why)),
            None => return Err(suppressed(Withheld::NoCustomer)),
        };
        let customer = reached.customer;
        let kit = self.acting.kit();
        // The error may repeat the customer's data, which has no place in the ledger.
        let rendered = filling
            .for_customer(customer)
            .map_err(|_| without(DeliveryStatus::Failed, "the message could not be filled in"))?;
        Ok(Message {
            id: claimed.key.id(),
            key: claimed.key,
            address: reached.address.clone(),
            subject: rendered.subject,
            body: rendered.body,
            html: rendered.html,
            unsubscribe_url: kit.opt_out_link(customer.id(), batches.channel, batches.purpose),
            is_test: false,
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
                let wait = asked.unwrap_or_else(|| back_off(settings.retry_wait, key, attempt));
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
            next: Vec::new(),
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
            next: Vec::new(),
        })
        .collect()
}

/// Twice the wait for every further try, up to a day, and up to a quarter more, by which what failed together is not tried
/// again together. How much more follows from the delivery and the try, so that any worker says the same.
fn back_off(first: TimeDelta, key: DeliveryKey, attempt: u32) -> TimeDelta {
    let wait = Settings::wait_after(first, attempt);
    let digest = Digest::of_parts([
        key.id().as_uuid().as_bytes().as_slice(),
        attempt.to_be_bytes().as_slice(),
    ]);
    let [one, two, ..] = *digest.as_bytes();
    let share = i32::from(u16::from_be_bytes([one, two]));
    let quarter = (wait / 4).num_milliseconds();
    let more = quarter.saturating_mul(i64::from(share)) / i64::from(u16::MAX);
    wait + TimeDelta::milliseconds(more)
}
