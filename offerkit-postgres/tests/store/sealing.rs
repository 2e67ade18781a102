//! Sealing while writers commit out of order and roll back.

use std::time::Duration;

use offerkit_core::{
    audit::{SealHead, Verifier},
    domain::Scope,
    ports::AuditSeals as _,
};
use offerkit_postgres::PgStore;
use sqlx::{Acquire as _, Executor as _, PgPool};

use crate::world::{Outcome, World, uuid};

const WRITERS: u64 = 6;
const RECORDS: u64 = 25;

/// Seals what can be sealed, and answers how many records that were.
async fn seal(store: &PgStore) -> Outcome<usize> {
    let mut head = store.head(Scope::Platform).await?;
    let records = store.unsealed(Scope::Platform, 7).await?;
    let from = head;
    let seals: Vec<_> = records
        .iter()
        .map(|record| {
            let seal = head.seal(record);
            head = SealHead::from(seal);
            seal
        })
        .collect();
    store.append(Scope::Platform, from, &seals).await?;
    Ok(seals.len())
}

/// Writes a record, waits, and commits, or rolls back every fifth time.
async fn write(pool: PgPool, writer: u64) -> Outcome<u64> {
    let mut committed = 0;
    for number in 0..RECORDS {
        let mut connection = pool.acquire().await?;
        let mut tx = connection.begin().await?;
        let insert = sqlx::query(
            "INSERT INTO offerkit.platform_audit_logs (id, operation_id, actor_kind, action, outcome, subject_kind, result,
                created_at)
            VALUES ($1, $2, 'anonymous', 'user.create', 'done', 'platform', 'null', '2026-03-02')",
        );
        tx.execute(insert.bind(uuid()).bind(uuid())).await?;
        // Each takes its own time, so that who began first does not commit first.
        let pause = (writer * 7 + number * 13) % 23;
        tokio::time::sleep(Duration::from_millis(pause)).await;
        if number % 5 == writer % 5 {
            tx.rollback().await?;
        } else {
            tx.commit().await?;
            committed += 1;
        }
    }
    Ok(committed)
}

/// First seen to fail with the horizon removed from what is unsealed: records whose transactions ended late stood before
/// the sealed ones, and were never sealed.
#[tokio::test]
async fn no_record_is_skipped_while_writers_commit_out_of_order() -> Outcome {
    let world = World::new().await?;
    let (store, pool) = world.store(10)?;
    let mut beside = world.beside().await?;
    // The seal of the fixture is none that verifies.
    beside
        .execute("SET session_replication_role = replica")
        .await?;
    beside
        .execute("ALTER TABLE offerkit.platform_audit_seals DISABLE TRIGGER ALL; DELETE FROM offerkit.platform_audit_seals; ALTER TABLE offerkit.platform_audit_seals ENABLE TRIGGER ALL")
        .await?;
    let writers: Vec<_> = (0..WRITERS)
        .map(|writer| tokio::spawn(write(pool.clone(), writer)))
        .collect();
    let mut sealed = 0;
    while !writers.iter().all(tokio::task::JoinHandle::is_finished) {
        sealed += seal(&store).await?;
    }
    let mut committed = 1; // The fixture's.
    for writer in writers {
        committed += usize::try_from(writer.await??)?;
    }
    loop {
        match seal(&store).await? {
            0 => break,
            more => sealed += more,
        }
    }
    assert_eq!(sealed, committed, "a record was skipped");
    assert_eq!(store.count_unsealed(Scope::Platform).await?, 0);
    let mut verifier = Verifier::new(Scope::Platform, None);
    for (seal, record) in store.sealed(Scope::Platform, 0, 1_000).await? {
        verifier.push(&seal, record.as_ref());
    }
    let found = verifier.finish(0);
    assert!(found.is_intact(), "{found:?}");
    Ok(())
}
