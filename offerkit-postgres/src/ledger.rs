use async_trait::async_trait;
use offerkit_core::{
    domain::{Channel, ClaimRules, Delivery, DeliveryKey, DeliveryStatus, Run, RunStatus},
    id::{CampaignId, ClaimToken, CustomerId, RunId, TenantId},
    page::{Page, PageRequest},
    ports::{
        ClaimRequest, Claimed, CustomerSource, DailyCounting, DayCounts, DeliveryFilter, Extension,
        Ledger, Progress, Prospect, Prospecting, RuledClaim, Settlement, StoreError,
    },
    time::Timestamp,
};

use crate::{commit, connection::detached, store::PgStore};

use self::filling::Selected;

mod claiming;
mod days;
mod facts;
mod filling;
mod moving;
mod passing_on;
mod rates;
mod reading;
mod ruled;
mod runs;
mod sources;

/// The rows `it` of the campaign $2 of the tenant $1.
const OF_CAMPAIGN: &str =
    "it.tenant_number = (SELECT tenant.number FROM {schema}.tenants AS tenant WHERE tenant.id = $1)
    AND it.campaign_number = (SELECT campaign.number FROM {schema}.campaigns AS campaign
        WHERE campaign.tenant_id = $1 AND campaign.id = $2)";

/// What was sent stays sent where the host rolls back.
const UNCOMMITTED: &str = "nothing is sent in a transaction of the host's";

/// Others claim rows until they see what the host commits.
const UNSEEN: &str = "claims are told once the host's transaction has ended";

const CONFLICT: StoreError = StoreError::Conflict("run");

#[async_trait]
impl Ledger for PgStore {
    async fn start_run(&self, run: &Run) -> Result<(), StoreError> {
        let mut open = self.writing_for(run.tenant).await?;
        let run = run.clone();
        detached(async move {
            runs::insert(&mut open, &run).await?;
            commit::end(open).await
        })
        .await
    }

    async fn unfinished_run(
        &self,
        tenant: TenantId,
        campaign: CampaignId,
    ) -> Result<Option<Run>, StoreError> {
        let mut open = self.reading_for(tenant).await?;
        runs::unfinished(&mut open, tenant, campaign).await
    }

    async fn runs(&self, tenant: TenantId, campaign: CampaignId) -> Result<Vec<Run>, StoreError> {
        let mut open = self.reading_for(tenant).await?;
        runs::of_campaign(&mut open, tenant, campaign).await
    }

    async fn extend(
        &self,
        source: &dyn CustomerSource,
        extension: &Extension<'_>,
    ) -> Result<Run, StoreError> {
        let selection = extension.selection;
        let (tenant, run) = (selection.tenant(), extension.run);
        let selected = match self.relation_of(source) {
            Some(relation) => Selected::Of(Box::new(relation), selection.clone()),
            None => self.selected(source, extension).await?,
        };
        let chunk = filling::Chunk {
            tenant,
            run,
            selected,
            channels: extension.channels.to_vec(),
            is_one: extension.is_one,
            ceiling: extension.ceiling,
            limit: extension.limit,
            now: extension.now,
        };
        let mut open = self.writing_for(tenant).await?;
        detached(async move {
            let run = filling::fill(&mut open, &chunk).await?;
            commit::end(open).await?;
            Ok(run)
        })
        .await
    }

    async fn end_run(
        &self,
        tenant: TenantId,
        run: RunId,
        status: RunStatus,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        if status == RunStatus::Running {
            return Err(StoreError::Refused("a run does not end as running"));
        }
        let mut open = self.writing_for(tenant).await?;
        detached(async move {
            let run = runs::find(&mut open, tenant, run).await?;
            let mut run = run.ok_or(CONFLICT)?;
            if run.status == RunStatus::Running {
                run.status = status;
                run.finished_at = Some(now);
                runs::update(&mut open, &run).await?;
            }
            commit::end(open).await
        })
        .await
    }

    async fn claim(&self, request: &ClaimRequest) -> Result<Vec<Claimed>, StoreError> {
        self.refuse_joined(UNCOMMITTED)?;
        let (mut open, request) = (self.writing_for(request.tenant).await?, *request);
        detached(async move {
            let claimed = claiming::claim(&mut open, &request).await?;
            commit::end(open).await?;
            Ok(claimed)
        })
        .await
    }

    /// In rounds, each a transaction, so that whoever waits for what a round has locked holds nothing that this waits for.
    async fn claim_by_rules(
        &self,
        source: &dyn CustomerSource,
        request: &ClaimRequest,
        rules: &ClaimRules,
    ) -> Result<RuledClaim, StoreError> {
        self.refuse_joined(UNCOMMITTED)?;
        let people = self.people_of(source);
        let mut claim = RuledClaim::default();
        for _ in 0..ruled::MAX_ROUNDS {
            let (mut open, request) = (self.writing_for(request.tenant).await?, *request);
            let (people, rules) = (people.clone(), rules.clone());
            let round = detached(async move {
                let round = ruled::round(&mut open, &people, &request, &rules).await?;
                commit::end(open).await?;
                Ok(round)
            })
            .await?;
            claim.suppressed += round.suppressed;
            claim.cancelled += round.cancelled;
            claim.held += round.held;
            claim.wakes_at = claim.wakes_at.into_iter().chain(round.wakes_at).min();
            claim.limited_until = round.limited_until;
            claim.rows = round.rows;
            claim.has_more = round.has_more;
            if !claim.rows.is_empty() || !claim.has_more {
                break;
            }
        }
        Ok(claim)
    }

    async fn prospects(
        &self,
        source: &dyn CustomerSource,
        asked: &Prospecting<'_>,
        rules: &ClaimRules,
    ) -> Result<Vec<Prospect>, StoreError> {
        let people = self.people_of(source);
        let mut open = self.reading_for(asked.tenant).await?;
        let customers: Vec<_> = asked.customers.iter().map(|id| id.as_uuid()).collect();
        let of = facts::Asked {
            tenant: asked.tenant,
            channel: asked.channel,
            now: asked.now,
            customers: &customers,
        };
        facts::prospects(&mut open, &people, &of, (asked.campaign, rules)).await
    }

    async fn settle(
        &self,
        tenant: TenantId,
        token: ClaimToken,
        settlements: &[Settlement],
        now: Timestamp,
    ) -> Result<u64, StoreError> {
        let may_settle = |it: &Settlement| DeliveryStatus::Sending.leads_to(it.status);
        if !settlements.iter().all(may_settle) {
            return Err(StoreError::Refused(
                "a claimed delivery does not lead there",
            ));
        }
        let mut open = self.writing_for(tenant).await?;
        let settlements = settlements.to_vec();
        detached(async move {
            let holder = (tenant, token);
            let settled = claiming::settle(&mut open, holder, &settlements, now).await?;
            commit::end(open).await?;
            Ok(settled)
        })
        .await
    }

    async fn reclaim(&self, request: &ClaimRequest) -> Result<Vec<Claimed>, StoreError> {
        self.refuse_joined(UNCOMMITTED)?;
        let (mut open, request) = (self.writing_for(request.tenant).await?, *request);
        detached(async move {
            let claimed = claiming::reclaim(&mut open, &request).await?;
            commit::end(open).await?;
            Ok(claimed)
        })
        .await
    }

    async fn receipt(
        &self,
        tenant: TenantId,
        key: DeliveryKey,
        status: DeliveryStatus,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        let mut open = self.writing_for(tenant).await?;
        detached(async move {
            let has_moved = moving::receipt(&mut open, tenant, key, status, at).await?;
            commit::end(open).await?;
            Ok(has_moved)
        })
        .await
    }

    async fn complaint(
        &self,
        tenant: TenantId,
        key: DeliveryKey,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        let mut open = self.writing_for(tenant).await?;
        detached(async move {
            let is_new = moving::complaint(&mut open, tenant, key, at).await?;
            commit::end(open).await?;
            Ok(is_new)
        })
        .await
    }

    async fn claimed_until(
        &self,
        tenant: TenantId,
        campaign: CampaignId,
    ) -> Result<Option<Timestamp>, StoreError> {
        self.refuse_joined(UNSEEN)?;
        let mut open = self.reading_for(tenant).await?;
        reading::claimed_until(&mut open, tenant, campaign).await
    }

    async fn tenant_claimed_until(
        &self,
        tenant: TenantId,
        channel: Option<Channel>,
    ) -> Result<Option<Timestamp>, StoreError> {
        self.refuse_joined(UNSEEN)?;
        let mut open = self.reading_for(tenant).await?;
        reading::tenant_claimed_until(&mut open, tenant, channel).await
    }

    async fn cancel(
        &self,
        tenant: TenantId,
        campaign: CampaignId,
        reason: &str,
        now: Timestamp,
    ) -> Result<u64, StoreError> {
        let (mut open, reason) = (self.writing_for(tenant).await?, reason.to_owned());
        detached(async move {
            let cancelled = moving::cancel(&mut open, tenant, campaign, reason, now).await?;
            commit::end(open).await?;
            Ok(cancelled)
        })
        .await
    }

    async fn retry_failed(
        &self,
        tenant: TenantId,
        campaign: CampaignId,
        now: Timestamp,
    ) -> Result<u64, StoreError> {
        let mut open = self.writing_for(tenant).await?;
        detached(async move {
            let put_back = moving::retry_failed(&mut open, tenant, campaign, now).await?;
            commit::end(open).await?;
            Ok(put_back)
        })
        .await
    }

    async fn progress(
        &self,
        tenant: TenantId,
        campaign: CampaignId,
    ) -> Result<Progress, StoreError> {
        let mut open = self.reading_for(tenant).await?;
        reading::progress(&mut open, tenant, campaign).await
    }

    async fn recipients(
        &self,
        tenant: TenantId,
        campaign: CampaignId,
        filter: &DeliveryFilter,
        request: &PageRequest,
    ) -> Result<Page<Delivery>, StoreError> {
        let mut open = self.reading_for(tenant).await?;
        reading::recipients(&mut open, (tenant, campaign), *filter, request).await
    }

    async fn counted_by_day(
        &self,
        tenant: TenantId,
        campaign: CampaignId,
        counting: &DailyCounting<'_>,
    ) -> Result<DayCounts, StoreError> {
        let mut open = self.reading_for(tenant).await?;
        days::counted(&mut open, (tenant, campaign), counting).await
    }

    async fn of_customer(
        &self,
        tenant: TenantId,
        customer: CustomerId,
    ) -> Result<Vec<Delivery>, StoreError> {
        let mut open = self.reading_for(tenant).await?;
        reading::of_customer(&mut open, tenant, customer).await
    }
}
