//! The platform's customers.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use async_trait::async_trait;
use offerkit_core::{
    audit::AuditEvent,
    domain::{Customer, Scope},
    id::CustomerId,
    ports::{
        Access, CustomerSource, CustomerStore, ImportBatch, ImportReport, Selection, StoreError,
    },
    time::Timestamp,
};
use sqlx::types::Uuid;

use self::{history::Deliveries, row::customer};
use crate::{
    audit,
    commit::{self, Settling},
    connection::{Open, detached},
    store::PgStore,
};

mod history;
mod import;
mod row;

pub(crate) use self::import::{Encoder, Meetings};

const SELECT: &str = "SELECT it.id, it.external_id, it.full_name, it.email, it.phone, it.dob, it.gender, it.kyc_status,
    it.segment, it.occupation, it.annual_income, it.credit_score, it.state, it.city, it.pin_code, it.marital_status,
    it.account_age_months, it.preferred_language, it.is_active, it.created_at, it.attributes::TEXT AS attributes
FROM {schema}.customers AS it ";

/// How many customers are read at once where the criteria look at each.
const BATCH: usize = 2_000;

/// Selects by reading the active customers in order of their ids and asking the criteria about each: as much work as
/// there are customers, and never another answer than the criteria's own.
#[async_trait]
impl CustomerSource for PgStore {
    async fn get_many(&self, ids: &[CustomerId]) -> Result<Vec<Customer>, StoreError> {
        let mut open = self.open_in(Scope::Platform, Access::Read).await?;
        let keys: Vec<Uuid> = ids.iter().map(|id| id.as_uuid()).collect();
        let statement = open.query(&[SELECT, "WHERE it.id = ANY ($1)"]).bind(keys);
        let mut found = HashMap::new();
        for row in open.all(statement).await? {
            let customer = customer(&row)?;
            found.insert(customer.id(), customer);
        }
        Ok(ids.iter().filter_map(|id| found.get(id).cloned()).collect())
    }

    async fn select(
        &self,
        selection: &Selection,
        after: Option<CustomerId>,
        limit: usize,
    ) -> Result<Vec<CustomerId>, StoreError> {
        let mut open = self.open_for(selection).await?;
        let mut selected = Vec::new();
        let mut after = after;
        while selected.len() < limit {
            let batch = active(&mut open, after).await?;
            let history = Deliveries::asked(&mut open, selection, &batch).await?;
            let chosen = batch.iter().filter(|it| selection.selects(it, &history));
            selected.extend(chosen.map(Customer::id).take(limit - selected.len()));
            match batch.last() {
                Some(last) if batch.len() == BATCH => after = Some(last.id()),
                Some(_) | None => break,
            }
        }
        Ok(selected)
    }

    async fn count(&self, selection: &Selection) -> Result<u64, StoreError> {
        let mut count = 0;
        self.each_selected(selection, |_| count += 1).await?;
        Ok(count)
    }

    /// The random end of an id comes first here, so that a sample is spread over old and new customers.
    async fn sample(
        &self,
        selection: &Selection,
        limit: usize,
    ) -> Result<Vec<Customer>, StoreError> {
        let mut sample = BTreeMap::new();
        self.each_selected(selection, |customer| {
            sample.insert(customer.id().as_uuid().as_u128().reverse_bits(), customer);
            if sample.len() > limit {
                sample.pop_last();
            }
        })
        .await?;
        Ok(sample.into_values().collect())
    }
}

impl PgStore {
    /// One snapshot, in which the deliveries of the selection's tenant are seen, and of no other.
    async fn open_for(&self, selection: &Selection) -> Result<Open, StoreError> {
        let scope = Scope::Tenant(selection.tenant());
        self.open_in(scope, Access::Read).await
    }

    async fn each_selected(
        &self,
        selection: &Selection,
        mut take: impl FnMut(Customer) + Send,
    ) -> Result<(), StoreError> {
        let mut open = self.open_for(selection).await?;
        let mut after = None;
        loop {
            let batch = active(&mut open, after).await?;
            let history = Deliveries::asked(&mut open, selection, &batch).await?;
            after = batch.last().map(Customer::id);
            let is_last = batch.len() < BATCH;
            for customer in batch {
                if selection.selects(&customer, &history) {
                    take(customer);
                }
            }
            if is_last {
                return Ok(());
            }
        }
    }
}

/// The next active customers, in order of their ids.
async fn active(open: &mut Open, after: Option<CustomerId>) -> Result<Vec<Customer>, StoreError> {
    let after = after.map_or(Uuid::nil(), CustomerId::as_uuid);
    let statement = open
        .query(&[
            SELECT,
            "WHERE it.is_active AND it.id > $1 ORDER BY it.id LIMIT $2",
        ])
        .bind(after)
        .bind(i64::try_from(BATCH).unwrap_or(i64::MAX));
    let rows = open.all(statement).await?;
    rows.iter().map(customer).collect()
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

    async fn erase(&self, customer: CustomerId, event: AuditEvent) -> Result<bool, StoreError> {
        let (mut open, settling) = self.recorded(&event).await?;
        detached(async move {
            refuse_repeated(&mut open, &event).await?;
            let mut record = event.into_record();
            let was_there = erase(&mut open, customer, record.at).await?;
            record.result = was_there.into();
            commit::commit(open, record, settling).await?;
            Ok(was_there)
        })
        .await
    }
}

impl PgStore {
    /// A transaction for what belongs to the platform, and is recorded there.
    async fn recorded(&self, event: &AuditEvent) -> Result<(Open, Settling), StoreError> {
        if event.scope() != Scope::Platform {
            return Err(StoreError::WrongScope {
                transaction: Scope::Platform,
                change: event.scope(),
            });
        }
        let open = self.open_in(Scope::Platform, Access::Write).await?;
        let (pool, schema) = self.parts();
        Ok((open, Settling { pool, schema }))
    }
}

/// Spares the work of an operation that was done before; the commit finds out about one that is done meanwhile.
async fn refuse_repeated(open: &mut Open, event: &AuditEvent) -> Result<(), StoreError> {
    match audit::find_operation(open, event.operation()).await? {
        Some(first) => Err(StoreError::AlreadyDone(Box::new(first))),
        None => Ok(()),
    }
}

/// Scrubs the row and what was sent, and answers whether there is such a customer.
async fn erase(open: &mut Open, customer: CustomerId, at: Timestamp) -> Result<bool, StoreError> {
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
    if open.execute(statement).await? == 0 {
        let statement =
            open.query(&["SELECT it.id FROM {schema}.customers AS it WHERE it.id = $1"]);
        let found = open.optional(statement.bind(customer.as_uuid())).await?;
        return Ok(found.is_some());
    }
    let statement = open.query(&[
        "UPDATE {schema}.kept_messages SET address = NULL, subject = NULL, body = NULL WHERE customer_id = $1",
    ]);
    open.execute(statement.bind(customer.as_uuid())).await?;
    Ok(true)
}
