//! Hooks that end the transaction they run in, each in its own way.

use std::error::Error as StdError;

use async_trait::async_trait;
use offerkit_core::{audit::AuditRecord, domain::OfferStatus, ports::StoreError, services::Error};
use offerkit_postgres::{CommitHook, HookError, LeaveError};
use sqlx::{Connection as _, Executor as _, PgConnection};

use crate::world::{Outcome, World, approve};

type Hooked = Result<(), Box<dyn StdError + Send + Sync>>;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ends {
    /// `COMMIT`.
    Committing,
    /// `COMMIT`, whose error is not looked at.
    CommittingCarelessly,
    /// `ROLLBACK`.
    RollingBack,
    /// `ROLLBACK`, and another transaction.
    BeginningAnew,
    /// A transaction of sqlx's, which knows nothing of ours.
    ByTheDriver,
    /// One of sqlx's that is dropped.
    ByTheDriversDrop,
    /// A statement that fails, whose error is not looked at.
    Failing,
}

#[async_trait]
impl CommitHook for Ends {
    async fn before_commit(&self, connection: &mut PgConnection, record: &AuditRecord) -> Hooked {
        let insert = || {
            sqlx::query("INSERT INTO bank.outbox (record_id, action, seen) VALUES ($1, 'any', '')")
                .bind(record.id.as_uuid())
        };
        connection.execute(insert()).await?;
        match self {
            Self::Committing => connection.execute("COMMIT").await.map(drop)?,
            Self::CommittingCarelessly => {
                let _ignored = connection.execute("COMMIT").await;
            }
            Self::RollingBack => connection.execute("ROLLBACK").await.map(drop)?,
            Self::BeginningAnew => {
                connection.execute("ROLLBACK; BEGIN").await?;
                connection.execute(insert()).await?;
            }
            Self::ByTheDriver => connection.begin().await?.commit().await?,
            Self::ByTheDriversDrop => drop(connection.begin().await?),
            Self::Failing => {
                let _ignored = connection.execute("SELECT 1 / 0").await;
            }
        }
        Ok(())
    }
}

const ALL: [Ends; 7] = [
    Ends::Committing,
    Ends::CommittingCarelessly,
    Ends::RollingBack,
    Ends::BeginningAnew,
    Ends::ByTheDriver,
    Ends::ByTheDriversDrop,
    Ends::Failing,
];

/// First seen to fail without the trigger `audit_hook_over`, for those who commit, and without the question whether the
/// record is still there, for those who roll back.
#[tokio::test]
async fn a_hook_that_ends_the_transaction_commits_nothing() -> Outcome {
    let world = World::new().await?;
    let by = (&world.loan.approver, world.loan.id);
    for ends in ALL {
        let offer = world.loan.submitted_offer("Spring").await?;
        let hooked = world.on(world.store.clone().on_commit(ends));
        let failed = approve(&hooked, by, &offer).await;
        let Err(Error::Store(StoreError::Backend(error))) = failed else {
            return Err(format!("{ends:?}: {failed:?}").into());
        };
        match ends {
            Ends::RollingBack | Ends::BeginningAnew | Ends::CommittingCarelessly => {
                let ended = error.downcast_ref::<HookError>();
                assert!(
                    matches!(ended, Some(HookError::Ended)),
                    "{ends:?}: {error:?}"
                );
            }
            Ends::Committing | Ends::ByTheDriver => {
                let failed = error.downcast_ref::<HookError>();
                assert!(
                    matches!(failed, Some(HookError::Failed(_))),
                    "{ends:?}: {error:?}"
                );
            }
            Ends::ByTheDriversDrop | Ends::Failing => {}
        }
        assert_eq!(
            world.status(&offer).await?,
            OfferStatus::Submitted,
            "{ends:?}"
        );
        let records = "offerkit.offer_audit_logs WHERE action = 'offer.approve'";
        assert_eq!(world.count(records).await?, 0, "{ends:?}");
        assert_eq!(world.count("bank.outbox").await?, 0, "{ends:?}");
    }
    // The connections are as good as ever.
    let offer = world.loan.submitted_offer("Spring").await?;
    approve(&world.platform.kit, by, &offer).await?;
    assert_eq!(world.status(&offer).await?, OfferStatus::Approved);
    Ok(())
}

#[tokio::test]
async fn a_hook_that_ends_the_hosts_transaction_is_found_out() -> Outcome {
    let world = World::new().await?;
    let by = (&world.loan.approver, world.loan.id);
    for ends in [
        Ends::Committing,
        Ends::CommittingCarelessly,
        Ends::RollingBack,
        Ends::BeginningAnew,
    ] {
        let offer = world.loan.submitted_offer("Spring").await?;
        let store = world.store.clone().on_commit(ends);
        let joined = store.join(world.begun().await?);
        let failed = approve(&world.on(joined.store()), by, &offer).await;
        assert!(failed.is_err(), "{ends:?}");
        assert_eq!(
            joined.leave().await.err(),
            Some(LeaveError::Over),
            "{ends:?}"
        );
        assert_eq!(
            world.status(&offer).await?,
            OfferStatus::Submitted,
            "{ends:?}"
        );
        assert_eq!(world.count("bank.entries").await?, 0, "{ends:?}");
        assert_eq!(world.count("bank.outbox").await?, 0, "{ends:?}");
    }
    Ok(())
}

/// A statement that fails takes the library's part back, and leaves the host's.
#[tokio::test]
async fn a_hook_that_fails_in_the_hosts_transaction_leaves_it_usable() -> Outcome {
    let world = World::new().await?;
    let by = (&world.loan.approver, world.loan.id);
    let offer = world.loan.submitted_offer("Spring").await?;
    let joined = world
        .store
        .clone()
        .on_commit(Ends::Failing)
        .join(world.begun().await?);
    let failed = approve(&world.on(joined.store()), by, &offer).await;
    assert!(failed.is_err(), "{failed:?}");
    joined.leave().await?.commit().await?;
    assert_eq!(world.status(&offer).await?, OfferStatus::Submitted);
    assert_eq!(world.count("bank.entries").await?, 1);
    assert_eq!(world.count("bank.outbox").await?, 0);
    Ok(())
}
