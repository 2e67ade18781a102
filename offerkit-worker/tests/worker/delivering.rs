//! What a worker does by itself.

use std::sync::{Arc, Mutex};

use offerkit_core::{
    domain::{CampaignStatus, DeliveryStatus},
    ports::{Guarantee, Outcome as Sent},
};
use offerkit_worker::{BuildError, Event, Shutdown, Wake, Worker};
use tokio::time::{Instant, advance, sleep};

use crate::{
    provider::Provider,
    world::{Outcome, World, lapsing_after, seconds},
};

#[tokio::test(start_paused = true)]
async fn launching_a_campaign_is_enough() -> Outcome {
    let w = World::new().await?;
    let campaign = w.everyone(25).await?;
    let report = w.worker().build()?.once().await?;
    assert_eq!((report.filled, report.deliveries.sent), (25, 25));
    assert_eq!(report.failures, 0);
    assert_eq!(w.provider.campaigns().len(), 3);
    assert_eq!(w.count(&campaign, DeliveryStatus::Sent).await?, 25);
    let again = w.worker().build()?.once().await?;
    assert_eq!((again.filled, again.deliveries.sent), (0, 0));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_campaign_waits_for_its_first_day_and_is_filled_on_it() -> Outcome {
    let w = World::new().await?;
    w.platform.customers(1).await?;
    let offer = w.tenant.approved_offer("Gold").await?;
    let mut draft = w.tenant.campaign(offer.id())?;
    draft.start_date = "2026-03-03".parse()?;
    let campaign = w.tenant.launched_campaign(draft).await?;
    let worker = w.worker().build()?;
    worker.once().await?;
    assert_eq!(w.count(&campaign, DeliveryStatus::Pending).await?, 0);
    w.platform.customers(1).await?;
    advance(seconds(15 * 3_600)).await;
    let report = worker.once().await?;
    assert_eq!((report.filled, report.deliveries.sent), (2, 2));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn what_is_due_later_is_left_to_a_later_call() -> Outcome {
    let w = World::new().await?;
    w.everyone(2).await?;
    w.provider.script(Sent::Retry {
        after: Some(seconds(60)),
        reason: "busy".to_owned(),
    });
    let worker = w.worker().build()?;
    let report = worker.once().await?;
    assert_eq!((report.deliveries.sent, report.deliveries.retried), (1, 1));
    assert_eq!(worker.once().await?.deliveries.sent, 0);
    advance(seconds(60)).await;
    assert_eq!(worker.once().await?.deliveries.sent, 1);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_worker_that_goes_on_sends_at_the_moment_that_the_provider_named() -> Outcome {
    let w = World::new().await?;
    w.everyone(1).await?;
    w.provider.script(Sent::Retry {
        after: Some(seconds(60)),
        reason: "busy".to_owned(),
    });
    let worker = w.worker().poll(seconds(1)..=seconds(3_600)).build()?;
    let (shutdown, began) = (Shutdown::new(), Instant::now());
    tokio::select! {
        _ = worker.run(&shutdown) => return Err("it stopped by itself".into()),
        () = sleep(seconds(70)) => {}
    }
    assert_eq!(w.provider.messages().len(), 2);
    assert!(began.elapsed() < seconds(71));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn an_idle_worker_is_woken() -> Outcome {
    let w = World::new().await?;
    let (wake, shutdown) = (Wake::new(), Shutdown::new());
    let hours = seconds(3_600)..=seconds(360_000);
    let worker = w.worker().poll(hours).wake(&wake).build()?;
    let launching = async {
        sleep(seconds(60)).await;
        w.everyone(1).await?;
        sleep(seconds(60)).await;
        let before = w.provider.messages().len();
        wake.wake();
        sleep(seconds(1)).await;
        shutdown.drain();
        Outcome::Ok(before)
    };
    let (report, before) = tokio::join!(worker.run(&shutdown), launching);
    assert_eq!((before?, report.deliveries.sent), (0, 1));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn campaigns_whose_last_day_is_over_are_completed() -> Outcome {
    let w = World::new().await?;
    let campaign = w.everyone(1).await?;
    let worker = w.worker().build()?;
    assert_eq!(worker.once().await?.completed, 0);
    advance(seconds(31 * 24 * 3_600)).await;
    assert_eq!(worker.once().await?.completed, 1);
    let campaigns = w.tenant.acting(&w.tenant.creator).campaigns(w.tenant.id);
    let completed = campaigns.get(campaign.id()).await?;
    assert_eq!(completed.status(), CampaignStatus::Completed);
    assert_eq!(worker.once().await?.completed, 0);
    Ok(())
}

/// First seen to fail with the claims left out of what is wound up.
#[tokio::test(start_paused = true)]
async fn a_campaign_that_ended_while_its_worker_was_dead_is_settled() -> Outcome {
    let provider = Provider::new().taking(1_000);
    let settings = lapsing_after(60);
    let w = World::with(provider, |_, builder| builder.settings(settings)).await?;
    let campaign = w.everyone(3).await?;
    let (worker, shutdown) = (w.worker().build()?, Shutdown::new());
    tokio::select! {
        _ = worker.run(&shutdown) => return Err("it stopped by itself".into()),
        () = sleep(seconds(5)) => {}
    }
    let campaigns = w.tenant.acting(&w.tenant.admin).campaigns(w.tenant.id);
    campaigns.complete(campaign.id()).await?;
    assert_eq!(w.count(&campaign, DeliveryStatus::Sending).await?, 3);
    assert_eq!(w.worker().build()?.once().await?.deliveries.unknown, 0);
    advance(seconds(61)).await;
    assert_eq!(w.worker().build()?.once().await?.deliveries.unknown, 3);
    assert_eq!(w.count(&campaign, DeliveryStatus::Unknown).await?, 3);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_worker_tells_what_it_does() -> Outcome {
    let w = World::new().await?;
    w.everyone(12).await?;
    let told = Arc::new(Mutex::new(Vec::new()));
    let telling = Arc::clone(&told);
    let watch = move |event: &Event<'_>| {
        telling.lock().unwrap().push(match event {
            Event::Looked { tenants, tasks } => format!("looked: {tenants}, {tasks}"),
            Event::Filled { run, .. } => format!("filled: {}", run.added),
            Event::Sent { report, .. } => format!("sent: {}", report.sent),
            _ => "else".to_owned(),
        });
    };
    w.worker().watch(watch).build()?.once().await?;
    let expected = [
        "looked: 1, 1",
        "filled: 12",
        "looked: 1, 1",
        "sent: 10",
        "sent: 2",
        "looked: 1, 1",
    ];
    assert_eq!(*told.lock().unwrap(), expected);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_worker_does_not_start_where_a_provider_forgets_keys_too_soon() -> Outcome {
    let start = async |key_ttl| {
        let provider = Provider::new().with_guarantee(Guarantee::Deduplicated { key_ttl });
        let w = World::with(provider, |_, builder| builder).await?;
        Outcome::Ok(w.worker().build().map(drop))
    };
    // A deadline of 5 minutes, and waits of 1, 2, 4 and 8 minutes and a quarter more.
    let needed = seconds(5 * 60 + 15 * 75);
    let refused = start(needed).await?.unwrap_err();
    assert!(matches!(refused, BuildError::KeyLifetime { .. }));
    assert_eq!(
        refused.to_string(),
        "the webhook notifier remembers a key for 1425 s, but a message may be sent again for 1425 s after its first try \
         (300 s until a claim lapses and 1125 s of waits between tries): lower `Settings::claim_deadline`, \
         `delivery_attempts` or `retry_wait`, or let the notifier declare a longer `key_ttl` if its provider keeps one"
    );
    assert!(start(needed + seconds(1)).await?.is_ok());
    let w = World::with(Provider::new(), |_, builder| {
        builder.settings(lapsing_after(0))
    })
    .await?;
    let refused = Worker::builder(w.platform.kit.clone()).build().map(drop);
    assert_eq!(refused, Err(BuildError::NoDeadline));
    Ok(())
}
