//! A ledger that fails, or takes its time.

use std::{
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

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
use offerkit_memory::MemoryStore;
use tokio::time::sleep;

/// What is wrong with it.
pub(crate) enum Fault {
    /// A claim's answer comes so late.
    ClaimTakes(Duration),
    /// So many settlements fail.
    SettleFails(u32),
}

pub(crate) struct FaultyLedger {
    inner: MemoryStore,
    fault: Fault,
    settled: AtomicU32,
}

impl FaultyLedger {
    pub(crate) fn over(store: &MemoryStore, fault: Fault) -> Self {
        Self {
            inner: store.clone(),
            fault,
            settled: AtomicU32::new(0),
        }
    }
}

#[async_trait]
impl Ledger for FaultyLedger {
    async fn start_run(&self, run: &Run) -> Result<(), StoreError> {
        self.inner.start_run(run).await
    }

    async fn unfinished_run(
        &self,
        tenant: TenantId,
        campaign: CampaignId,
    ) -> Result<Option<Run>, StoreError> {
        self.inner.unfinished_run(tenant, campaign).await
    }

    async fn runs(&self, tenant: TenantId, campaign: CampaignId) -> Result<Vec<Run>, StoreError> {
        self.inner.runs(tenant, campaign).await
    }

    async fn extend(
        &self,
        source: &dyn CustomerSource,
        extension: &Extension<'_>,
    ) -> Result<Run, StoreError> {
        self.inner.extend(source, extension).await
    }

    async fn end_run(
        &self,
        tenant: TenantId,
        run: RunId,
        status: RunStatus,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.inner.end_run(tenant, run, status, now).await
    }

    async fn claim(&self, request: &ClaimRequest) -> Result<Vec<Claimed>, StoreError> {
        let claimed = self.inner.claim(request).await;
        if let Fault::ClaimTakes(time) = self.fault {
            sleep(time).await;
        }
        claimed
    }

    async fn claim_by_rules(
        &self,
        source: &dyn CustomerSource,
        request: &ClaimRequest,
        rules: &ClaimRules,
    ) -> Result<RuledClaim, StoreError> {
        let claim = self.inner.claim_by_rules(source, request, rules).await;
        if let Fault::ClaimTakes(time) = self.fault {
            sleep(time).await;
        }
        claim
    }

    async fn prospects(
        &self,
        source: &dyn CustomerSource,
        asked: &Prospecting<'_>,
        rules: &ClaimRules,
    ) -> Result<Vec<Prospect>, StoreError> {
        self.inner.prospects(source, asked, rules).await
    }

    async fn settle(
        &self,
        tenant: TenantId,
        token: ClaimToken,
        settlements: &[Settlement],
        now: Timestamp,
    ) -> Result<u64, StoreError> {
        if let Fault::SettleFails(times) = self.fault
            && self.settled.fetch_add(1, Ordering::SeqCst) < times
        {
            return Err(StoreError::Backend("the store is away".into()));
        }
        self.inner.settle(tenant, token, settlements, now).await
    }

    async fn reclaim(&self, request: &ClaimRequest) -> Result<Vec<Claimed>, StoreError> {
        self.inner.reclaim(request).await
    }

    async fn receipt(
        &self,
        tenant: TenantId,
        key: DeliveryKey,
        status: DeliveryStatus,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        self.inner.receipt(tenant, key, status, at).await
    }

    async fn complaint(
        &self,
        tenant: TenantId,
        key: DeliveryKey,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        self.inner.complaint(tenant, key, at).await
    }

    async fn claimed_until(
        &self,
        tenant: TenantId,
        campaign: CampaignId,
    ) -> Result<Option<Timestamp>, StoreError> {
        self.inner.claimed_until(tenant, campaign).await
    }

    async fn tenant_claimed_until(
        &self,
        tenant: TenantId,
        channel: Option<Channel>,
    ) -> Result<Option<Timestamp>, StoreError> {
        self.inner.tenant_claimed_until(tenant, channel).await
    }

    async fn cancel(
        &self,
        tenant: TenantId,
        campaign: CampaignId,
        reason: &str,
        now: Timestamp,
    ) -> Result<u64, StoreError> {
        self.inner.cancel(tenant, campaign, reason, now).await
    }

    async fn retry_failed(
        &self,
        tenant: TenantId,
        campaign: CampaignId,
        now: Timestamp,
    ) -> Result<u64, StoreError> {
        self.inner.retry_failed(tenant, campaign, now).await
    }

    async fn progress(
        &self,
        tenant: TenantId,
        campaign: CampaignId,
    ) -> Result<Progress, StoreError> {
        self.inner.progress(tenant, campaign).await
    }

    async fn recipients(
        &self,
        tenant: TenantId,
        campaign: CampaignId,
        filter: &DeliveryFilter,
        page: &PageRequest,
    ) -> Result<Page<Delivery>, StoreError> {
        self.inner.recipients(tenant, campaign, filter, page).await
    }

    async fn counted_by_day(
        &self,
        tenant: TenantId,
        campaign: CampaignId,
        counting: &DailyCounting<'_>,
    ) -> Result<DayCounts, StoreError> {
        self.inner.counted_by_day(tenant, campaign, counting).await
    }

    async fn of_customer(
        &self,
        tenant: TenantId,
        customer: CustomerId,
    ) -> Result<Vec<Delivery>, StoreError> {
        self.inner.of_customer(tenant, customer).await
    }
}
