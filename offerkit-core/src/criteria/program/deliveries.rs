//! `$received` at one moment.

use crate::criteria::received::{History, PastDelivery, Received};
use crate::criteria::situation::Moment;
use crate::id::CustomerId;
use crate::time::Timestamp;

/// The deliveries that are asked for, with the bounds of their period.
#[derive(Clone, Debug)]
pub(in crate::criteria) struct Deliveries {
    /// Its lists are sorted, as they are in the normal form.
    wanted: Received,
    period: Option<(Timestamp, Timestamp)>,
}

impl Deliveries {
    pub(super) fn new(wanted: &Received, moment: &Moment) -> Self {
        Self {
            wanted: wanted.clone(),
            period: wanted.period(moment),
        }
    }

    /// Whether the customer has had as many of them as are asked for.
    pub(super) fn are_had(&self, customer: CustomerId, history: &dyn History) -> bool {
        let mut count = 0_u32;
        history.deliveries(customer, &mut |delivery| {
            if self.count(delivery) {
                count = count.saturating_add(1);
            }
        });
        count >= self.wanted.at_least()
    }

    fn count(&self, delivery: &PastDelivery) -> bool {
        let is_in_period = self.period.is_none_or(|(first, last)| {
            delivery.sent_at.is_some_and(|at| first <= at && at <= last)
        });
        is_in_period
            && is_one_of(self.wanted.offers(), &delivery.offer)
            && is_one_of(self.wanted.campaigns(), &delivery.campaign)
            && is_one_of(self.wanted.statuses(), &delivery.status)
    }
}

/// Whether the sorted list has the item, or asks for none.
fn is_one_of<T: Ord>(list: &[T], item: &T) -> bool {
    list.is_empty() || list.binary_search(item).is_ok()
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;
    use crate::criteria::period::{Period, PeriodUnit};
    use crate::domain::DeliveryStatus;
    use crate::id::{CampaignId, OfferId};

    /// Rows beside the bounds are too rare among random ones.
    #[test]
    fn a_period_includes_its_ends_as_the_definition_says() {
        let now: Timestamp = "2026-01-31T04:00:00Z".parse().unwrap();
        let moment = Moment::in_utc(now);
        let received = |within_last| Received {
            offers: Vec::new(),
            campaigns: Vec::new(),
            statuses: vec![DeliveryStatus::Sent],
            within_last,
            at_least: 1,
        };
        let delivery = |sent_at| PastDelivery {
            offer: OfferId::from_uuid(uuid::Uuid::nil()),
            campaign: CampaignId::from_uuid(uuid::Uuid::nil()),
            status: DeliveryStatus::Sent,
            sent_at,
        };
        let week = TimeDelta::days(7);
        let micro = TimeDelta::microseconds(1);
        let cases = [
            (None, false),
            (Some(now.minus(week).minus(micro)), false),
            (Some(now.minus(week)), true),
            (Some(now), true),
            (Some(now.plus(micro)), false),
        ];
        for (sent_at, is_in_period) in cases {
            for (period, expected) in [(Some(PeriodUnit::Weeks), is_in_period), (None, true)] {
                let wanted = received(period.map(|unit| Period::new(1, unit)));
                let counted = Deliveries::new(&wanted, &moment).count(&delivery(sent_at));
                assert_eq!(counted, expected, "{sent_at:?}");
                assert_eq!(wanted.counts(&delivery(sent_at), &moment), expected);
            }
        }
    }
}
