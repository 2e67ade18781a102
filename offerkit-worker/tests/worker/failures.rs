//! What fails holds up nothing else, and is not lost.

use std::sync::{Arc, Mutex};

use offerkit_core::{
    domain::DeliveryStatus,
    ports::{Guarantee, Outcome as Sent},
};
use offerkit_worker::{Event, Shutdown};
use tokio::time::sleep;

use crate::{
    ledger::{Fault, FaultyLedger},
    provider::Provider,
    world::{EVERYONE, Outcome, World, lapsing_after, seconds},
};

#[tokio::test(start_paused = true)]
async fn a_poison_campaign_stops_no_other() -> Outcome {
    let w = World::new().await?;
    let poison = w.everyone(30).await?;
    w.provider.poison(poison.id());
    let other = w.launched(&w.tenant, EVERYONE).await?;
    let failed = Arc::new(Mutex::new(Vec::new()));
    let telling = Arc::clone(&failed);
    let worker = w.worker().watch(move |event| {
        if let Event::Failed { failure, .. } = event {
            telling.lock().unwrap().push(failure.to_string());
        }
    });
    let (worker, shutdown) = (worker.build()?, Shutdown::new());
    let stopping = async {
        sleep(seconds(30)).await;
        shutdown.drain();
    };
    let (report, ()) = tokio::join!(worker.run(&shutdown), stopping);
    assert_eq!(report.deliveries.sent, 30);
    assert_eq!(w.count(&other, DeliveryStatus::Sent).await?, 30);
    let failed = failed.lock().unwrap();
    assert!(report.failures > 2, "{report:?}");
    assert!(
        failed.iter().all(|it| it == "the step panicked"),
        "{failed:?}"
    );
    Ok(())
}

/// First seen to fail with settling tried once.
#[tokio::test(start_paused = true)]
async fn what_was_sent_is_settled_though_the_store_fails_for_a_while() -> Outcome {
    let provider = Provider::new().with_guarantee(Guarantee::AtMostOnce);
    let w = World::with(provider, |store, builder| {
        builder.ledger(FaultyLedger::over(store, Fault::SettleFails(5)))
    })
    .await?;
    let campaign = w.everyone(5).await?;
    let report = w.worker().build()?.once().await?;
    assert_eq!((report.deliveries.sent, report.failures), (5, 0));
    assert_eq!(w.count(&campaign, DeliveryStatus::Sent).await?, 5);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn what_could_not_be_settled_in_time_is_recovered() -> Outcome {
    let w = World::with(Provider::new(), |store, builder| {
        builder
            .settings(lapsing_after(10))
            .ledger(FaultyLedger::over(store, Fault::SettleFails(8)))
    })
    .await?;
    let campaign = w.everyone(5).await?;
    let worker = w.worker().build()?;
    assert_eq!(worker.once().await?.failures, 1);
    sleep(seconds(11)).await;
    assert_eq!(worker.once().await?.deliveries.sent, 5);
    assert_eq!(w.count(&campaign, DeliveryStatus::Sent).await?, 5);
    Ok(())
}

/// First seen to fail with the look at the claim's deadline removed.
#[tokio::test(start_paused = true)]
async fn what_was_claimed_too_long_ago_is_not_sent() -> Outcome {
    let w = World::with(Provider::new(), |store, builder| {
        builder
            .settings(lapsing_after(10))
            .ledger(FaultyLedger::over(store, Fault::ClaimTakes(seconds(10))))
    })
    .await?;
    let campaign = w.everyone(5).await?;
    w.fill(&campaign).await?;
    let deliveries = w.tenant.acting(&offerkit_core::services::Context::job(
        offerkit_core::policy::Job::Delivery,
    ));
    let deliveries = deliveries.deliveries(w.tenant.id);
    let channel = offerkit_core::domain::Channel::Webhook;
    let batch = deliveries.run_batch(campaign.id(), channel).await?;
    assert_eq!((batch.report.sent, batch.report.retried), (0, 5));
    assert_eq!(w.provider.messages(), []);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_notifier_that_hangs_gives_its_place_back() -> Outcome {
    let w = World::with(Provider::new().taking(1_000), |_, builder| {
        builder.settings(lapsing_after(60))
    })
    .await?;
    let campaign = w.everyone(5).await?;
    let report = w.worker().build()?.once().await?;
    assert_eq!((report.deliveries.sent, report.failures), (0, 1));
    assert_eq!(w.count(&campaign, DeliveryStatus::Sending).await?, 5);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn tries_that_failed_together_are_not_made_again_together() -> Outcome {
    let w = World::new().await?;
    let campaign = w.everyone(10).await?;
    for _ in 0..10 {
        w.provider.script(Sent::Retry {
            after: None,
            reason: "busy".to_owned(),
        });
    }
    let worker = w.worker().build()?;
    assert_eq!(worker.once().await?.deliveries.retried, 10);
    sleep(seconds(59)).await;
    assert_eq!(worker.once().await?.deliveries.sent, 0);
    sleep(seconds(8)).await;
    let early = worker.once().await?.deliveries.sent;
    assert!((1..10).contains(&early), "{early}");
    sleep(seconds(9)).await;
    worker.once().await?;
    assert_eq!(w.count(&campaign, DeliveryStatus::Sent).await?, 10);
    Ok(())
}
