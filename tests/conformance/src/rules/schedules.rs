//! Campaigns start and end by their dates in the tenant's zone; starts that were missed, and refreshes.

use chrono::TimeDelta;
use offerkit_core::{
    domain::{Campaign, CampaignStatus, Channel, MissedStart, RunStatus, Schedule},
    page::PageRequest,
    policy::{DenialKind, Job},
    services::{Context, Error, Settings, Task},
    time::Timestamp,
};

use crate::{
    Adapter, Failure, Outcome,
    acts::written,
    cases::{cases, denied, fails},
    world::World,
};

cases! { rules::schedules:
    a_campaign_starts_and_ends_by_the_tenants_clock,
    a_schedule_is_stored_and_pinned_by_the_launch,
    a_missed_start_is_late_unless_the_plan_says_otherwise,
    a_missed_start_is_skipped_where_the_plan_says_so,
    a_missed_start_is_asked_about_where_the_plan_says_so,
    a_late_launch_is_no_missed_start,
    a_start_that_was_begun_is_not_missed,
    a_missed_start_is_settled_by_who_may_pause_and_complete,
    a_refresh_adds_newcomers_when_its_moment_has_come,
    refreshes_that_were_missed_are_one,
    a_refresh_goes_on_in_chunks,
    no_refresh_comes_after_the_last_day,
    a_refresh_is_of_the_launch,
    a_refresh_whose_moments_are_too_close_is_refused,
}

impl<B: Adapter> World<B> {
    /// An active campaign that starts tomorrow.
    async fn scheduled(&self, schedule: Schedule) -> Result<Campaign, Failure> {
        let offer = self.tenant.approved_offer("Spring cashback").await?;
        let mut draft = self.tenant.campaign(offer.id())?;
        draft.start_date = self.now().date() + TimeDelta::days(1);
        draft.schedule = schedule;
        Ok(self.tenant.launched_campaign(draft).await?)
    }

    /// An active and filled campaign, refreshed as the cron expression says.
    async fn refreshed(&self, cron: &str) -> Result<Campaign, Failure> {
        let campaign = self.scheduled(refresh(cron)?).await?;
        self.pass(TimeDelta::days(1));
        self.job(Job::Audience).fill(campaign.id()).await?;
        Ok(campaign)
    }

    async fn tasks(&self) -> Result<Vec<Task>, Error> {
        let list = self.acting(&Context::job(Job::Delivery)).worklist();
        list.tasks(self.tenant.id).await
    }

    async fn settled(&self, campaign: &Campaign) -> Result<Campaign, Error> {
        let schedule = self.campaigns(&Context::job(Job::Schedule));
        schedule.settle_missed_start(campaign.id()).await
    }

    async fn next_refresh(&self, campaign: &Campaign) -> Result<Option<Timestamp>, Error> {
        let campaigns = self.campaigns(&self.tenant.creator);
        campaigns.next_refresh(campaign.id()).await
    }
}

/// Settings with which audiences may grow tenfold.
fn growing() -> Settings {
    Settings {
        ceiling_percent: 1_000,
        ..Settings::default()
    }
}

fn on_missed(missed_start: MissedStart) -> Schedule {
    Schedule {
        missed_start,
        ..Schedule::default()
    }
}

fn refresh(cron: &str) -> Result<Schedule, Failure> {
    Ok(Schedule {
        refresh: Some(cron.parse()?),
        ..Schedule::default()
    })
}

fn send(campaign: &Campaign) -> Task {
    Task::Send(campaign.id(), Channel::Email)
}

async fn a_campaign_starts_and_ends_by_the_tenants_clock<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let configuration = w.configuration(&w.tenant.admin);
    let current = configuration.current().await?;
    let mut settings = current.settings;
    settings.time_zone = "+05:30".parse()?;
    configuration.publish(current.version, settings).await?;
    // It is nine o'clock UTC on 2 March.
    let offer = w.tenant.approved_offer("Spring cashback").await?;
    let mut draft = w.tenant.campaign(offer.id())?;
    draft.start_date = "2026-03-03".parse()?;
    draft.end_date = "2026-03-03".parse()?;
    let campaign = w.tenant.launched_campaign(draft).await?;
    let id = campaign.id();
    w.pass(TimeDelta::minutes(9 * 60 + 29));
    assert_eq!(w.tasks().await?, []);
    w.pass(TimeDelta::minutes(1));
    assert_eq!(w.tasks().await?, [Task::Fill(id)]);
    w.job(Job::Audience).fill(id).await?;
    w.pass(TimeDelta::minutes(24 * 60 - 1));
    assert_eq!(w.tasks().await?, [send(&campaign)]);
    w.pass(TimeDelta::minutes(1));
    assert_eq!(w.tasks().await?, [Task::WindUp(id)]);
    Ok(())
}

async fn a_schedule_is_stored_and_pinned_by_the_launch<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let schedule = Schedule {
        missed_start: MissedStart::Ask,
        refresh: Some("*/15 8-18 * * MON-FRI".parse()?),
    };
    let campaign = w.scheduled(schedule.clone()).await?;
    let creator = w.campaigns(&w.tenant.creator);
    let stored = creator.get(campaign.id()).await?;
    assert_eq!(stored.plan().schedule, schedule);
    let launch = stored.launch().as_ref().ok_or("no launch")?;
    assert_eq!(launch.schedule_digest, stored.plan().schedule_digest());
    let copy = creator.clone_of(campaign.id()).await?;
    assert_eq!(copy.plan().schedule, schedule);
    // Another schedule is another plan, which nobody has launched.
    let paused = w.paused(&w.tenant.creator, &campaign).await?;
    let mut draft = written(&paused);
    draft.schedule = Schedule::default();
    let edited = creator
        .edit(campaign.id(), paused.revision(), draft)
        .await?;
    assert_eq!(edited.revision(), paused.revision().next());
    let resumed = w.campaigns(&w.tenant.admin).resume(campaign.id()).await;
    fails!(resumed, Error::Transition(_));
    Ok(())
}

async fn a_missed_start_is_late_unless_the_plan_says_otherwise<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let campaign = w.scheduled(Schedule::default()).await?;
    w.pass(TimeDelta::days(3));
    assert_eq!(w.tasks().await?, [Task::Fill(campaign.id())]);
    let settled = w.settled(&campaign).await?;
    assert_eq!(settled.version(), campaign.version(), "nothing is settled");
    Ok(())
}

async fn a_missed_start_is_skipped_where_the_plan_says_so<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    w.platform.customers(1).await?;
    let campaign = w.scheduled(on_missed(MissedStart::Skip)).await?;
    w.pass(TimeDelta::days(1));
    // Its first day is not over.
    assert_eq!(w.tasks().await?, [Task::Fill(campaign.id())]);
    assert_eq!(w.settled(&campaign).await?.status(), CampaignStatus::Active);
    w.pass(TimeDelta::days(1));
    assert_eq!(w.tasks().await?, [Task::MissedStart(campaign.id())]);
    let before = w.records(w.scope()).await?.len();
    let settled = w.settled(&campaign).await?;
    assert_eq!(settled.status(), CampaignStatus::Completed);
    assert_eq!(w.actions(w.scope(), before).await?, ["campaign.complete"]);
    let said = said(&w, &campaign).await?;
    let expected = "its start on 2026-03-03 was missed, since it was not filled on that day; its plan says not to start it late";
    assert_eq!(said, [expected]);
    assert_eq!(w.progress(&campaign).await?.audience, 0);
    Ok(())
}

/// What was said about a campaign, by whomever.
async fn said<B: Adapter>(w: &World<B>, campaign: &Campaign) -> Result<Vec<String>, Failure> {
    let campaigns = w.campaigns(&w.tenant.creator);
    let page = PageRequest::default();
    let comments = campaigns.comments(campaign.id(), &page).await?.items;
    Ok(comments.iter().map(|it| it.body.to_string()).collect())
}

async fn a_missed_start_is_asked_about_where_the_plan_says_so<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    w.platform.customers(1).await?;
    let campaign = w.scheduled(on_missed(MissedStart::Ask)).await?;
    w.pass(TimeDelta::days(2));
    assert_eq!(w.tasks().await?, [Task::MissedStart(campaign.id())]);
    let settled = w.settled(&campaign).await?;
    assert_eq!(settled.status(), CampaignStatus::Paused);
    let reason = settled.pause_reason().as_ref().map(ToString::to_string);
    let expected = "its start on 2026-03-03 was missed, since it was not filled on that day; resume it to start it late";
    assert_eq!(reason.as_deref(), Some(expected));
    assert_eq!(said(&w, &campaign).await?, [expected]);
    assert_eq!(w.tasks().await?, []);
    // Whoever resumes it has answered.
    w.campaigns(&w.tenant.admin).resume(campaign.id()).await?;
    assert_eq!(w.tasks().await?, [Task::Fill(campaign.id())]);
    let run = w.job(Job::Audience).fill(campaign.id()).await?;
    assert_eq!(run.added, 1);
    Ok(())
}

async fn a_late_launch_is_no_missed_start<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let offer = w.tenant.approved_offer("Spring cashback").await?;
    for policy in MissedStart::ALL {
        let mut draft = w.tenant.campaign(offer.id())?;
        draft.schedule = on_missed(policy);
        draft.start_date = w.now().date() - TimeDelta::days(2);
        let campaign = w.tenant.launched_campaign(draft).await?;
        let tasks = w.tasks().await?;
        assert!(tasks.contains(&Task::Fill(campaign.id())), "{policy:?}");
        assert_eq!(w.settled(&campaign).await?.version(), campaign.version());
    }
    Ok(())
}

async fn a_start_that_was_begun_is_not_missed<B: Adapter>(store: &B) -> Outcome {
    let settings = Settings {
        fill_chunk: 1,
        ..Settings::default()
    };
    let w = World::with(store, |builder| builder.settings(settings)).await?;
    w.platform.customers(3).await?;
    let campaign = w.scheduled(on_missed(MissedStart::Skip)).await?;
    w.pass(TimeDelta::days(1));
    let begun = w.job(Job::Audience).fill_chunk(campaign.id()).await?;
    assert_eq!(begun.status, RunStatus::Running);
    w.pass(TimeDelta::days(1));
    assert_eq!(w.tasks().await?, [Task::Fill(campaign.id())]);
    assert_eq!(w.settled(&campaign).await?.status(), CampaignStatus::Active);
    Ok(())
}

async fn a_missed_start_is_settled_by_who_may_pause_and_complete<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let skipped = w.scheduled(on_missed(MissedStart::Skip)).await?;
    w.pass(TimeDelta::days(2));
    let settle = async |by: &Context| w.campaigns(by).settle_missed_start(skipped.id()).await;
    denied!(
        settle(&w.tenant.reader).await,
        DenialKind::MissingPermission { .. }
    );
    // May pause, and not complete.
    denied!(
        settle(&w.tenant.creator).await,
        DenialKind::MissingPermission { .. }
    );
    denied!(
        settle(&Context::job(Job::Delivery)).await,
        DenialKind::NotOfJob
    );
    let outsider = w.platform.tenant("card").await?;
    fails!(settle(&outsider.admin).await, Error::NotFound(_));
    let settled = settle(&w.tenant.admin).await?;
    assert_eq!(settled.status(), CampaignStatus::Completed);
    Ok(())
}

async fn a_refresh_adds_newcomers_when_its_moment_has_come<B: Adapter>(store: &B) -> Outcome {
    let w = World::with(store, |builder| builder.settings(growing())).await?;
    w.platform.customers(2).await?;
    let draft = w.scheduled(refresh("0 12 * * *")?).await?;
    assert_eq!(w.next_refresh(&draft).await?, None, "it is not filled yet");
    let campaign = w.refreshed("0 12 * * *").await?;
    let noon: Timestamp = "2026-03-03T12:00:00Z".parse()?;
    assert_eq!(w.next_refresh(&campaign).await?, Some(noon));
    w.sent(&campaign).await?;
    w.platform.customers(3).await?;
    let audience = w.job(Job::Audience);
    assert_eq!(
        audience.refresh_chunk(campaign.id()).await?,
        None,
        "not due"
    );
    assert!(!w.tasks().await?.contains(&Task::Refresh(campaign.id())));
    w.pass(TimeDelta::hours(3));
    assert_eq!(w.now(), noon);
    assert!(w.tasks().await?.contains(&Task::Refresh(campaign.id())));
    let run = audience.refresh_chunk(campaign.id()).await?.ok_or("none")?;
    assert_eq!((run.added, run.status), (3, RunStatus::Finished));
    assert_eq!(
        audience.refresh_chunk(campaign.id()).await?,
        None,
        "it was done"
    );
    assert!(!w.tasks().await?.contains(&Task::Refresh(campaign.id())));
    let tomorrow = noon.plus(TimeDelta::days(1));
    assert_eq!(w.next_refresh(&campaign).await?, Some(tomorrow));
    assert_eq!(w.sent(&campaign).await?.sent, 3);
    Ok(())
}

async fn refreshes_that_were_missed_are_one<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let campaign = w.refreshed("0 12 * * *").await?;
    let first = w.next_refresh(&campaign).await?;
    w.paused(&w.tenant.creator, &campaign).await?;
    w.pass(TimeDelta::days(4));
    assert_eq!(w.tasks().await?, [], "it is paused");
    assert_eq!(
        w.next_refresh(&campaign).await?,
        first,
        "it is still to be done"
    );
    w.campaigns(&w.tenant.admin).resume(campaign.id()).await?;
    let due = [Task::Refresh(campaign.id()), send(&campaign)];
    assert_eq!(w.tasks().await?, due);
    let audience = w.job(Job::Audience);
    assert!(audience.refresh_chunk(campaign.id()).await?.is_some());
    assert_eq!(audience.refresh_chunk(campaign.id()).await?, None);
    let runs = store.runs(w.tenant.id, campaign.id()).await?;
    assert_eq!(runs.len(), 2);
    let next = w.next_refresh(&campaign).await?;
    assert_eq!(next, Some("2026-03-07T12:00:00Z".parse()?));
    Ok(())
}

async fn a_refresh_goes_on_in_chunks<B: Adapter>(store: &B) -> Outcome {
    let settings = Settings {
        fill_chunk: 2,
        ..growing()
    };
    let w = World::with(store, |builder| builder.settings(settings)).await?;
    w.platform.customers(1).await?;
    let campaign = w.refreshed("0 12 * * *").await?;
    w.platform.customers(3).await?;
    w.pass(TimeDelta::hours(4));
    let audience = w.job(Job::Audience);
    let mut run = audience.refresh_chunk(campaign.id()).await?.ok_or("none")?;
    assert_eq!(run.status, RunStatus::Running);
    let first = run.id;
    while run.status == RunStatus::Running {
        assert!(w.tasks().await?.contains(&Task::Refresh(campaign.id())));
        run = audience.refresh_chunk(campaign.id()).await?.ok_or("none")?;
    }
    assert_eq!((run.id, run.added), (first, 3));
    assert_eq!(run.status, RunStatus::Finished);
    assert_eq!(w.tasks().await?, [send(&campaign)]);
    Ok(())
}

async fn no_refresh_comes_after_the_last_day<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let campaign = w.refreshed("0 12 2 * *").await?;
    assert_eq!(
        w.next_refresh(&campaign).await?,
        None,
        "it ends on the day before"
    );
    w.campaigns(&w.tenant.admin).complete(campaign.id()).await?;
    assert_eq!(w.next_refresh(&campaign).await?, None);
    Ok(())
}

async fn a_refresh_is_of_the_launch<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let campaign = w.refreshed("0 12 * * *").await?;
    w.pass(TimeDelta::days(1));
    let paused = w.paused(&w.tenant.creator, &campaign).await?;
    let edited = w
        .renamed(&w.tenant.creator, &paused, "Spring again")
        .await?;
    let requested = w.requested(&w.tenant.creator, &edited).await?;
    w.launched_by(&w.tenant.approver, &requested).await?;
    // The new launch is filled before it is refreshed.
    assert_eq!(w.tasks().await?, [Task::Fill(campaign.id())]);
    assert_eq!(w.next_refresh(&campaign).await?, None);
    w.job(Job::Audience).fill(campaign.id()).await?;
    assert_eq!(w.tasks().await?, [send(&campaign)]);
    Ok(())
}

async fn a_refresh_whose_moments_are_too_close_is_refused<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let offer = w.tenant.approved_offer("Spring cashback").await?;
    let draft = |cron: &str| -> Result<_, Failure> {
        let mut draft = w.tenant.campaign(offer.id())?;
        draft.schedule = refresh(cron)?;
        Ok(draft)
    };
    let creator = w.campaigns(&w.tenant.creator);
    let refused = "`*/10 * * * *` fills the audience again after 10 minutes, and 15 have to lie between two fillings";
    match creator.create(draft("*/10 * * * *")?).await {
        Err(Error::Invalid(said)) => assert_eq!(said, refused),
        other => return Err(format!("{other:?}").into()),
    }
    let campaign = creator.create(draft("*/15 * * * *")?).await?;
    let edited = creator.edit(campaign.id(), campaign.revision(), draft("0,5 6 * * *")?);
    fails!(edited.await, Error::Invalid(_));
    Ok(())
}
