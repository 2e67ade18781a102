//! Callers that hang up.

use std::time::Duration;

use offerkit_core::{
    domain::Scope,
    ports::{Access, Store as _, StoreError},
};
use offerkit_postgres::PgStore;
use sqlx::PgConnection;

use crate::{
    proxy::Proxy,
    world::{Outcome, World, event, loan, on, user},
};

/// A unit of work with a read, a change and a commit.
async fn work(store: &PgStore, name: &str) -> Outcome {
    let user = user(name)?;
    let mut tx = store.begin(Scope::Platform, Access::Write).await?;
    tx.users().find_by_name(user.name()).await?;
    tx.users().insert(&user).await?;
    tx.commit(event()?).await?;
    let mut tx = store.begin(Scope::Tenant(loan()), Access::Read).await?;
    tx.configurations().current().await?;
    Ok(())
}

/// How many users of this test there are, how many records of them, and how many transactions are open.
async fn state(beside: &mut PgConnection) -> Outcome<(i64, i64, i64)> {
    let state = sqlx::query_as(
        "SELECT (SELECT count(*) FROM offerkit.users WHERE username LIKE 'cut%'),
            (SELECT count(*) FROM offerkit.platform_audit_logs WHERE action = 'user.create' AND subject_kind = 'platform')
                - 1,
            (SELECT count(*) FROM pg_stat_activity
                WHERE datname = current_database() AND pid <> pg_backend_pid() AND state LIKE 'idle in transaction%')",
    );
    Ok(state.fetch_one(beside).await?)
}

/// First seen to fail without the rollback on drop: transactions stayed open, and the pool was empty.
#[tokio::test]
async fn a_caller_who_hangs_up_at_any_millisecond_leaves_nothing_behind() -> Outcome {
    let world = World::new().await?;
    let proxy = Proxy::before(&world.database.url(), Duration::from_millis(3))?;
    let pool = world.pool(3, |options| proxy.through(options))?;
    let store = on(&pool);
    let mut beside = world.beside().await?;
    let mut cut = 0;
    for after in 0..60 {
        let name = format!("cut{after}");
        let limit = Duration::from_millis(after);
        match tokio::time::timeout(limit, work(&store, &name)).await {
            Ok(done) => done?,
            Err(_) => cut += 1,
        }
    }
    assert!(cut >= 10, "only {cut} calls were cut");
    // What runs on without its caller takes a moment more.
    tokio::time::sleep(Duration::from_millis(200)).await;
    let (users, records, open) = state(&mut beside).await?;
    assert_eq!(users, records, "changes and records go together");
    assert_eq!(open, 0, "a transaction was left open");
    for _ in 0..3 {
        let mut connection = pool.acquire().await?;
        let tenant: (String,) =
            sqlx::query_as("SELECT coalesce(current_setting('offerkit.tenant', true), '')")
                .fetch_one(&mut *connection)
                .await?;
        assert_eq!(tenant.0, "", "a tenant was left set");
    }
    Ok(())
}

/// First seen to fail where a call cleared the mark of its own abortion: the commit kept half of a change.
#[tokio::test]
async fn a_call_that_its_caller_gave_up_aborts_the_transaction() -> Outcome {
    let world = World::new().await?;
    let proxy = Proxy::before(&world.database.url(), Duration::from_millis(20))?;
    let store = on(&world.pool(1, |options| proxy.through(options))?);
    let user = user("cut")?;
    let mut tx = store.begin(Scope::Platform, Access::Write).await?;
    let limit = Duration::from_millis(5);
    let insert = tokio::time::timeout(limit, async { tx.users().insert(&user).await }).await;
    assert!(insert.is_err(), "the insert was too quick to be cut");
    let found = tx.users().find(user.id()).await;
    assert!(matches!(found, Err(StoreError::Aborted)), "{found:?}");
    let committed = tx.commit(event()?).await;
    assert!(
        matches!(committed, Err(StoreError::Aborted)),
        "{committed:?}"
    );
    let mut tx = store.begin(Scope::Platform, Access::Read).await?;
    assert!(tx.users().find(user.id()).await?.is_none());
    Ok(())
}
