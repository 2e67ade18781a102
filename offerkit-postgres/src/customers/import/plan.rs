//! Who is added, replaced and refused, and what is written for it.

use std::collections::{HashMap, HashSet, hash_map::Entry};

use offerkit_core::{
    domain::Customer,
    id::CustomerId,
    ports::{ImportBatch, ImportReport, Incoming, MergeBy, RowRefusal, StoreError},
    time::Timestamp,
};
use sqlx::types::Uuid;

use crate::rows::Row;

/// A text that one customer alone may have.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Unique<'a> {
    ExternalId(&'a str),
    Email(&'a str),
}

type Texts<'a> = [Option<Unique<'a>>; 2];

fn uniques<'a>(external_id: Option<&'a str>, email: Option<&'a str>) -> Texts<'a> {
    [
        external_id.map(Unique::ExternalId),
        email.map(Unique::Email),
    ]
}

/// A customer as they are in the end.
pub(super) struct Write<'a> {
    pub(super) id: CustomerId,
    pub(super) created_at: Timestamp,
    pub(super) customer: &'a Customer,
}

/// What is to be written, in order of the ids.
pub(super) struct Plan<'a> {
    pub(super) report: ImportReport,
    pub(super) writes: Vec<Write<'a>>,
    /// Those present whose texts others have in the end.
    pub(super) givers: Vec<Uuid>,
}

/// A customer as they are after some rows of the batch.
struct Known<'a> {
    texts: Texts<'a>,
    created_at: Timestamp,
    /// What the last of the rows brings.
    customer: Option<&'a Customer>,
}

/// Who is there, and who has which text.
#[derive(Default)]
struct World<'a> {
    customers: HashMap<CustomerId, Known<'a>>,
    erased: HashSet<CustomerId>,
    holders: HashMap<Unique<'a>, CustomerId>,
}

impl<'a> Plan<'a> {
    /// Adds everybody, where nobody has one of the batch's keys and no two rows have one in common.
    pub(super) fn of_new(batch: &'a ImportBatch) -> Self {
        let mut report = ImportReport::default();
        let mut writes = Vec::with_capacity(batch.candidates.len());
        for (place, candidate) in batch.candidates.iter().enumerate() {
            let keyed = candidate.as_ref().map_err(Clone::clone).and_then(|it| {
                let key = text_key(&it.customer, batch.merge_by);
                let key = key.map_err(|refusal| refusal.as_str().to_owned());
                key.map(|_| &it.customer)
            });
            match keyed {
                Ok(customer) => {
                    report.added += 1;
                    writes.push(Write {
                        id: customer.id(),
                        created_at: customer.created_at(),
                        customer,
                    });
                }
                Err(why) => report.refused.push((place, why)),
            }
        }
        writes.sort_unstable_by_key(|write| write.id);
        Self {
            report,
            writes,
            givers: Vec::new(),
        }
    }

    /// Takes the rows of a batch one after the other, where `present` are those who have one of its keys.
    pub(super) fn of(batch: &'a ImportBatch, present: &'a [Row]) -> Result<Self, StoreError> {
        let mut world = World::of(present)?;
        let mut report = ImportReport::default();
        for (place, candidate) in batch.candidates.iter().enumerate() {
            let incoming = match candidate {
                Ok(incoming) => incoming,
                Err(why) => {
                    report.refused.push((place, why.clone()));
                    continue;
                }
            };
            match world.target(incoming, batch.merge_by) {
                Ok(target) if world.put(target, incoming) => report.updated += 1,
                Ok(_) => report.added += 1,
                Err(refusal) => report.refused.push((place, refusal.as_str().to_owned())),
            }
        }
        Ok(Self {
            report,
            givers: world.givers(present)?,
            writes: world.writes(),
        })
    }
}

/// The text by which a customer is known; nothing where it is the id.
fn text_key(customer: &Customer, merge_by: MergeBy) -> Result<Option<Unique<'_>>, RowRefusal> {
    match (merge_by, merge_by.text_of(customer)) {
        (MergeBy::Id, _) => Ok(None),
        (MergeBy::ExternalId, Some(text)) => Ok(Some(Unique::ExternalId(text))),
        (MergeBy::Email, Some(text)) => Ok(Some(Unique::Email(text))),
        (MergeBy::ExternalId, None) => Err(RowRefusal::NoExternalId),
        (MergeBy::Email, None) => Err(RowRefusal::NoEmail),
    }
}

fn texts(row: &Row) -> Result<Texts<'_>, StoreError> {
    Ok(uniques(row.get("external_id")?, row.get("email")?))
}

impl<'a> World<'a> {
    fn of(present: &'a [Row]) -> Result<Self, StoreError> {
        let mut world = Self::default();
        for row in present {
            let id = CustomerId::from_uuid(row.get("id")?);
            if row.get("is_erased")? {
                world.erased.insert(id);
            }
            let known = Known {
                texts: texts(row)?,
                created_at: row.moment("created_at")?,
                customer: None,
            };
            world.hold(id, known.texts);
            world.customers.insert(id, known);
        }
        Ok(world)
    }

    fn hold(&mut self, id: CustomerId, texts: Texts<'a>) {
        let held = texts.into_iter().flatten().map(|text| (text, id));
        self.holders.extend(held);
    }

    fn holder(&self, text: Unique<'_>) -> Option<CustomerId> {
        self.holders.get(&text).copied()
    }

    /// Whom a row is about, or why it is refused.
    fn target(&self, incoming: &Incoming, merge_by: MergeBy) -> Result<CustomerId, RowRefusal> {
        let customer = &incoming.customer;
        let own = customer.id();
        let is_there = self.customers.contains_key(&own);
        let found = match text_key(customer, merge_by)? {
            None => is_there.then_some(own),
            Some(text) => self.holder(text),
        };
        if self.erased.contains(&own) {
            return Err(RowRefusal::Erased);
        }
        if is_there && found != Some(own) {
            return Err(RowRefusal::IdTaken);
        }
        let target = found.unwrap_or(own);
        let texts = uniques(customer.external_id(), customer.email());
        let is_taken = |text: &Unique<'_>| {
            let holder = self.holder(*text);
            holder.is_some_and(|holder| holder != target)
        };
        match texts.into_iter().flatten().find(is_taken) {
            Some(Unique::ExternalId(_)) => Err(RowRefusal::ExternalIdTaken),
            Some(Unique::Email(_)) => Err(RowRefusal::EmailTaken),
            None => Ok(target),
        }
    }

    /// Answers whether the customer was there.
    fn put(&mut self, id: CustomerId, incoming: &'a Incoming) -> bool {
        let customer = &incoming.customer;
        let texts = uniques(customer.external_id(), customer.email());
        let was_there = match self.customers.entry(id) {
            Entry::Occupied(entry) => {
                let known = entry.into_mut();
                for text in known.texts.iter().flatten() {
                    self.holders.remove(text);
                }
                known.texts = texts;
                known.customer = Some(customer);
                if incoming.has_created_at {
                    known.created_at = customer.created_at();
                }
                true
            }
            Entry::Vacant(entry) => {
                entry.insert(Known {
                    texts,
                    created_at: customer.created_at(),
                    customer: Some(customer),
                });
                false
            }
        };
        self.hold(id, texts);
        was_there
    }

    fn givers(&self, present: &[Row]) -> Result<Vec<Uuid>, StoreError> {
        let mut givers = Vec::new();
        for row in present {
            let id: Uuid = row.get("id")?;
            let is_others = |text| {
                let holder = self.holders.get(&text);
                holder.is_some_and(|holder| holder.as_uuid() != id)
            };
            if texts(row)?.into_iter().flatten().any(is_others) {
                givers.push(id);
            }
        }
        Ok(givers)
    }

    fn writes(self) -> Vec<Write<'a>> {
        let changed = self.customers.into_iter().filter_map(|(id, known)| {
            let created_at = known.created_at;
            let customer = known.customer?;
            Some(Write {
                id,
                created_at,
                customer,
            })
        });
        let mut writes: Vec<_> = changed.collect();
        writes.sort_unstable_by_key(|write| write.id);
        writes
    }
}
