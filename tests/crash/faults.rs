//! What befalls a worker, exactly where its plan says. Its process kills or halts itself, so that not one instruction more
//! is run.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::Duration,
};

use offerkit::{
    async_trait,
    domain::{Channel, ClaimRules, Delivery, DeliveryKey, DeliveryStatus, Run, RunStatus},
    id::{CampaignId, ClaimToken, CustomerId, RunId, TenantId},
    page::{Page, PageRequest},
    ports::{
        ClaimRequest, Claimed, CustomerSource, DailyCounting, DayCounts, DeliveryFilter, Extension,
        Ledger, Progress, Prospect, Prospecting, RuledClaim, Settlement, StoreError,
    },
    postgres::PgStore,
    time::Timestamp,
};
use rustix::process::{Signal, getpid, kill_process};

use crate::{
    plan::{Act, Fault, Point},
    protocols::Claims,
};

pub(crate) struct Faults {
    fault: Option<Fault>,
    left: AtomicU64,
    /// The commit that the proxy is to wait for.
    armed: Mutex<Option<Point>>,
}

impl Faults {
    pub(crate) fn new(fault: Option<Fault>) -> Self {
        Self {
            left: AtomicU64::new(fault.map_or(0, |fault| fault.occurrence)),
            fault,
            armed: Mutex::new(None),
        }
    }

    /// The worker is at this point.
    pub(crate) fn come_to(&self, point: Point) {
        if self.is_time(point) {
            self.befall();
        }
    }

    /// Whether the fault is to happen at this point, this time.
    fn is_time(&self, point: Point) -> bool {
        self.fault.is_some_and(|fault| fault.point == point)
            && self
                .left
                .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| {
                    left.checked_sub(1)
                })
                == Ok(1)
    }

    fn befall(&self) {
        let signal = match self.fault.map(|fault| fault.act) {
            Some(Act::Kill) => Signal::KILL,
            Some(Act::Stop) => Signal::STOP,
            Some(Act::Cut) | None => return,
        };
        // Nothing but this can fail: the process is its own.
        kill_process(getpid(), signal).ok();
        if signal == Signal::KILL {
            // The signal takes effect before this thread goes on, and at the latest here.
            thread::sleep(Duration::from_mins(1));
        }
    }

    /// The next `COMMIT` is that of this point.
    fn arm(&self, point: Point) {
        if self.is_time(point) {
            *self.armed.lock().unwrap_or_else(PoisonError::into_inner) = Some(point);
        }
    }

    /// What the proxy is to do with a `COMMIT`, once.
    pub(crate) fn on_commit(&self) -> Option<Point> {
        self.armed
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take()
    }

    /// The proxy has held up what it was to hold up. It cuts the connection where this returns.
    pub(crate) fn held_up(&self) {
        self.befall();
    }
}

/// A ledger at whose steps something befalls the worker.
pub(crate) struct FaultyLedger {
    pub(crate) inner: PgStore,
    /// How the worker's protocol claims and settles.
    pub(crate) claims: Claims,
    pub(crate) faults: Arc<Faults>,
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
        self.faults.arm(Point::ClaimCommit);
        let claimed = self.claims.claim(request).await?;
        if !claimed.is_empty() {
            self.faults.come_to(Point::Claimed);
        }
        Ok(claimed)
    }

    async fn claim_by_rules(
        &self,
        source: &dyn CustomerSource,
        request: &ClaimRequest,
        rules: &ClaimRules,
    ) -> Result<RuledClaim, StoreError> {
        // What is sent here needs no consent, so nothing befalls such a claim.
        self.inner.claim_by_rules(source, request, rules).await
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
        self.faults.arm(Point::SettleCommit);
        self.faults.arm(Point::Settled);
        self.claims.settle(tenant, token, settlements, now).await
    }

    async fn reclaim(&self, request: &ClaimRequest) -> Result<Vec<Claimed>, StoreError> {
        let lapsed = self.claims.reclaim(request).await?;
        if !lapsed.is_empty() {
            self.faults.come_to(Point::Claimed);
        }
        Ok(lapsed)
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
