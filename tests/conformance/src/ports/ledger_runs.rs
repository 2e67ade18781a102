//! The ledger's runs: how an audience is filled.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use futures_util::future::join;
use offerkit_core::{
    domain::{Campaign, Run, RunStatus},
    ports::{Extension, Selection, StoreError},
};

use crate::{
    Adapter, Failure, Outcome,
    audience::BOTH,
    cases::{cases, failing, fails},
    world::World,
};

cases! { ports::ledger_runs:
    a_started_run_is_its_campaigns_unfinished_one,
    a_second_unfinished_run_is_a_conflict,
    a_chunk_moves_the_position_past_the_customers_it_added,
    chunks_of_every_size_add_each_customer_once_on_each_channel,
    a_finished_run_is_over,
    a_later_run_adds_newcomers_alone,
    a_run_past_the_ceiling_ends_there,
    a_chunk_is_added_by_one_of_two_runners,
    two_runners_of_one_run_add_each_customer_once,
    an_ended_run_makes_room_for_another,
    a_run_that_is_over_stays_as_it_is,
    a_run_does_not_end_as_running,
    an_absent_run_is_a_conflict,
    inactive_customers_get_no_row,
    runs_are_their_tenants_alone,
    a_run_is_moved_and_ended_by_its_tenant_alone,
    a_source_that_the_ledger_does_not_know_fills_alike,
}

/// Asserts that a result is a conflict.
fn is_conflict<T>(result: Result<T, Failure>) -> Outcome {
    let error = failing(result)?;
    assert!(
        matches!(error.downcast_ref(), Some(StoreError::Conflict(_))),
        "expected a conflict, got {error:?}"
    );
    Ok(())
}

async fn started<B: Adapter>(w: &World<B>, campaign: &Campaign) -> Result<Run, Failure> {
    let run = w.new_run(campaign);
    w.store.start_run(&run).await?;
    Ok(run)
}

async fn a_started_run_is_its_campaigns_unfinished_one<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let campaign = w.launched().await?;
    let unfinished = async || store.unfinished_run(w.tenant.id, campaign.id()).await;
    assert_eq!(unfinished().await?, None);
    let run = started(&w, &campaign).await?;
    assert_eq!(unfinished().await?.as_ref(), Some(&run));
    assert_eq!(store.runs(w.tenant.id, campaign.id()).await?, [run]);
    Ok(())
}

async fn a_second_unfinished_run_is_a_conflict<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let campaign = w.launched().await?;
    let first = started(&w, &campaign).await?;
    is_conflict(started(&w, &campaign).await)?;
    assert_eq!(store.runs(w.tenant.id, campaign.id()).await?, [first]);
    started(&w, &w.launched().await?).await?;
    Ok(())
}

async fn a_chunk_moves_the_position_past_the_customers_it_added<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let customers = w.platform.customers(5).await?;
    let campaign = w.launched().await?;
    let run = started(&w, &campaign).await?;
    let moved = w.extend(&run, 100, 2).await?;
    assert_eq!(moved.position.as_ref(), customers.get(1));
    assert_eq!((moved.added, moved.status), (2, RunStatus::Running));
    let kept = store.unfinished_run(w.tenant.id, campaign.id()).await?;
    assert_eq!(kept, Some(moved));
    let rows = w.ledger_rows(&campaign).await?;
    assert!(rows.iter().all(|row| row.run == run.id), "the rows' run");
    assert_eq!(rows.len(), 4, "two customers on two channels");
    Ok(())
}

async fn chunks_of_every_size_add_each_customer_once_on_each_channel<B: Adapter>(
    store: &B,
) -> Outcome {
    let w = World::new(store).await?;
    let customers = w.platform.customers(5).await?;
    for limit in 1..=6 {
        let campaign = w.launched().await?;
        let run = w.finished_run(&campaign, limit).await?;
        assert_eq!(run.added, 5, "chunks of {limit}");
        let rows = w.ledger_rows(&campaign).await?;
        let keys: BTreeSet<_> = rows.iter().map(|row| row.key).collect();
        assert_eq!((rows.len(), keys.len()), (10, 10), "chunks of {limit}");
        let filled: BTreeSet<_> = keys.iter().map(|key| key.customer).collect();
        assert_eq!(filled, customers.iter().copied().collect());
    }
    Ok(())
}

async fn a_finished_run_is_over<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    w.platform.customers(3).await?;
    let campaign = w.launched().await?;
    let run = w.finished_run(&campaign, 2).await?;
    assert_eq!(run.status, RunStatus::Finished);
    assert_eq!(run.finished_at, Some(w.now()));
    is_conflict(w.extend(&run, 100, 2).await)?;
    let unfinished = store.unfinished_run(w.tenant.id, campaign.id()).await?;
    assert_eq!(unfinished, None);
    assert_eq!(store.runs(w.tenant.id, campaign.id()).await?, [run]);
    Ok(())
}

/// First seen to fail with the search for the customer's row removed.
async fn a_later_run_adds_newcomers_alone<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    w.platform.customers(3).await?;
    let campaign = w.launched().await?;
    let first = w.finished_run(&campaign, 2).await?;
    let newcomers = w.platform.customers(2).await?;
    let second = w.finished_run(&campaign, 2).await?;
    assert_eq!((first.added, second.added), (3, 2));
    let rows = w.ledger_rows(&campaign).await?;
    assert_eq!(rows.len(), 10, "five customers on two channels");
    let of_second: BTreeSet<_> = rows
        .iter()
        .filter(|row| row.run == second.id)
        .map(|row| row.key.customer)
        .collect();
    assert_eq!(of_second, newcomers.into_iter().collect());
    let runs = store.runs(w.tenant.id, campaign.id()).await?;
    assert_eq!(runs, [first, second]);
    Ok(())
}

async fn a_run_past_the_ceiling_ends_there<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    w.platform.customers(7).await?;
    for limit in [1, 3, 100] {
        let campaign = w.launched().await?;
        let mut run = started(&w, &campaign).await?;
        while run.status == RunStatus::Running {
            run = w.extend(&run, 5, limit).await?;
        }
        assert_eq!(run.status, RunStatus::OverCeiling, "chunks of {limit}");
        assert_eq!(run.finished_at, Some(w.now()));
        let progress = store.progress(w.tenant.id, campaign.id()).await?;
        assert!(progress.audience <= 5, "{}", progress.audience);
        assert_eq!(progress.audience, run.added);
        is_conflict(w.extend(&run, 100, limit).await)?;
    }
    let campaign = w.launched().await?;
    let run = started(&w, &campaign).await?;
    let run = w.extend(&run, 7, 100).await?;
    assert_ne!(run.status, RunStatus::OverCeiling, "the ceiling is allowed");
    assert_eq!(run.added, 7);
    Ok(())
}

/// First seen to fail with the check of the run's position removed: both said that they had added the first chunk.
async fn a_chunk_is_added_by_one_of_two_runners<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    w.platform.customers(9).await?;
    let campaign = w.launched().await?;
    let run = started(&w, &campaign).await?;
    let (one, two) = join(w.extend(&run, 100, 3), w.extend(&run, 100, 3)).await;
    let mut positions = Vec::new();
    for outcome in [one, two] {
        match outcome {
            Ok(moved) => positions.push(moved.position),
            Err(error) => is_conflict::<()>(Err(error))?,
        }
    }
    positions.sort_unstable();
    let last = positions.last().copied().ok_or("nobody added it")?;
    let mut seen = positions.clone();
    seen.dedup();
    assert_eq!(seen, positions, "two moved the run to one place");
    let kept = store.unfinished_run(w.tenant.id, campaign.id()).await?;
    assert_eq!(kept.map(|run| run.position), Some(last));
    Ok(())
}

/// First seen to fail with the check of the run's position and the search for the customer's row removed.
async fn two_runners_of_one_run_add_each_customer_once<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    w.platform.customers(40).await?;
    let campaign = w.launched().await?;
    let run = started(&w, &campaign).await?;
    let runner = async || -> Outcome {
        for _ in 0..200 {
            let unfinished = store.unfinished_run(w.tenant.id, campaign.id()).await?;
            let Some(run) = unfinished else {
                return Ok(());
            };
            if let Err(error) = w.extend(&run, 100, 3).await {
                is_conflict::<()>(Err(error))?;
            }
        }
        Err("the run has no end".into())
    };
    let (one, two) = join(runner(), runner()).await;
    one?;
    two?;
    let runs = store.runs(w.tenant.id, campaign.id()).await?;
    let added: Vec<_> = runs.iter().map(|run| (run.id, run.added)).collect();
    assert_eq!(added, [(run.id, 40)]);
    let progress = store.progress(w.tenant.id, campaign.id()).await?;
    assert_eq!(progress.audience, 40);
    assert_eq!(w.ledger_rows(&campaign).await?.len(), 80);
    Ok(())
}

async fn an_ended_run_makes_room_for_another<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    w.platform.customers(3).await?;
    let campaign = w.launched().await?;
    let run = started(&w, &campaign).await?;
    w.extend(&run, 100, 1).await?;
    store
        .end_run(w.tenant.id, run.id, RunStatus::Superseded, w.now())
        .await?;
    is_conflict(w.extend(&run, 100, 1).await)?;
    let ended = store.runs(w.tenant.id, campaign.id()).await?;
    let ended: Vec<_> = ended
        .iter()
        .map(|run| (run.status, run.finished_at))
        .collect();
    assert_eq!(ended, [(RunStatus::Superseded, Some(w.now()))]);
    let second = w.finished_run(&campaign, 1).await?;
    assert_eq!(second.added, 2);
    Ok(())
}

async fn a_run_that_is_over_stays_as_it_is<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    w.platform.customers(1).await?;
    let campaign = w.launched().await?;
    let run = w.finished_run(&campaign, 10).await?;
    w.pass(TimeDelta::minutes(1));
    store
        .end_run(w.tenant.id, run.id, RunStatus::Superseded, w.now())
        .await?;
    assert_eq!(store.runs(w.tenant.id, campaign.id()).await?, [run]);
    Ok(())
}

async fn a_run_does_not_end_as_running<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let campaign = w.launched().await?;
    let run = started(&w, &campaign).await?;
    fails!(
        store
            .end_run(w.tenant.id, run.id, RunStatus::Running, w.now())
            .await,
        StoreError::Refused(_)
    );
    assert_eq!(store.runs(w.tenant.id, campaign.id()).await?, [run]);
    Ok(())
}

async fn an_absent_run_is_a_conflict<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let absent = w.new_run(&w.launched().await?);
    is_conflict(w.extend(&absent, 100, 1).await)?;
    fails!(
        store
            .end_run(w.tenant.id, absent.id, RunStatus::Finished, w.now())
            .await,
        StoreError::Conflict(_)
    );
    Ok(())
}

async fn a_source_that_the_ledger_does_not_know_fills_alike<B: Adapter>(store: &B) -> Outcome {
    let mut w = World::new(store).await?;
    w.platform.customers(7).await?;
    for limit in [1, 3, 100] {
        let mut filled = Vec::new();
        for is_known in [true, false] {
            w.is_source_known = is_known;
            let campaign = w.launched().await?;
            let first = w.finished_run(&campaign, limit).await?;
            let mut over = started(&w, &w.launched().await?).await?;
            while over.status == RunStatus::Running {
                over = w.extend(&over, 5, limit).await?;
            }
            let rows = w.ledger_rows(&campaign).await?;
            let rows: Vec<_> = rows
                .iter()
                .map(|row| (row.key.customer, row.key.channel, row.status))
                .collect();
            filled.push((first.added, over.status, over.added, over.position, rows));
        }
        assert_eq!(filled.first(), filled.last(), "chunks of {limit}");
    }
    Ok(())
}

async fn inactive_customers_get_no_row<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let gone = w.platform.customer(&[("is_active", "false")])?;
    let there = w.platform.customer(&[])?;
    let batch = vec![gone, there.clone()];
    w.platform.as_root().customers().import(batch).await?;
    let campaign = w.launched().await?;
    assert_eq!(w.finished_run(&campaign, 1).await?.added, 1);
    let rows = w.ledger_rows(&campaign).await?;
    assert!(rows.iter().all(|row| row.key.customer == there.id()));
    Ok(())
}

async fn runs_are_their_tenants_alone<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let twin = w.platform.tenant("card").await?.id;
    let campaign = w.launched().await?;
    started(&w, &campaign).await?;
    assert_eq!(store.unfinished_run(twin, campaign.id()).await?, None);
    assert_eq!(store.runs(twin, campaign.id()).await?, []);
    Ok(())
}

async fn a_run_is_moved_and_ended_by_its_tenant_alone<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    w.platform.customers(1).await?;
    let twin = w.platform.tenant("card").await?.id;
    let campaign = w.launched().await?;
    let run = started(&w, &campaign).await?;
    fails!(
        store
            .end_run(twin, run.id, RunStatus::Superseded, w.now())
            .await,
        StoreError::Conflict(_)
    );
    let ours = w.selection(r#"{"$everyone": true}"#)?;
    let selection = Selection::new(twin, ours.criteria().clone(), *ours.moment());
    let extension = Extension {
        run: run.id,
        selection: &selection,
        channels: BOTH,
        is_one: false,
        ceiling: 100,
        limit: 100,
        now: w.now(),
    };
    fails!(
        store.extend(store, &extension).await,
        StoreError::Conflict(_)
    );
    assert_eq!(store.runs(w.tenant.id, campaign.id()).await?, [run]);
    assert_eq!(w.ledger_rows(&campaign).await?, []);
    Ok(())
}
