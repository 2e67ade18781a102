//! What becomes of rows whose worker did not settle them in time: what the notifier's guarantee allows.

use std::{collections::BTreeMap, time::Duration};

use super::{
    Deliveries,
    batches::{Batch, Batches, Claim},
    sending::settlements,
};
use crate::{
    domain::{Campaign, DeliveryStatus},
    id::DeliveryId,
    ports::{Claimed, Guarantee, Notifier, Outcome, Settlement},
    services::Error,
    time::Timestamp,
};

impl Deliveries {
    /// Settles or sends again a batch of rows of lapsed claims, and answers whether there were any.
    pub(super) async fn recover(
        &self,
        campaign: &Campaign,
        batches: &Batches<'_>,
        batch: &mut Batch,
    ) -> Result<bool, Error> {
        let profile = batches.notifier.profile();
        let request = self.claim_request(campaign, batches.channel, profile.max_batch);
        let lapsed = self.acting.kit().inner.ledger.reclaim(&request).await?;
        if lapsed.is_empty() {
            return Ok(false);
        }
        // A new launch may not select these customers, and says something else.
        let (rows, stale): (Vec<_>, Vec<_>) = lapsed
            .into_iter()
            .partition(|row| row.revision == request.revision);
        let claim = Claim {
            request,
            rows,
            is_fresh: false,
        };
        let stale = unknown(
            &stale,
            "its worker stopped, and the campaign was launched anew",
        );
        self.settle(&claim, stale, batch).await;
        match profile.guarantee {
            Guarantee::AtLeastOnce => self.send(claim, batches, batch).await?,
            Guarantee::AtMostOnce => {
                let unknown = unknown(&claim.rows, "its worker stopped while it was being sent");
                self.settle(&claim, unknown, batch).await;
            }
            Guarantee::Deduplicated { key_ttl } => {
                let claim = self.without_dead_keys(claim, key_ttl, batch).await;
                self.send(claim, batches, batch).await?;
            }
            Guarantee::Reconcile => {
                let unseen = self.look_up(claim, &**batches.notifier, batch).await;
                self.send(unseen, batches, batch).await?;
            }
        }
        Ok(true)
    }

    /// The rows that were never tried before, or whose key the provider still knows. A try of the others may have reached
    /// it, and would not be known as the same.
    pub(super) async fn without_dead_keys(
        &self,
        claim: Claim,
        key_ttl: Duration,
        batch: &mut Batch,
    ) -> Claim {
        let now = claim.request.now;
        let is_first = claim.is_fresh;
        let (rows, dead): (Vec<_>, Vec<_>) = claim
            .rows
            .into_iter()
            .partition(|row| (is_first && row.attempt == 1) || key_lives(row, key_ttl, now));
        let claim = Claim { rows, ..claim };
        let dead = unknown(
            &dead,
            "its worker stopped, and the provider has forgotten its key",
        );
        self.settle(&claim, dead, batch).await;
        claim
    }

    /// Asks the provider, and answers what it never saw.
    pub(super) async fn look_up(
        &self,
        claim: Claim,
        notifier: &dyn Notifier,
        batch: &mut Batch,
    ) -> Claim {
        let keys: Vec<_> = claim.rows.iter().map(|row| row.key).collect();
        let found = notifier.lookup(&keys).await;
        let found: BTreeMap<DeliveryId, Outcome> = found.into_iter().collect();
        let now = self.acting.kit().now();
        let (seen, rows): (Vec<_>, Vec<_>) = claim
            .rows
            .into_iter()
            .partition(|row| found.contains_key(&row.key.id()));
        let settlements: Vec<_> = seen
            .iter()
            .map(|row| self.settlement(row.key, row.attempt, found.get(&row.key.id()), now))
            .collect();
        let claim = Claim { rows, ..claim };
        self.settle(&claim, settlements, batch).await;
        claim
    }
}

fn key_lives(row: &Claimed, key_ttl: Duration, now: Timestamp) -> bool {
    let age = now.as_datetime() - row.first_claimed_at.as_datetime();
    age.to_std().is_ok_and(|age| age < key_ttl)
}

pub(super) fn unknown(rows: &[Claimed], reason: &str) -> Vec<Settlement> {
    settlements(rows, DeliveryStatus::Unknown, reason)
}
