//! Adding and replacing customers, one after the other as far as anyone can tell.
//!
//! Most files bring new customers. So their rows are first sent straight into the table, as `psql` would, as if none of
//! them were there and no two had a key in common: the unique keys are looked at once, by the insertion itself, whose
//! success means that each row adds somebody. Looking for each key beforehand took half as long again. Where a key is
//! there after all, the insertion is taken back, and the import looks whose it is, decides row by row, and brings the
//! outcome by a staging table in one merge.

use std::sync::atomic::{AtomicBool, Ordering};

use offerkit_core::ports::{ImportBatch, ImportReport, Incoming, StoreError, UniqueKey};
use sqlx::types::Uuid;

use self::plan::{Plan, Write};
use crate::{connection::Open, rows::Row};

mod binary;
mod plan;

pub(crate) use self::binary::Encoder;

/// Whether the last import met customers who were there. The next one is likely to as well, and an insertion that is taken
/// back leaves dead rows behind; so it does not try.
#[derive(Debug, Default)]
pub(crate) struct Meetings(AtomicBool);

/// Someone else took an id, external id or e-mail address between our look and our write.
#[derive(Debug, thiserror::Error)]
#[error("another import brought the same id, external id or e-mail address")]
struct Overtaken;

/// The staging table: temporary, so that its rows are seen by nobody else, are written to no log, and go with the
/// transaction, whose customers may be erased right after it. A session makes it once. Its number is that of its shape,
/// since a pooler's sessions outlive a release.
const STAGING: &str = "pg_temp.offerkit_staging_1";

/// A batch is looked up by index, however small the table seems to the planner: the work is that of the batch.
const BY_INDEX: &str = "SET LOCAL enable_seqscan = off; SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off";

/// Adds or replaces, and leaves out those that cannot be.
pub(super) async fn import(
    open: &mut Open,
    batch: &ImportBatch,
    meetings: &Meetings,
) -> Result<ImportReport, StoreError> {
    if !meetings.0.load(Ordering::Relaxed) {
        let plan = Plan::of_new(batch);
        if insert(open, &plan.writes).await? {
            return Ok(plan.report);
        }
    }
    open.run(&[BY_INDEX]).await?;
    let present = present(open, batch).await?;
    meetings.0.store(!present.is_empty(), Ordering::Relaxed);
    let plan = Plan::of(batch, &present)?;
    give_up(open, &plan.givers).await?;
    merge(open, &plan.writes).await?;
    Ok(plan.report)
}

/// Inserts customers as if none of them were there, and tells whether none was. Otherwise nothing has changed.
async fn insert(open: &mut Open, writes: &[Write<'_>]) -> Result<bool, StoreError> {
    open.run(&["SAVEPOINT customers"]).await?;
    let copied = open
        .copy(
            &[
                "COPY {schema}.customers (",
                COLUMNS,
                ") FROM STDIN (FORMAT BINARY)",
            ],
            Encoder::new(writes),
        )
        .await;
    match copied {
        Ok(()) => Ok(true),
        Err(StoreError::Duplicate(UniqueKey::Customer)) => {
            open.run(&["ROLLBACK TO SAVEPOINT customers"]).await?;
            Ok(false)
        }
        Err(error) => Err(error),
    }
}

/// Those who have a key of the batch, held until the transaction ends.
async fn present(open: &mut Open, batch: &ImportBatch) -> Result<Vec<Row>, StoreError> {
    let incoming = || batch.candidates.iter().flatten();
    let ids: Vec<Uuid> = incoming().map(|it| it.customer.id().as_uuid()).collect();
    let text = |of: fn(&Incoming) -> Option<&str>| -> Vec<String> {
        incoming().filter_map(of).map(str::to_owned).collect()
    };
    let statement = open
        .query(&[
            "SELECT it.id, it.external_id, it.email, it.created_at, it.erased_at IS NOT NULL AS is_erased
            FROM {schema}.customers AS it
            WHERE it.id IN (
                SELECT one.id FROM {schema}.customers AS one WHERE one.id = ANY ($1)
                UNION SELECT one.id FROM {schema}.customers AS one WHERE one.external_id = ANY ($2)
                UNION SELECT one.id FROM {schema}.customers AS one WHERE one.email = ANY ($3))
            ORDER BY it.id FOR UPDATE",
        ])
        .bind(ids)
        .bind(text(|it| it.customer.external_id()))
        .bind(text(|it| it.customer.email()));
    open.all(statement).await
}

/// Frees what some customers give up and others get, since the merge takes them in another order.
async fn give_up(open: &mut Open, givers: &[Uuid]) -> Result<(), StoreError> {
    if givers.is_empty() {
        return Ok(());
    }
    let statement = open.query(&[
        "UPDATE {schema}.customers SET external_id = NULL, email = NULL WHERE id = ANY ($1)",
    ]);
    open.execute(statement.bind(givers.to_vec()))
        .await
        .map(drop)
}

/// Brings customers to what they are to be. Who is that already stays untouched.
async fn merge(open: &mut Open, writes: &[Write<'_>]) -> Result<(), StoreError> {
    if writes.is_empty() {
        return Ok(());
    }
    let statement = open.query(&["SELECT to_regclass($1) IS NULL AS is_missing"]);
    let staging: [&'static str; 3] =
        if open.one(statement.bind(STAGING)).await?.get("is_missing")? {
            let shape = " (LIKE {schema}.customers) ON COMMIT DELETE ROWS";
            ["CREATE TEMPORARY TABLE ", STAGING, shape]
        } else {
            // An earlier import may have been made in the same transaction of a host.
            ["DELETE FROM ", STAGING, ""]
        };
    open.run(&staging).await?;
    let copy = [
        "COPY ",
        STAGING,
        " (",
        COLUMNS,
        ") FROM STDIN (FORMAT BINARY)",
    ];
    open.copy(&copy, Encoder::new(writes)).await?;
    let merge = open.query(&[
        "INSERT INTO {schema}.customers AS it (",
        COLUMNS,
        ") SELECT ",
        COLUMNS,
        " FROM ",
        STAGING,
        " ORDER BY id
        ON CONFLICT (id) DO UPDATE SET (external_id, full_name, email, phone, dob, gender, kyc_status, segment, occupation,
            annual_income, credit_score, state, city, pin_code, marital_status, account_age_months, preferred_language,
            is_active, created_at, attributes) = (excluded.external_id, excluded.full_name, excluded.email, excluded.phone,
            excluded.dob, excluded.gender, excluded.kyc_status, excluded.segment, excluded.occupation,
            excluded.annual_income, excluded.credit_score, excluded.state, excluded.city, excluded.pin_code,
            excluded.marital_status, excluded.account_age_months, excluded.preferred_language, excluded.is_active,
            excluded.created_at, excluded.attributes)
        WHERE it IS DISTINCT FROM excluded",
    ]);
    match open.execute(merge).await {
        Err(StoreError::Duplicate(UniqueKey::Customer)) => {
            Err(StoreError::Retry(Box::new(Overtaken)))
        }
        done => done.map(drop),
    }
}

/// What an import writes, in the order in which [`binary`] encodes it.
const COLUMNS: &str = "id, external_id, full_name, email, phone, dob, gender, kyc_status, segment, occupation, annual_income,
    credit_score, state, city, pin_code, marital_status, account_age_months, preferred_language, is_active, created_at,
    attributes";
