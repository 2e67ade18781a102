//! Keeping messages as they were filled in, between claiming and sending.

use std::{collections::BTreeMap, time::Duration};

use chrono::TimeDelta;

use super::{
    Deliveries,
    batches::{Batch, Batches, Claim},
};
use crate::{
    domain::DeliveryStatus,
    id::DeliveryId,
    ports::{Guarantee, KeptMessage, Message, Settlement, StoreError},
    services::KeepMessages,
    time::Timestamp,
};

/// Messages as they are sent, and how the rows of the others are settled.
pub(super) struct Kept {
    pub(super) messages: Vec<Message>,
    pub(super) settlements: Vec<Settlement>,
}

/// For how long messages are kept.
#[derive(Debug, Clone, Copy)]
enum Keeping {
    /// Not at all.
    Nothing,
    /// As long as the provider knows a key.
    While(Duration),
    /// For good.
    Always,
}

impl Deliveries {
    fn keeping(&self, batches: &Batches<'_>) -> Keeping {
        let setting = self.acting.kit().settings().keep_messages;
        match (setting, batches.notifier.profile().guarantee) {
            (KeepMessages::Always, _) => Keeping::Always,
            (KeepMessages::WhileNeeded, Guarantee::Deduplicated { key_ttl }) => {
                Keeping::While(key_ttl)
            }
            (
                KeepMessages::WhileNeeded,
                Guarantee::Reconcile | Guarantee::AtMostOnce | Guarantee::AtLeastOnce,
            ) => Keeping::Nothing,
        }
    }

    /// Keeps messages before the provider is given them, in one call for a batch; those of which one was kept before become
    /// that.
    pub(super) async fn keep(
        &self,
        messages: Vec<Message>,
        claim: &Claim,
        batches: &Batches<'_>,
    ) -> Result<Kept, StoreError> {
        let until = match self.keeping(batches) {
            Keeping::Nothing => {
                return Ok(Kept {
                    messages,
                    settlements: Vec::new(),
                });
            }
            Keeping::While(key_ttl) => Some(key_ttl),
            Keeping::Always => None,
        };
        let first_claims: BTreeMap<_, _> = claim
            .rows
            .iter()
            .map(|row| (row.key.id(), row.first_claimed_at))
            .collect();
        let kept = messages.iter().map(|message| {
            let first_claim = first_claims.get(&message.id).copied();
            let until = until.map(|ttl| after(first_claim.unwrap_or(claim.request.now), ttl));
            KeptMessage::of(message, claim.request.revision, until)
        });
        let store = &self.acting.kit().inner.kept_messages;
        let kept = store.keep(kept.collect(), claim.request.now).await?;
        let mut kept: BTreeMap<_, _> = kept.into_iter().map(|it| (it.delivery, it)).collect();
        let (mut unchanged, mut settlements) = (Vec::with_capacity(messages.len()), Vec::new());
        for message in messages {
            let without = |status, reason: &str| Settlement {
                key: message.key,
                status,
                reason: Some(reason.into()),
                not_before: None,
                next: Vec::new(),
            };
            match kept.remove(&message.id) {
                Some(kept) if kept.is_intact() => unchanged.push(kept.restored(&message)),
                Some(_) => settlements.push(without(
                    DeliveryStatus::Failed,
                    "the kept message was changed",
                )),
                None => settlements.push(without(
                    DeliveryStatus::Suppressed,
                    "the customer was erased",
                )),
            }
        }
        Ok(Kept {
            messages: unchanged,
            settlements,
        })
    }

    /// Settles what was sent, and forgets the messages of rows that are not tried again. What is not forgotten here, because
    /// the worker stops or the store does not answer, is when the key's time is over.
    pub(super) async fn settle_kept(
        &self,
        claim: &Claim,
        settlements: Vec<Settlement>,
        batches: &Batches<'_>,
        batch: &mut Batch,
    ) {
        let over = settlements
            .iter()
            .filter(|it| it.status != DeliveryStatus::Pending);
        let over = over.map(|it| it.key.id()).collect();
        self.settle(claim, settlements, batch).await;
        if batch.unsettled.is_none() {
            self.forget(over, batches).await;
        }
    }

    /// Forgets the messages of rows that no provider was ever given: they are filled in anew.
    pub(super) async fn forget_unsent(&self, claim: &Claim, batches: &Batches<'_>) {
        if claim.is_fresh {
            let first = claim.rows.iter().filter(|row| row.attempt == 1);
            let first = first.map(|row| row.key.id()).collect();
            self.forget(first, batches).await;
        }
    }

    async fn forget(&self, deliveries: Vec<DeliveryId>, batches: &Batches<'_>) {
        if matches!(self.keeping(batches), Keeping::While(_)) && !deliveries.is_empty() {
            let kit = self.acting.kit();
            let forgotten = kit.inner.kept_messages.forget(&deliveries, kit.now()).await;
            // The rows are right, whatever comes of this, and another call forgets what this one could not.
            drop(forgotten);
        }
    }
}

fn after(moment: Timestamp, span: Duration) -> Timestamp {
    TimeDelta::from_std(span).map_or(moment, |span| moment.plus(span))
}
