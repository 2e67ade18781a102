//! Filling an audience, in resumable chunks.

use super::{Deliveries, Running};
use crate::{
    criteria::{Criteria, Moment},
    domain::{Campaign, Channel, Run, RunStatus, Scope, TransitionError},
    id::{CampaignId, RunId},
    policy::Action,
    ports::{Extension, Selection, StoreError},
    services::Error,
    text::Reason,
};

/// Which filling is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Filling {
    /// One for the launch, unless it has one.
    OfLaunch,
    /// Another one, which adds newcomers.
    Refresh,
    /// Another one, if the moment of the campaign's refresh has come.
    Scheduled,
}

/// What a step of filling did.
enum Chunk {
    /// It added customers.
    Added(Run),
    /// The launch has this finished filling, and no other is due.
    Nothing(Run),
}

impl Chunk {
    fn into_run(self) -> Run {
        match self {
            Self::Added(run) | Self::Nothing(run) => run,
        }
    }
}

impl Deliveries {
    /// Fills an active campaign's audience with the customers that its criteria select, or goes on where an earlier
    /// filling stopped. A later filling adds newcomers only. An audience that would grow past the launch's ceiling
    /// pauses the campaign.
    ///
    /// # Errors
    ///
    /// [`Error::Transition`] unless the campaign is active, as it was launched, and not past its last day;
    /// [`Error::NoNotifier`] for a channel that cannot be sent over.
    pub async fn fill(&self, id: CampaignId) -> Result<Run, Error> {
        let outcome = self.fill_once(id).await;
        self.acting.first_result(Action::FillAudience, outcome)
    }

    async fn fill_once(&self, id: CampaignId) -> Result<Run, Error> {
        loop {
            let run = self.chunk(id, Filling::Refresh).await?.into_run();
            if run.status != RunStatus::Running {
                return Ok(run);
            }
        }
    }

    /// One step of filling what a launch is to fill: the next chunk of customers. Answers the filling, which goes on while
    /// its status is [`RunStatus::Running`]. Where the launch has a finished filling, nothing is done, and that is
    /// answered.
    ///
    /// # Errors
    ///
    /// As for [`fill`](Self::fill).
    pub async fn fill_chunk(&self, id: CampaignId) -> Result<Run, Error> {
        self.chunk(id, Filling::OfLaunch).await.map(Chunk::into_run)
    }

    /// One step of filling an audience again, so that newcomers are added, where the moment of the campaign's
    /// [`Refresh`](crate::domain::Refresh) has come, or such a filling was begun. Moments that passed while nobody was there
    /// to fill are one. Answers the filling, which goes on while its status is [`RunStatus::Running`]; none where nothing
    /// was due.
    ///
    /// # Errors
    ///
    /// As for [`fill`](Self::fill).
    pub async fn refresh_chunk(&self, id: CampaignId) -> Result<Option<Run>, Error> {
        match self.chunk(id, Filling::Scheduled).await? {
            Chunk::Added(run) => Ok(Some(run)),
            Chunk::Nothing(_) => Ok(None),
        }
    }

    async fn chunk(&self, id: CampaignId, filling: Filling) -> Result<Chunk, Error> {
        loop {
            match self.extended(id, filling).await {
                Ok(Chunk::Added(run)) if run.status != RunStatus::Running => {
                    return self.close_run(run).await.map(Chunk::Added);
                }
                Ok(chunk) => return Ok(chunk),
                // Another runner started or moved the run; go on from where it is now.
                Err(Error::Store(StoreError::Conflict(_))) => {}
                Err(error) => return Err(error),
            }
        }
    }

    async fn extended(&self, id: CampaignId, filling: Filling) -> Result<Chunk, Error> {
        // Before each chunk: the campaign may have been paused, or its offer retired.
        let (running, criteria, zone) = {
            let mut work = self.acting.write(Scope::Tenant(self.tenant)).await?;
            let running = work.running(Action::FillAudience, id).await?;
            let criteria = work.launched_criteria(&running.campaign).await?;
            let zone = work.configuration().await?.settings.time_zone;
            (running, criteria, zone)
        };
        let campaign = &running.campaign;
        let end = campaign.plan().end_date;
        if end < running.today {
            return Err(TransitionError::Over { end }.into());
        }
        let channels = self.sendable_channels(campaign)?;
        if filling != Filling::Refresh {
            let (ledger, now) = (&self.acting.kit().inner.ledger, self.acting.kit().now());
            let runs = ledger.runs(self.tenant, id).await?;
            let is_due = filling == Filling::Scheduled && campaign.is_refresh_due(&runs, zone, now);
            let mut finished = runs.into_iter();
            let finished = finished.find(|run| run.is_finished_for(campaign.revision()));
            if let Some(finished) = finished.filter(|_| !is_due) {
                return Ok(Chunk::Nothing(finished));
            }
        }
        let current = self.open_run(&running, &criteria).await?;
        let moment = Moment::new(current.now, current.today);
        let selection = Selection::new(self.tenant, criteria, moment);
        let added = self.extend(current.id, campaign, &selection, &channels);
        Ok(Chunk::Added(added.await?))
    }

    async fn open_run(&self, running: &Running, criteria: &Criteria) -> Result<Run, Error> {
        let ledger = &self.acting.kit().inner.ledger;
        let campaign = &running.campaign;
        if let Some(run) = ledger.unfinished_run(self.tenant, campaign.id()).await? {
            if run.criteria_digest == criteria.digest() && run.revision == campaign.revision() {
                return Ok(run);
            }
            // It belongs to an earlier launch.
            let now = self.acting.kit().now();
            ledger
                .end_run(self.tenant, run.id, RunStatus::Superseded, now)
                .await?;
        }
        let run = Run {
            id: RunId::from_uuid(self.acting.kit().uuid()),
            tenant: self.tenant,
            campaign: campaign.id(),
            offer: campaign.plan().offer,
            revision: campaign.revision(),
            criteria_digest: criteria.digest(),
            now: self.acting.kit().now(),
            today: running.today,
            position: None,
            added: 0,
            kept: 0,
            status: RunStatus::Running,
            finished_at: None,
        };
        ledger.start_run(&run).await?;
        Ok(run)
    }

    async fn extend(
        &self,
        run: RunId,
        campaign: &Campaign,
        selection: &Selection,
        channels: &[Channel],
    ) -> Result<Run, Error> {
        let inner = &self.acting.kit().inner;
        let launch = campaign.launch().as_ref();
        let ceiling = launch.map_or(0, |launch| launch.ceiling);
        let extension = Extension {
            run,
            selection,
            channels,
            is_one: campaign.plan().channels.is_one(),
            ceiling,
            limit: inner.settings.fill_chunk,
            now: self.acting.kit().now(),
        };
        let ledger = &inner.ledger;
        Ok(ledger.extend(&*inner.customers, &extension).await?)
    }

    /// Records what a run did, and pauses the campaign where it met the ceiling.
    async fn close_run(&self, run: Run) -> Result<Run, Error> {
        self.acting
            .mutate(Action::FillAudience, || async {
                let mut work = self.acting.write(Scope::Tenant(self.tenant)).await?;
                let (_, grant) = work
                    .campaign_for_update(Action::FillAudience, run.campaign)
                    .await?;
                let event = work.event(grant, run.id).after(&run);
                work.commit(event, run.clone()).await
            })
            .await?;
        if run.status == RunStatus::OverCeiling {
            let reason: Reason =
                "the audience would grow past the ceiling of its launch".parse()?;
            // A change of its own, which the caller's operation does not name.
            let campaigns = self.acting.unnamed().campaigns(self.tenant);
            campaigns.pause(run.campaign, &reason).await?;
        }
        Ok(run)
    }
}
