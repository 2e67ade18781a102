//! Moving rows otherwise than by a claim.

use std::sync::Arc;

use offerkit_core::{
    domain::DeliveryStatus,
    id::{CampaignId, TenantId},
    time::Timestamp,
};

use super::{Books, book::Step};

impl Books {
    /// Moves every row of a status to another, and answers how many.
    pub(super) fn move_all(
        &mut self,
        (tenant, campaign): (TenantId, CampaignId),
        from: DeliveryStatus,
        (to, reason): (DeliveryStatus, Option<&str>),
        at: Timestamp,
    ) -> u64 {
        let Some(book) = self.book_mut(tenant, campaign) else {
            return 0;
        };
        let reason: Option<Arc<str>> = reason.map(Arc::from);
        let keys = book.of_status(from).into_iter();
        let moved = keys.filter(|(customer, channel)| {
            let step = Step {
                to,
                reason: reason.clone(),
                not_before: None,
                at,
            };
            book.step(*customer, *channel, step)
        });
        moved.fold(0, |count, _| count + 1)
    }
}
