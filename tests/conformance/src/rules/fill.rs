//! An audience holds exactly whom its campaign selects.

use chrono::TimeDelta;
use futures_util::future::join;
use offerkit_core::{
    domain::{
        Campaign, CampaignStatus, Channel, CommentKind, DeliveryStatus, RunStatus, TransitionError,
    },
    id::CustomerId,
    policy::Job,
    services::{Error, Settings},
};

use crate::{
    Adapter, Failure, Outcome,
    acts::{all, denied},
    cases::{cases, fails},
    world::World,
};

cases! { rules::fill:
    exactly_the_active_customers_that_match_are_filled,
    every_channel_gets_a_row,
    a_filling_in_chunks_misses_nobody,
    a_filling_that_stopped_goes_on_where_it_was,
    a_later_filling_adds_newcomers_alone,
    an_audience_past_its_ceiling_pauses_the_campaign,
    two_fillings_at_once_repeat_nobody,
    nothing_is_filled_before_the_launch_in_a_pause_or_after_the_end,
    a_pause_holds_a_filling_and_resuming_goes_on,
    a_channel_without_a_notifier_is_named,
    only_the_audience_job_fills,
}

/// A world whose fillings take `chunk` customers at once.
async fn chunked<B: Adapter>(store: &B, chunk: usize) -> Result<World<B>, Failure> {
    let settings = Settings {
        fill_chunk: chunk,
        ..Settings::default()
    };
    World::with(store, |builder| builder.settings(settings)).await
}

/// The customers of an audience, in order of their ids.
async fn filled<B: Adapter>(w: &World<B>, campaign: &Campaign) -> Result<Vec<CustomerId>, Failure> {
    let rows = w.ledger_rows(campaign).await?;
    Ok(rows.iter().map(|row| row.key.customer).collect())
}

async fn exactly_the_active_customers_that_match_are_filled<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let mut expected = w.platform.customers(2).await?;
    let away = [
        w.platform.customer(&[("segment", "regular")])?,
        w.platform.customer(&[("segment", "")])?,
        w.platform.customer(&[("is_active", "false")])?,
        w.platform.customer(&[("segment", "Premium")])?,
    ];
    w.platform.as_root().customers().import(away.into()).await?;
    let offer = w.tenant.approved_offer("cashback").await?;
    let mut draft = w.tenant.campaign(offer.id())?;
    r#"{"segment": "premium"}"#.clone_into(&mut draft.selection_criteria);
    let campaign = w.tenant.launched_campaign(draft).await?;
    let run = w.job(Job::Audience).fill(campaign.id()).await?;
    assert_eq!((run.status, run.added), (RunStatus::Finished, 2));
    assert_eq!(
        run.criteria_digest,
        campaign.plan().selection_criteria.digest
    );
    assert_eq!((run.now, run.today), (w.now(), w.now().date()));
    expected.sort_unstable();
    assert_eq!(filled(&w, &campaign).await?, expected);
    Ok(())
}

async fn every_channel_gets_a_row<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    w.platform.customers(3).await?;
    let offer = w.tenant.approved_offer("cashback").await?;
    let mut draft = w.tenant.campaign(offer.id())?;
    draft
        .messages
        .extend(w.over(Channel::Sms, offer.id())?.messages);
    let campaign = w.tenant.launched_campaign(draft).await?;
    w.job(Job::Audience).fill(campaign.id()).await?;
    let progress = w.progress(&campaign).await?;
    assert_eq!(
        (progress.audience, progress.of(DeliveryStatus::Pending)),
        (3, 6)
    );
    assert_eq!(progress.counts.len(), 2);
    Ok(())
}

async fn a_filling_in_chunks_misses_nobody<B: Adapter>(store: &B) -> Outcome {
    let w = chunked(store, 2).await?;
    for customers in [1, 3] {
        w.platform.customers(customers).await?;
        let campaign = w.launched().await?;
        let run = w.job(Job::Audience).fill(campaign.id()).await?;
        let audience = w.progress(&campaign).await?.audience;
        assert_eq!(run.added, audience);
    }
    let (campaign, _) = w.filled(1).await?;
    let mut ids = filled(&w, &campaign).await?;
    ids.dedup();
    assert_eq!(ids.len(), 5);
    Ok(())
}

async fn a_filling_that_stopped_goes_on_where_it_was<B: Adapter>(store: &B) -> Outcome {
    let w = chunked(store, 2).await?;
    w.platform.customers(5).await?;
    let campaign = w.launched().await?;
    let stopped = one_chunk(&w, &campaign).await?;
    w.pass(TimeDelta::hours(1));
    let run = w.job(Job::Audience).fill(campaign.id()).await?;
    assert_eq!((run.id, run.now, run.added), (stopped.id, stopped.now, 5));
    assert_eq!(w.progress(&campaign).await?.audience, 5);
    Ok(())
}

/// What a runner leaves behind that stops after its first chunk.
async fn one_chunk<B: Adapter>(
    w: &World<B>,
    campaign: &Campaign,
) -> Result<offerkit_core::domain::Run, Failure> {
    use offerkit_core::ports::Extension;
    let run = w.new_run(campaign);
    w.store.start_run(&run).await?;
    let selection = w.selection(&campaign.plan().selection_criteria.source)?;
    let extension = Extension {
        run: run.id,
        selection: &selection,
        channels: &[Channel::Email],
        is_one: false,
        ceiling: 100,
        limit: 2,
        now: w.now(),
    };
    Ok(w.store.extend(&w.store, &extension).await?)
}

async fn a_later_filling_adds_newcomers_alone<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let (campaign, _) = w.filled(10).await?;
    w.sent(&campaign).await?;
    w.platform.customers(1).await?;
    let run = w.job(Job::Audience).fill(campaign.id()).await?;
    assert_eq!((run.status, run.added), (RunStatus::Finished, 1));
    let run = w.job(Job::Audience).fill(campaign.id()).await?;
    assert_eq!(run.added, 0);
    let progress = w.progress(&campaign).await?;
    assert_eq!(
        (progress.audience, progress.of(DeliveryStatus::Pending)),
        (11, 1)
    );
    assert_eq!(progress.of(DeliveryStatus::Sent), 10);
    Ok(())
}

async fn an_audience_past_its_ceiling_pauses_the_campaign<B: Adapter>(store: &B) -> Outcome {
    let w = chunked(store, 2).await?;
    let (campaign, _) = w.filled(10).await?;
    w.platform.customers(5).await?;
    let run = w.job(Job::Audience).fill(campaign.id()).await?;
    assert_eq!((run.status, run.added), (RunStatus::OverCeiling, 1));
    let campaigns = w.campaigns(&w.tenant.creator);
    let campaign = campaigns.get(campaign.id()).await?;
    assert_eq!(campaign.status(), CampaignStatus::Paused);
    assert_eq!(w.progress(&campaign).await?.audience, 11);
    let reason = campaign.pause_reason().as_ref().ok_or("no reason")?;
    let comments = campaigns.comments(campaign.id(), &all()?).await?.items;
    let [said] = comments.as_slice() else {
        return Err(format!("one comment, not {comments:?}").into());
    };
    assert_eq!((said.kind, said.author), (CommentKind::Pause, None));
    assert_eq!(said.body.as_str(), reason.as_str());
    let asked = w.requested(&w.tenant.creator, &campaign).await?;
    w.launched_by(&w.tenant.approver, &asked).await?;
    let run = w.job(Job::Audience).fill(campaign.id()).await?;
    assert_eq!((run.status, run.added), (RunStatus::Finished, 4));
    Ok(())
}

async fn two_fillings_at_once_repeat_nobody<B: Adapter>(store: &B) -> Outcome {
    let w = chunked(store, 1).await?;
    w.platform.customers(6).await?;
    let campaign = w.launched().await?;
    let job = w.job(Job::Audience);
    let (one, two) = join(job.fill(campaign.id()), job.fill(campaign.id())).await;
    let added: Vec<_> = [one, two]
        .into_iter()
        .flatten()
        .map(|run| run.added)
        .collect();
    assert!(!added.is_empty(), "neither finished");
    let audience = filled(&w, &campaign).await?;
    assert_eq!(audience.len(), 6);
    assert_eq!(w.progress(&campaign).await?.audience, 6);
    Ok(())
}

async fn nothing_is_filled_before_the_launch_in_a_pause_or_after_the_end<B: Adapter>(
    store: &B,
) -> Outcome {
    let w = World::new(store).await?;
    w.platform.customers(1).await?;
    let offer = w.tenant.approved_offer("cashback").await?;
    let draft = w.tenant.campaign(offer.id())?;
    let campaign = w.tenant.requested_campaign(draft).await?;
    let job = w.job(Job::Audience);
    fails!(
        job.fill(campaign.id()).await,
        Error::Transition(TransitionError::Status { .. })
    );
    let campaign = w.launched_by(&w.tenant.approver, &campaign).await?;
    w.paused(&w.tenant.creator, &campaign).await?;
    fails!(
        job.fill(campaign.id()).await,
        Error::Transition(TransitionError::Status { .. })
    );
    w.campaigns(&w.tenant.admin).resume(campaign.id()).await?;
    w.pass(TimeDelta::days(31));
    fails!(
        job.fill(campaign.id()).await,
        Error::Transition(TransitionError::Over { .. })
    );
    assert_eq!(w.progress(&campaign).await?.audience, 0);
    Ok(())
}

async fn a_pause_holds_a_filling_and_resuming_goes_on<B: Adapter>(store: &B) -> Outcome {
    let w = chunked(store, 2).await?;
    w.platform.customers(5).await?;
    let campaign = w.launched().await?;
    let stopped = one_chunk(&w, &campaign).await?;
    w.paused(&w.tenant.creator, &campaign).await?;
    let job = w.job(Job::Audience);
    fails!(job.fill(campaign.id()).await, Error::Transition(_));
    assert_eq!(w.progress(&campaign).await?.audience, 2);
    w.campaigns(&w.tenant.admin).resume(campaign.id()).await?;
    let run = job.fill(campaign.id()).await?;
    assert_eq!((run.id, run.added), (stopped.id, 5));
    Ok(())
}

async fn a_channel_without_a_notifier_is_named<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    w.platform.customers(1).await?;
    let offer = w.tenant.approved_offer("cashback").await?;
    let draft = w.over(Channel::Push, offer.id())?;
    let campaign = w.tenant.launched_campaign(draft).await?;
    let filled = w.job(Job::Audience).fill(campaign.id()).await;
    fails!(filled, Error::NoNotifier(Channel::Push));
    fails!(w.sent(&campaign).await, Error::NoNotifier(Channel::Push));
    Ok(())
}

async fn only_the_audience_job_fills<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let campaign = w.launched().await?;
    denied(
        w.deliveries(&w.tenant.admin).fill(campaign.id()).await,
        "job_only",
    )?;
    denied(
        w.deliveries(&w.tenant.admin).run(campaign.id()).await,
        "job_only",
    )?;
    denied(w.job(Job::Delivery).fill(campaign.id()).await, "not_of_job")?;
    denied(w.job(Job::Audience).run(campaign.id()).await, "not_of_job")?;
    Ok(())
}
