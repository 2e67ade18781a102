//! What was claimed in the windows of rate limits.

use offerkit_core::{
    domain::{Channel, ClaimRates, RateLimit, RateWindow},
    id::TenantId,
    ports::ClaimRequest,
    time::Timestamp,
};

use super::Books;

/// Whose messages a window counts: a tenant's, or everybody's.
pub(super) type Counted = (Option<TenantId>, Channel);

/// The limits that a claim is under.
fn limits(
    request: &ClaimRequest,
    rates: &ClaimRates,
) -> impl Iterator<Item = (Counted, RateLimit)> {
    let of = |whose, limit: Option<RateLimit>| Some(((whose, request.channel), limit?));
    [
        of(None, rates.notifier),
        of(Some(request.tenant), rates.tenant),
    ]
    .into_iter()
    .flatten()
}

impl Books {
    /// The request for no more than what is left; or, where nothing is, when there is more.
    pub(super) fn within(
        &self,
        request: &ClaimRequest,
        rates: &ClaimRates,
    ) -> Result<ClaimRequest, Timestamp> {
        let mut within = *request;
        let mut until: Option<Timestamp> = None;
        for (counted, limit) in limits(request, rates) {
            let last = self.rates.get(&counted).copied();
            let left = limit.left(RateWindow::at(last, limit, request.now).taken);
            within.limit = within.limit.min(left);
            if left == 0 {
                until = until.max(Some(limit.next_at(request.now)));
            }
        }
        until.map_or(Ok(within), Err)
    }

    /// Counts what was claimed.
    pub(super) fn count(&mut self, request: &ClaimRequest, rates: &ClaimRates, claimed: usize) {
        for (counted, limit) in limits(request, rates) {
            let last = self.rates.get(&counted).copied();
            let mut window = RateWindow::at(last, limit, request.now);
            let claimed = u64::try_from(claimed).unwrap_or(u64::MAX);
            window.taken = window.taken.saturating_add(claimed);
            self.rates.insert(counted, window);
        }
    }
}
