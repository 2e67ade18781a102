//! What campaigns' schedules say is done without anybody asking.

use std::sync::{Arc, Mutex};

use chrono::TimeDelta;
use offerkit_core::{
    domain::{Campaign, CampaignStatus, Channel, MessageText, MissedStart, Schedule},
    services::Settings,
};
use offerkit_worker::{Event, Shutdown};
use tokio::time::sleep;

use crate::{
    provider::Provider,
    world::{Outcome, World, seconds},
};

const HOUR: u64 = 3_600;
const DAY: u64 = 24 * HOUR;

/// A campaign for everyone that starts tomorrow; it is nine o'clock.
async fn tomorrow(w: &World, schedule: Schedule) -> Outcome<Campaign> {
    let offer = w.tenant.approved_offer("Spring cashback").await?;
    let mut draft = w.tenant.campaign(offer.id())?;
    let message = MessageText::new("Dear {{ customer.full_name }}");
    draft.messages = [(Channel::Webhook, message.into())].into();
    draft.start_date = "2026-03-03".parse()?;
    draft.end_date = draft.start_date + TimeDelta::days(10);
    draft.schedule = schedule;
    Ok(w.tenant.launched_campaign(draft).await?)
}

#[tokio::test(start_paused = true)]
async fn an_audience_is_filled_again_at_each_moment_of_its_refresh() -> Outcome {
    let settings = Settings {
        ceiling_percent: 1_000,
        ..Settings::default()
    };
    let w = World::with(Provider::new(), |_, builder| builder.settings(settings)).await?;
    w.platform.customers(2).await?;
    let schedule = Schedule {
        refresh: Some("0 12 * * *".parse()?),
        ..Schedule::default()
    };
    tomorrow(&w, schedule).await?;
    let (worker, shutdown) = (w.worker().build()?, Shutdown::new());
    let watching = async {
        let mut sent = Vec::new();
        // At ten on the first two days, and at one o'clock on each.
        for wait in [25 * HOUR, 3 * HOUR, 21 * HOUR, 3 * HOUR] {
            sleep(seconds(wait)).await;
            sent.push(w.provider.messages().len());
            w.platform.customers(1).await?;
        }
        shutdown.drain();
        Outcome::Ok(sent)
    };
    let (report, sent) = tokio::join!(worker.run(&shutdown), watching);
    // The two of the filling, the one who came before each noon, and the one of the afternoon with the next day's.
    assert_eq!(sent?, [2, 3, 3, 5]);
    assert_eq!(report.failures, 0);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_missed_start_is_settled_as_the_plan_says() -> Outcome {
    for (missed_start, status, sent) in [
        (MissedStart::Run, CampaignStatus::Active, 2),
        (MissedStart::Skip, CampaignStatus::Completed, 0),
        (MissedStart::Ask, CampaignStatus::Paused, 0),
    ] {
        let w = World::new().await?;
        w.platform.customers(2).await?;
        let schedule = Schedule {
            missed_start,
            ..Schedule::default()
        };
        let campaign = tomorrow(&w, schedule).await?;
        sleep(seconds(2 * DAY)).await;
        let told = Arc::new(Mutex::new(Vec::new()));
        let telling = Arc::clone(&told);
        let worker = w.worker().watch(move |event| {
            if let Event::StartMissed { campaign, .. } = event {
                telling.lock().unwrap().push(campaign.status());
            }
        });
        let report = worker.build()?.once().await?;
        assert_eq!(report.failures, 0);
        let campaigns = w.tenant.acting(&w.tenant.creator);
        let campaigns = campaigns.campaigns(w.tenant.id);
        assert_eq!(campaigns.get(campaign.id()).await?.status(), status);
        assert_eq!(w.provider.messages().len(), sent, "{missed_start:?}");
        let told = told.lock().unwrap().clone();
        let expected = Some(status).filter(|status| *status != CampaignStatus::Active);
        assert_eq!(told, Vec::from_iter(expected));
    }
    Ok(())
}
