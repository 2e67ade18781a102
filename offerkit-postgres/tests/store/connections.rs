//! Connections that someone broke or left in a transaction.

use offerkit_core::{
    domain::Scope,
    ports::{Access, Store as _, StoreError},
};
use sqlx::Executor as _;

use crate::world::{Outcome, World, event, loan, on, user};

/// First seen to fail with the probe removed from `BEGIN`: the commit took with it what someone else had changed and never
/// committed.
#[tokio::test]
async fn a_connection_that_someone_left_in_a_transaction_is_not_used() -> Outcome {
    let world = World::new().await?;
    let (store, pool) = world.store(1)?;
    let mut left = pool.acquire().await?;
    left.execute("BEGIN").await?;
    left.execute("UPDATE offerkit.users SET full_name = 'Left open' WHERE username = 'asha'")
        .await?;
    drop(left);
    let user = user("new")?;
    let mut tx = store.begin(Scope::Platform, Access::Write).await?;
    tx.users().insert(&user).await?;
    tx.commit(event()?).await?;
    let mut beside = world.beside().await?;
    let seen: (bool, bool) = sqlx::query_as(
        "SELECT bool_or(username = 'new'), coalesce(bool_or(full_name = 'Left open'), FALSE) FROM offerkit.users",
    )
    .fetch_one(&mut beside)
    .await?;
    assert_eq!(seen, (true, false));
    Ok(())
}

/// First seen to fail with `is_alone` not looked at: the change that was never committed was read.
#[tokio::test]
async fn what_reads_with_one_call_is_in_no_transaction_of_someone_else() -> Outcome {
    let world = World::new().await?;
    for begin in [
        "BEGIN; UPDATE offerkit.users SET full_name = 'Left open' WHERE username = 'asha'",
        "BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM offerkit.users",
    ] {
        let (store, pool) = world.store(1)?;
        let mut left = pool.acquire().await?;
        left.execute(sqlx::raw_sql(begin)).await?;
        drop(left);
        let mut beside = world.beside().await?;
        beside.execute("SET lock_timeout = '10ms'").await?;
        let committed = beside
            .execute("UPDATE offerkit.users SET full_name = 'Committed' WHERE username = 'asha'")
            .await
            .is_ok();
        let mut tx = store.begin(Scope::Platform, Access::ReadCommitted).await?;
        let asha = tx.users().find_by_name(&"asha".parse()?).await?;
        let name = asha.and_then(|asha| asha.full_name().as_ref().map(ToString::to_string));
        assert_eq!(name.as_deref(), committed.then_some("Committed"), "{begin}");
        drop(tx);
        let mut same = pool.acquire().await?;
        let row: (bool, String) = sqlx::query_as(
            "SELECT pg_current_xact_id_if_assigned() IS NULL, coalesce(current_setting('offerkit.tenant', true), '')",
        )
        .fetch_one(&mut *same)
        .await?;
        assert_eq!(row, (true, String::new()));
    }
    Ok(())
}

#[tokio::test]
async fn connections_that_the_server_has_closed_are_replaced() -> Outcome {
    let world = World::new().await?;
    let (store, pool) = world.store(4)?;
    let held = [
        pool.acquire().await?,
        pool.acquire().await?,
        pool.acquire().await?,
    ];
    drop(held);
    let mut beside = world.beside().await?;
    let others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid()";
    beside.execute(others).await?;
    let mut tx = store.begin(Scope::Platform, Access::Read).await?;
    assert!(tx.users().find_by_name(&"asha".parse()?).await?.is_some());
    Ok(())
}

/// First seen to fail without the rollback on drop: the second transaction saw the user that the first had inserted.
#[tokio::test]
async fn a_dropped_transaction_gives_its_connection_back_clean() -> Outcome {
    let world = World::new().await?;
    let (store, pool) = world.store(1)?;
    for _ in 0..20 {
        let user = user("new")?;
        let mut tx = store.begin(Scope::Tenant(loan()), Access::Write).await?;
        tx.users().insert(&user).await?;
        drop(tx);
    }
    let mut connection = pool.acquire().await?;
    let row: (bool, String) = sqlx::query_as(
        "SELECT EXISTS (SELECT FROM offerkit.users WHERE username = 'new'),
            coalesce(current_setting('offerkit.tenant', true), '')",
    )
    .fetch_one(&mut *connection)
    .await?;
    assert_eq!(row, (false, String::new()));
    Ok(())
}

#[test]
fn a_transaction_is_dropped_outside_the_runtime_too() -> Outcome {
    let runtime = tokio::runtime::Runtime::new()?;
    let world = runtime.block_on(World::new())?;
    // A pool belongs to the runtime that it is used in.
    let context = runtime.enter();
    let (store, _) = world.store(1)?;
    drop(context);
    for _ in 0..3 {
        let tx = runtime.block_on(store.begin(Scope::Platform, Access::Write))?;
        drop(tx);
    }
    Ok(())
}

#[test]
fn without_a_runtime_a_store_says_what_it_lacks() -> Outcome {
    let runtime = tokio::runtime::Runtime::new()?;
    let store = runtime.block_on(async {
        let pool = sqlx::PgPool::connect_lazy("postgres://localhost/none")?;
        Ok::<_, sqlx::Error>(on(&pool))
    })?;
    let mut begin = std::pin::pin!(store.begin(Scope::Platform, Access::Read));
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    let std::task::Poll::Ready(Err(StoreError::Backend(error))) = begin.as_mut().poll(&mut context)
    else {
        return Err("it began".into());
    };
    assert!(error.to_string().contains("no reactor"), "{error}");
    Ok(())
}
