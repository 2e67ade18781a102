use async_trait::async_trait;
use offerkit_core::{
    audit::{AuditRecord, Seal, SealHead},
    domain::Scope,
    ports::{AuditSeals, StoreError},
};

use crate::store::MemoryStore;

#[async_trait]
impl AuditSeals for MemoryStore {
    async fn head(&self, scope: Scope) -> Result<SealHead, StoreError> {
        let state = self.shared().state.read().await;
        Ok(state
            .log(scope)
            .map_or_else(|| SealHead::genesis(scope), |log| log.head(scope)))
    }

    async fn unsealed(&self, scope: Scope, limit: usize) -> Result<Vec<AuditRecord>, StoreError> {
        let state = self.shared().state.read().await;
        let records = state.log(scope).map_or(&[][..], |log| log.unsealed());
        Ok(records.iter().take(limit).cloned().collect())
    }

    async fn count_unsealed(&self, scope: Scope) -> Result<u64, StoreError> {
        let state = self.shared().state.read().await;
        let count = state.log(scope).map_or(0, |log| log.unsealed().len());
        Ok(u64::try_from(count).unwrap_or(u64::MAX))
    }

    async fn append(&self, scope: Scope, head: SealHead, seals: &[Seal]) -> Result<(), StoreError> {
        let mut changes = self.changes().await;
        // One call, checked before it changes anything: there is nothing to undo.
        changes
            .keep()
            .audit
            .entry(scope)
            .or_default()
            .seal(scope, head, seals)
    }

    async fn sealed(
        &self,
        scope: Scope,
        after: u64,
        limit: usize,
    ) -> Result<Vec<(Seal, Option<AuditRecord>)>, StoreError> {
        let state = self.shared().state.read().await;
        let Some(log) = state.log(scope) else {
            return Ok(Vec::new());
        };
        let passed = usize::try_from(after).unwrap_or(usize::MAX);
        let seals = log.seals().iter().skip(passed).take(limit);
        Ok(seals
            .map(|seal| (*seal, log.find(seal.record).cloned()))
            .collect())
    }
}
