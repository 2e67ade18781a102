//! Fillings whose process is killed, or that two run at once.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use offerkit_core::{
    domain::{Run, RunStatus},
    ports::{CustomerSource, StoreError},
};
use offerkit_postgres::PgStore;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};

use crate::world::{Elsewhere, Outcome, World};

/// Where a chunk is held up: before its run is held, before customers are selected, when its rows are there and the
/// audience is to be counted, and when all is there but the run's new position.
const PLACES: [&str; 4] = [
    "LOCK TABLE offerkit.audience_runs IN ACCESS EXCLUSIVE MODE",
    "LOCK TABLE offerkit.customers IN ACCESS EXCLUSIVE MODE",
    "LOCK TABLE offerkit.campaign_audiences IN ACCESS EXCLUSIVE MODE",
    "LOCK TABLE offerkit.audience_runs IN SHARE MODE",
];

async fn kill(connection: &mut PgConnection, backend: i32) -> Outcome {
    sqlx::query("SELECT pg_terminate_backend($1, 10000)")
        .bind(backend)
        .execute(connection)
        .await?;
    Ok(())
}

/// Kills a filling once at each place, a chunk lying between, and once more where no chunk is under way.
async fn survives(source: impl Fn(&PgStore) -> Box<dyn CustomerSource>) -> Outcome {
    let world = Arc::new(World::new(60).await?);
    let store = world.another()?;
    let source: Arc<dyn CustomerSource> = source(&store).into();
    let run = world.start().await?.id;
    for place in PLACES {
        let mut beside = world.beside().await?;
        let before = world.unfinished().await?;
        let mut held = beside.begin().await?;
        held.execute(AssertSqlSafe(place)).await?;
        let chunk = {
            let (world, store, source) = (world.clone(), store.clone(), source.clone());
            tokio::spawn(async move { world.extend((&store, &*source), run, 7).await })
        };
        let backend = world.waiting().await?;
        kill(&mut world.beside().await?, backend).await?;
        held.rollback().await?;
        assert!(chunk.await?.is_err(), "{place}");
        assert_eq!(world.unfinished().await?, before, "{place}");
        world.counts_are_exact().await?;
        world.extend((&store, &*source), run, 7).await?;
    }
    let backends: Vec<(i32,)> = sqlx::query_as(
        "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()",
    )
    .fetch_all(&mut world.beside().await?)
    .await?;
    for (backend,) in backends {
        kill(&mut world.beside().await?, backend).await?;
    }
    let run = finish(&world, (&store, &*source), 7).await?;
    assert_eq!((run.status, run.added), (RunStatus::Finished, 60));
    world.everyone_has_a_row().await
}

/// Fills to the end, whatever comes between, and answers the last run.
async fn finish(
    world: &World,
    of: (&PgStore, &dyn CustomerSource),
    limit: usize,
) -> Result<Run, StoreError> {
    let mut last = None;
    while let Some(run) = world.unfinished().await? {
        match world.extend(of, run.id, limit).await {
            Ok(run) => last = Some(run),
            Err(StoreError::Conflict(_)) => {}
            Err(error) => return Err(error),
        }
    }
    last.ok_or(StoreError::Aborted)
}

/// First seen to fail with a commit between the rows and the run's new position: the run had added too few.
#[tokio::test(flavor = "multi_thread")]
async fn a_killed_filling_loses_and_repeats_nobody() -> Outcome {
    survives(|store| Box::new(store.clone())).await
}

/// First seen to fail as the other one.
#[tokio::test(flavor = "multi_thread")]
async fn a_killed_filling_from_another_source_loses_and_repeats_nobody() -> Outcome {
    survives(|store| Box::new(Elsewhere(store.clone()))).await
}

/// First seen to fail with the lock of the run removed: both added the same chunk, and the key refused one of them.
#[tokio::test(flavor = "multi_thread")]
async fn two_runners_that_are_killed_again_and_again_fill_once() -> Outcome {
    let world = Arc::new(World::new(600).await?);
    world.start().await?;
    let is_over = Arc::new(AtomicBool::new(false));
    let killer = {
        let (world, is_over) = (world.clone(), is_over.clone());
        tokio::spawn(async move {
            let mut connection = world.beside().await?;
            let mut killed = 0_i64;
            while !is_over.load(Ordering::Relaxed) {
                // Whoever writes to the ledger just now.
                let hit: i64 = sqlx::query_scalar(
                    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
                    WHERE datname = current_database() AND query LIKE '%INSERT INTO%campaign_customers%' AND state = 'active'
                        AND pid <> pg_backend_pid() AND random() < 0.2",
                )
                .fetch_one(&mut connection)
                .await?;
                killed += hit;
            }
            Ok::<_, Box<dyn std::error::Error + Send + Sync>>(killed)
        })
    };
    let runners: Vec<_> = (0..2)
        .map(|number| {
            let world = world.clone();
            tokio::spawn(async move {
                let store = world.another()?;
                let elsewhere = Elsewhere(store.clone());
                // One selects in the database, the other carries ids.
                let source: &dyn CustomerSource = if number == 0 { &store } else { &elsewhere };
                let mut failures = 0;
                while world.unfinished().await?.is_some() {
                    if let Err(error) = finish(&world, (&store, source), 5).await {
                        // That of a killed connection, and none of a chunk that another has added.
                        let is_killed =
                            !matches!(error, StoreError::Duplicate(_) | StoreError::Refused(_));
                        assert!(is_killed, "{error:?}");
                        failures += 1;
                    }
                    assert!(failures < 10_000, "it never ends");
                }
                Ok::<_, Box<dyn std::error::Error + Send + Sync>>(())
            })
        })
        .collect();
    for runner in runners {
        runner.await??;
    }
    is_over.store(true, Ordering::Relaxed);
    assert!(killer.await?? > 0, "nobody was killed");
    let runs =
        offerkit_core::ports::Ledger::runs(&world.store, world.tenant.id, world.campaign.id())
            .await?;
    let added: Vec<_> = runs.iter().map(|run| (run.status, run.added)).collect();
    assert_eq!(added, [(RunStatus::Finished, 600)]);
    world.everyone_has_a_row().await
}
