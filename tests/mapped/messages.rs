//! Messages that were kept stand beside the ledger, whatever holds the customers.

use async_trait::async_trait;
use offerkit::{
    id::DeliveryId,
    ports::{KeptMessage, KeptMessages, StoreError},
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
