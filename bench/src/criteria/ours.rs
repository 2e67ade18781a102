//! Our ways of counting: the definition, the row program, the batch over columns, and the memory store.

use std::error::Error;

use futures_executor::block_on;
use offerkit::{
    criteria::{Catalog, Columns, Criteria, Matcher, Moment},
    domain::customer::Customer,
    id::TenantId,
    memory::MemoryStore,
    ports::{CustomerSource as _, Selection},
    testing::TestPlatform,
};

use super::{
    contest::{Contestant, count},
    documents::Document,
};

/// How many customers have their columns together: as many as in a chunk of the memory store.
const CHUNK: usize = 16_384;

/// How many customers are imported at once.
const BATCH: usize = 50_000;

pub(super) fn criteria(document: &Document) -> Result<Criteria, Box<dyn Error>> {
    Ok(Criteria::parse(document.criteria, &Catalog::customers())?)
}

pub(super) fn moment() -> Result<Moment, Box<dyn Error>> {
    Ok(Moment::in_utc("2026-01-01T00:00:00Z".parse()?))
}

/// Timed: `Criteria::matches` on each customer, which is the definition of the language as it stands.
pub(super) fn definition<'a>(
    customers: &'a [Customer],
    document: &Document,
) -> Result<Contestant<'a>, Box<dyn Error>> {
    let (criteria, moment) = (criteria(document)?, moment()?);
    Ok(Contestant::new("definition", customers.len(), move || {
        let matches = |customer: &&Customer| criteria.matches(*customer, moment);
        count(customers.iter().filter(matches).count())
    }))
}

/// Timed: `Matcher::matches` on each customer. The matcher is compiled before.
pub(super) fn row_program<'a>(
    customers: &'a [Customer],
    document: &Document,
) -> Result<Contestant<'a>, Box<dyn Error>> {
    let matcher = criteria(document)?.at(moment()?);
    Ok(Contestant::new("row program", customers.len(), move || {
        let selected = customers.iter().filter(|it| matcher.matches(*it));
        count(selected.count())
    }))
}

/// Customers in chunks, each with its columns.
pub(super) struct Chunks<'a> {
    chunks: Vec<(&'a [Customer], Columns)>,
}

impl<'a> Chunks<'a> {
    /// Without columns yet.
    pub(super) fn of(customers: &'a [Customer]) -> Self {
        let chunks = customers.chunks(CHUNK);
        Self {
            chunks: chunks.map(|chunk| (chunk, Columns::new())).collect(),
        }
    }

    fn select(&self, matcher: &Matcher<'_>) -> u64 {
        let chunks = self.chunks.iter();
        let counts = chunks.map(|(chunk, columns)| matcher.select(chunk, columns).count());
        count(counts.sum())
    }

    /// Builds the columns that the document reads, which the first selection does.
    pub(super) fn build(&self, document: &Document) -> Result<(), Box<dyn Error>> {
        self.select(&criteria(document)?.at(moment()?));
        Ok(())
    }

    /// What the columns take, in bytes, as they say themselves.
    pub(super) fn bytes(&self) -> u64 {
        count(self.chunks.iter().map(|(_, columns)| columns.bytes()).sum())
    }
}

/// Timed: `Matcher::select` on each chunk, and counting each set of rows. Matcher and columns are there before.
pub(super) fn batch<'a>(
    chunks: &'a Chunks<'_>,
    document: &Document,
) -> Result<Contestant<'a>, Box<dyn Error>> {
    let matcher = criteria(document)?.at(moment()?);
    let rows = chunks.chunks.iter().map(|(chunk, _)| chunk.len()).sum();
    let pass = move || chunks.select(&matcher);
    Ok(Contestant::new("batch, columns built", rows, pass))
}

/// A memory store with the customers, imported as a host does it.
pub(super) fn store(customers: &[Customer]) -> Result<MemoryStore, Box<dyn Error>> {
    let store = MemoryStore::new();
    block_on(async {
        let platform = TestPlatform::new(store.clone()).await?;
        for batch in customers.chunks(BATCH) {
            let report = platform
                .as_root()
                .customers()
                .import(batch.to_vec())
                .await?;
            if !report.refused.is_empty() {
                return Err("the store refuses a customer".into());
            }
        }
        Ok(store)
    })
}

/// Timed: `CustomerSource::count`, which compiles the criteria each time; it has counted before. Active customers alone
/// are selected.
pub(super) fn store_count<'a>(
    store: &'a MemoryStore,
    rows: usize,
    document: &Document,
) -> Result<Contestant<'a>, Box<dyn Error>> {
    let tenant: TenantId = "01980000-0000-7000-8000-000000000001".parse()?;
    let selection = Selection::new(tenant, criteria(document)?, moment()?);
    let pass = move || block_on(store.count(&selection)).unwrap_or_default();
    Ok(Contestant::new("memory store, count", rows, pass).of_active())
}
