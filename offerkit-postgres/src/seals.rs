//! The chain over a scope's audit log.

use std::time::Duration;

use async_trait::async_trait;
use offerkit_core::{
    audit::{AuditRecord, Seal, SealHead},
    domain::Scope,
    id::AuditId,
    ports::{Access, AuditSeals, StoreError, UniqueKey},
};
use sqlx::types::Uuid;

use crate::{
    audit::{COLUMNS, record},
    commit,
    connection::{Open, detached},
    order::{ORDER, SETTLED, bound},
    rows::{Row, signed, sought},
    store::PgStore,
};

/// How often transactions that still run are waited for, so that what was committed a moment ago is sealed now.
const TRIES: u32 = 200;
const PAUSE: Duration = Duration::from_millis(10);

const OPEN: &str = "records are sealed once the host's transaction has ended";

/// The statements of one kind of scope. Those of tenants bind the tenant first; the platform's bind nothing there.
struct Chain {
    /// The last seal, if there is one.
    last: &'static str,
    /// What follows the last sealed record `last`, and in which order.
    following: &'static str,
    sealed: &'static str,
    insert: &'static str,
}

const TENANT: Chain = Chain {
    last: "SELECT it.position, it.hash FROM {schema}.audit_seals AS it WHERE it.tenant_id = $1
        ORDER BY it.position DESC LIMIT 1",
    following: " FROM {schema}.offer_audit_logs AS it
        LEFT JOIN (
            SELECT sealed.epoch, sealed.transaction_id, sealed.id FROM {schema}.audit_seals AS seal
            JOIN {schema}.offer_audit_logs AS sealed
                ON sealed.tenant_id = seal.tenant_id AND sealed.id = seal.record_id
            WHERE seal.tenant_id = $1 ORDER BY seal.position DESC LIMIT 1
        ) AS last ON TRUE
        WHERE it.tenant_id = $1
            AND (last.id IS NULL OR (it.epoch, it.transaction_id, it.id) > (last.epoch, last.transaction_id, last.id))",
    sealed: " FROM {schema}.audit_seals AS seal
        LEFT JOIN {schema}.offer_audit_logs AS it ON it.tenant_id = seal.tenant_id AND it.id = seal.record_id
        WHERE seal.tenant_id = $1 AND seal.position > $2 ORDER BY seal.position LIMIT $3",
    insert: "INSERT INTO {schema}.audit_seals (tenant_id, position, record_id, hash)
        SELECT $1, new.position, new.record_id, new.hash
        FROM unnest($2::BIGINT[], $3::UUID[], $4::BYTEA[]) AS new (position, record_id, hash) ORDER BY new.position",
};

const PLATFORM: Chain = Chain {
    last: "SELECT it.position, it.hash FROM {schema}.platform_audit_seals AS it WHERE $1::UUID IS NULL
        ORDER BY it.position DESC LIMIT 1",
    following: " FROM {schema}.platform_audit_logs AS it
        LEFT JOIN (
            SELECT sealed.epoch, sealed.transaction_id, sealed.id FROM {schema}.platform_audit_seals AS seal
            JOIN {schema}.platform_audit_logs AS sealed ON sealed.id = seal.record_id
            ORDER BY seal.position DESC LIMIT 1
        ) AS last ON TRUE
        WHERE $1::UUID IS NULL
            AND (last.id IS NULL OR (it.epoch, it.transaction_id, it.id) > (last.epoch, last.transaction_id, last.id))",
    sealed: " FROM {schema}.platform_audit_seals AS seal
        LEFT JOIN {schema}.platform_audit_logs AS it ON it.id = seal.record_id
        WHERE $1::UUID IS NULL AND seal.position > $2 ORDER BY seal.position LIMIT $3",
    insert: "INSERT INTO {schema}.platform_audit_seals (position, record_id, hash)
        SELECT new.position, new.record_id, new.hash
        FROM unnest($2::BIGINT[], $3::UUID[], $4::BYTEA[]) AS new (position, record_id, hash)
        WHERE $1::UUID IS NULL ORDER BY new.position",
};

const fn chain(scope: Scope) -> &'static Chain {
    match scope {
        Scope::Platform => &PLATFORM,
        Scope::Tenant(_) => &TENANT,
    }
}

#[async_trait]
impl AuditSeals for PgStore {
    async fn head(&self, scope: Scope) -> Result<SealHead, StoreError> {
        let mut open = self.open_in(scope, Access::Read).await?;
        head(&mut open).await
    }

    async fn unsealed(&self, scope: Scope, limit: usize) -> Result<Vec<AuditRecord>, StoreError> {
        self.refuse_joined(OPEN)?;
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let mut tries = TRIES;
        loop {
            let mut open = self.open_in(scope, Access::Read).await?;
            let statement = bound(
                &open,
                &[
                    COLUMNS,
                    ", ",
                    SETTLED,
                    " AS is_settled",
                    chain(scope).following,
                    ORDER,
                    "$2",
                ],
            );
            let rows = open.all(statement.bind(limit)).await?;
            drop(open);
            let mut records = Vec::new();
            for row in &rows {
                if row.get::<bool>("is_settled")? {
                    records.push(record(row, scope)?);
                }
            }
            if records.len() == rows.len() || tries == 0 {
                return Ok(records);
            }
            tries -= 1;
            tokio::time::sleep(PAUSE).await;
        }
    }

    async fn count_unsealed(&self, scope: Scope) -> Result<u64, StoreError> {
        let mut open = self.open_in(scope, Access::Read).await?;
        let statement = bound(&open, &["SELECT count(*) AS count", chain(scope).following]);
        open.one(statement).await?.number("count")
    }

    async fn append(&self, scope: Scope, head: SealHead, seals: &[Seal]) -> Result<(), StoreError> {
        self.refuse_joined(OPEN)?;
        let seals = seals.to_vec();
        let open = self.open_in(scope, Access::Write).await?;
        detached(append(open, head, seals)).await
    }

    async fn sealed(
        &self,
        scope: Scope,
        after: u64,
        limit: usize,
    ) -> Result<Vec<(Seal, Option<AuditRecord>)>, StoreError> {
        let mut open = self.open_in(scope, Access::Read).await?;
        let statement = bound(
            &open,
            &[
                COLUMNS,
                ", seal.position, seal.record_id, seal.hash",
                chain(scope).sealed,
            ],
        )
        .bind(sought(after))
        .bind(i64::try_from(limit).unwrap_or(i64::MAX));
        let rows = open.all(statement).await?;
        rows.iter()
            .map(|row| {
                let is_there = row.get::<Option<Uuid>>("id")?.is_some();
                let record = is_there.then(|| record(row, scope)).transpose()?;
                Ok((seal(row)?, record))
            })
            .collect()
    }
}

async fn head(open: &mut Open) -> Result<SealHead, StoreError> {
    let scope = open.scope();
    let statement = bound(open, &[chain(scope).last]);
    match open.optional(statement).await? {
        None => Ok(SealHead::genesis(scope)),
        Some(row) => Ok(SealHead {
            position: row.number("position")?,
            hash: row.digest("hash")?,
        }),
    }
}

/// Appends seals of the records that come next in the order of commits, and no others.
async fn append(mut open: Open, expected: SealHead, seals: Vec<Seal>) -> Result<(), StoreError> {
    if head(&mut open).await? != expected {
        return Err(StoreError::Conflict("audit chain"));
    }
    let scope = open.scope();
    let limit = i64::try_from(seals.len()).unwrap_or(i64::MAX);
    let statement = bound(
        &open,
        &[
            "SELECT it.id",
            chain(scope).following,
            " AND ",
            SETTLED,
            ORDER,
            "$2",
        ],
    );
    let next = open.all(statement.bind(limit)).await?;
    if next.len() < seals.len() {
        return Err(StoreError::MissingReference("audit record"));
    }
    let mut position = expected.position;
    for (seal, row) in seals.iter().zip(&next) {
        position = position.saturating_add(1);
        if seal.position != position || seal.record != AuditId::from_uuid(row.get("id")?) {
            return Err(StoreError::Refused(
                "seals follow the order of the commits, without gaps",
            ));
        }
    }
    let positions: Vec<i64> = seals
        .iter()
        .map(|seal| signed(seal.position))
        .collect::<Result<_, _>>()?;
    let records: Vec<Uuid> = seals.iter().map(|seal| seal.record.as_uuid()).collect();
    let hashes: Vec<Vec<u8>> = seals
        .iter()
        .map(|seal| seal.hash.as_bytes().to_vec())
        .collect();
    let statement = bound(&open, &[chain(scope).insert])
        .bind(positions)
        .bind(records)
        .bind(hashes);
    match open.execute(statement).await {
        Err(StoreError::Duplicate(UniqueKey::Id)) => Err(StoreError::Conflict("audit chain")),
        Err(error) => Err(error),
        Ok(_) => commit::end(open).await,
    }
}

fn seal(row: &Row) -> Result<Seal, StoreError> {
    Ok(Seal {
        position: row.number("position")?,
        record: AuditId::from_uuid(row.get("record_id")?),
        hash: row.digest("hash")?,
    })
}
