//! The rows of one campaign, and what is known of them without looking at each.

use std::{
    collections::{BTreeMap, btree_map::Range},
    sync::Arc,
};

use offerkit_core::{
    criteria::PastDelivery,
    domain::{
        COMPLAINED, Channel, Contact, Delivery, DeliveryKey, DeliveryStatus, NOT_SELECTED_ANEW,
        RevisionNumber, Run,
    },
    id::{CampaignId, CustomerId, TenantId},
    ports::{DeliveryFilter, Progress, StatusCount},
    time::Timestamp,
};

use super::lane::Lane;

mod choice;
mod claims;

pub(super) use choice::Lanes;

/// A row is kept small: what most rows do not have until they are sent stands in a box.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) status: DeliveryStatus,
    run: u32,
    attempts: u32,
    updated_at: Timestamp,
    past: Option<Box<Past>>,
}

#[derive(Debug, Default, Clone)]
struct Past {
    first_claimed_at: Option<Timestamp>,
    sent_at: Option<Timestamp>,
    not_before: Option<Timestamp>,
    reason: Option<Arc<str>>,
}

/// A step of a row, and what it leaves behind.
pub(super) struct Step {
    pub(super) to: DeliveryStatus,
    pub(super) reason: Option<Arc<str>>,
    pub(super) not_before: Option<Timestamp>,
    pub(super) at: Timestamp,
}

/// What there is to do for a customer whom a filling selects.
pub(super) enum Standing {
    /// A filling of the same revision has selected them.
    Selected,
    /// Under an earlier launch, everything was sent to them or settled otherwise.
    Settled,
    /// Something is to be sent to them.
    Due,
}

#[derive(Debug, Default)]
pub(super) struct Book {
    pub(super) runs: Vec<Run>,
    rows: BTreeMap<(CustomerId, Channel), Row>,
    lanes: BTreeMap<Channel, Lane>,
    audience: u64,
    selected: BTreeMap<RevisionNumber, u64>,
    counts: BTreeMap<(Channel, DeliveryStatus), u64>,
}

impl Book {
    /// How many customers the fillings of a revision have selected, those left out whom an earlier one dealt with.
    pub(super) fn selected(&self, revision: RevisionNumber) -> u64 {
        self.selected.get(&revision).copied().unwrap_or_default()
    }

    /// What there is to do for a customer whom a filling selects.
    pub(super) fn standing(
        &self,
        customer: CustomerId,
        channels: &Lanes<'_>,
        revision: RevisionNumber,
    ) -> Standing {
        let mut rows = self.of_customer(customer);
        if rows.any(|(_, _, row)| self.revision_of(row) == Some(revision)) {
            return Standing::Selected;
        }
        let is_reached = channels.is_one && self.was_tried(customer);
        if is_reached || self.open(customer, channels).next().is_none() {
            Standing::Settled
        } else {
            Standing::Due
        }
    }

    /// Adds the rows that a customer does not have, and takes over what is pending from an earlier launch.
    pub(super) fn select(
        &mut self,
        customer: CustomerId,
        channels: &Lanes<'_>,
        run: u32,
        now: Timestamp,
    ) {
        if self.of_customer(customer).next().is_none() {
            self.audience += 1;
        }
        let open: Vec<_> = self.open(customer, channels).collect();
        for channel in open {
            match self.rows.get_mut(&(customer, channel)) {
                Some(row) => row.run = run,
                None => self.add(customer, channel, run, now),
            }
        }
        let run = usize::try_from(run).ok().and_then(|run| self.runs.get(run));
        if let Some(revision) = run.map(|run| run.revision) {
            *self.selected.entry(revision).or_default() += 1;
        }
    }

    fn add(&mut self, customer: CustomerId, channel: Channel, run: u32, now: Timestamp) {
        let row = Row {
            status: DeliveryStatus::Pending,
            run,
            attempts: 0,
            updated_at: now,
            past: None,
        };
        self.rows.insert((customer, channel), row);
        let count = self.counts.entry((channel, DeliveryStatus::Pending));
        *count.or_default() += 1;
        let lane = self.lanes.entry(channel).or_default();
        lane.ready.insert(customer);
    }

    /// Cancels what is pending from launches before `revision`.
    pub(super) fn cancel_earlier(&mut self, revision: RevisionNumber, now: Timestamp) {
        if self.runs.iter().all(|run| run.revision == revision) {
            return;
        }
        let reason: Arc<str> = Arc::from(NOT_SELECTED_ANEW);
        for (customer, channel) in self.of_status(DeliveryStatus::Pending) {
            let row = self.rows.get(&(customer, channel));
            if row.and_then(|row| self.revision_of(row)) == Some(revision) {
                continue;
            }
            let step = Step {
                to: DeliveryStatus::Cancelled,
                reason: Some(reason.clone()),
                not_before: None,
                at: now,
            };
            self.step(customer, channel, step);
        }
    }

    fn revision_of(&self, row: &Row) -> Option<RevisionNumber> {
        let run = self.runs.get(usize::try_from(row.run).ok()?)?;
        Some(run.revision)
    }

    pub(super) fn row(&self, customer: CustomerId, channel: Channel) -> Option<&Row> {
        self.rows.get(&(customer, channel))
    }

    pub(super) fn status(&self, customer: CustomerId, channel: Channel) -> Option<DeliveryStatus> {
        Some(self.row(customer, channel)?.status)
    }

    /// Marks a row as complained about, delivered where it was not yet known to be.
    pub(super) fn complain(
        &mut self,
        customer: CustomerId,
        channel: Channel,
        at: Timestamp,
    ) -> bool {
        let reason: Arc<str> = Arc::from(COMPLAINED);
        match self.rows.get_mut(&(customer, channel)) {
            Some(row) if row.status == DeliveryStatus::Delivered => {
                let past = row.past.get_or_insert_default();
                let is_new = past.reason.as_deref() != Some(COMPLAINED);
                if is_new {
                    past.reason = Some(reason);
                    row.updated_at = at;
                }
                is_new
            }
            Some(row) if row.status.leads_to(DeliveryStatus::Delivered) => {
                let step = Step {
                    to: DeliveryStatus::Delivered,
                    reason: Some(reason),
                    not_before: None,
                    at,
                };
                self.step(customer, channel, step)
            }
            Some(_) | None => false,
        }
    }

    /// Moves a row along an edge of its life, and answers whether there is such a row and edge. Nothing else moves one.
    pub(super) fn step(&mut self, customer: CustomerId, channel: Channel, step: Step) -> bool {
        let Some(row) = self.rows.get_mut(&(customer, channel)) else {
            return false;
        };
        if !row.status.leads_to(step.to) {
            return false;
        }
        let was_failed = row.status == DeliveryStatus::Failed;
        let lane = self.lanes.entry(channel).or_default();
        lane.leave(customer, row);
        if let Some(count) = self.counts.get_mut(&(channel, row.status)) {
            *count = count.saturating_sub(1);
        }
        *self.counts.entry((channel, step.to)).or_default() += 1;
        row.status = step.to;
        row.updated_at = step.at;
        // A receipt that overtakes the sender tells that the provider has accepted the message.
        let is_sent = matches!(
            step.to,
            DeliveryStatus::Sent | DeliveryStatus::Delivered | DeliveryStatus::Bounced
        );
        if row.past.is_some() || is_sent || step.reason.is_some() || step.not_before.is_some() {
            let past = row.past.get_or_insert_default();
            past.reason = step.reason;
            past.not_before = step.not_before;
            if is_sent {
                past.sent_at.get_or_insert(step.at);
            }
        }
        if step.to == DeliveryStatus::Pending {
            if was_failed {
                row.attempts = 0;
            }
            match step.not_before {
                Some(moment) => lane.waiting.insert((moment, customer)),
                None => lane.ready.insert(customer),
            };
        }
        true
    }

    /// Lets a pending row wait, and answers whether there is one.
    pub(super) fn put_off(
        &mut self,
        customer: CustomerId,
        channel: Channel,
        until: Timestamp,
        reason: &str,
        at: Timestamp,
    ) -> bool {
        let Some(row) = self.rows.get_mut(&(customer, channel)) else {
            return false;
        };
        if row.status != DeliveryStatus::Pending {
            return false;
        }
        let lane = self.lanes.entry(channel).or_default();
        lane.leave(customer, row);
        lane.waiting.insert((until, customer));
        row.updated_at = at;
        let past = row.past.get_or_insert_default();
        past.not_before = Some(until);
        past.reason = Some(reason.into());
        true
    }

    /// The messages that a customer was sent or is being sent.
    pub(super) fn contacts(&self, customer: CustomerId) -> impl Iterator<Item = Contact> {
        use DeliveryStatus::{Delivered, Sending, Sent, Unknown};
        self.of_customer(customer)
            .filter(|(_, _, row)| matches!(row.status, Sending | Sent | Delivered | Unknown))
            .map(|(_, channel, row)| {
                let sent_at = row.past.as_ref().and_then(|past| past.sent_at);
                Contact {
                    channel,
                    at: sent_at.unwrap_or(row.updated_at),
                }
            })
    }

    /// The keys of all rows of a status.
    pub(super) fn of_status(&self, status: DeliveryStatus) -> Vec<(CustomerId, Channel)> {
        let rows = self.rows.iter().filter(|(_, row)| row.status == status);
        rows.map(|(key, _)| *key).collect()
    }

    pub(super) fn progress(&self) -> Progress {
        let counts = self.counts.iter().filter(|(_, count)| **count > 0);
        Progress {
            audience: self.audience,
            counts: counts
                .map(|((channel, status), count)| StatusCount {
                    channel: *channel,
                    status: *status,
                    count: *count,
                })
                .collect(),
        }
    }

    pub(super) fn of_customer(
        &self,
        customer: CustomerId,
    ) -> impl Iterator<Item = (CustomerId, Channel, &Row)> {
        let channels = (customer, Channel::Email)..=(customer, Channel::Webhook);
        let rows = self.rows.range(channels);
        rows.map(|((customer, channel), row)| (*customer, *channel, row))
    }

    pub(super) const fn rows(&self) -> &BTreeMap<(CustomerId, Channel), Row> {
        &self.rows
    }

    pub(super) fn rows_from(&self, customer: CustomerId) -> Range<'_, (CustomerId, Channel), Row> {
        self.rows.range((customer, Channel::Email)..)
    }

    pub(super) fn past_delivery(&self, campaign: CampaignId, row: &Row) -> Option<PastDelivery> {
        let run = self.runs.get(usize::try_from(row.run).ok()?)?;
        Some(PastDelivery {
            offer: run.offer,
            campaign,
            status: row.status,
            sent_at: row.past.as_ref().and_then(|past| past.sent_at),
        })
    }

    pub(super) fn delivery(
        &self,
        (tenant, campaign): (TenantId, CampaignId),
        (customer, channel, row): (CustomerId, Channel, &Row),
    ) -> Option<Delivery> {
        let run = self.runs.get(usize::try_from(row.run).ok()?)?;
        let past = row.past.as_deref();
        Some(Delivery {
            key: DeliveryKey {
                campaign,
                customer,
                channel,
            },
            tenant,
            run: run.id,
            status: row.status,
            reason: past.and_then(|past| past.reason.as_deref()).map(Box::from),
            attempts: row.attempts,
            sent_at: past.and_then(|past| past.sent_at),
            updated_at: row.updated_at,
        })
    }
}

impl Row {
    pub(super) fn not_before(&self) -> Option<Timestamp> {
        self.past.as_ref()?.not_before
    }

    /// When it was sent, or else last changed.
    pub(super) fn dated(&self) -> Timestamp {
        let sent_at = self.past.as_ref().and_then(|past| past.sent_at);
        sent_at.unwrap_or(self.updated_at)
    }

    pub(super) fn is_wanted(&self, channel: Channel, filter: DeliveryFilter) -> bool {
        filter.status.is_none_or(|it| it == self.status)
            && filter.channel.is_none_or(|it| it == channel)
    }
}
