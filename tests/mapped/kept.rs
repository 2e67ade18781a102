//! What stands in our own tables, whoever has the customers.

use std::sync::Arc;

use async_trait::async_trait;
use offerkit::{
    audit::AuditEvent,
    domain::ErasureReport,
    id::{CustomerId, DeliveryId},
    ports::{CustomerStore, ImportBatch, ImportReport, KeptMessage, KeptMessages, StoreError},
    time::Timestamp,
};

use crate::Mapped;

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
