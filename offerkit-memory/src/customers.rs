//! The platform's customers, in order of their ids.

mod chunks;

use std::{
    any::Any,
    collections::{BTreeMap, BTreeSet},
    hash::{BuildHasher as _, RandomState},
    sync::Arc,
};

use async_trait::async_trait;
use offerkit_core::{
    audit::AuditEvent,
    criteria::{History, Matcher},
    domain::{Customer, ErasureReport, Scope, Trace, customer::Words},
    id::CustomerId,
    ports::{
        CustomerSource, CustomerStore, ImportBatch, ImportReport, Incoming, MergeBy, RowRefusal,
        Selection, StoreError,
    },
};
use serde::Serialize;

use self::chunks::Chunks;
use crate::{
    locks::{read, write},
    store::MemoryStore,
    undo::Changes,
};

/// The index holds hashes instead of texts and asks the customer whether the text is the one: 105 MB for two million
/// texts, not 207.
#[derive(Default)]
pub(crate) struct Customers {
    rows: Chunks,
    index: BTreeSet<(u64, CustomerId)>,
    erased: BTreeSet<CustomerId>,
    hasher: RandomState,
    words: Words,
}

/// A text that one customer alone may have.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Unique<'a> {
    ExternalId(&'a str),
    Email(&'a str),
}

fn uniques(customer: &Customer) -> impl Iterator<Item = Unique<'_>> {
    let external_id = customer.external_id().map(Unique::ExternalId);
    external_id
        .into_iter()
        .chain(customer.email().map(Unique::Email))
}

impl Customers {
    pub(crate) fn is_erased(&self, customer: CustomerId) -> bool {
        self.erased.contains(&customer)
    }

    pub(crate) fn get(&self, id: CustomerId) -> Option<&Customer> {
        self.rows.get(id)
    }

    fn holder(&self, text: Unique<'_>) -> Option<CustomerId> {
        let hash = self.hasher.hash_one(text);
        let key = |id| (hash, CustomerId::from_uuid(id));
        let range = key(uuid::Uuid::nil())..=key(uuid::Uuid::max());
        let mut held = self.index.range(range).map(|(_, id)| *id);
        held.find(|id| {
            let holder = self.rows.get(*id);
            holder.is_some_and(|holder| uniques(holder).any(|it| it == text))
        })
    }

    /// Who a row is about, as they are to be stored, or why they cannot be.
    fn accepted(&self, incoming: Incoming, merge_by: MergeBy) -> Result<Customer, RowRefusal> {
        let Incoming {
            customer,
            has_created_at,
        } = incoming;
        let own = customer.id();
        let found = match (merge_by, merge_by.text_of(&customer)) {
            (MergeBy::Id, _) => self.rows.get(own),
            (MergeBy::ExternalId, None) => return Err(RowRefusal::NoExternalId),
            (MergeBy::Email, None) => return Err(RowRefusal::NoEmail),
            (MergeBy::ExternalId, Some(text)) => self.found(Unique::ExternalId(text)),
            (MergeBy::Email, Some(text)) => self.found(Unique::Email(text)),
        };
        if self.erased.contains(&own) {
            return Err(RowRefusal::Erased);
        }
        let target = found.map_or(own, Customer::id);
        if self.rows.get(own).is_some() && found.is_none_or(|found| found.id() != own) {
            return Err(RowRefusal::IdTaken);
        }
        let taken = uniques(&customer).find(|text| {
            let holder = self.holder(*text);
            holder.is_some_and(|holder| holder != target)
        });
        match taken {
            Some(Unique::ExternalId(_)) => return Err(RowRefusal::ExternalIdTaken),
            Some(Unique::Email(_)) => return Err(RowRefusal::EmailTaken),
            None => {}
        }
        let kept = found.filter(|_| !has_created_at).map(Customer::created_at);
        let created_at = kept.unwrap_or(customer.created_at());
        Ok(customer.with_identity(target, created_at))
    }

    fn found(&self, text: Unique<'_>) -> Option<&Customer> {
        self.rows.get(self.holder(text)?)
    }

    /// Adds or replaces, and answers whether there was one.
    fn put(&mut self, mut customer: Customer) -> bool {
        let id = customer.id();
        let before = self.rows.get(id);
        for text in before.into_iter().flat_map(uniques) {
            self.index.remove(&(self.hasher.hash_one(text), id));
        }
        let was_there = before.is_some();
        customer.share_words(&mut self.words);
        for text in uniques(&customer) {
            self.index.insert((self.hasher.hash_one(text), id));
        }
        self.rows.put(Box::new(customer));
        was_there
    }

    fn import(&mut self, batch: ImportBatch) -> ImportReport {
        let merge_by = batch.merge_by;
        let mut report = ImportReport::default();
        for (place, candidate) in batch.candidates.into_iter().enumerate() {
            let was_there = candidate.and_then(|incoming| {
                let accepted = self.accepted(incoming, merge_by);
                let accepted = accepted.map_err(|refusal| refusal.as_str().to_owned());
                accepted.map(|customer| self.put(customer))
            });
            match was_there {
                Err(why) => report.refused.push((place, why)),
                Ok(true) => report.updated += 1,
                Ok(false) => report.added += 1,
            }
        }
        report
    }
}

fn matcher<'h>(selection: &Selection, history: &'h dyn History) -> Matcher<'h> {
    let situation = selection.moment().with_history(history);
    selection.criteria().at(situation).among_active()
}

#[async_trait]
impl CustomerSource for MemoryStore {
    async fn get_many(&self, ids: &[CustomerId]) -> Result<Vec<Customer>, StoreError> {
        let customers = read(&self.shared().customers);
        let rows = ids.iter().filter_map(|id| customers.rows.get(*id));
        Ok(rows.cloned().collect())
    }

    async fn select(
        &self,
        selection: &Selection,
        after: Option<CustomerId>,
        limit: usize,
    ) -> Result<Vec<CustomerId>, StoreError> {
        let customers = read(&self.shared().customers);
        Ok(self.with_history(selection, |history| {
            let matcher = matcher(selection, history);
            let selected = customers.rows.select(&matcher, after).take(limit);
            selected.map(Customer::id).collect()
        }))
    }

    async fn count(&self, selection: &Selection) -> Result<u64, StoreError> {
        let customers = read(&self.shared().customers);
        Ok(self.with_history(selection, |history| {
            let count = customers.rows.count(&matcher(selection, history));
            u64::try_from(count).unwrap_or(u64::MAX)
        }))
    }

    /// The random end of an id comes first here, so that a sample is spread over old and new customers.
    async fn sample(
        &self,
        selection: &Selection,
        limit: usize,
    ) -> Result<Vec<Customer>, StoreError> {
        let customers = read(&self.shared().customers);
        Ok(self.with_history(selection, |history| {
            let matcher = matcher(selection, history);
            let mut sample = BTreeMap::new();
            for customer in customers.rows.select(&matcher, None) {
                sample.insert(backwards(customer.id()), customer);
                if sample.len() > limit {
                    sample.pop_last();
                }
            }
            sample.into_values().cloned().collect()
        }))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// The digits of the id from the last to the first.
fn backwards(id: CustomerId) -> u128 {
    let bytes = id.as_uuid().as_u128().swap_bytes();
    let low = u128::from_ne_bytes([0x0f; 16]);
    ((bytes & low) << 4) | ((bytes >> 4) & low)
}

#[async_trait]
impl CustomerStore for MemoryStore {
    async fn import(
        &self,
        batch: Arc<ImportBatch>,
        event: AuditEvent,
    ) -> Result<ImportReport, StoreError> {
        let mut changes = self.changes().await;
        record(&mut changes, event, || {
            write(&self.shared().customers).import(Arc::unwrap_or_clone(batch))
        })
    }

    async fn erase(
        &self,
        customer: CustomerId,
        event: AuditEvent,
    ) -> Result<Option<ErasureReport>, StoreError> {
        let mut changes = self.changes().await;
        record(&mut changes, event, || {
            let mut customers = write(&self.shared().customers);
            let messages = write(&self.shared().kept_messages).erase(customer);
            let erased = customers.rows.get(customer).map(Customer::erased);
            let is_first = erased.map(|erased| {
                customers.put(erased);
                customers.erased.insert(customer)
            });
            if is_first.is_none() && messages == 0 {
                return None;
            }
            let report = ErasureReport::default()
                .with(Trace::Customer, is_first.unwrap_or_default().into())
                .with(Trace::KeptMessage, messages);
            Some(report)
        })
    }
}

/// Does something that cannot fail, together with its record, whose result is what it answers.
pub(crate) fn record<T: Serialize>(
    changes: &mut Changes,
    event: AuditEvent,
    act: impl FnOnce() -> T,
) -> Result<T, StoreError> {
    if event.scope() != Scope::Platform {
        return Err(StoreError::WrongScope {
            transaction: Scope::Platform,
            change: event.scope(),
        });
    }
    let mut record = event.into_record();
    changes.check_record(&record)?;
    let done = act();
    record.result = serde_json::to_value(&done).unwrap_or_default();
    changes.keep().append(record);
    Ok(done)
}

#[cfg(test)]
mod tests;
