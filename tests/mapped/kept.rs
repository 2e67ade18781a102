//! What stands in our own tables, whoever has the customers.

use std::sync::Arc;

use async_trait::async_trait;
use offerkit::{
    audit::{AuditEvent, AuditRecord, Seal, SealHead},
    domain::{AddressDigest, Channel, Consent, ErasureReport, Purpose, Scope, Suppression},
    id::{CustomerId, DeliveryId},
    ports::{
        AuditSeals, Contacts, CustomerStore, ImportBatch, ImportReport, KeptMessage, KeptMessages,
        StoreError,
    },
    time::Timestamp,
};

use super::Mapped;

#[async_trait]
impl KeptMessages for Mapped {
    async fn keep(
        &self,
        messages: Vec<KeptMessage>,
        now: Timestamp,
    ) -> Result<Vec<KeptMessage>, StoreError> {
        self.store.keep(messages, now).await
    }

    async fn forget(&self, deliveries: &[DeliveryId], now: Timestamp) -> Result<(), StoreError> {
        self.store.forget(deliveries, now).await
    }

    async fn kept(&self, delivery: DeliveryId) -> Result<Option<KeptMessage>, StoreError> {
        self.store.kept(delivery).await
    }
}

#[async_trait]
impl Contacts for Mapped {
    async fn keep_words(
        &self,
        words: Arc<Vec<Consent>>,
        event: Option<AuditEvent>,
    ) -> Result<u64, StoreError> {
        Contacts::keep_words(&self.store, words, event).await
    }

    async fn words_of(&self, customer: CustomerId) -> Result<Vec<Consent>, StoreError> {
        Contacts::words_of(&self.store, customer).await
    }

    async fn last_word(
        &self,
        customer: CustomerId,
        purpose: Purpose,
        channel: Channel,
    ) -> Result<Option<Consent>, StoreError> {
        Contacts::last_word(&self.store, customer, purpose, channel).await
    }

    async fn suppress(
        &self,
        suppression: Suppression,
        event: Option<AuditEvent>,
    ) -> Result<bool, StoreError> {
        Contacts::suppress(&self.store, suppression, event).await
    }

    async fn release(&self, address: AddressDigest, event: AuditEvent) -> Result<bool, StoreError> {
        Contacts::release(&self.store, address, event).await
    }

    async fn suppressed(
        &self,
        addresses: &[AddressDigest],
    ) -> Result<Vec<Suppression>, StoreError> {
        Contacts::suppressed(&self.store, addresses).await
    }
}

#[async_trait]
impl CustomerStore for Mapped {
    async fn import(
        &self,
        batch: Arc<ImportBatch>,
        event: AuditEvent,
    ) -> Result<ImportReport, StoreError> {
        CustomerStore::import(&self.store, batch, event).await
    }

    async fn erase(
        &self,
        customer: CustomerId,
        event: AuditEvent,
    ) -> Result<Option<ErasureReport>, StoreError> {
        CustomerStore::erase(&self.store, customer, event).await
    }
}

#[async_trait]
impl AuditSeals for Mapped {
    async fn head(&self, scope: Scope) -> Result<SealHead, StoreError> {
        AuditSeals::head(&self.store, scope).await
    }

    async fn unsealed(&self, scope: Scope, limit: usize) -> Result<Vec<AuditRecord>, StoreError> {
        AuditSeals::unsealed(&self.store, scope, limit).await
    }

    async fn count_unsealed(&self, scope: Scope) -> Result<u64, StoreError> {
        AuditSeals::count_unsealed(&self.store, scope).await
    }

    async fn append(&self, scope: Scope, head: SealHead, seals: &[Seal]) -> Result<(), StoreError> {
        AuditSeals::append(&self.store, scope, head, seals).await
    }

    async fn sealed(
        &self,
        scope: Scope,
        after: u64,
        limit: usize,
    ) -> Result<Vec<(Seal, Option<AuditRecord>)>, StoreError> {
        AuditSeals::sealed(&self.store, scope, after, limit).await
    }
}
