//! Customers in order of their ids, in chunks that criteria are evaluated on at once.

use std::sync::atomic::{AtomicBool, Ordering};

use offerkit_core::{
    criteria::{Columns, Matcher},
    domain::Customer,
    id::CustomerId,
};

/// The most customers of a chunk: so few that to insert one moves at most 64 KiB of pointers, and so many that to begin
/// with a chunk (some microseconds) costs less than its rows.
const LIMIT: usize = 8_192;

/// Every customer, the chunks in order and none of them empty.
#[derive(Default)]
pub(super) struct Chunks {
    chunks: Vec<Chunk>,
}

struct Chunk {
    first: CustomerId,
    customers: Rows,
    /// Of these customers: dropped when one of them changes.
    columns: Columns,
    /// Whether criteria were evaluated since then.
    was_read: AtomicBool,
}

/// Boxed, so that inserting a customer moves pointers, and that chunks that are half full waste pointers.
type Rows = Vec<Box<Customer>>;

impl Chunks {
    pub(super) fn get(&self, id: CustomerId) -> Option<&Customer> {
        let chunk = self.chunks.get(self.place(id))?;
        let place = chunk.place(id).ok()?;
        chunk.customers.get(place).map(AsRef::as_ref)
    }

    /// Adds the customer, or replaces the one of the same id.
    pub(super) fn put(&mut self, customer: Box<Customer>) {
        let place = self.place(customer.id());
        match self.chunks.get_mut(place) {
            Some(chunk) => {
                if let Some(next) = chunk.put(customer) {
                    self.chunks.insert(place + 1, next);
                }
            }
            // There is no chunk yet.
            None => self.chunks.push(Chunk::new(vec![customer])),
        }
    }

    /// The selected customers with ids after `after`, in order of their ids.
    pub(super) fn select<'a>(
        &'a self,
        matcher: &'a Matcher<'a>,
        after: Option<CustomerId>,
    ) -> impl Iterator<Item = &'a Customer> {
        let start = after.map_or(0, |after| self.place(after));
        let chunks = self.chunks.iter().skip(start);
        chunks.flat_map(move |chunk| chunk.select(matcher, after))
    }

    /// How many customers are selected.
    pub(super) fn count(&self, matcher: &Matcher<'_>) -> usize {
        self.chunks.iter().map(|chunk| chunk.count(matcher)).sum()
    }

    /// The place of the chunk in which the customer is, if there is one.
    fn place(&self, id: CustomerId) -> usize {
        let after = self.chunks.partition_point(|chunk| chunk.first <= id);
        after.saturating_sub(1)
    }
}

impl Chunk {
    fn new(customers: Rows) -> Self {
        let first = customers.first().map(|it| it.id());
        Self {
            first: first.unwrap_or(CustomerId::from_uuid(uuid::Uuid::nil())),
            customers,
            columns: Columns::new(),
            was_read: AtomicBool::new(false),
        }
    }

    fn place(&self, id: CustomerId) -> Result<usize, usize> {
        // Customers are mostly added in order.
        if self.customers.last().is_some_and(|last| last.id() < id) {
            return Err(self.customers.len());
        }
        self.customers.binary_search_by_key(&id, |it| it.id())
    }

    /// Adds or replaces a customer. A chunk that is full is divided, and its end comes back.
    fn put(&mut self, customer: Box<Customer>) -> Option<Self> {
        let place = match self.place(customer.id()) {
            Ok(place) => {
                self.changed();
                if let Some(it) = self.customers.get_mut(place) {
                    *it = customer;
                }
                return None;
            }
            Err(place) => place,
        };
        if self.customers.len() < LIMIT {
            self.insert(place, customer);
            return None;
        }
        // Chunks that customers were added to in order stay full.
        if place == self.customers.len() {
            return Some(Self::new(vec![customer]));
        }
        let half = self.customers.len() / 2;
        let mut end = Self::new(self.customers.split_off(half));
        self.changed();
        self.customers.shrink_to_fit();
        if place <= half {
            self.insert(place, customer);
        } else {
            end.insert(place - half, customer);
        }
        Some(end)
    }

    fn insert(&mut self, place: usize, customer: Box<Customer>) {
        self.changed();
        self.first = self.first.min(customer.id());
        self.customers.insert(place, customer);
    }

    fn changed(&mut self) {
        self.columns = Columns::new();
        self.was_read = AtomicBool::new(false);
    }

    fn select<'a>(
        &'a self,
        matcher: &'a Matcher<'a>,
        after: Option<CustomerId>,
    ) -> impl Iterator<Item = &'a Customer> {
        let after = after.filter(|after| *after >= self.first);
        let first = after.map_or(0, |after| {
            self.customers.partition_point(|it| it.id() <= after)
        });
        let by_columns = self.has_columns_for_reading_from(first);
        let by_column = by_columns.then(|| {
            let found = matcher.select_from(&self.customers, &self.columns, first);
            found.filter_map(|row| self.customers.get(row))
        });
        let by_row = (!by_columns).then(|| {
            let rest = self.customers.iter().skip(first);
            rest.filter(|it| matcher.matches(*it))
        });
        let by_column = by_column.into_iter().flatten();
        let found = by_column.chain(by_row.into_iter().flatten());
        found.map(AsRef::as_ref)
    }

    fn count(&self, matcher: &Matcher<'_>) -> usize {
        if self.has_columns_for_reading_from(0) {
            matcher.select(&self.customers, &self.columns).count()
        } else {
            self.customers
                .iter()
                .filter(|it| matcher.matches(*it))
                .count()
        }
    }

    /// Whether the customers from a place on are to be selected by columns.
    ///
    /// To build a column takes as long as to ask each customer twice or three times, so it is done for the second
    /// reader of a chunk that stays as it is. Whoever goes on reading a chunk does it in the way it was begun.
    fn has_columns_for_reading_from(&self, place: usize) -> bool {
        if place == 0 {
            self.was_read.swap(true, Ordering::Relaxed)
        } else {
            self.columns.bytes() > 0
        }
    }
}

#[cfg(test)]
mod tests;
