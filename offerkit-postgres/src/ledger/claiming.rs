//! Claiming rows, and settling what is held under a token.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use offerkit_core::{
    domain::{Channel, DeliveryKey, DeliveryStatus, RevisionNumber},
    id::{CampaignId, ClaimToken, CustomerId, TenantId},
    ports::{ClaimRequest, Claimed, Settlement, StoreError},
    time::Timestamp,
};
use sqlx::types::Uuid;

use super::{
    OF_CAMPAIGN,
    filling::LOT,
    passing_on::{self, Suppressed},
};
use crate::{
    connection::{Open, Statement},
    rows::{Row, sought, wrong},
};

/// Claims the first rows that are due. A lot belongs to one claim at a time, so that nobody waits for a row: as long as
/// there are others, a claim takes those that nobody holds, and waits for one where there are none.
pub(super) async fn claim(
    open: &mut Open,
    request: &ClaimRequest,
) -> Result<Vec<Claimed>, StoreError> {
    let mut claimed = Vec::new();
    let mut lots = request.limit.div_ceil(LOT);
    while claimed.len() < request.limit {
        let mut held = hold(open, request, (lots, " SKIP LOCKED")).await?;
        if held.is_empty() && claimed.is_empty() {
            // One, and only by who holds none: whoever holds one and waits for another may wait for ever.
            held = hold(open, request, (1, "")).await?;
        }
        let before = claimed.len();
        if !held.is_empty() {
            claim_of(open, request, held, &mut claimed).await?;
        }
        if claimed.len() == before {
            break;
        }
        // What a refresh added stands in small lots.
        lots = lots.saturating_mul(4);
    }
    // An update answers in no order.
    claimed.sort_unstable_by_key(|claimed| claimed.key.customer);
    Ok(claimed)
}

/// The numbers of lots, and of their runs.
#[derive(Default)]
pub(super) struct Held {
    pub(super) runs: Vec<i32>,
    pub(super) lots: Vec<i32>,
}

impl Held {
    pub(super) const fn is_empty(&self) -> bool {
        self.lots.is_empty()
    }
}

/// Holds the next lots in which rows are due.
pub(super) async fn hold(
    open: &mut Open,
    request: &ClaimRequest,
    (lots, others): (usize, &'static str),
) -> Result<Held, StoreError> {
    let statement = open.query(&[
        "SELECT it.run_number, it.lot FROM (
            (SELECT it.first_customer, it.run_number, it.lot FROM {schema}.campaign_lots AS it
            WHERE it.channel = $3::TEXT AND it.pending > it.waiting AND it.run_number IN (",
        LAUNCHED,
        ") AND ",
        OF_CAMPAIGN,
        " ORDER BY it.first_customer LIMIT $4 + 16)
            UNION
            (SELECT it.first_customer, it.run_number, it.lot FROM {schema}.campaign_lots AS it
            WHERE it.channel = $3::TEXT AND it.waiting > 0 AND it.wakes_at <= $5 AND it.run_number IN (",
        LAUNCHED,
        ") AND ",
        OF_CAMPAIGN,
        " ORDER BY it.wakes_at LIMIT $4 + 16)
            ORDER BY first_customer
        ) AS candidate
        CROSS JOIN LATERAL (
            SELECT it.run_number, it.lot FROM {schema}.campaign_lots AS it
            WHERE it.channel = $3::TEXT AND it.run_number = candidate.run_number AND it.lot = candidate.lot
                AND (it.pending > it.waiting OR it.wakes_at <= $5) AND ",
        OF_CAMPAIGN,
        " FOR UPDATE OF it",
        others,
        ") AS it LIMIT $4",
    ]);
    let statement = statement
        .bind(request.tenant.as_uuid())
        .bind(request.campaign.as_uuid())
        .bind(request.channel.as_str())
        .bind(count(lots))
        .bind(request.now.as_datetime())
        .bind(sought(request.revision.get()));
    let mut held = Held::default();
    for row in open.all(statement).await? {
        held.runs.push(row.get("run_number")?);
        held.lots.push(row.get("lot")?);
    }
    Ok(held)
}

/// The numbers of the fillings of the claimed revision.
const LAUNCHED: &str = "SELECT filling.number FROM {schema}.audience_runs AS filling
    WHERE filling.tenant_id = $1 AND filling.campaign_id = $2 AND filling.revision = $6";

/// Claims rows of lots that are held: a statement of its own, which sees what was committed before they were.
async fn claim_of(
    open: &mut Open,
    request: &ClaimRequest,
    held: Held,
    claimed: &mut Vec<Claimed>,
) -> Result<(), StoreError> {
    let statement = open.query(&[
        "WITH due AS MATERIALIZED (SELECT row.place",
        OF_HELD,
        OF_CAMPAIGN,
        DUE,
        "), claimed AS (
            UPDATE {schema}.campaign_customers AS it SET delivery_status = 'sending', attempts = it.attempts + 1,
                first_claimed_at = coalesce(it.first_claimed_at, $5), reason = NULL, not_before = NULL, updated_at = $5,
                claim_token = $8, claim_deadline = $9
            WHERE it.ctid = ANY (ARRAY(SELECT due.place FROM due)) AND it.delivery_status = 'pending'
            RETURNING it.customer_id, it.attempts, it.first_claimed_at
        )
        SELECT array_agg(customer_id) AS customers, array_agg(attempts) AS attempts,
            array_agg(first_claimed_at) AS first_claimed_at
        FROM claimed",
    ]);
    let left = request.limit.saturating_sub(claimed.len());
    let statement = bind(statement, request, left)
        .bind(held.runs)
        .bind(held.lots)
        .bind(request.token.as_uuid())
        .bind(request.deadline.as_datetime());
    let row = open.one(statement).await?;
    let customers = row.array::<Uuid>("customers")?.into_iter();
    let attempts = row.array::<i32>("attempts")?;
    let first = row.array::<DateTime<Utc>>("first_claimed_at")?;
    for ((customer, attempt), first) in customers.zip(attempts).zip(first) {
        claimed.push(Claimed {
            key: key(request, customer),
            revision: request.revision,
            attempt: tries(attempt)?,
            first_claimed_at: Timestamp::from_datetime(first),
        });
    }
    Ok(())
}

/// The lots $7 of the runs $6. Each is looked up by its whole key, however few the planner believes that there are.
pub(super) const OF_HELD: &str =
    " FROM unnest($6::INTEGER[], $7::INTEGER[]) AS held (run_number, lot)
    CROSS JOIN LATERAL (
        SELECT it.* FROM {schema}.campaign_lots AS it
        WHERE it.channel = $3::TEXT AND it.run_number = held.run_number AND it.lot = held.lot AND ";

/// Their first rows that are due, at most $4.
pub(super) const DUE: &str = " OFFSET 0
    ) AS it
    CROSS JOIN LATERAL (
        SELECT row.ctid AS place, row.customer_id FROM {schema}.campaign_customers AS row
        WHERE row.tenant_number = it.tenant_number AND row.campaign_number = it.campaign_number
            AND row.channel = it.channel AND row.customer_id BETWEEN it.first_customer AND it.last_customer
            AND row.run_number = it.run_number AND row.lot = it.lot AND row.delivery_status = 'pending'
            AND (row.not_before IS NULL OR row.not_before <= $5)
        ORDER BY row.customer_id LIMIT $4
    ) AS row
    ORDER BY row.customer_id LIMIT $4";

/// Claims lapsed rows anew. Others may be settling some of them at this moment; those are passed over.
pub(super) async fn reclaim(
    open: &mut Open,
    request: &ClaimRequest,
) -> Result<Vec<Claimed>, StoreError> {
    let statement = open.query(&[
        "WITH holding AS MATERIALIZED (
            SELECT it.tenant_number, it.campaign_number, it.channel, it.run_number, it.lot, it.first_customer, it.last_customer
            FROM {schema}.campaign_lots AS it
            WHERE it.channel = $3::TEXT AND it.sending > 0 AND it.lapses_at < $5 AND ",
        OF_CAMPAIGN,
        "), lapsed AS MATERIALIZED (
            SELECT it.tenant_number, it.campaign_number, it.channel, it.customer_id, filling.revision
            FROM holding
            JOIN {schema}.campaign_customers AS it ON it.tenant_number = holding.tenant_number
                AND it.campaign_number = holding.campaign_number AND it.channel = holding.channel
                AND it.customer_id BETWEEN holding.first_customer AND holding.last_customer
                AND it.run_number = holding.run_number AND it.lot = holding.lot
            JOIN {schema}.audience_runs AS filling ON filling.tenant_id = $1 AND filling.number = it.run_number
            WHERE it.delivery_status = 'sending' AND it.claim_deadline < $5
            ORDER BY it.customer_id LIMIT $4 FOR UPDATE OF it SKIP LOCKED
        )
        UPDATE {schema}.campaign_customers AS it SET updated_at = $5, claim_token = $6, claim_deadline = $7
        FROM lapsed
        WHERE it.tenant_number = lapsed.tenant_number AND it.campaign_number = lapsed.campaign_number
            AND it.channel = lapsed.channel AND it.customer_id = lapsed.customer_id
        RETURNING it.customer_id, it.attempts, it.first_claimed_at, lapsed.revision",
    ]);
    let statement = bind(statement, request, request.limit)
        .bind(request.token.as_uuid())
        .bind(request.deadline.as_datetime());
    let rows = open.all(statement).await?;
    let claimed = |row: &Row| {
        let first_claimed_at = row.optional_moment("first_claimed_at")?;
        Ok(Claimed {
            key: key(request, row.get("customer_id")?),
            revision: RevisionNumber::new(row.number("revision")?),
            attempt: tries(row.get("attempts")?)?,
            first_claimed_at: first_claimed_at.unwrap_or(request.now),
        })
    };
    let mut claimed = rows.iter().map(claimed).collect::<Result<Vec<_>, _>>()?;
    claimed.sort_unstable_by_key(|claimed| claimed.key.customer);
    Ok(claimed)
}

pub(super) const fn key(request: &ClaimRequest, customer: Uuid) -> DeliveryKey {
    DeliveryKey {
        campaign: request.campaign,
        customer: CustomerId::from_uuid(customer),
        channel: request.channel,
    }
}

/// Binds $1 to $5.
pub(super) fn bind(statement: Statement, request: &ClaimRequest, limit: usize) -> Statement {
    statement
        .bind(request.tenant.as_uuid())
        .bind(request.campaign.as_uuid())
        .bind(request.channel.as_str())
        .bind(count(limit))
        .bind(request.now.as_datetime())
}

fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn tries(attempts: i32) -> Result<u32, StoreError> {
    u32::try_from(attempts).map_err(|error| wrong("attempts", error))
}

pub(super) fn attempts(row: &Row) -> Result<u32, StoreError> {
    tries(row.get("attempts")?)
}

/// Whose rows were settled.
const SETTLED: &str = " RETURNING it.channel, it.customer_id";

/// Settles what the token still holds. The first settlement of a row counts.
pub(super) async fn settle(
    open: &mut Open,
    (tenant, token): (TenantId, ClaimToken),
    settlements: &[Settlement],
    now: Timestamp,
) -> Result<u64, StoreError> {
    let mut by_campaign: BTreeMap<CampaignId, BTreeMap<(Channel, CustomerId), &Settlement>> =
        BTreeMap::new();
    for settlement in settlements {
        let DeliveryKey {
            campaign,
            customer,
            channel,
        } = settlement.key;
        let of_campaign = by_campaign.entry(campaign).or_default();
        of_campaign.entry((channel, customer)).or_insert(settlement);
    }
    let hold = open.query(&["SELECT set_config('offerkit.claim', $1::TEXT, TRUE)"]);
    open.one(hold.bind(token.as_uuid())).await?;
    let mut settled = 0;
    for (campaign, settlements) in by_campaign {
        let passes_on = settlements.values().any(|it| !it.next.is_empty());
        let told = if passes_on { SETTLED } else { "" };
        let statement = open
            .query(&[SETTLE, OF_CAMPAIGN, told])
            .bind(tenant.as_uuid())
            .bind(campaign.as_uuid())
            .bind(token.as_uuid())
            .bind(now.as_datetime());
        let statement = with(statement, settlements.values());
        if !passes_on {
            settled += open.execute(statement).await?;
            continue;
        }
        let mut passed: BTreeMap<(Channel, &[Channel]), Vec<Uuid>> = BTreeMap::new();
        for row in open.all(statement).await? {
            settled += 1;
            let (channel, customer): (Channel, Uuid) =
                (row.text("channel")?, row.get("customer_id")?);
            let key = (channel, CustomerId::from_uuid(customer));
            if let Some(settlement) = settlements.get(&key)
                && settlement.status == DeliveryStatus::Suppressed
            {
                let customers = passed.entry((channel, &settlement.next)).or_default();
                customers.push(customer);
            }
        }
        for ((channel, next), customers) in passed {
            let from = Suppressed {
                tenant,
                campaign,
                channel,
                customers,
                next,
                now,
            };
            passing_on::pass_on(open, from).await?;
        }
    }
    Ok(settled)
}

const SETTLE: &str = "UPDATE {schema}.campaign_customers AS it SET delivery_status = new.status::{schema}.delivery_status,
    reason = new.reason, not_before = new.not_before, updated_at = $4,
    sent_at = CASE WHEN new.status IN ('sent', 'delivered', 'bounced') THEN coalesce(it.sent_at, $4) ELSE it.sent_at END,
    claim_token = NULL, claim_deadline = NULL
FROM unnest($5::TEXT[], $6::UUID[], $7::TEXT[], $8::TEXT[], $9::TIMESTAMPTZ[])
    AS new (channel, customer_id, status, reason, not_before)
WHERE it.channel = new.channel AND it.customer_id = new.customer_id AND it.claim_token = $3
    AND it.delivery_status = 'sending' AND ";

/// Binds $5 to $9.
fn with<'s>(
    statement: Statement,
    settlements: impl Iterator<Item = &'s &'s Settlement>,
) -> Statement {
    let mut channels: Vec<&'static str> = Vec::new();
    let mut customers: Vec<Uuid> = Vec::new();
    let mut statuses: Vec<&'static str> = Vec::new();
    let mut reasons: Vec<Option<String>> = Vec::new();
    let mut not_before: Vec<Option<DateTime<Utc>>> = Vec::new();
    for settlement in settlements {
        let is_again = settlement.status == DeliveryStatus::Pending;
        let moment = settlement.not_before.filter(|_| is_again);
        channels.push(settlement.key.channel.as_str());
        customers.push(settlement.key.customer.as_uuid());
        statuses.push(settlement.status.as_str());
        reasons.push(settlement.reason.as_deref().map(str::to_owned));
        not_before.push(moment.map(Timestamp::as_datetime));
    }
    statement
        .bind(channels)
        .bind(customers)
        .bind(statuses)
        .bind(reasons)
        .bind(not_before)
}
