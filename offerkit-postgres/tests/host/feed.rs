//! A feed that is read while writers commit out of order and roll back.

use std::{collections::BTreeSet, time::Duration};

use offerkit_core::domain::Scope;
use offerkit_postgres::{EventCursor, PgStore};
use sqlx::{Acquire as _, PgPool, types::Uuid};

use crate::world::{Outcome, World};

const WRITERS: usize = 6;
const RECORDS: usize = 25;

/// Reads on from a cursor that was kept as a text.
async fn read(store: &PgStore, kept: &mut Option<String>) -> Outcome<Vec<Uuid>> {
    let cursor: Option<EventCursor> = kept.as_deref().map(str::parse).transpose()?;
    let events = store.events(Scope::Platform, cursor.as_ref(), 7).await?;
    if let Some(last) = events.last() {
        *kept = Some(last.cursor.to_string());
    }
    Ok(events
        .iter()
        .map(|event| event.record.id.as_uuid())
        .collect())
}

/// Writes a record, waits, and commits, or rolls back every fifth time.
async fn write(pool: PgPool, writer: usize) -> Outcome<Vec<Uuid>> {
    let mut committed = Vec::new();
    for number in 0..RECORDS {
        let mut connection = pool.acquire().await?;
        let mut tx = connection.begin().await?;
        let insert = sqlx::query_scalar(
            "INSERT INTO offerkit.platform_audit_logs (id, operation_id, actor_kind, action, outcome, subject_kind, result,
                created_at)
            VALUES (gen_random_uuid(), gen_random_uuid(), 'anonymous', 'user.create', 'done', 'platform', 'null', '2026-03-02')
            RETURNING id",
        );
        let id: Uuid = insert.fetch_one(&mut *tx).await?;
        // Each takes its own time, so that who began first does not commit first.
        let pause = u64::try_from((writer * 7 + number * 13) % 23)?;
        tokio::time::sleep(Duration::from_millis(pause)).await;
        if number % 5 == writer % 5 {
            tx.rollback().await?;
        } else {
            tx.commit().await?;
            committed.push(id);
        }
    }
    Ok(committed)
}

/// First seen to fail without the horizon, and with events in the order of their ids: records were skipped.
#[tokio::test]
async fn every_committed_record_is_told_once_and_no_other() -> Outcome {
    let world = World::new().await?;
    let mut kept = None;
    let mut before = world.count("offerkit.platform_audit_logs").await?;
    while before > 0 {
        before -= i64::try_from(read(&world.store, &mut kept).await?.len())?;
    }
    let pool = PgPool::connect(&world.database.url()).await?;
    let writers: Vec<_> = (0..WRITERS)
        .map(|writer| tokio::spawn(write(pool.clone(), writer)))
        .collect();
    let mut told = Vec::new();
    while !writers.iter().all(tokio::task::JoinHandle::is_finished) {
        told.extend(read(&world.store, &mut kept).await?);
    }
    let mut committed = BTreeSet::new();
    for writer in writers {
        committed.extend(writer.await??);
    }
    // Transactions of other tests, in the same cluster, may hold the last ones back for a moment.
    for _ in 0..3_000 {
        told.extend(read(&world.store, &mut kept).await?);
        if told.len() >= committed.len() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(
        told.len(),
        committed.len(),
        "a record was skipped, or told twice"
    );
    assert_eq!(told.into_iter().collect::<BTreeSet<_>>(), committed);
    // In the order of their transactions.
    let mut beside = world.beside().await?;
    let in_order: Vec<Uuid> = sqlx::query_scalar(
        "SELECT id FROM offerkit.platform_audit_logs ORDER BY epoch, transaction_id, id",
    )
    .fetch_all(&mut beside)
    .await?;
    let mut all = Vec::new();
    while all.len() < in_order.len() {
        all = world.store.events(Scope::Platform, None, 10_000).await?;
    }
    let all: Vec<_> = all.iter().map(|event| event.record.id.as_uuid()).collect();
    assert_eq!(all, in_order);
    Ok(())
}
