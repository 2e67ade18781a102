//! What the host has set is set again, however a call ended; inside, it is ours.

use std::{
    error::Error as StdError,
    sync::{Arc, Mutex},
};

use async_trait::async_trait;
use offerkit_core::{
    audit::AuditRecord,
    domain::Scope,
    ports::{Access, Store as _, StoreError},
    services::Error,
};
use offerkit_postgres::CommitHook;
use sqlx::{Executor as _, PgConnection, Postgres, Transaction};

use crate::world::{Outcome, World, approve, enter};

/// What a host may have set.
const SETTINGS: &str = "SELECT ARRAY[current_user::TEXT, session_user::TEXT, current_setting('role'),
    coalesce(current_setting('offerkit.tenant', TRUE), ''), coalesce(current_setting('offerkit.claim', TRUE), ''),
    coalesce(current_setting('offerkit.hook', TRUE), ''), current_setting('lock_timeout'),
    current_setting('statement_timeout'), current_setting('idle_in_transaction_session_timeout'),
    current_setting('transaction_read_only'), current_setting('transaction_isolation'), current_setting('search_path')]";

pub(crate) async fn settings(
    transaction: &mut Transaction<'static, Postgres>,
) -> Outcome<Vec<String>> {
    Ok(sqlx::query_scalar(SETTINGS)
        .fetch_one(&mut **transaction)
        .await?)
}

/// A transaction of a bank that sets things.
pub(crate) async fn particular(world: &World) -> Outcome<Transaction<'static, Postgres>> {
    let mut transaction = world.begun().await?;
    transaction
        .execute(
            "SET LOCAL ROLE offerkit_test_teller; SET LOCAL offerkit.tenant = 'the bank''s own'; SET LOCAL lock_timeout = '7s';
            SET LOCAL statement_timeout = '50s'; SET LOCAL search_path = bank; SET CONSTRAINTS ALL IMMEDIATE",
        )
        .await?;
    Ok(transaction)
}

/// First seen to fail with what gives the role and the tenant back removed from the release, and with constraints left as
/// the host had them.
#[tokio::test]
async fn the_hosts_settings_are_back_however_a_call_ended() -> Outcome {
    let world = World::new().await?;
    let offer = world.loan.submitted_offer("Spring").await?;
    let mut transaction = particular(&world).await?;
    let before = settings(&mut transaction).await?;
    let tenant = world.loan.id;
    for (by, ends) in [
        // The host checks constraints at once; what is done here waits for its record nevertheless.
        (&world.loan.approver, "done"),
        (&world.loan.creator, "refused"),
        (&world.loan.approver, "failed"),
    ] {
        let joined = world.store.join(transaction);
        let answer = approve(&world.on(joined.store()), (by, tenant), &offer).await;
        let ended = match answer {
            Ok(_) => "done",
            Err(Error::Denied(_)) => "refused",
            Err(_) => "failed",
        };
        assert_eq!(ended, ends);
        transaction = joined.leave().await?;
        assert_eq!(settings(&mut transaction).await?, before, "{ends}");
    }
    // Reading, and a transaction that is dropped in the middle.
    let joined = world.store.join(transaction);
    let mut dropped = joined
        .store()
        .begin(Scope::Tenant(tenant), Access::Write)
        .await?;
    dropped.offers().find_for_update(offer.id()).await?;
    drop(dropped);
    let mut failed = joined.store().begin(Scope::Platform, Access::Read).await?;
    failed.users().find_by_name(&"root".parse()?).await?;
    drop(failed);
    transaction = joined.leave().await?;
    assert_eq!(settings(&mut transaction).await?, before, "dropped");
    enter(&mut transaction, "after").await?;
    transaction.commit().await?;
    assert_eq!(world.count("bank.entries").await?, 2);
    Ok(())
}

/// A host that has set nothing.
#[tokio::test]
async fn a_host_without_settings_has_none_afterwards() -> Outcome {
    let world = World::new().await?;
    let offer = world.loan.submitted_offer("Spring").await?;
    let mut transaction = world.begun().await?;
    let before = settings(&mut transaction).await?;
    let joined = world.store.join(transaction);
    let by = (&world.loan.approver, world.loan.id);
    approve(&world.on(joined.store()), by, &offer).await?;
    let mut transaction = joined.leave().await?;
    assert_eq!(settings(&mut transaction).await?, before);
    transaction.commit().await?;
    // And none on the connection.
    let mut transaction = world.bank.begin().await?;
    assert_eq!(settings(&mut transaction).await?, before);
    Ok(())
}

/// Keeps what it sees in a commit: the role, and how many tenants' offers.
#[derive(Clone, Default)]
struct Witness(Arc<Mutex<Vec<(String, i64)>>>);

#[async_trait]
impl CommitHook for Witness {
    async fn before_commit(
        &self,
        connection: &mut PgConnection,
        _: &AuditRecord,
    ) -> Result<(), Box<dyn StdError + Send + Sync>> {
        let seen = sqlx::query_as(
            "SELECT current_user::TEXT, count(DISTINCT tenant_id) FROM offerkit.offers",
        )
        .fetch_one(connection)
        .await?;
        self.0.lock().map_err(|_| "poisoned")?.push(seen);
        Ok(())
    }
}

/// The bank is a superuser here, for whom row-level security does not hold.
///
/// First seen to fail without the role taken in the host's transaction.
#[tokio::test]
async fn the_walls_between_tenants_hold_inside_for_a_superuser_too() -> Outcome {
    let world = World::new().await?;
    let offer = world.loan.submitted_offer("Spring").await?;
    world.card.draft_offer("Gold").await?;
    let witness = Witness::default();
    let superuser = sqlx::PgPool::connect(&world.database.url()).await?;
    let store = world.store.clone().on_commit(witness.clone());
    let joined = store.join(superuser.begin().await?);
    let by = (&world.loan.approver, world.loan.id);
    approve(&world.on(joined.store()), by, &offer).await?;
    let mut transaction = joined.leave().await?;
    let all: i64 = sqlx::query_scalar("SELECT count(DISTINCT tenant_id) FROM offerkit.offers")
        .fetch_one(&mut *transaction)
        .await?;
    assert_eq!(all, 2, "the superuser sees both tenants");
    let seen = witness.0.lock().map_err(|_| "poisoned")?.clone();
    assert_eq!(seen, [("offerkit_app".to_owned(), 1)]);
    Ok(())
}

/// First seen to fail without the question: a host that switches triggers off approved its own text.
#[tokio::test]
async fn a_host_that_switched_triggers_off_is_refused() -> Outcome {
    let world = World::new().await?;
    let superuser = sqlx::PgPool::connect(&world.database.url()).await?;
    let mut transaction = superuser.begin().await?;
    let replica = "SET LOCAL session_replication_role = replica";
    transaction.execute(replica).await?;
    let joined = world.store.join(transaction);
    let begun = joined.store().begin(Scope::Platform, Access::Write).await;
    assert!(matches!(begun, Err(StoreError::Refused(_))));
    Ok(())
}
