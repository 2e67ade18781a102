//! Settling what was claimed, also where the store does not answer at first.

use std::time::Duration;

use super::{
    Deliveries, DeliveryReport,
    batches::{Batch, Claim},
};
use crate::{
    domain::DeliveryStatus,
    id::ClaimToken,
    ports::{Settlement, StoreError},
    services::Error,
    time::Timestamp,
};

/// What became of messages, which the store could not be told. Until the claim lapses, it may be tried again
/// ([`Deliveries::settle_again`]); after that, the notifier's guarantee decides.
#[derive(Debug)]
pub struct Unsettled {
    token: ClaimToken,
    settlements: Vec<Settlement>,
    deadline: Timestamp,
    time_left: Duration,
    error: StoreError,
}

impl Unsettled {
    /// How long the claim still held when settling failed.
    #[must_use]
    pub const fn time_left(&self) -> Duration {
        self.time_left
    }

    /// How many rows it is about.
    #[must_use]
    pub const fn rows(&self) -> usize {
        self.settlements.len()
    }

    /// Why it could not be settled.
    #[must_use]
    pub fn into_error(self) -> Error {
        self.error.into()
    }
}

impl Deliveries {
    /// Tries once more to settle what was sent.
    ///
    /// # Errors
    ///
    /// The same again, where the store still fails.
    pub async fn settle_again(&self, unsettled: Unsettled) -> Result<DeliveryReport, Unsettled> {
        let (token, deadline) = (unsettled.token, unsettled.deadline);
        let mut batch = Batch::default();
        self.settle_under(token, deadline, unsettled.settlements, &mut batch)
            .await;
        match batch.unsettled {
            Some(unsettled) => Err(unsettled),
            None => Ok(batch.report),
        }
    }

    /// Settles rows of a claim, and notes in the batch what that did.
    pub(super) async fn settle(
        &self,
        claim: &Claim,
        settlements: Vec<Settlement>,
        batch: &mut Batch,
    ) {
        let request = &claim.request;
        self.settle_under(request.token, request.deadline, settlements, batch)
            .await;
    }

    async fn settle_under(
        &self,
        token: ClaimToken,
        deadline: Timestamp,
        mut settlements: Vec<Settlement>,
        batch: &mut Batch,
    ) {
        if settlements.is_empty() {
            return;
        }
        let now = self.acting.kit().now();
        let ledger = &self.acting.kit().inner.ledger;
        match ledger.settle(self.tenant, token, &settlements, now).await {
            Ok(settled) => note(batch, &settlements, settled, now),
            Err(error) => {
                let left = deadline.as_datetime() - self.acting.kit().now().as_datetime();
                if let Some(earlier) = batch.unsettled.take() {
                    settlements.extend(earlier.settlements);
                }
                batch.unsettled = Some(Unsettled {
                    token,
                    settlements,
                    deadline,
                    time_left: left.to_std().unwrap_or_default(),
                    error,
                });
            }
        }
    }
}

fn note(batch: &mut Batch, settlements: &[Settlement], settled: u64, now: Timestamp) {
    let rows = u64::try_from(settlements.len()).unwrap_or(u64::MAX);
    batch.overtaken += rows.saturating_sub(settled);
    for settlement in settlements {
        // What a later worker has taken over is counted there.
        if settled == rows {
            count(&mut batch.report, settlement.status);
        }
        if let Some(moment) = settlement.not_before {
            let wait = moment.as_datetime() - now.as_datetime();
            batch.again_after(wait.to_std().unwrap_or_default());
        }
    }
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
