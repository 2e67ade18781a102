use std::collections::BTreeMap;

use async_trait::async_trait;
use offerkit_core::{
    id::{CustomerId, DeliveryId},
    ports::{KeptMessage, KeptMessages, StoreError},
    time::Timestamp,
};

use crate::{
    locks::{read, write},
    store::MemoryStore,
};

#[derive(Default)]
pub(crate) struct Kept(BTreeMap<DeliveryId, KeptMessage>);

impl Kept {
    /// Deletes what is kept of a customer, and answers how much that was.
    pub(crate) fn erase(&mut self, customer: CustomerId) -> u64 {
        let before = self.0.len();
        self.0.retain(|_, message| message.customer != customer);
        u64::try_from(before - self.0.len()).unwrap_or(u64::MAX)
    }

    fn keep(&mut self, message: KeptMessage) -> KeptMessage {
        let kept = self.0.entry(message.delivery);
        let kept = kept
            .and_modify(|kept| {
                if kept.revision != message.revision {
                    kept.clone_from(&message);
                }
            })
            .or_insert(message);
        kept.clone()
    }
}

#[async_trait]
impl KeptMessages for MemoryStore {
    async fn keep(
        &self,
        messages: Vec<KeptMessage>,
        _: Timestamp,
    ) -> Result<Vec<KeptMessage>, StoreError> {
        let customers = read(&self.shared().customers);
        let mut kept = write(&self.shared().kept_messages);
        let messages = messages.into_iter();
        let messages = messages.filter(|message| !customers.is_erased(message.customer));
        Ok(messages.map(|message| kept.keep(message)).collect())
    }

    async fn forget(&self, deliveries: &[DeliveryId], now: Timestamp) -> Result<(), StoreError> {
        let mut kept = write(&self.shared().kept_messages);
        for delivery in deliveries {
            kept.0.remove(delivery);
        }
        kept.0
            .retain(|_, message| message.until.is_none_or(|until| now < until));
        Ok(())
    }

    async fn kept(&self, delivery: DeliveryId) -> Result<Option<KeptMessage>, StoreError> {
        Ok(read(&self.shared().kept_messages).0.get(&delivery).cloned())
    }
}
