//! What stops, stops: workers, campaigns, and what a super admin stops.

use std::sync::{Arc, Mutex};

use offerkit_core::domain::DeliveryStatus;
use offerkit_worker::{Event, Shutdown};
use tokio::time::{Instant, sleep};

use crate::{
    ledger::{Fault, FaultyLedger},
    provider::Provider,
    world::{Outcome, World, lapsing_after, seconds},
};

#[tokio::test(start_paused = true)]
async fn a_worker_that_drains_ends_what_it_began_and_begins_nothing() -> Outcome {
    let w = World::with(Provider::new().taking(10), |_, builder| builder).await?;
    let campaign = w.everyone(50).await?;
    let (worker, shutdown) = (w.worker().build()?, Shutdown::new());
    let stopping = async {
        sleep(seconds(15)).await;
        shutdown.drain();
        Instant::now()
    };
    let (report, asked) = tokio::join!(worker.run(&shutdown), stopping);
    assert!(asked.elapsed() <= seconds(10));
    assert_eq!(report.deliveries.sent, 20);
    assert_eq!(w.provider.messages().len(), 20);
    assert_eq!(w.count(&campaign, DeliveryStatus::Sending).await?, 0);
    assert_eq!(w.count(&campaign, DeliveryStatus::Pending).await?, 30);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_worker_that_is_halted_leaves_what_another_recovers() -> Outcome {
    let w = World::with(Provider::new().taking(10), |_, builder| {
        builder.settings(lapsing_after(60))
    })
    .await?;
    let campaign = w.everyone(20).await?;
    let (worker, shutdown) = (w.worker().build()?, Shutdown::new());
    let stopping = async {
        sleep(seconds(15)).await;
        shutdown.drain();
        shutdown.halt();
        Instant::now()
    };
    let (report, asked) = tokio::join!(worker.run(&shutdown), stopping);
    assert!(asked.elapsed() < seconds(1));
    assert_eq!(report.deliveries.sent, 10);
    assert_eq!(w.count(&campaign, DeliveryStatus::Sending).await?, 10);
    sleep(seconds(61)).await;
    let report = w.worker().build()?.once().await?;
    assert_eq!(report.deliveries.sent, 10);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn once_a_paused_campaign_is_quiet_no_message_of_it_is_sent() -> Outcome {
    let provider = Provider::new().taking(10).with_concurrency(4);
    let w = World::with(provider, |_, builder| builder).await?;
    let campaign = w.everyone(500).await?;
    let (worker, shutdown) = (w.worker().build()?, Shutdown::new());
    let pausing = async {
        sleep(seconds(35)).await;
        let was_quiet = w.is_quiet(&campaign).await?;
        w.pause(&campaign).await?;
        let held = w.is_quiet(&campaign).await?;
        while !w.is_quiet(&campaign).await? {
            sleep(seconds(1)).await;
        }
        let sent = w.provider.messages().len();
        sleep(seconds(600)).await;
        shutdown.drain();
        Outcome::Ok((was_quiet, held, sent))
    };
    let (report, paused) = tokio::join!(worker.run(&shutdown), pausing);
    let (was_quiet, held, sent) = paused?;
    assert!(!was_quiet && !held, "it was being sent");
    assert!(sent > 0 && sent < 500, "{sent}");
    assert_eq!(w.provider.messages().len(), sent);
    assert_eq!(u64::try_from(sent)?, report.deliveries.sent);
    Ok(())
}

/// First seen to fail with the look at the campaign after the claim removed.
#[tokio::test(start_paused = true)]
async fn a_pause_between_a_claim_and_its_sending_holds_it() -> Outcome {
    let w = World::with(Provider::new(), |store, builder| {
        builder.ledger(FaultyLedger::over(store, Fault::ClaimTakes(seconds(10))))
    })
    .await?;
    let campaign = w.everyone(5).await?;
    w.fill(&campaign).await?;
    let (worker, shutdown) = (w.worker().build()?, Shutdown::new());
    let pausing = async {
        sleep(seconds(5)).await;
        w.pause(&campaign).await?;
        let held = w.is_quiet(&campaign).await?;
        sleep(seconds(60)).await;
        shutdown.drain();
        Outcome::Ok(held)
    };
    let (report, held) = tokio::join!(worker.run(&shutdown), pausing);
    assert!(!held?, "a worker held a claim");
    assert_eq!((report.deliveries.sent, report.deliveries.retried), (0, 5));
    assert_eq!(w.provider.messages(), []);
    assert!(w.is_quiet(&campaign).await?);
    assert_eq!(w.count(&campaign, DeliveryStatus::Pending).await?, 5);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn once_a_stop_is_quiet_no_message_is_sent_until_it_is_lifted() -> Outcome {
    let provider = Provider::new().taking(10).with_concurrency(4);
    let w = World::with(provider, |_, builder| builder).await?;
    w.everyone(500).await?;
    let told = Arc::new(Mutex::new(Vec::new()));
    let telling = Arc::clone(&told);
    let worker = w.worker().watch(move |event| {
        if let Event::Stops { in_force } = event {
            telling.lock().unwrap().push(in_force.len());
        }
    });
    let (worker, shutdown) = (worker.build()?, Shutdown::new());
    let stopping = async {
        sleep(seconds(35)).await;
        let stop = w.stop().await?;
        let stops = w.platform.as_root().stops();
        let held = stops.is_quiet(stop.id).await?;
        while !stops.is_quiet(stop.id).await? {
            sleep(seconds(1)).await;
        }
        let sent = w.provider.messages().len();
        sleep(seconds(600)).await;
        let later = w.provider.messages().len();
        stops.lift(stop.id, &"answered".parse()?).await?;
        sleep(seconds(3_600)).await;
        shutdown.drain();
        Outcome::Ok((held, sent, later))
    };
    let (report, stopped) = tokio::join!(worker.run(&shutdown), stopping);
    let (held, sent, later) = stopped?;
    assert!(!held, "it was being sent");
    assert!(sent > 0 && sent < 500, "{sent}");
    assert_eq!(later, sent);
    assert_eq!((report.deliveries.sent, report.failures), (500, 0));
    assert_eq!(*told.lock().unwrap(), [1, 0]);
    Ok(())
}

/// First seen to fail with the look at the stops after the claim removed.
#[tokio::test(start_paused = true)]
async fn a_stop_between_a_claim_and_its_sending_holds_it() -> Outcome {
    let w = World::with(Provider::new(), |store, builder| {
        builder.ledger(FaultyLedger::over(store, Fault::ClaimTakes(seconds(10))))
    })
    .await?;
    let campaign = w.everyone(5).await?;
    w.fill(&campaign).await?;
    let (worker, shutdown) = (w.worker().build()?, Shutdown::new());
    let stopping = async {
        sleep(seconds(5)).await;
        let stop = w.stop().await?;
        let stops = w.platform.as_root().stops();
        let held = stops.is_quiet(stop.id).await?;
        sleep(seconds(60)).await;
        shutdown.drain();
        Outcome::Ok((held, stops.is_quiet(stop.id).await?))
    };
    let (report, stopped) = tokio::join!(worker.run(&shutdown), stopping);
    assert_eq!(stopped?, (false, true));
    assert_eq!((report.deliveries.sent, report.deliveries.retried), (0, 5));
    assert_eq!(w.provider.messages(), []);
    Ok(())
}
