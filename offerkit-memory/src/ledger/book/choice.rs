//! Over which of a campaign's channels a customer has rows.

use offerkit_core::{
    domain::{Channel, DeliveryStatus},
    id::CustomerId,
    time::Timestamp,
};

use super::{Book, Row};

/// The channels of a filling.
pub(in crate::ledger) struct Lanes<'a> {
    pub(in crate::ledger) order: &'a [Channel],
    /// Whether a customer gets a row on one of them alone.
    pub(in crate::ledger) is_one: bool,
}

impl Book {
    /// The channels on which nothing was settled.
    pub(super) fn open<'a>(
        &'a self,
        customer: CustomerId,
        channels: &Lanes<'a>,
    ) -> impl Iterator<Item = Channel> + use<'a> {
        let open = move |channel: &Channel| {
            let row = self.rows.get(&(customer, *channel));
            row.is_none_or(|row| row.status == DeliveryStatus::Pending)
        };
        let order = channels.order.iter().copied();
        let most = if channels.is_one { 1 } else { usize::MAX };
        order.filter(open).take(most)
    }

    /// Whether the customer has a row that was sent, or may have been, or was refused.
    pub(super) fn was_tried(&self, customer: CustomerId) -> bool {
        use DeliveryStatus::{Cancelled, Pending, Suppressed};
        let mut rows = self.of_customer(customer);
        rows.any(|(_, _, row)| !matches!(row.status, Pending | Suppressed | Cancelled))
    }

    /// Adds the row of a customer whose row on another channel was just suppressed, on the first of the next channels on
    /// which they have none, unless another of their rows waits or was tried.
    pub(in crate::ledger) fn pass_on(
        &mut self,
        customer: CustomerId,
        from: Channel,
        next: &[Channel],
        now: Timestamp,
    ) {
        let is_pending = |row: &Row| row.status == DeliveryStatus::Pending;
        let waits = self
            .of_customer(customer)
            .any(|(_, _, row)| is_pending(row));
        if waits || self.was_tried(customer) {
            return;
        }
        let run = self.row(customer, from).map(|row| row.run);
        let free = |channel: &&Channel| self.row(customer, **channel).is_none();
        if let (Some(run), Some(channel)) = (run, next.iter().find(free)) {
            self.add(customer, *channel, run, now);
        }
    }
}
