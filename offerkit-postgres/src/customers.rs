//! The platform's customers.

use std::{any::Any, collections::HashMap, sync::Arc};

use async_trait::async_trait;
use offerkit_core::{
    audit::AuditEvent,
    domain::{Customer, ErasureReport, Scope, Trace},
    id::CustomerId,
    ports::{
        Access, CustomerSource, CustomerStore, ImportBatch, ImportReport, Selection, StoreError,
    },
    time::Timestamp,
};
use sqlx::{Postgres, QueryBuilder, types::Uuid};

pub(crate) use self::row::customer;
use crate::{
    audit,
    commit::{self, Settling},
    connection::{Open, detached},
    criteria::{Relation, selected},
    error::backend,
    kept_messages,
    store::PgStore,
};

mod import;
mod row;

pub(crate) use self::import::{Encoder, Meetings};

const SELECT: &str = "SELECT it.id, it.external_id, it.full_name, it.email, it.phone, it.dob, it.gender, it.kyc_status,
    it.segment, it.occupation, it.annual_income, it.credit_score, it.state, it.city, it.pin_code, it.marital_status,
    it.account_age_months, it.preferred_language, it.is_active, it.created_at, it.attributes::TEXT AS attributes
FROM {schema}.customers AS it ";

#[async_trait]
impl CustomerSource for PgStore {
    async fn get_many(&self, ids: &[CustomerId]) -> Result<Vec<Customer>, StoreError> {
        let mut open = self.open_in(Scope::Platform, Access::Read).await?;
        read(&mut open, ids).await
    }

    async fn select(
        &self,
        selection: &Selection,
        after: Option<CustomerId>,
        limit: usize,
    ) -> Result<Vec<CustomerId>, StoreError> {
        let mut open = self.open_for(selection).await?;
        let relation = Relation::ours(open.schema());
        let statement = selected::page(&relation, selection, after, limit);
        identified(&mut open, statement).await
    }

    async fn count(&self, selection: &Selection) -> Result<u64, StoreError> {
        let mut open = self.open_for(selection).await?;
        let relation = Relation::ours(open.schema());
        let mut statement = selected::count(&relation, selection);
        let rows = open.all(statement.build().persistent(false)).await?;
        rows.first().map_or(Ok(0), |row| row.number("count"))
    }

    /// The first selected customers in an order that means nothing, so that a sample is spread over old and new ones.
    async fn sample(
        &self,
        selection: &Selection,
        limit: usize,
    ) -> Result<Vec<Customer>, StoreError> {
        let mut open = self.open_for(selection).await?;
        let relation = Relation::ours(open.schema());
        let mut sampled = Vec::new();
        // Where the first of all customers do not make a sample, all are asked; those found before stay the first.
        for relation in relation.first_sampled().iter().chain([&relation]) {
            let statement = selected::sample(relation, selection, limit);
            sampled = identified(&mut open, statement).await?;
            if sampled.len() >= limit {
                break;
            }
        }
        read(&mut open, &sampled).await
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl PgStore {
    /// How PostgreSQL would find whom a selection selects: the lines of `EXPLAIN`. Nothing is selected.
    ///
    /// # Errors
    ///
    /// [`StoreError`] where the database cannot be asked.
    pub async fn explain(&self, selection: &Selection) -> Result<Vec<String>, StoreError> {
        let mut open = self.open_for(selection).await?;
        let relation = Relation::ours(open.schema());
        let mut statement = selected::explain(&relation, selection);
        let rows = open.all(statement.build().persistent(false)).await?;
        rows.iter().map(|row| row.get("QUERY PLAN")).collect()
    }

    /// One snapshot, in which the deliveries of the selection's tenant are seen, and of no other.
    async fn open_for(&self, selection: &Selection) -> Result<Open, StoreError> {
        let scope = Scope::Tenant(selection.tenant());
        self.open_in(scope, Access::Read).await
    }
}

/// The customers whose ids a statement of criteria selects. It is planned with its values each time, since how many
/// customers they select decides how they are best found.
pub(crate) async fn identified(
    open: &mut Open,
    mut statement: QueryBuilder<Postgres>,
) -> Result<Vec<CustomerId>, StoreError> {
    let rows = open.all(statement.build().persistent(false)).await?;
    let ids = rows.iter().map(|row| row.get("id"));
    ids.map(|id| id.map(CustomerId::from_uuid)).collect()
}

/// The customers of these ids, in this order.
async fn read(open: &mut Open, ids: &[CustomerId]) -> Result<Vec<Customer>, StoreError> {
    let keys: Vec<Uuid> = ids.iter().map(|id| id.as_uuid()).collect();
    let statement = open.query(&[SELECT, "WHERE it.id = ANY ($1)"]).bind(keys);
    let mut found = HashMap::new();
    for row in open.all(statement).await? {
        let customer = customer(&row)?;
        found.insert(customer.id(), customer);
    }
    Ok(ids.iter().filter_map(|id| found.get(id).cloned()).collect())
}

#[async_trait]
impl CustomerStore for PgStore {
    async fn import(
        &self,
        batch: Arc<ImportBatch>,
        event: AuditEvent,
    ) -> Result<ImportReport, StoreError> {
        let (mut open, settling) = self.recorded(&event).await?;
        let meetings = self.meetings();
        detached(async move {
            refuse_repeated(&mut open, &event).await?;
            let report = import::import(&mut open, &batch, &meetings).await?;
            let mut record = event.into_record();
            record.result = serde_json::to_value(&report).unwrap_or_default();
            commit::commit(open, record, settling).await?;
            Ok(report)
        })
        .await
    }

    async fn erase(
        &self,
        customer: CustomerId,
        event: AuditEvent,
    ) -> Result<Option<ErasureReport>, StoreError> {
        let (mut open, settling) = self.recorded(&event).await?;
        detached(async move {
            refuse_repeated(&mut open, &event).await?;
            let mut record = event.into_record();
            let report = erase(&mut open, customer, record.at).await?;
            record.result = serde_json::to_value(&report).map_err(backend)?;
            commit::commit(open, record, settling).await?;
            Ok(report)
        })
        .await
    }
}

impl PgStore {
    /// A transaction for what belongs to the platform, and is recorded there.
    pub(crate) async fn recorded(
        &self,
        event: &AuditEvent,
    ) -> Result<(Open, Settling), StoreError> {
        if event.scope() != Scope::Platform {
            return Err(StoreError::WrongScope {
                transaction: Scope::Platform,
                change: event.scope(),
            });
        }
        let open = self.open_in(Scope::Platform, Access::Write).await?;
        Ok((open, self.settling()))
    }
}

/// Spares the work of an operation that was done before; the commit finds out about one that is done meanwhile.
pub(crate) async fn refuse_repeated(open: &mut Open, event: &AuditEvent) -> Result<(), StoreError> {
    match audit::find_operation(open, event.operation()).await? {
        Some(first) => Err(StoreError::AlreadyDone(Box::new(first))),
        None => Ok(()),
    }
}

/// Scrubs the row, deletes what was kept of their messages, and answers how much of each, if there was any.
async fn erase(
    open: &mut Open,
    customer: CustomerId,
    at: Timestamp,
) -> Result<Option<ErasureReport>, StoreError> {
    kept_messages::hold(open).await?;
    let statement = open
        .query(&[
            "UPDATE {schema}.customers SET external_id = NULL, full_name = '(erased)', email = NULL, phone = NULL,
                dob = NULL, gender = NULL, kyc_status = NULL, segment = NULL, occupation = NULL, annual_income = NULL,
                credit_score = NULL, state = NULL, city = NULL, pin_code = NULL, marital_status = NULL,
                account_age_months = NULL, preferred_language = NULL, is_active = FALSE, attributes = '{}', erased_at = $2
            WHERE id = $1 AND erased_at IS NULL",
        ])
        .bind(customer.as_uuid())
        .bind(at.as_datetime());
    let rows = open.execute(statement).await?;
    // The key of a customer who stands in a table of the host, which alone can erase them there.
    let statement =
        open.query(&["DELETE FROM {schema}.customer_keys AS it WHERE it.customer_id = $1"]);
    let keys = open.execute(statement.bind(customer.as_uuid())).await?;
    let messages = kept_messages::erase(open, customer).await?;
    if rows + keys + messages == 0 {
        let statement =
            open.query(&["SELECT it.id FROM {schema}.customers AS it WHERE it.id = $1"]);
        let found = open.optional(statement.bind(customer.as_uuid())).await?;
        return Ok(found.map(|_| ErasureReport::default()));
    }
    let report = ErasureReport::default()
        .with(Trace::Customer, rows)
        .with(Trace::HostKey, keys)
        .with(Trace::KeptMessage, messages);
    Ok(Some(report))
}
