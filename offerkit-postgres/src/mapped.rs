//! The customers of a host, read where they stand.

use std::{
    any::Any,
    collections::{HashMap, HashSet},
    sync::Arc,
};

use async_trait::async_trait;
use offerkit_core::{
    domain::{Customer, Scope},
    id::CustomerId,
    ports::{Access, CustomerSource, Selection, StoreError},
};
use sqlx::{Postgres, QueryBuilder, types::Uuid};

use crate::{
    commit,
    connection::{Open, detached},
    criteria::{Relation, selected},
    customer_key::{self, KeyType},
    customers::{customer, identified},
    mapping::{CustomerMapping, CustomersError, Host, examine},
    store::PgStore,
};

/// The customers of a host, in a table or view of its own that is read and never altered: a source for
/// [`Offerkit::builder`](offerkit_core::services::OfferkitBuilder::customers). [`PgStore::customers_of`] makes one.
///
/// Rows without a key, or without a name that a customer can have, are no customers: they are neither selected, counted
/// nor got, and [`left_out`](Self::left_out) tells how many there are.
///
/// Two rows with one key are an error wherever both are seen, of [`StoreError::Backend`]: nobody can tell which of them
/// the customer is. A message is sent once nevertheless, since the ledger has one row for an id.
#[derive(Debug, Clone)]
pub struct MappedCustomers {
    store: PgStore,
    host: Arc<Host>,
}

impl PgStore {
    /// The customers of the host that `mapping` describes, if the database has them so.
    ///
    /// # Errors
    ///
    /// [`CustomersError::Unfit`] with everything that keeps them from being read, each with its remedy;
    /// [`CustomersError::Database`] where the database cannot be asked.
    pub async fn customers_of(
        &self,
        mapping: &CustomerMapping,
    ) -> Result<MappedCustomers, CustomersError> {
        let open = self.open_in(Scope::Platform, Access::Read).await;
        let mut open = open.map_err(CustomersError::Database)?;
        let host = examine(&mut open, mapping).await?;
        Ok(MappedCustomers {
            store: self.clone(),
            host: Arc::new(host),
        })
    }
}

#[async_trait]
impl CustomerSource for MappedCustomers {
    async fn get_many(&self, ids: &[CustomerId]) -> Result<Vec<Customer>, StoreError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let mut open = self.store.open_in(Scope::Platform, Access::Read).await?;
        self.read_many(&mut open, ids).await
    }

    /// Keeps, of text keys, which id stands for which.
    async fn select(
        &self,
        selection: &Selection,
        after: Option<CustomerId>,
        limit: usize,
    ) -> Result<Vec<CustomerId>, StoreError> {
        let scope = Scope::Tenant(selection.tenant());
        // One more than is asked for, so that two rows with one key are seen where a page would end between them.
        let more = limit.saturating_add(1);
        let statement = selected::page(self.relation(), selection, after, more);
        let access = match self.relation().key.source {
            Some(_) => Access::Write,
            None => Access::Read,
        };
        let mut open = self.store.open_in(scope, access).await?;
        let mut ids = detached(async move {
            let ids = identified(&mut open, statement).await?;
            commit::end(open).await?;
            Ok(ids)
        })
        .await?;
        if ids.windows(2).any(|pair| pair.first() == pair.last()) {
            return Err(self.relation().ambiguous());
        }
        ids.truncate(limit);
        Ok(ids)
    }

    async fn count(&self, selection: &Selection) -> Result<u64, StoreError> {
        let scope = Scope::Tenant(selection.tenant());
        let mut open = self.store.open_in(scope, Access::Read).await?;
        let mut statement = selected::count(self.relation(), selection);
        let rows = open.all(statement.build().persistent(false)).await?;
        let Some(row) = rows.first() else {
            return Ok(0);
        };
        let count = row.number("count")?;
        if row.number("keys")? < count {
            return Err(self.relation().ambiguous());
        }
        Ok(count)
    }

    /// The first selected customers in an order that means nothing.
    async fn sample(
        &self,
        selection: &Selection,
        limit: usize,
    ) -> Result<Vec<Customer>, StoreError> {
        let scope = Scope::Tenant(selection.tenant());
        let mut open = self.store.open_in(scope, Access::Read).await?;
        let mut statement = self.reading();
        selected::push_sample(&mut statement, self.relation(), selection, limit);
        let sampled = self.read(&mut open, statement).await?;
        let ids: HashSet<_> = sampled.iter().map(Customer::id).collect();
        if ids.len() < sampled.len() {
            return Err(self.relation().ambiguous());
        }
        Ok(sampled)
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl MappedCustomers {
    /// How many rows of the host are no customers, for want of a key or of a name that a customer can have.
    ///
    /// # Errors
    ///
    /// [`StoreError::Backend`] where the database cannot be asked.
    pub async fn left_out(&self) -> Result<u64, StoreError> {
        let mut open = self.store.open_in(Scope::Platform, Access::Read).await?;
        let mut statement = QueryBuilder::new("SELECT count(*) AS count FROM ");
        statement.push(self.relation().table());
        statement.push(" AS c WHERE (").push(&self.host.usable);
        statement.push(") IS NOT TRUE");
        let rows = open.all(statement.build().persistent(false)).await?;
        rows.first().map_or(Ok(0), |row| row.number("count"))
    }

    /// How PostgreSQL would find whom a selection selects: the lines of `EXPLAIN`. Nothing is selected.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where the database cannot be asked.
    pub async fn explain(&self, selection: &Selection) -> Result<Vec<String>, StoreError> {
        let scope = Scope::Tenant(selection.tenant());
        let mut open = self.store.open_in(scope, Access::Read).await?;
        let mut statement = selected::explain(self.relation(), selection);
        let rows = open.all(statement.build().persistent(false)).await?;
        rows.iter().map(|row| row.get("QUERY PLAN")).collect()
    }

    /// The customers of these ids, in this order, in a transaction that is open.
    pub(crate) async fn read_many(
        &self,
        open: &mut Open,
        ids: &[CustomerId],
    ) -> Result<Vec<Customer>, StoreError> {
        let found = match self.relation().key.key_type {
            KeyType::Uuid => {
                let keys: Vec<Uuid> = ids.iter().map(|id| id.as_uuid()).collect();
                self.with_keys(open, |it| {
                    it.push_bind(keys);
                })
                .await?
            }
            KeyType::BigInt => {
                let keys = ids.iter().filter_map(|id| customer_key::number_in(*id));
                let keys: Vec<i64> = keys.collect();
                self.with_keys(open, |it| {
                    it.push_bind(keys);
                })
                .await?
            }
            KeyType::Text => self.with_texts(open, ids).await?,
        };
        let count = found.len();
        let found: HashMap<_, _> = found.into_iter().map(|it| (it.id(), it)).collect();
        if found.len() < count {
            return Err(self.relation().ambiguous());
        }
        Ok(ids.iter().filter_map(|id| found.get(id).cloned()).collect())
    }

    pub(crate) fn relation(&self) -> &Relation {
        &self.host.relation
    }

    pub(crate) const fn store(&self) -> &PgStore {
        &self.store
    }

    /// The beginning of a statement that reads customers.
    fn reading(&self) -> QueryBuilder<Postgres> {
        let mut statement = QueryBuilder::new("SELECT ");
        statement.push(&self.host.selected).push(" ");
        statement
    }

    async fn read(
        &self,
        open: &mut Open,
        mut statement: QueryBuilder<Postgres>,
    ) -> Result<Vec<Customer>, StoreError> {
        let rows = open.all(statement.build().persistent(false)).await?;
        rows.iter().map(customer).collect()
    }

    /// The customers whose `value` is one of those that `bind` binds.
    async fn with(
        &self,
        open: &mut Open,
        value: &str,
        bind: impl FnOnce(&mut QueryBuilder<Postgres>),
    ) -> Result<Vec<Customer>, StoreError> {
        let mut statement = self.reading();
        statement.push("FROM ").push(self.relation().table());
        statement.push(" AS c WHERE ").push(&self.host.usable);
        statement.push(" AND ").push(value).push(" = ANY (");
        bind(&mut statement);
        statement.push(")");
        self.read(open, statement).await
    }

    async fn with_keys(
        &self,
        open: &mut Open,
        bind: impl FnOnce(&mut QueryBuilder<Postgres>),
    ) -> Result<Vec<Customer>, StoreError> {
        self.with(open, &self.relation().key.value, bind).await
    }

    /// Those whose keys were kept are found by them; only for others is every row's id made.
    async fn with_texts(
        &self,
        open: &mut Open,
        ids: &[CustomerId],
    ) -> Result<Vec<Customer>, StoreError> {
        let ids: Vec<Uuid> = ids.iter().map(|id| id.as_uuid()).collect();
        let statement = open
            .query(&[
                "SELECT it.customer_id, it.key FROM {schema}.customer_keys AS it
                WHERE it.customer_id = ANY ($1) AND it.source = $2",
            ])
            .bind(ids.clone())
            .bind(self.relation().key.source.as_deref().map(str::to_owned));
        let rows = open.all(statement).await?;
        let mut keys: Vec<String> = Vec::with_capacity(rows.len());
        let mut known = HashSet::new();
        for row in &rows {
            known.insert(row.get::<Uuid>("customer_id")?);
            keys.push(row.get("key")?);
        }
        let mut found = Vec::new();
        if !keys.is_empty() {
            found = self
                .with_keys(open, |it| {
                    it.push_bind(keys);
                })
                .await?;
        }
        let unknown: Vec<Uuid> = ids.into_iter().filter(|id| !known.contains(id)).collect();
        if !unknown.is_empty() {
            let others = self.with(open, self.relation().id(), |it| {
                it.push_bind(unknown);
            });
            found.extend(others.await?);
        }
        Ok(found)
    }
}
