//! A host's transaction that is not what it should be, and what is none of its business.

use std::time::Duration;

use offerkit_core::{
    domain::{OfferStatus, Scope},
    policy::Job,
    ports::{Access, AuditSeals as _, Ledger as _, Store as _, StoreError},
    services::{Context, Error},
};
use offerkit_postgres::{EventsError, LeaveError, PgStore, SchemaName};
use sqlx::{Executor as _, PgPool};

use crate::world::{Outcome, World, approve, enter};

async fn begins(store: &PgStore) -> Result<(), StoreError> {
    store.begin(Scope::Platform, Access::Write).await.map(drop)
}

#[tokio::test]
async fn a_transaction_that_has_failed_is_left_as_it_is() -> Outcome {
    let world = World::new().await?;
    let mut transaction = world.begun().await?;
    transaction.execute("SAVEPOINT before").await?;
    assert!(transaction.execute("SELECT 1 / 0").await.is_err());
    let joined = world.store.join(transaction);
    let begun = begins(&joined.store()).await;
    assert!(matches!(begun, Err(StoreError::Aborted)), "{begun:?}");
    let mut transaction = joined.leave().await?;
    transaction.execute("ROLLBACK TO SAVEPOINT before").await?;
    transaction.commit().await?;
    assert_eq!(world.count("bank.entries").await?, 1);
    Ok(())
}

#[tokio::test]
async fn a_transaction_that_the_host_has_ended_is_not_acted_in() -> Outcome {
    let world = World::new().await?;
    let mut transaction = world.begun().await?;
    transaction.execute("COMMIT").await?;
    let joined = world.store.join(transaction);
    let begun = begins(&joined.store()).await;
    assert!(matches!(begun, Err(StoreError::Aborted)), "{begun:?}");
    Ok(())
}

#[tokio::test]
async fn after_leaving_the_store_answers_that_it_is_over() -> Outcome {
    let world = World::new().await?;
    let joined = world.store.join(world.begun().await?);
    let transaction = joined.leave().await?;
    assert!(matches!(
        begins(&joined.store()).await,
        Err(StoreError::Aborted)
    ));
    assert_eq!(joined.leave().await.err(), Some(LeaveError::Over));
    transaction.rollback().await?;
    Ok(())
}

#[tokio::test]
async fn a_dropped_transaction_of_the_host_is_rolled_back() -> Outcome {
    let world = World::new().await?;
    let offer = world.loan.submitted_offer("Spring").await?;
    let joined = world.store.join(world.begun().await?);
    let within = world.on(joined.store());
    approve(&within, (&world.loan.approver, world.loan.id), &offer).await?;
    drop((within, joined));
    assert_eq!(world.status(&offer).await?, OfferStatus::Submitted);
    assert_eq!(world.count("bank.entries").await?, 0);
    Ok(())
}

/// A store whose pool, and so its transactions, wait for nobody.
fn hasty(world: &World) -> Outcome<PgStore> {
    let pool: PgPool = PgStore::pool_options()
        .acquire_timeout(Duration::from_millis(50))
        .connect_lazy(&world.database.url())?;
    Ok(PgStore::from_pool(pool, SchemaName::default()))
}

#[tokio::test]
async fn one_acts_at_a_time_and_the_host_leaves_when_all_are_done() -> Outcome {
    let world = World::new().await?;
    let joined = hasty(&world)?.join(world.begun().await?);
    let held = joined.store().begin(Scope::Platform, Access::Write).await?;
    let second = begins(&joined.store()).await;
    assert!(matches!(second, Err(StoreError::Backend(_))), "{second:?}");
    assert_eq!(joined.leave().await.err(), Some(LeaveError::InUse));
    drop(held);
    let mut transaction = joined.leave().await?;
    enter(&mut transaction, "after").await?;
    Ok(transaction.commit().await?)
}

#[tokio::test]
async fn calls_at_the_same_time_wait_for_each_other() -> Outcome {
    let world = World::new().await?;
    let (one, two) = (
        world.loan.submitted_offer("One").await?,
        world.card.submitted_offer("Two").await?,
    );
    let joined = world.store.join(world.begun().await?);
    let within = world.on(joined.store());
    let (first, second) = tokio::join!(
        approve(&within, (&world.loan.approver, world.loan.id), &one),
        approve(&within, (&world.card.approver, world.card.id), &two),
    );
    first?;
    second?;
    joined.leave().await?.commit().await?;
    assert_eq!(world.status(&one).await?, OfferStatus::Approved);
    Ok(())
}

#[tokio::test]
async fn a_connection_that_is_lost_takes_the_transaction_with_it() -> Outcome {
    let world = World::new().await?;
    let offer = world.loan.submitted_offer("Spring").await?;
    let mut transaction = world.begun().await?;
    let backend: i32 = sqlx::query_scalar("SELECT pg_backend_pid()")
        .fetch_one(&mut *transaction)
        .await?;
    let joined = world.store.join(transaction);
    let kill = sqlx::query("SELECT pg_terminate_backend($1)").bind(backend);
    world.beside().await?.execute(kill).await?;
    let by = (&world.loan.approver, world.loan.id);
    let failed = approve(&world.on(joined.store()), by, &offer).await;
    assert!(failed.is_err(), "{failed:?}");
    assert_eq!(joined.leave().await.err(), Some(LeaveError::Over));
    assert!(matches!(
        begins(&joined.store()).await,
        Err(StoreError::Aborted)
    ));
    Ok(())
}

#[tokio::test]
async fn a_login_that_may_not_take_the_librarys_role_is_told_so_and_goes_on() -> Outcome {
    let world = World::new().await?;
    let mut beside = world.beside().await?;
    beside
        .execute(
            "DO $$ BEGIN CREATE ROLE offerkit_test_stranger LOGIN;
            EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$",
        )
        .await?;
    let options: sqlx::postgres::PgConnectOptions = world.database.url().parse()?;
    let stranger = PgPool::connect_with(options.username("offerkit_test_stranger")).await?;
    let joined = world.store.join(stranger.begin().await?);
    let begun = begins(&joined.store()).await;
    let Err(StoreError::Backend(error)) = begun else {
        return Err(format!("{begun:?}").into());
    };
    assert!(error.to_string().contains("permission denied"), "{error}");
    let mut transaction = joined.leave().await?;
    let one: i32 = sqlx::query_scalar("SELECT 1")
        .fetch_one(&mut *transaction)
        .await?;
    assert_eq!(one, 1);
    Ok(())
}

#[tokio::test]
async fn a_read_only_transaction_of_the_host_stays_so() -> Outcome {
    let world = World::new().await?;
    let offer = world.loan.submitted_offer("Spring").await?;
    let transaction = world.bank.begin_with("BEGIN READ ONLY").await?;
    let joined = world.store.join(transaction);
    let within = world.on(joined.store());
    let offers = within.acting(&world.loan.reader).offers(world.loan.id);
    assert_eq!(offers.get(offer.id()).await?, offer);
    let by = (&world.loan.approver, world.loan.id);
    let refused = approve(&within, by, &offer).await;
    assert!(
        matches!(refused, Err(Error::Store(StoreError::ReadOnly))),
        "{refused:?}"
    );
    Ok(())
}

/// A snapshot does not see what others did since, so what was decided on it is not committed.
#[tokio::test]
async fn a_snapshot_that_is_too_old_answers_to_begin_anew() -> Outcome {
    let world = World::new().await?;
    let offer = world.loan.submitted_offer("Spring").await?;
    let begin = "BEGIN ISOLATION LEVEL REPEATABLE READ";
    let mut transaction = world.bank.begin_with(begin).await?;
    enter(&mut transaction, "begun").await?;
    let offers = world.loan.acting(&world.loan.creator).offers(world.loan.id);
    offers.withdraw(offer.id()).await?;
    let joined = world.store.join(transaction);
    let by = (&world.loan.approver, world.loan.id);
    let late = approve(&world.on(joined.store()), by, &offer).await;
    assert!(
        matches!(late, Err(Error::Store(StoreError::Retry(_)))),
        "{late:?}"
    );
    joined.leave().await?.commit().await?;
    assert_eq!(world.count("bank.entries").await?, 1);
    Ok(())
}

#[tokio::test]
async fn what_needs_a_commit_of_its_own_is_refused_inside() -> Outcome {
    let world = World::new().await?;
    let scope = Scope::Tenant(world.loan.id);
    let joined = world.store.join(world.begun().await?);
    let store = joined.store();
    let unsealed = store.unsealed(scope, 10).await;
    assert!(
        matches!(unsealed, Err(StoreError::Refused(_))),
        "{unsealed:?}"
    );
    let head = store.head(scope).await?;
    let sealed = store.append(scope, head, &[]).await;
    assert!(matches!(sealed, Err(StoreError::Refused(_))), "{sealed:?}");
    let told = store.events(scope, None, 10).await;
    assert!(
        matches!(told, Err(EventsError::Store(StoreError::Refused(_)))),
        "{told:?}"
    );
    let woken = store.wake_workers().await;
    assert!(matches!(woken, Err(StoreError::Refused(_))), "{woken:?}");
    let campaign = world.requested().await?;
    let until = store.claimed_until(world.card.id, campaign.id()).await;
    assert!(matches!(until, Err(StoreError::Refused(_))), "{until:?}");
    let within = world.on(store);
    let campaigns = within.acting(&world.card.approver).campaigns(world.card.id);
    campaigns.launch(campaign.id(), campaign.revision()).await?;
    let job = Context::job(Job::Audience);
    let filled = within
        .acting(&job)
        .deliveries(world.card.id)
        .fill(campaign.id())
        .await?;
    assert_eq!(filled.added, 0, "there are no customers");
    let job = Context::job(Job::Delivery);
    let sent = within
        .acting(&job)
        .deliveries(world.card.id)
        .run(campaign.id())
        .await;
    assert!(
        matches!(sent, Err(Error::Store(StoreError::Refused(_)))),
        "{sent:?}"
    );
    joined.leave().await?.commit().await?;
    Ok(())
}
