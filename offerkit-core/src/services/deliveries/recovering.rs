//! What becomes of rows whose worker did not settle them in time: what the notifier's guarantee allows.

use std::{collections::BTreeMap, time::Duration};

use super::{
    Deliveries, DeliveryReport,
    sending::{Batches, settlements},
};
use crate::{
    domain::{Campaign, DeliveryStatus},
    id::{ClaimToken, DeliveryId},
    ports::{Claimed, Guarantee, Outcome, Settlement},
    services::Error,
    time::Timestamp,
};

impl Deliveries {
    /// Settles or sends again the rows of lapsed claims, batch by batch.
    pub(super) async fn recover(
        &self,
        campaign: &Campaign,
        batches: &Batches<'_>,
        report: &mut DeliveryReport,
    ) -> Result<(), Error> {
        loop {
            let request = self.claim_request(campaign, batches);
            let lapsed = self.acting.kit().inner.ledger.reclaim(&request).await?;
            if lapsed.is_empty() {
                return Ok(());
            }
            let token = request.token;
            // A new launch may not select these customers, and says something else.
            let (lapsed, stale): (Vec<_>, Vec<_>) = lapsed
                .into_iter()
                .partition(|row| row.revision == request.revision);
            let stale = unknown(
                &stale,
                "its worker stopped, and the campaign was launched anew",
            );
            self.settle(token, &stale, report).await?;
            match batches.notifier.profile().guarantee {
                Guarantee::AtLeastOnce => self.send((token, lapsed), batches, report).await?,
                Guarantee::AtMostOnce => {
                    let unknown = unknown(&lapsed, "its worker stopped while it was being sent");
                    self.settle(token, &unknown, report).await?;
                }
                Guarantee::Deduplicated { key_ttl } => {
                    let (alive, dead): (Vec<_>, Vec<_>) = lapsed
                        .into_iter()
                        .partition(|row| key_lives(row, key_ttl, request.now));
                    let dead = unknown(
                        &dead,
                        "its worker stopped, and the provider has forgotten its key",
                    );
                    self.settle(token, &dead, report).await?;
                    self.send((token, alive), batches, report).await?;
                }
                Guarantee::Reconcile => {
                    self.look_up(token, lapsed, batches, report).await?;
                }
            }
        }
    }

    /// Asks the provider; what it never saw is sent.
    async fn look_up(
        &self,
        token: ClaimToken,
        lapsed: Vec<Claimed>,
        batches: &Batches<'_>,
        report: &mut DeliveryReport,
    ) -> Result<(), Error> {
        let keys: Vec<_> = lapsed.iter().map(|row| row.key).collect();
        let found = batches.notifier.lookup(&keys).await;
        let found: BTreeMap<DeliveryId, Outcome> = found.into_iter().collect();
        let now = self.acting.kit().now();
        let (seen, unseen): (Vec<_>, Vec<_>) = lapsed
            .into_iter()
            .partition(|row| found.contains_key(&row.key.id()));
        let settlements: Vec<_> = seen
            .iter()
            .map(|row| self.settlement(row.key, row.attempt, found.get(&row.key.id()), now))
            .collect();
        self.settle(token, &settlements, report).await?;
        self.send((token, unseen), batches, report).await
    }
}

fn key_lives(row: &Claimed, key_ttl: Duration, now: Timestamp) -> bool {
    let age = now.as_datetime() - row.first_claimed_at.as_datetime();
    age.to_std().is_ok_and(|age| age < key_ttl)
}

fn unknown(rows: &[Claimed], reason: &str) -> Vec<Settlement> {
    settlements(rows, DeliveryStatus::Unknown, reason)
}
