//! The chain over a scope's audit log.

use async_trait::async_trait;

use super::StoreError;
use crate::{
    audit::{AuditRecord, Seal, SealHead},
    domain::Scope,
};

/// Seals committed records, apart from the transactions that write them, so that writers never wait for the chain.
#[async_trait]
pub trait AuditSeals: Send + Sync {
    /// The end of the chain; [`SealHead::genesis`] where nothing is sealed.
    async fn head(&self, scope: Scope) -> Result<SealHead, StoreError>;

    /// At most `limit` committed records that are not sealed yet, in the order of their commits.
    async fn unsealed(&self, scope: Scope, limit: usize) -> Result<Vec<AuditRecord>, StoreError>;

    /// How many committed records are not sealed yet.
    async fn count_unsealed(&self, scope: Scope) -> Result<u64, StoreError>;

    /// Appends seals to the chain that ends at `head`.
    ///
    /// # Errors
    ///
    /// [`StoreError::Conflict`] where another sealer was faster.
    async fn append(&self, scope: Scope, head: SealHead, seals: &[Seal]) -> Result<(), StoreError>;

    /// At most `limit` seals after a position, each with its record if that is still there.
    async fn sealed(
        &self,
        scope: Scope,
        after: u64,
        limit: usize,
    ) -> Result<Vec<(Seal, Option<AuditRecord>)>, StoreError>;
}
