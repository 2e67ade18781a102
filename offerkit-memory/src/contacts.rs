//! What customers said, and the addresses that nothing is sent to.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use async_trait::async_trait;
use offerkit_core::{
    audit::AuditEvent,
    domain::{AddressDigest, Channel, Consent, ConsentWord, Purpose, Suppression},
    id::CustomerId,
    ports::{Contacts, StoreError},
    text::ConsentSource,
    time::Timestamp,
};

use crate::{
    customers::record,
    locks::{read, write},
    store::MemoryStore,
};

/// In the order in which words count.
type Word = (Timestamp, ConsentWord, ConsentSource);

#[derive(Default)]
pub(crate) struct Book {
    words: BTreeMap<(CustomerId, Purpose, Channel), BTreeSet<Word>>,
    suppressions: BTreeMap<AddressDigest, Suppression>,
}

impl Book {
    pub(crate) fn last_word(
        &self,
        customer: CustomerId,
        purpose: Purpose,
        channel: Channel,
    ) -> Option<ConsentWord> {
        let words = self.words.get(&(customer, purpose, channel))?;
        words.last().map(|(_, word, _)| *word)
    }

    fn keep(&mut self, words: &[Consent]) -> u64 {
        words.iter().fold(0, |count, consent| {
            let key = (consent.customer, consent.purpose, consent.channel);
            let word = (consent.said_at, consent.word, consent.source.clone());
            let words = self.words.entry(key).or_default();
            let is_known = words
                .iter()
                .any(|(at, word, _)| (*at, *word) == (consent.said_at, consent.word));
            if is_known {
                return count;
            }
            words.insert(word);
            count + 1
        })
    }

    fn of(&self, customer: CustomerId) -> Vec<Consent> {
        let mut found: Vec<_> = Purpose::ALL
            .into_iter()
            .flat_map(|purpose| Channel::ALL.map(|channel| (purpose, channel)))
            .flat_map(|(purpose, channel)| {
                let words = self.words.get(&(customer, purpose, channel));
                let words = words.into_iter().flatten();
                words.map(move |word| consent((customer, purpose, channel), word))
            })
            .collect();
        found.sort_by(|one, other| {
            let place = |it: &Consent| (it.said_at, it.word, it.purpose, it.channel);
            place(other).cmp(&place(one))
        });
        found
    }

    fn suppress(&mut self, suppression: Suppression) -> bool {
        let is_new = !self.suppressions.contains_key(&suppression.address);
        if is_new {
            self.suppressions.insert(suppression.address, suppression);
        }
        is_new
    }
}

fn consent((customer, purpose, channel): (CustomerId, Purpose, Channel), word: &Word) -> Consent {
    let (said_at, word, source) = word.clone();
    Consent {
        customer,
        purpose,
        channel,
        said_at,
        word,
        source,
    }
}

#[async_trait]
impl Contacts for MemoryStore {
    async fn keep_words(
        &self,
        words: Arc<Vec<Consent>>,
        event: Option<AuditEvent>,
    ) -> Result<u64, StoreError> {
        let keep = || write(&self.shared().contacts).keep(&words);
        match event {
            None => Ok(keep()),
            Some(event) => record(&mut self.changes().await, event, keep),
        }
    }

    async fn words_of(&self, customer: CustomerId) -> Result<Vec<Consent>, StoreError> {
        Ok(read(&self.shared().contacts).of(customer))
    }

    async fn last_word(
        &self,
        customer: CustomerId,
        purpose: Purpose,
        channel: Channel,
    ) -> Result<Option<Consent>, StoreError> {
        let contacts = read(&self.shared().contacts);
        let words = contacts.words.get(&(customer, purpose, channel));
        let last = words.and_then(BTreeSet::last);
        Ok(last.map(|word| consent((customer, purpose, channel), word)))
    }

    async fn suppress(
        &self,
        suppression: Suppression,
        event: Option<AuditEvent>,
    ) -> Result<bool, StoreError> {
        let suppress = || write(&self.shared().contacts).suppress(suppression);
        match event {
            None => Ok(suppress()),
            Some(event) => record(&mut self.changes().await, event, suppress),
        }
    }

    async fn release(&self, address: AddressDigest, event: AuditEvent) -> Result<bool, StoreError> {
        record(&mut self.changes().await, event, || {
            let mut contacts = write(&self.shared().contacts);
            contacts.suppressions.remove(&address).is_some()
        })
    }

    async fn suppressed(
        &self,
        addresses: &[AddressDigest],
    ) -> Result<Vec<Suppression>, StoreError> {
        let contacts = read(&self.shared().contacts);
        let asked: BTreeSet<_> = addresses.iter().collect();
        let found = asked
            .into_iter()
            .filter_map(|it| contacts.suppressions.get(it));
        Ok(found.copied().collect())
    }
}
