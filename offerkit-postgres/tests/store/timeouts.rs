//! Waits that end.

use std::{net::TcpListener, time::Duration};

use offerkit_core::{
    digest::Digest,
    domain::Scope,
    id::OfferId,
    ports::{Access, AuditSeals as _, Sessions as _, Store as _, StoreError},
};
use offerkit_postgres::{PgStore, Timeouts};
use sqlx::{Connection as _, Executor as _, types::Uuid};

use crate::world::{Outcome, World, loan, on};

/// No longer than it takes to see that it ends.
const SHORT: Duration = Duration::from_millis(50);

fn store(world: &World, timeouts: Timeouts) -> Outcome<PgStore> {
    let pool = timeouts.pool_options().max_connections(2);
    Ok(on(&pool.connect_lazy(&world.database.url())?))
}

#[tokio::test]
async fn whoever_waits_too_long_for_a_lock_may_try_again() -> Outcome {
    let world = World::new().await?;
    let mut beside = world.beside().await?;
    let mut held = beside.begin().await?;
    held.execute("SELECT FROM offerkit.offers FOR UPDATE")
        .await?;
    let lock = SHORT;
    let store = store(
        &world,
        Timeouts {
            lock,
            ..Timeouts::default()
        },
    )?;
    let id: Uuid = sqlx::query_scalar("SELECT md5('loan draft')::UUID")
        .fetch_one(&mut *held)
        .await?;
    let mut tx = store.begin(Scope::Tenant(loan()), Access::Write).await?;
    let found = tx.offers().find_for_update(OfferId::from_uuid(id)).await;
    assert!(matches!(found, Err(StoreError::Retry(_))), "{found:?}");
    Ok(())
}

/// Sealing is of those that take as long as they take.
#[tokio::test]
async fn short_statements_end_and_long_ones_go_on() -> Outcome {
    let world = World::new().await?;
    let (lock, statement) = (Duration::ZERO, SHORT);
    let store = store(
        &world,
        Timeouts {
            lock,
            statement,
            ..Timeouts::default()
        },
    )?;
    let mut beside = world.beside().await?;
    let mut held = beside.begin().await?;
    held.execute("LOCK TABLE offerkit.sessions, offerkit.users, offerkit.audit_seals")
        .await?;
    let session = store.find(Digest::of(b"token")).await;
    assert!(
        matches!(session, Err(StoreError::Backend(_))),
        "{session:?}"
    );
    let mut tx = store.begin(Scope::Platform, Access::Read).await?;
    let user = tx.users().find_by_name(&"asha".parse()?).await;
    assert!(matches!(user, Err(StoreError::Backend(_))), "{user:?}");

    let mut sealed = std::pin::pin!(store.head(Scope::Tenant(loan())));
    let early = tokio::time::timeout(SHORT * 4, &mut sealed).await;
    assert!(early.is_err(), "it did not wait: {early:?}");
    held.rollback().await?;
    assert_eq!(sealed.await?.position, 1);
    Ok(())
}

#[tokio::test]
async fn a_server_that_never_answers_is_given_up() -> Outcome {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let url = format!(
        "postgres://asha@{}/bank?sslmode=disable",
        listener.local_addr()?
    );
    let connect = SHORT;
    let connected = PgStore::connect_with(
        &url,
        Timeouts {
            connect,
            ..Timeouts::default()
        },
    )
    .await;
    let Err(sqlx::Error::Io(error)) = connected else {
        return Err("it connected".into());
    };
    assert_eq!(error.kind(), std::io::ErrorKind::TimedOut);
    Ok(())
}
