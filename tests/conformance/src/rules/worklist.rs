//! What there is to do for workers, and what their steps leave.

use std::time::Duration;

use chrono::TimeDelta;
use offerkit_core::{
    domain::{COMPLAINED, Channel, DeliveryStatus, RunStatus, TransitionError},
    page::PageRequest,
    policy::{DenialKind, Job},
    ports::{Guarantee, Outcome as Sent},
    services::{Context, Error, NextBatch, Task, Worklist},
    testing::RecordingNotifier,
};

use crate::{
    Adapter, Outcome,
    cases::{cases, denied, fails},
    world::World,
};

cases! { rules::worklist:
    only_the_delivery_job_sees_it,
    it_lists_active_tenants,
    a_launch_is_to_be_filled_and_then_sent,
    what_does_not_run_is_not_listed,
    what_is_over_is_to_be_wound_up,
    a_filling_goes_on_in_chunks_and_is_not_begun_again,
    a_step_sends_one_batch,
    a_held_campaign_is_quiet_when_nothing_is_claimed,
    what_is_left_of_an_ended_campaign_is_settled_and_not_sent,
    a_running_campaign_is_not_wound_up,
    a_try_whose_key_is_forgotten_is_not_repeated,
    only_the_delivery_job_tells_of_complaints,
}

fn worklist<B: Adapter>(w: &World<B>, job: Job) -> Worklist {
    w.tenant.acting(&Context::job(job)).worklist()
}

async fn only_the_delivery_job_sees_it<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let page = PageRequest::default();
    for context in [&w.platform.root, &w.tenant.admin] {
        let list = w.tenant.acting(context).worklist();
        denied!(list.tenants(&page).await, DenialKind::JobOnly);
        denied!(list.tasks(w.tenant.id).await, DenialKind::JobOnly);
    }
    let other = worklist(&w, Job::Sealer);
    denied!(other.tenants(&page).await, DenialKind::NotOfJob);
    denied!(other.tasks(w.tenant.id).await, DenialKind::NotOfJob);
    Ok(())
}

async fn it_lists_active_tenants<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let other = w.platform.tenant("card").await?;
    let list = worklist(&w, Job::Delivery);
    let page = PageRequest::default();
    let mut listed = list.tenants(&page).await?.items;
    listed.sort_unstable();
    assert_eq!(listed, [w.tenant.id, other.id]);
    w.platform.as_root().tenants().deactivate(other.id).await?;
    assert_eq!(list.tenants(&page).await?.items, [w.tenant.id]);
    denied!(list.tasks(other.id).await, DenialKind::TenantInactive);
    Ok(())
}

async fn a_launch_is_to_be_filled_and_then_sent<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    w.platform.customers(1).await?;
    let campaign = w.launched().await?;
    let list = worklist(&w, Job::Delivery);
    let id = campaign.id();
    assert_eq!(list.tasks(w.tenant.id).await?, [Task::Fill(id)]);
    w.job(Job::Audience).fill(id).await?;
    let send = Task::Send(id, Channel::Email);
    assert_eq!(list.tasks(w.tenant.id).await?, [send]);
    let other = w.platform.tenant("card").await?;
    assert_eq!(list.tasks(other.id).await?, []);
    Ok(())
}

async fn what_does_not_run_is_not_listed<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let offer = w.tenant.approved_offer("Cashback").await?;
    let mut draft = w.tenant.campaign(offer.id())?;
    w.tenant.requested_campaign(draft.clone()).await?;
    let paused = w.tenant.launched_campaign(draft.clone()).await?;
    w.paused(&w.tenant.creator, &paused).await?;
    draft.start_date = w.now().date() + TimeDelta::days(1);
    let early = w.tenant.launched_campaign(draft).await?;
    let list = worklist(&w, Job::Delivery);
    assert_eq!(list.tasks(w.tenant.id).await?, []);
    w.pass(TimeDelta::days(1));
    let expected = [Task::Fill(early.id())];
    assert_eq!(list.tasks(w.tenant.id).await?, expected);
    Ok(())
}

async fn what_is_over_is_to_be_wound_up<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let (completed, active, paused) = (
        w.launched().await?,
        w.launched().await?,
        w.launched().await?,
    );
    w.paused(&w.tenant.creator, &paused).await?;
    let campaigns = w.campaigns(&w.tenant.admin);
    campaigns.complete(completed.id()).await?;
    let list = worklist(&w, Job::Delivery);
    let expected = [Task::Fill(active.id()), Task::WindUp(completed.id())];
    assert_eq!(list.tasks(w.tenant.id).await?, expected);
    w.pass(TimeDelta::days(31));
    let over = [&active, &paused, &completed].map(|it| Task::WindUp(it.id()));
    assert_eq!(list.tasks(w.tenant.id).await?, over);
    w.pass(TimeDelta::days(1));
    let later = list.tasks(w.tenant.id).await?;
    assert_eq!(later, over.get(..2).unwrap_or_default());
    Ok(())
}

async fn a_filling_goes_on_in_chunks_and_is_not_begun_again<B: Adapter>(store: &B) -> Outcome {
    let settings = offerkit_core::services::Settings {
        fill_chunk: 2,
        ..offerkit_core::services::Settings::default()
    };
    let w = World::with(store, |builder| builder.settings(settings)).await?;
    w.platform.customers(5).await?;
    let campaign = w.launched().await?;
    let audience = w.job(Job::Audience);
    let mut added = Vec::new();
    for _ in 0..4 {
        added.push(audience.fill_chunk(campaign.id()).await?.added);
    }
    assert_eq!(added, [2, 4, 5, 5]);
    w.platform.customers(1).await?;
    let finished = audience.fill_chunk(campaign.id()).await?;
    assert_eq!((finished.added, finished.status), (5, RunStatus::Finished));
    let runs = store.runs(w.tenant.id, campaign.id()).await?;
    assert_eq!(runs.len(), 1, "a refresh is begun at someone's request");
    Ok(())
}

async fn a_step_sends_one_batch<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let (campaign, _) = w.filled(150).await?;
    let delivery = w.job(Job::Delivery);
    let mut steps = Vec::new();
    for _ in 0..3 {
        let batch = delivery.run_batch(campaign.id(), Channel::Email).await?;
        steps.push((batch.report.sent, batch.next));
    }
    let expected = [
        (100, NextBatch::Now),
        (50, NextBatch::Now),
        (0, NextBatch::Later),
    ];
    assert_eq!(steps, expected);
    w.pass(TimeDelta::days(31));
    let over = delivery.run_batch(campaign.id(), Channel::Email).await?;
    assert_eq!(over.next, NextBatch::Over);
    Ok(())
}

async fn a_held_campaign_is_quiet_when_nothing_is_claimed<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let (campaign, _) = w.filled(2).await?;
    let reader = w.deliveries(&w.tenant.creator);
    assert!(!reader.is_quiet(campaign.id()).await?, "it runs");
    let (token, claimed) = w.claim(&campaign, 1).await?;
    w.paused(&w.tenant.creator, &campaign).await?;
    assert!(!reader.is_quiet(campaign.id()).await?, "it is claimed");
    w.settle(token, &claimed, DeliveryStatus::Sent).await?;
    assert!(reader.is_quiet(campaign.id()).await?);
    let outsider = w.platform.tenant("card").await?;
    let asked = w.deliveries(&outsider.admin).is_quiet(campaign.id()).await;
    fails!(asked, Error::NotFound(_));
    Ok(())
}

async fn what_is_left_of_an_ended_campaign_is_settled_and_not_sent<B: Adapter>(
    store: &B,
) -> Outcome {
    let w = World::new(store).await?;
    let (campaign, _) = w.filled(3).await?;
    w.claim(&campaign, 2).await?;
    w.campaigns(&w.tenant.admin).complete(campaign.id()).await?;
    let delivery = w.job(Job::Delivery);
    let left = delivery.settle_ended(campaign.id()).await?;
    assert_eq!((left.report.unknown, left.is_open), (0, false));
    assert_eq!(left.claimed_for, Some(Duration::from_mins(5)));
    w.pass(TimeDelta::minutes(6));
    let left = delivery.settle_ended(campaign.id()).await?;
    assert_eq!((left.report.unknown, left.claimed_for), (2, None));
    assert_eq!(w.platform.email.messages(), []);
    let progress = w.progress(&campaign).await?;
    assert_eq!(progress.of(DeliveryStatus::Unknown), 2);
    assert_eq!(progress.of(DeliveryStatus::Cancelled), 1);
    Ok(())
}

async fn a_running_campaign_is_not_wound_up<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let (campaign, _) = w.filled(1).await?;
    let delivery = w.job(Job::Delivery);
    let running = delivery.settle_ended(campaign.id()).await;
    fails!(running, Error::Transition(TransitionError::Status { .. }));
    let admin = w.deliveries(&w.tenant.admin);
    denied!(admin.settle_ended(campaign.id()).await, DenialKind::JobOnly);
    w.pass(TimeDelta::days(31));
    assert!(delivery.settle_ended(campaign.id()).await?.is_open);
    Ok(())
}

// First seen to send a second time with the key's age left out of what is claimed.
async fn a_try_whose_key_is_forgotten_is_not_repeated<B: Adapter>(store: &B) -> Outcome {
    let key_ttl = Duration::from_hours(1);
    let notifier = RecordingNotifier::new(Channel::Webhook)
        .with_guarantee(Guarantee::Deduplicated { key_ttl });
    let w = World::with(store, |builder| builder.notifier(notifier.clone())).await?;
    let campaign = w.filled_over(Channel::Webhook, 1).await?;
    notifier.script(Some(Sent::Retry {
        after: Some(key_ttl),
        reason: "busy".to_owned(),
    }));
    assert_eq!(w.sent(&campaign).await?.retried, 1);
    w.pass(TimeDelta::hours(1));
    assert_eq!(w.sent(&campaign).await?.unknown, 1);
    assert_eq!(notifier.messages().len(), 1);
    Ok(())
}

async fn only_the_delivery_job_tells_of_complaints<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let (campaign, _) = w.filled(1).await?;
    w.sent(&campaign).await?;
    let rows = w.ledger_rows(&campaign).await?;
    let key = rows.first().ok_or("no row")?.key;
    let admin = w.deliveries(&w.tenant.admin).complaint(key).await;
    denied!(admin, DenialKind::JobOnly);
    let delivery = w.job(Job::Delivery);
    assert!(delivery.complaint(key).await?);
    assert!(!delivery.complaint(key).await?);
    assert!(!delivery.receipt(key, DeliveryStatus::Delivered).await?);
    let expected = [(DeliveryStatus::Delivered, COMPLAINED.to_owned())];
    assert_eq!(w.outcomes(&campaign).await?, expected);
    Ok(())
}
