//! The ledger: who is to get a message, who got it, and what became of it.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::{CustomerSource, Prospect, Prospecting, Selection, StoreError};
use crate::{
    domain::{
        Channel, ClaimRules, Delivery, DeliveryKey, DeliveryStatus, RevisionNumber, Run, RunStatus,
    },
    id::{CampaignId, ClaimToken, CustomerId, RunId, TenantId},
    page::{Page, PageRequest},
    time::Timestamp,
};

/// One chunk of a filling.
#[derive(Debug, Clone)]
pub struct Extension<'a> {
    /// The run.
    pub run: RunId,
    /// Whom the criteria select.
    pub selection: &'a Selection,
    /// The channels on which each customer gets a row.
    pub channels: &'a [Channel],
    /// Whether a customer gets a row on one of them alone: the first on which nothing was settled.
    pub is_one: bool,
    /// The most customers that fillings of the run's revision may select.
    pub ceiling: u64,
    /// The most customers to add in this chunk.
    pub limit: usize,
    /// The moment that the new rows bear.
    pub now: Timestamp,
}

/// What a worker wants to send next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClaimRequest {
    /// The campaign's tenant.
    pub tenant: TenantId,
    /// The campaign.
    pub campaign: CampaignId,
    /// The launched revision: pending rows that no filling of it selected are left alone.
    pub revision: RevisionNumber,
    /// The channel.
    pub channel: Channel,
    /// Names the claim.
    pub token: ClaimToken,
    /// The most rows.
    pub limit: usize,
    /// The present moment: rows that wait for a later one are left alone.
    pub now: Timestamp,
    /// When the claim lapses.
    pub deadline: Timestamp,
}

/// A row that a worker has claimed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Claimed {
    /// The delivery.
    pub key: DeliveryKey,
    /// The launched revision whose filling selected it.
    pub revision: RevisionNumber,
    /// How often it was tried, this time included.
    pub attempt: u32,
    /// When it was first claimed, from which an idempotency key's life counts.
    pub first_claimed_at: Timestamp,
}

/// What a claim under rules took, and what it did not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RuledClaim {
    /// The rows that may be sent.
    pub rows: Vec<Claimed>,
    /// How many rows are never to be sent.
    pub suppressed: u64,
    /// How many rows would have been held until their campaign is over, and are cancelled.
    pub cancelled: u64,
    /// How many rows are held: they stay pending, with a moment before which they are not due.
    pub held: u64,
    /// The first of these moments.
    pub wakes_at: Option<Timestamp>,
    /// Where rate limits let nothing be taken now: when they do again.
    pub limited_until: Option<Timestamp>,
    /// Whether more rows may be due; always where a claim withheld some and took none.
    pub has_more: bool,
}

/// How a claimed row is settled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settlement {
    /// The row.
    pub key: DeliveryKey,
    /// What became of it; [`DeliveryStatus::Pending`] to try again.
    pub status: DeliveryStatus,
    /// Why.
    pub reason: Option<Box<str>>,
    /// Not before this moment, where it is tried again.
    pub not_before: Option<Timestamp>,
    /// The channels that the customer is passed on to, where it is suppressed; the next first.
    pub next: Vec<Channel>,
}

/// Which rows a list holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DeliveryFilter {
    /// Of this status.
    pub status: Option<DeliveryStatus>,
    /// On this channel.
    pub channel: Option<Channel>,
}

/// How many rows have a status, on a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatusCount {
    /// The channel.
    pub channel: Channel,
    /// The status.
    pub status: DeliveryStatus,
    /// How many rows.
    pub count: u64,
}

/// How far a campaign is.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Progress {
    /// How many customers the audience has.
    pub audience: u64,
    /// How many rows have which status, by channel and status; those of none left out.
    pub counts: Vec<StatusCount>,
}

impl Progress {
    /// How many rows have `status`, on all channels.
    #[must_use]
    pub fn of(&self, status: DeliveryStatus) -> u64 {
        self.counts
            .iter()
            .filter(|count| count.status == status)
            .map(|count| count.count)
            .sum()
    }
}

/// Which of a campaign's rows are counted by day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DailyCounting<'a> {
    /// When each day begins, the first first; one at least. What is earlier counts for the first.
    pub days: &'a [Timestamp],
    /// Only of customers after this one.
    pub after: Option<CustomerId>,
    /// Of how many rows at most; more where one customer has more.
    pub limit: usize,
}

/// How many rows, on a channel, have had a status since a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct DayCount {
    /// The day's place among [`DailyCounting::days`].
    pub day: usize,
    /// The channel.
    pub channel: Channel,
    /// The status.
    pub status: DeliveryStatus,
    /// How many rows.
    pub count: u64,
}

/// A part of a campaign's rows, counted by day.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DayCounts {
    /// The counts, by day, channel and status; those of none left out.
    pub counts: Vec<DayCount>,
    /// The last customer that was looked at, where others follow.
    pub next: Option<CustomerId>,
}

/// Runs, and the row of every (campaign, customer, channel): at most one, for ever.
///
/// A row's status moves only along [`DeliveryStatus::leads_to`].
#[async_trait]
pub trait Ledger: Send + Sync {
    /// Keeps a new run.
    ///
    /// # Errors
    ///
    /// [`StoreError::Conflict`] where the campaign has a run that is not finished.
    async fn start_run(&self, run: &Run) -> Result<(), StoreError>;

    /// A campaign's run that is not finished.
    async fn unfinished_run(
        &self,
        tenant: TenantId,
        campaign: CampaignId,
    ) -> Result<Option<Run>, StoreError>;

    /// A campaign's runs, the first first.
    async fn runs(&self, tenant: TenantId, campaign: CampaignId) -> Result<Vec<Run>, StoreError>;

    /// Adds the next chunk of customers to the audience, in order of their ids, and moves the run's position with it,
    /// at once. Inactive customers are never selected.
    ///
    /// Customers whom a filling of the same revision selected are passed over: a refresh adds newcomers only. After a
    /// new launch, what is pending for a selected customer is taken over by the run, and a channel they have no row on
    /// gets one; what was sent stays as it is. When such a run finishes, pending rows that it did not take over are
    /// cancelled ([`NOT_SELECTED_ANEW`](crate::domain::NOT_SELECTED_ANEW)).
    ///
    /// Where a customer gets one row only, it is on the first channel of the order given on which no row was settled, and
    /// nobody gets any who was sent a message over another channel or may have been, or whose message was refused there.
    ///
    /// At most `ceiling` customers are selected by the fillings of one revision, those counted whom an earlier launch
    /// dealt with; a run that would select more adds nothing more and ends as [`RunStatus::OverCeiling`].
    ///
    /// # Errors
    ///
    /// [`StoreError::Conflict`] where another runner moved the run meanwhile, it is over, or the selection's tenant has no
    /// such run.
    async fn extend(
        &self,
        source: &dyn CustomerSource,
        extension: &Extension<'_>,
    ) -> Result<Run, StoreError>;

    /// Ends a run before all were looked at; one that is over stays as it is.
    ///
    /// # Errors
    ///
    /// [`StoreError::Conflict`] where the tenant has no such run, [`StoreError::Refused`] for [`RunStatus::Running`].
    async fn end_run(
        &self,
        tenant: TenantId,
        run: RunId,
        status: RunStatus,
        now: Timestamp,
    ) -> Result<(), StoreError>;

    /// Claims pending rows; those that one run added, in order of their customers' ids. No row is claimed twice at the same
    /// time. It answers none only where none is due that nobody else holds.
    async fn claim(&self, request: &ClaimRequest) -> Result<Vec<Claimed>, StoreError>;

    /// Claims as [`claim`](Self::claim) does, but only what the rules allow, by the facts that stand when it begins; what
    /// [`judge`](ClaimRules::judge) withholds of the rows that are due is moved on instead, with the reason's code. So a
    /// word that was kept before a claim begins binds it; one that is kept later binds the next.
    ///
    /// Two claims for one customer never both count the other's message as not sent, whatever their campaigns and channels:
    /// so no cap is passed by claiming at the same time.
    ///
    /// Under rate limits, no more rows are claimed in a window than the limits let, whatever claims are made at once; each
    /// is counted as its claim is kept, and not when it is claimed anew by [`reclaim`](Self::reclaim). Where nothing is
    /// left, no row is looked at.
    ///
    /// A row that is suppressed for a reason that [passes on](crate::domain::Withheld::passes_on) leads to another as in
    /// [`settle`](Self::settle), over the channels that the rules name.
    ///
    /// Customers' zones are read from `source` where the ledger finds its own database behind it, as it does in
    /// [`extend`](Self::extend). Nobody waits for another source in the middle of a claim: its customers have no zone.
    ///
    /// It answers no rows and no more only where none is due that nobody else holds.
    async fn claim_by_rules(
        &self,
        source: &dyn CustomerSource,
        request: &ClaimRequest,
        rules: &ClaimRules,
    ) -> Result<RuledClaim, StoreError>;

    /// What a claim under the rules would know of customers now, in their order. Nothing is changed, and nothing is promised:
    /// a claim looks again.
    async fn prospects(
        &self,
        source: &dyn CustomerSource,
        asked: &Prospecting<'_>,
        rules: &ClaimRules,
    ) -> Result<Vec<Prospect>, StoreError>;

    /// Settles a tenant's rows that `token` still holds, and answers how many those were: a worker that slept past its deadline
    /// settles nothing that was recovered since.
    ///
    /// A settlement that suppresses a row and names next channels adds a pending row of the same run at once, on the first
    /// of them on which the customer has none; but not where another of their rows of the campaign is anything but
    /// suppressed or cancelled. So a customer is never on two channels at a time, whatever workers do.
    ///
    /// # Errors
    ///
    /// [`StoreError::Refused`], and nothing is settled, where a status is none that a claimed row leads to.
    async fn settle(
        &self,
        tenant: TenantId,
        token: ClaimToken,
        settlements: &[Settlement],
        now: Timestamp,
    ) -> Result<u64, StoreError>;

    /// At most `limit` rows of a campaign's channel whose claim lapsed before `now`, claimed anew under `token` until
    /// `deadline`, so that one caller alone decides what becomes of them. The attempt does not count anew. Rows of any
    /// revision are among them.
    async fn reclaim(&self, request: &ClaimRequest) -> Result<Vec<Claimed>, StoreError>;

    /// Notes what a provider reported (sent, delivered or bounced), even before the worker settles. Repeats and late
    /// receipts do no harm; answers whether the row moved.
    async fn receipt(
        &self,
        tenant: TenantId,
        key: DeliveryKey,
        status: DeliveryStatus,
        at: Timestamp,
    ) -> Result<bool, StoreError>;

    /// Notes that the customer complained: what is sending, sent or unknown becomes delivered, and a delivered row bears the
    /// reason [`COMPLAINED`](crate::domain::COMPLAINED). Answers whether that was new.
    async fn complaint(
        &self,
        tenant: TenantId,
        key: DeliveryKey,
        at: Timestamp,
    ) -> Result<bool, StoreError>;

    /// Until when the longest claim on a campaign's rows holds, lapsed ones counted; none where no row is claimed.
    async fn claimed_until(
        &self,
        tenant: TenantId,
        campaign: CampaignId,
    ) -> Result<Option<Timestamp>, StoreError>;

    /// Until when the longest claim on a tenant's rows holds, those of all its campaigns, on one channel or on all; lapsed
    /// ones counted; none where no row is claimed.
    async fn tenant_claimed_until(
        &self,
        tenant: TenantId,
        channel: Option<Channel>,
    ) -> Result<Option<Timestamp>, StoreError>;

    /// Cancels a campaign's pending rows, and answers how many.
    async fn cancel(
        &self,
        tenant: TenantId,
        campaign: CampaignId,
        reason: &str,
        now: Timestamp,
    ) -> Result<u64, StoreError>;

    /// Puts a campaign's failed rows back to pending, their attempts counted anew, and answers how many. One of an
    /// earlier launch waits for the next filling.
    async fn retry_failed(
        &self,
        tenant: TenantId,
        campaign: CampaignId,
        now: Timestamp,
    ) -> Result<u64, StoreError>;

    /// How far a campaign is.
    async fn progress(
        &self,
        tenant: TenantId,
        campaign: CampaignId,
    ) -> Result<Progress, StoreError>;

    /// A page of a campaign's rows, by customer; a page ends between customers.
    async fn recipients(
        &self,
        tenant: TenantId,
        campaign: CampaignId,
        filter: &DeliveryFilter,
        page: &PageRequest,
    ) -> Result<Page<Delivery>, StoreError>;

    /// How many of a campaign's rows, in order of their customers, have which status since which day: the day on which a row
    /// was sent, and that of its last change where it was not. A part ends between customers.
    ///
    /// # Errors
    ///
    /// [`StoreError::Refused`] without a day.
    async fn counted_by_day(
        &self,
        tenant: TenantId,
        campaign: CampaignId,
        counting: &DailyCounting<'_>,
    ) -> Result<DayCounts, StoreError>;

    /// All rows of one customer, by campaign.
    async fn of_customer(
        &self,
        tenant: TenantId,
        customer: CustomerId,
    ) -> Result<Vec<Delivery>, StoreError>;
}
