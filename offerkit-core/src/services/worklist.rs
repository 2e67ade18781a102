//! What there is to do for workers, in all tenants.

use serde::{Deserialize, Serialize};

use super::{Acting, Error, work::Work};
use crate::{
    audit::{Subject, SubjectKind},
    domain::{Campaign, CampaignStatus, Channel, Scope, Stop, Tenant},
    id::{CampaignId, TenantId},
    page::{MAX_PAGE_SIZE, Order, Page, PageRequest},
    policy::{Action, Resource},
    ports::CampaignFilter,
    time::TimeZone,
};

/// What there is to do for workers, in all tenants. It is the delivery job that asks:
/// [`Context::job`](super::Context::job)([`Job::Delivery`](crate::policy::Job::Delivery)).
///
/// Nothing is handed out: any number of workers may see the same, and the ledger sees to it that they do not get in each
/// other's way.
#[derive(Debug, Clone)]
pub struct Worklist {
    acting: Acting,
}

/// Something to do for a campaign, in steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Task {
    /// Its launch has no finished filling: [`Deliveries::fill_chunk`](super::Deliveries::fill_chunk), as the audience job.
    Fill(CampaignId),
    /// Its start was missed, and its plan does not say to start late
    /// ([`MissedStart`](crate::domain::MissedStart)): [`Campaigns::settle_missed_start`](super::Campaigns::settle_missed_start),
    /// as the schedule job.
    MissedStart(CampaignId),
    /// The moment of its refresh has come: [`Deliveries::refresh_chunk`](super::Deliveries::refresh_chunk), as the audience job.
    Refresh(CampaignId),
    /// Messages may be due over a channel: [`Deliveries::run_batch`](super::Deliveries::run_batch).
    Send(CampaignId, Channel),
    /// It is over: [`Deliveries::settle_ended`](super::Deliveries::settle_ended), and then
    /// [`Campaigns::complete`](super::Campaigns::complete), as the schedule job, where that was not done.
    WindUp(CampaignId),
}

impl Worklist {
    pub(super) const fn new(acting: Acting) -> Self {
        Self { acting }
    }

    /// A page of the tenants that something may be sent for: the active ones. A page may hold fewer than it has room for.
    ///
    /// # Errors
    ///
    /// [`Error::Denied`] unless the actor is the delivery job.
    pub async fn tenants(&self, page: &PageRequest) -> Result<Page<TenantId>, Error> {
        let mut work = self.acting.write(Scope::Platform).await?;
        let platform = Subject::the(SubjectKind::Platform);
        work.permit(Action::RunDeliveries, &Resource::Platform, platform)
            .await?;
        let found = work.tx()?.tenants().list(page).await?;
        let active = found.items.iter().filter(|tenant| tenant.is_active());
        Ok(Page {
            items: active.map(Tenant::id).collect(),
            next: found.next,
        })
    }

    /// The stops that are in force, the oldest first.
    ///
    /// # Errors
    ///
    /// [`Error::Denied`] unless the actor is the delivery job.
    pub async fn stops(&self) -> Result<Vec<Stop>, Error> {
        let mut work = self.acting.write(Scope::Platform).await?;
        let platform = Subject::the(SubjectKind::Platform);
        work.permit(Action::RunDeliveries, &Resource::Platform, platform)
            .await?;
        Ok(work.tx()?.stops().in_force().await?)
    }

    /// What there is to do for a tenant's campaigns today, by campaign, the oldest first. An audience is filled from the
    /// campaign's first day on, and nothing is sent before it is filled, nor what is stopped.
    ///
    /// # Errors
    ///
    /// [`Error::Denied`] unless the actor is the delivery job and the tenant is active; [`Error::NotFound`].
    pub async fn tasks(&self, tenant: TenantId) -> Result<Vec<Task>, Error> {
        let (campaigns, zone, today, stops) = {
            let mut work = self.acting.write(Scope::Tenant(tenant)).await?;
            drop(
                work.authorize_in_tenant(Action::RunDeliveries, tenant)
                    .await?,
            );
            let zone = work.configuration().await?.settings.time_zone;
            let today = zone.date_of(work.now());
            let mut campaigns = work.all(CampaignStatus::Active, None).await?;
            let paused = work.all(CampaignStatus::Paused, None).await?;
            let over = paused.into_iter().filter(|it| it.plan().end_date < today);
            campaigns.extend(over);
            // Claims lapse within minutes, so what is left of an ended campaign is left on that day or the next.
            campaigns.extend(work.all(CampaignStatus::Completed, Some(today)).await?);
            if let Some(yesterday) = today.pred_opt() {
                let ended = work.all(CampaignStatus::Completed, Some(yesterday)).await?;
                let other = ended.into_iter().filter(|it| it.plan().end_date < today);
                campaigns.extend(other);
            }
            (campaigns, zone, today, work.stops_of(tenant).await?)
        };
        let mut tasks = Vec::new();
        for campaign in campaigns {
            let plan = campaign.plan();
            if campaign.status() == CampaignStatus::Completed || plan.end_date < today {
                tasks.push(Task::WindUp(campaign.id()));
            } else if plan.start_date <= today {
                self.due(&campaign, zone, &mut tasks).await?;
            }
        }
        tasks.retain(|task| match task {
            Task::Send(_, channel) => !stops.iter().any(|it| it.extent.holds(tenant, *channel)),
            Task::Fill(_) | Task::MissedStart(_) | Task::Refresh(_) | Task::WindUp(_) => true,
        });
        Ok(tasks)
    }

    async fn due(
        &self,
        campaign: &Campaign,
        zone: TimeZone,
        tasks: &mut Vec<Task>,
    ) -> Result<(), Error> {
        let (id, kit) = (campaign.id(), self.acting.kit());
        let runs = kit.inner.ledger.runs(campaign.tenant(), id).await?;
        let revision = campaign.revision();
        if runs.iter().any(|run| run.is_finished_for(revision)) {
            if campaign.is_refresh_due(&runs, zone, kit.now()) {
                tasks.push(Task::Refresh(id));
            }
            let channels = campaign.plan().messages.keys();
            tasks.extend(channels.map(|channel| Task::Send(id, *channel)));
        } else if campaign.is_start_to_be_settled(&runs, zone, kit.now()) {
            tasks.push(Task::MissedStart(id));
        } else {
            tasks.push(Task::Fill(id));
        }
        Ok(())
    }
}

impl Work<'_> {
    /// All of the tenant's campaigns of a status, whose dates hold a day where one is given.
    async fn all(
        &mut self,
        status: CampaignStatus,
        running_on: Option<chrono::NaiveDate>,
    ) -> Result<Vec<Campaign>, Error> {
        let filter = CampaignFilter {
            status: Some(status),
            running_on,
            ..CampaignFilter::default()
        };
        let mut page = PageRequest::first(MAX_PAGE_SIZE)?.ordered(Order::OldestFirst);
        let mut found = Vec::new();
        loop {
            let next = self.tx()?.campaigns().list(&filter, &page).await?;
            found.extend(next.items);
            match next.next {
                Some(cursor) => page = page.after(cursor),
                None => return Ok(found),
            }
        }
    }
}
