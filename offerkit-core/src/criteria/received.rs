//! What customers were sent.

use super::period::Period;
use super::situation::Moment;
use crate::domain::DeliveryStatus;
use crate::id::{CampaignId, CustomerId, OfferId};
use crate::time::Timestamp;

/// `$received`: that a customer has at least some number of deliveries of the tenant that satisfy every given part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Received {
    pub(super) offers: Vec<OfferId>,
    pub(super) campaigns: Vec<CampaignId>,
    pub(super) statuses: Vec<DeliveryStatus>,
    pub(super) within_last: Option<Period>,
    pub(super) at_least: u32,
}

impl Received {
    /// Deliveries of one of these offers count; of any offer, where there are none.
    #[must_use]
    pub fn offers(&self) -> &[OfferId] {
        &self.offers
    }

    /// Deliveries of one of these campaigns count; of any campaign, where there are none.
    #[must_use]
    pub fn campaigns(&self) -> &[CampaignId] {
        &self.campaigns
    }

    /// Deliveries with one of these statuses count; with any status, where there are none.
    #[must_use]
    pub fn statuses(&self) -> &[DeliveryStatus] {
        &self.statuses
    }

    /// Only deliveries sent within this period count.
    #[must_use]
    pub const fn within_last(&self) -> Option<Period> {
        self.within_last
    }

    /// How many deliveries there must be, at least 1.
    #[must_use]
    pub const fn at_least(&self) -> u32 {
        self.at_least
    }

    /// Whether a delivery satisfies every given part. One that was never sent lies in no period.
    #[must_use]
    pub fn counts(&self, delivery: &PastDelivery, moment: &Moment) -> bool {
        let is_in_period = self.within_last.is_none_or(|period| {
            delivery.sent_at.is_some_and(|at| {
                let first = super::calendar::timestamp_before(moment.now(), period);
                first <= at && at <= moment.now()
            })
        });
        is_in_period
            && (self.offers.is_empty() || self.offers.contains(&delivery.offer))
            && (self.campaigns.is_empty() || self.campaigns.contains(&delivery.campaign))
            && (self.statuses.is_empty() || self.statuses.contains(&delivery.status))
    }
}

/// A delivery to a customer, as `$received` sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PastDelivery {
    /// The offer that was sent.
    pub offer: OfferId,
    /// The campaign that sent it.
    pub campaign: CampaignId,
    /// What became of it.
    pub status: DeliveryStatus,
    /// When the provider accepted it.
    pub sent_at: Option<Timestamp>,
}

/// The deliveries of one tenant, which `$received` asks.
pub trait History: Send + Sync {
    /// Calls `each` with every delivery of the tenant to the customer, in any order.
    fn deliveries(&self, customer: CustomerId, each: &mut dyn FnMut(&PastDelivery));
}

/// The history of a tenant that has sent nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoHistory;

impl History for NoHistory {
    fn deliveries(&self, _: CustomerId, _: &mut dyn FnMut(&PastDelivery)) {}
}

/// Whether the customer has received what is asked for.
pub(super) fn has_received(
    customer: CustomerId,
    wanted: &Received,
    history: &dyn History,
    moment: &Moment,
) -> bool {
    count_received(customer, wanted, history, moment) >= wanted.at_least
}

/// How many deliveries to the customer satisfy every given part.
pub(super) fn count_received(
    customer: CustomerId,
    wanted: &Received,
    history: &dyn History,
    moment: &Moment,
) -> u32 {
    let mut count = 0_u32;
    history.deliveries(customer, &mut |delivery| {
        if wanted.counts(delivery, moment) {
            count = count.saturating_add(1);
        }
    });
    count
}
