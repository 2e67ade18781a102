//! What a host does in our commits is done with them, or not at all.

use std::error::Error as StdError;

use async_trait::async_trait;
use offerkit_core::{
    audit::AuditRecord, domain::OfferStatus, id::OperationId, policy::Action, ports::StoreError,
    services::Error,
};
use offerkit_postgres::{CommitHook, HookError};
use sqlx::{Executor as _, PgConnection};

use crate::world::{Outcome, World, approve};

type Hooked = Result<(), Box<dyn StdError + Send + Sync>>;

/// Writes each approval into the bank's outbox, with the role and the tenant that it sees.
struct Outbox;

#[async_trait]
impl CommitHook for Outbox {
    async fn before_commit(&self, connection: &mut PgConnection, record: &AuditRecord) -> Hooked {
        if record.action != Action::ApproveOffer {
            return Ok(());
        }
        sqlx::query(
            "INSERT INTO bank.outbox (record_id, action, seen)
            VALUES ($1, $2, current_user || ' ' || current_setting('offerkit.tenant'))",
        )
        .bind(record.id.as_uuid())
        .bind(record.action.as_str())
        .execute(connection)
        .await?;
        Ok(())
    }
}

#[tokio::test]
async fn an_outbox_row_is_committed_with_the_approval() -> Outcome {
    let world = World::with(|store| store.on_commit(Outbox)).await?;
    let offer = world.loan.submitted_offer("Spring").await?;
    let denied = approve(
        &world.platform.kit,
        (&world.loan.creator, world.loan.id),
        &offer,
    )
    .await;
    assert!(matches!(denied, Err(Error::Denied(_))), "{denied:?}");
    assert_eq!(
        world.count("bank.outbox").await?,
        0,
        "a refusal changes nothing"
    );
    approve(
        &world.platform.kit,
        (&world.loan.approver, world.loan.id),
        &offer,
    )
    .await?;
    let row: (String, i64) = sqlx::query_as(
        "SELECT min(it.seen), count(*) FROM bank.outbox AS it
        JOIN offerkit.offer_audit_logs AS record ON record.id = it.record_id AND record.action = it.action",
    )
    .fetch_one(&mut world.beside().await?)
    .await?;
    assert_eq!(row, (format!("offerkit_app {}", world.loan.id), 1));
    Ok(())
}

#[tokio::test]
async fn a_repeated_operation_runs_no_hook_again() -> Outcome {
    let world = World::with(|store| store.on_commit(Outbox)).await?;
    let offer = world.loan.submitted_offer("Spring").await?;
    let operation: OperationId = "01890000-0000-7000-8000-00000000abcd".parse()?;
    for _ in 0..2 {
        let acting = world.loan.acting(&world.loan.approver).operation(operation);
        let offers = acting.offers(world.loan.id);
        offers.approve(offer.id(), offer.revision(), None).await?;
    }
    assert_eq!(world.count("bank.outbox").await?, 1);
    Ok(())
}

#[tokio::test]
async fn a_hook_runs_in_the_hosts_own_transaction_too() -> Outcome {
    let world = World::with(|store| store.on_commit(Outbox)).await?;
    let offer = world.loan.submitted_offer("Spring").await?;
    let by = (&world.loan.approver, world.loan.id);
    let joined = world.store.join(world.begun().await?);
    approve(&world.on(joined.store()), by, &offer).await?;
    assert_eq!(world.count("bank.outbox").await?, 0);
    joined.leave().await?.commit().await?;
    assert_eq!(world.count("bank.outbox").await?, 1);
    Ok(())
}

/// Fails for approvals.
struct Failing;

#[derive(Debug, thiserror::Error)]
#[error("the bank is closed")]
struct Closed;

#[async_trait]
impl CommitHook for Failing {
    async fn before_commit(&self, connection: &mut PgConnection, record: &AuditRecord) -> Hooked {
        Outbox.before_commit(connection, record).await?;
        if record.action == Action::ApproveOffer {
            return Err(Box::new(Closed));
        }
        Ok(())
    }
}

/// First seen to fail where the hook's error was not looked at.
#[tokio::test]
async fn a_hooks_error_rolls_all_back_and_reaches_the_caller() -> Outcome {
    let world = World::with(|store| store.on_commit(Failing)).await?;
    let offer = world.loan.submitted_offer("Spring").await?;
    let by = (&world.loan.approver, world.loan.id);
    let failed = approve(&world.platform.kit, by, &offer).await;
    let Err(Error::Store(StoreError::Backend(error))) = failed else {
        return Err(format!("{failed:?}").into());
    };
    let Some(HookError::Failed(source)) = error.downcast_ref() else {
        return Err(format!("{error:?}").into());
    };
    assert!(source.is::<Closed>(), "{source}");
    assert_eq!(world.status(&offer).await?, OfferStatus::Submitted);
    assert_eq!(world.count("bank.outbox").await?, 0);
    let records = "offerkit.offer_audit_logs WHERE action = 'offer.approve'";
    assert_eq!(world.count(records).await?, 0);
    Ok(())
}

/// Goes on as a role of the bank's, in no tenant.
struct Switching;

#[async_trait]
impl CommitHook for Switching {
    async fn before_commit(&self, connection: &mut PgConnection, record: &AuditRecord) -> Hooked {
        let switch = "SET LOCAL ROLE offerkit_test_teller; SET LOCAL offerkit.tenant = ''";
        connection.execute(switch).await?;
        Outbox.before_commit(connection, record).await
    }
}

/// First seen to fail where role and tenant were not put back: the commit's checks saw no record.
#[tokio::test]
async fn a_hook_may_go_on_as_another_role() -> Outcome {
    let world = World::with(|store| store.on_commit(Switching)).await?;
    let offer = world.loan.submitted_offer("Spring").await?;
    let by = (&world.loan.approver, world.loan.id);
    approve(&world.platform.kit, by, &offer).await?;
    assert_eq!(world.status(&offer).await?, OfferStatus::Approved);
    let as_teller = "bank.outbox WHERE seen = 'offerkit_test_teller '";
    assert_eq!(world.count(as_teller).await?, 1);
    Ok(())
}

/// Meets a deadlock, once.
#[derive(Default)]
struct Deadlocked(std::sync::atomic::AtomicBool);

#[async_trait]
impl CommitHook for Deadlocked {
    async fn before_commit(&self, connection: &mut PgConnection, record: &AuditRecord) -> Hooked {
        let is_first = !self.0.swap(true, std::sync::atomic::Ordering::SeqCst);
        if is_first {
            let raise = "DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '40P01'; END $$";
            connection.execute(raise).await?;
        }
        Outbox.before_commit(connection, record).await
    }
}

#[tokio::test]
async fn a_hook_that_could_not_be_put_in_an_order_is_tried_again() -> Outcome {
    let world = World::new().await?;
    let offer = world.loan.submitted_offer("Spring").await?;
    let store = world.store.clone().on_commit(Deadlocked::default());
    let by = (&world.loan.approver, world.loan.id);
    approve(&world.on(store), by, &offer).await?;
    assert_eq!(world.count("bank.outbox").await?, 1);
    Ok(())
}
