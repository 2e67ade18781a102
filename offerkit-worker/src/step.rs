//! One step of a task.

use std::time::Duration;

use offerkit_core::{
    domain::{CampaignStatus, Channel, Run, RunStatus},
    id::{CampaignId, TenantId},
    policy::Job,
    services::{Context, Deliveries, DeliveryReport, Error, NextBatch, Offerkit, Task, Unsettled},
};
use tokio::time::{Instant, sleep, timeout};
use tracing::{Instrument as _, Span, info_span};

use crate::{Event, Failure, WorkReport, builder::Watcher, tally::count};

/// The first wait before settling is tried again, and the longest.
const SETTLE: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(5));

/// What a task needs for a step.
#[derive(Clone)]
pub(crate) struct Stepper {
    pub(crate) kit: Offerkit,
    pub(crate) watcher: Option<Watcher>,
}

/// What a step found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// There may be more to do, and something again after this long.
    More(Option<Duration>),
    /// There is nothing to do now, and for this long.
    Idle(Option<Duration>),
    /// The task is done; another may follow.
    Done,
    /// The task is done for ever.
    Over,
}

/// What a step did, and how it ended.
pub(crate) type Stepped = (WorkReport, Result<Step, Failure>);

impl Stepper {
    /// Takes one step of a task.
    pub(crate) async fn step(&self, tenant: TenantId, task: Task) -> Stepped {
        let mut report = WorkReport::default();
        let (name, began) = (name(task), Instant::now());
        let stepped = match task {
            Task::Fill(campaign) => {
                let span = info_span!("offerkit.fill", %tenant, %campaign);
                self.fill(tenant, campaign, &mut report)
                    .instrument(span)
                    .await
            }
            Task::Refresh(campaign) => {
                let span = info_span!("offerkit.refresh", %tenant, %campaign);
                self.refresh(tenant, campaign, &mut report)
                    .instrument(span)
                    .await
            }
            Task::MissedStart(campaign) => {
                let span = info_span!("offerkit.missed_start", %tenant, %campaign);
                self.missed_start(tenant, campaign).instrument(span).await
            }
            Task::Send(campaign, channel) => {
                let span = info_span!("offerkit.batch", %tenant, %campaign, %channel);
                self.send(tenant, campaign, channel, &mut report)
                    .instrument(span)
                    .await
            }
            Task::WindUp(campaign) => {
                let span = info_span!("offerkit.wind_up", %tenant, %campaign);
                self.wind_up(tenant, campaign, &mut report)
                    .instrument(span)
                    .await
            }
        };
        metrics::histogram!("offerkit_worker_step_seconds", "step" => name)
            .record(began.elapsed().as_secs_f64());
        let ended = match stepped {
            // Held, ended or changed since it was listed: the next look tells what there is to do.
            Err(Failure::Service(
                Error::Transition(_) | Error::Denied(_) | Error::NotFound(_) | Error::Stopped(_),
            )) => Ok(Step::Idle(None)),
            ended => ended,
        };
        (report, ended)
    }

    async fn fill(
        &self,
        tenant: TenantId,
        campaign: CampaignId,
        report: &mut WorkReport,
    ) -> Result<Step, Failure> {
        let run = self
            .deliveries(Job::Audience, tenant)
            .fill_chunk(campaign)
            .await?;
        Ok(self.filled(tenant, &run, report))
    }

    async fn refresh(
        &self,
        tenant: TenantId,
        campaign: CampaignId,
        report: &mut WorkReport,
    ) -> Result<Step, Failure> {
        let audience = self.deliveries(Job::Audience, tenant);
        Ok(match audience.refresh_chunk(campaign).await? {
            Some(run) => self.filled(tenant, &run, report),
            // Another worker did it.
            None => Step::Done,
        })
    }

    fn filled(&self, tenant: TenantId, run: &Run, report: &mut WorkReport) -> Step {
        self.tell(&Event::Filled { tenant, run });
        tracing::debug!(run = %run.id, added = run.added, status = ?run.status, "filled");
        if run.status == RunStatus::Running {
            return Step::More(None);
        }
        report.filled += run.added;
        metrics::counter!("offerkit_worker_filled_customers_total").increment(run.added);
        Step::Done
    }

    async fn missed_start(&self, tenant: TenantId, campaign: CampaignId) -> Result<Step, Failure> {
        let schedule = self.kit.acting(&Context::job(Job::Schedule));
        let campaigns = schedule.campaigns(tenant);
        let settled = campaigns.settle_missed_start(campaign).await?;
        if settled.status() != CampaignStatus::Active {
            metrics::counter!("offerkit_worker_missed_starts_total").increment(1);
            self.tell(&Event::StartMissed {
                tenant,
                campaign: &settled,
            });
        }
        Ok(Step::Done)
    }

    async fn send(
        &self,
        tenant: TenantId,
        campaign: CampaignId,
        channel: Channel,
        report: &mut WorkReport,
    ) -> Result<Step, Failure> {
        let deliveries = self.deliveries(Job::Delivery, tenant);
        let deadline = self.kit.settings().claim_deadline.to_std();
        let deadline = deadline.unwrap_or(Duration::MAX);
        // A notifier that hangs holds a place for no longer than others have to leave its rows alone.
        let batch = timeout(deadline, deliveries.run_batch(campaign, channel))
            .await
            .map_err(|_| Failure::TimedOut(deadline))??;
        let mut did = batch.report;
        let unsettled = match batch.unsettled {
            Some(unsettled) => settle(&deliveries, unsettled, &mut did).await.err(),
            None => None,
        };
        report.deliveries.add(did);
        report.overtaken += batch.overtaken;
        count(channel, did);
        if batch.overtaken > 0 {
            metrics::counter!("offerkit_worker_overtaken_total", "channel" => channel.as_str())
                .increment(batch.overtaken);
            tracing::warn!(
                rows = batch.overtaken,
                "the claim lapsed before it was settled"
            );
        }
        if did != DeliveryReport::default() {
            self.tell(&Event::Sent {
                tenant,
                campaign,
                channel,
                report: did,
            });
        }
        if let Some(unsettled) = unsettled {
            return Err(Failure::Unsettled {
                rows: unsettled.rows(),
                source: unsettled.into_error(),
            });
        }
        Ok(match batch.next {
            NextBatch::Now => Step::More(batch.again_after),
            NextBatch::Later | NextBatch::OtherDay => Step::Idle(batch.again_after),
            NextBatch::Over => return self.wind_up(tenant, campaign, report).await,
        })
    }

    /// Settles what is left of a campaign that is over, and completes it once no worker sends for it.
    async fn wind_up(
        &self,
        tenant: TenantId,
        campaign: CampaignId,
        report: &mut WorkReport,
    ) -> Result<Step, Failure> {
        let deliveries = self.deliveries(Job::Delivery, tenant);
        let left = deliveries.settle_ended(campaign).await?;
        report.deliveries.add(left.report);
        if left.claimed_for.is_some() {
            return Ok(Step::Idle(left.claimed_for));
        }
        if left.is_open {
            let schedule = self.kit.acting(&Context::job(Job::Schedule));
            schedule.campaigns(tenant).complete(campaign).await?;
            report.completed += 1;
            metrics::counter!("offerkit_worker_completed_campaigns_total").increment(1);
            self.tell(&Event::Completed { tenant, campaign });
        }
        Ok(Step::Over)
    }

    fn deliveries(&self, job: Job, tenant: TenantId) -> Deliveries {
        self.kit.acting(&Context::job(job)).deliveries(tenant)
    }

    pub(crate) fn tell(&self, event: &Event<'_>) {
        if let Some(watcher) = &self.watcher {
            watcher(event);
        }
    }

    /// Tells of a failure: its kind alone where others read it.
    pub(crate) fn failed(&self, tenant: Option<TenantId>, task: Option<Task>, failure: &Failure) {
        let step = task.map_or("look", name);
        metrics::counter!("offerkit_worker_failures_total", "step" => step, "kind" => failure.kind())
            .increment(1);
        let campaign = task.map(campaign_of);
        Span::none().in_scope(|| {
            tracing::warn!(
                step,
                kind = failure.kind(),
                tenant = tenant.map(tracing::field::display),
                campaign = campaign.map(tracing::field::display),
                "a step failed"
            );
        });
        self.tell(&Event::Failed {
            tenant,
            task,
            failure,
        });
    }
}

/// Tries to settle until the claim lapses.
async fn settle(
    deliveries: &Deliveries,
    mut unsettled: Unsettled,
    did: &mut DeliveryReport,
) -> Result<(), Unsettled> {
    let (mut wait, longest) = SETTLE;
    while !unsettled.time_left().is_zero() {
        sleep(wait.min(unsettled.time_left())).await;
        match deliveries.settle_again(unsettled).await {
            Ok(settled) => {
                did.add(settled);
                return Ok(());
            }
            Err(again) => unsettled = again,
        }
        wait = wait.saturating_mul(2).min(longest);
    }
    Err(unsettled)
}

const fn name(task: Task) -> &'static str {
    match task {
        Task::Fill(_) => "fill",
        Task::Refresh(_) => "refresh",
        Task::MissedStart(_) => "missed_start",
        Task::Send(..) => "batch",
        Task::WindUp(_) => "wind_up",
    }
}

const fn campaign_of(task: Task) -> CampaignId {
    match task {
        Task::Fill(campaign)
        | Task::Refresh(campaign)
        | Task::MissedStart(campaign)
        | Task::Send(campaign, _)
        | Task::WindUp(campaign) => campaign,
    }
}
