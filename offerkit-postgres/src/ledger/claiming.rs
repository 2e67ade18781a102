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

use super::OF_CAMPAIGN;
use crate::{
    connection::{Open, Statement},
    rows::{Row, signed, wrong},
};

pub(super) async fn claim(
    open: &mut Open,
    request: &ClaimRequest,
) -> Result<Vec<Claimed>, StoreError> {
    let statement = open.query(&[
        "WITH due AS (
            SELECT it.tenant_number, it.campaign_number, it.channel, it.customer_id, filling.revision
            FROM {schema}.campaign_customers AS it
            JOIN {schema}.audience_runs AS filling ON filling.tenant_id = $1 AND filling.number = it.run_number
            WHERE it.channel = $3::TEXT::{schema}.channel AND it.delivery_status = 'pending'
                AND (it.not_before IS NULL OR it.not_before <= $5) AND filling.revision = $8 AND ",
        OF_CAMPAIGN,
        " ORDER BY it.customer_id LIMIT $4 FOR UPDATE OF it SKIP LOCKED
        )
        UPDATE {schema}.campaign_customers AS it SET delivery_status = 'sending', attempts = it.attempts + 1,
            first_claimed_at = coalesce(it.first_claimed_at, $5), reason = NULL, not_before = NULL, updated_at = $5,
            claim_token = $6, claim_deadline = $7
        FROM due
        WHERE it.tenant_number = due.tenant_number AND it.campaign_number = due.campaign_number
            AND it.channel = due.channel AND it.customer_id = due.customer_id
        RETURNING it.customer_id, it.attempts, it.first_claimed_at, due.revision",
    ]);
    let statement = bind(statement, request).bind(signed(request.revision.get())?);
    claimed(open, request, statement).await
}

pub(super) async fn reclaim(
    open: &mut Open,
    request: &ClaimRequest,
) -> Result<Vec<Claimed>, StoreError> {
    let statement = open.query(&[
        "WITH lapsed AS (
            SELECT it.tenant_number, it.campaign_number, it.channel, it.customer_id, filling.revision
            FROM {schema}.campaign_customers AS it
            JOIN {schema}.audience_runs AS filling ON filling.tenant_id = $1 AND filling.number = it.run_number
            WHERE it.channel = $3::TEXT::{schema}.channel AND it.delivery_status = 'sending' AND it.claim_deadline < $5
                AND ",
        OF_CAMPAIGN,
        " ORDER BY it.customer_id LIMIT $4 FOR UPDATE OF it SKIP LOCKED
        )
        UPDATE {schema}.campaign_customers AS it SET updated_at = $5, claim_token = $6, claim_deadline = $7
        FROM lapsed
        WHERE it.tenant_number = lapsed.tenant_number AND it.campaign_number = lapsed.campaign_number
            AND it.channel = lapsed.channel AND it.customer_id = lapsed.customer_id
        RETURNING it.customer_id, it.attempts, it.first_claimed_at, lapsed.revision",
    ]);
    claimed(open, request, bind(statement, request)).await
}

/// Binds $1 to $7.
fn bind(statement: Statement, request: &ClaimRequest) -> Statement {
    statement
        .bind(request.tenant.as_uuid())
        .bind(request.campaign.as_uuid())
        .bind(request.channel.as_str())
        .bind(i64::try_from(request.limit).unwrap_or(i64::MAX))
        .bind(request.now.as_datetime())
        .bind(request.token.as_uuid())
        .bind(request.deadline.as_datetime())
}

async fn claimed(
    open: &mut Open,
    request: &ClaimRequest,
    statement: Statement,
) -> Result<Vec<Claimed>, StoreError> {
    let rows = open.all(statement).await?;
    let claimed = |row: &Row| {
        let first_claimed_at = row.optional_moment("first_claimed_at")?;
        Ok(Claimed {
            key: DeliveryKey {
                campaign: request.campaign,
                customer: CustomerId::from_uuid(row.get("customer_id")?),
                channel: request.channel,
            },
            revision: RevisionNumber::new(row.number("revision")?),
            attempt: attempts(row)?,
            first_claimed_at: first_claimed_at.unwrap_or(request.now),
        })
    };
    let mut claimed = rows.iter().map(claimed).collect::<Result<Vec<_>, _>>()?;
    // An update answers in no order.
    claimed.sort_unstable_by_key(|claimed| claimed.key.customer);
    Ok(claimed)
}

pub(super) fn attempts(row: &Row) -> Result<u32, StoreError> {
    let attempts: i32 = row.get("attempts")?;
    u32::try_from(attempts).map_err(|error| wrong("attempts", error))
}

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
        let statement = open
            .query(&[SETTLE, OF_CAMPAIGN])
            .bind(tenant.as_uuid())
            .bind(campaign.as_uuid())
            .bind(token.as_uuid())
            .bind(now.as_datetime());
        let settlements: Vec<_> = settlements.into_values().collect();
        settled += open.execute(with(statement, &settlements)).await?;
    }
    Ok(settled)
}

const SETTLE: &str = "UPDATE {schema}.campaign_customers AS it SET delivery_status = new.status::{schema}.delivery_status,
    reason = new.reason, not_before = new.not_before, updated_at = $4,
    sent_at = CASE WHEN new.status IN ('sent', 'delivered', 'bounced') THEN coalesce(it.sent_at, $4) ELSE it.sent_at END,
    claim_token = NULL, claim_deadline = NULL
FROM unnest($5::TEXT[], $6::UUID[], $7::TEXT[], $8::TEXT[], $9::TIMESTAMPTZ[])
    AS new (channel, customer_id, status, reason, not_before)
WHERE it.channel = new.channel::{schema}.channel AND it.customer_id = new.customer_id AND it.claim_token = $3
    AND it.delivery_status = 'sending' AND ";

/// Binds $5 to $9.
fn with(statement: Statement, settlements: &[&Settlement]) -> Statement {
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
