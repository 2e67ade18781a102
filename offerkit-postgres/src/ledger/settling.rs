//! Settling what is held under a token.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use offerkit_core::{
    domain::{Channel, DeliveryStatus},
    id::{CampaignId, ClaimToken, CustomerId, TenantId},
    ports::{Settlement, StoreError},
    time::Timestamp,
};
use sqlx::types::Uuid;

use super::{OF_CAMPAIGN, filling::LOT};
use crate::connection::{Open, Statement};

/// Settles what the token still holds. The first settlement of a row counts.
pub(super) async fn settle(
    open: &mut Open,
    (tenant, token): (TenantId, ClaimToken),
    settlements: &[Settlement],
    now: Timestamp,
) -> Result<u64, StoreError> {
    let mut groups: BTreeMap<(CampaignId, Channel), BTreeMap<CustomerId, &Settlement>> =
        BTreeMap::new();
    for settlement in settlements {
        let key = settlement.key;
        let group = groups.entry((key.campaign, key.channel)).or_default();
        group.entry(key.customer).or_insert(settlement);
    }
    let hold = open.query(&["SELECT set_config('offerkit.claim', $1::TEXT, TRUE)"]);
    open.one(hold.bind(token.as_uuid())).await?;
    let mut settled = 0;
    for ((campaign, channel), outcomes) in groups {
        let columns = Columns::of(&outcomes);
        let is_dense = is_dense(open, (tenant, campaign, channel), &columns.customers).await?;
        let statement = if is_dense {
            open.query(&[LOTS, OF_CAMPAIGN, HELD, SETTLE, PLACED, OF_CAMPAIGN])
        } else {
            open.query(&[OUTCOMES, SETTLE, KEYED, OF_CAMPAIGN])
        };
        let statement = statement
            .bind(tenant.as_uuid())
            .bind(campaign.as_uuid())
            .bind(channel.as_str())
            .bind(now.as_datetime())
            .bind(token.as_uuid());
        settled += open.execute(columns.bind(statement)).await?;
    }
    Ok(settled)
}

/// Fewer rows than this are each looked up by their keys.
const FEW: usize = 64;

/// Whether the lots in which they stand hold little else: then a walk through these lots is several times as fast as looking
/// up one after the other. What is claimed at once follows each other, unless it was tried before.
async fn is_dense(
    open: &mut Open,
    (tenant, campaign, channel): (TenantId, CampaignId, Channel),
    customers: &[Uuid],
) -> Result<bool, StoreError> {
    let (Some(first), Some(last)) = (customers.first(), customers.last()) else {
        return Ok(false);
    };
    if customers.len() < FEW {
        return Ok(false);
    }
    let most = customers.len().div_ceil(LOT).saturating_mul(2);
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    let statement = open.query(&[
        "SELECT count(*) <= $6 AS is_dense FROM (
            SELECT FROM {schema}.campaign_lots AS it
            WHERE it.channel = $3::TEXT AND it.sending > 0 AND it.first_customer <= $5 AND it.last_customer >= $4 AND ",
        OF_CAMPAIGN,
        " LIMIT $6 + 1) AS lot",
    ]);
    let statement = statement
        .bind(tenant.as_uuid())
        .bind(campaign.as_uuid())
        .bind(channel.as_str())
        .bind(*first)
        .bind(*last)
        .bind(most);
    open.one(statement).await?.get("is_dense")
}

/// The outcomes, in the order of their customers.
#[derive(Default)]
struct Columns {
    customers: Vec<Uuid>,
    statuses: Vec<&'static str>,
    reasons: Vec<Option<String>>,
    not_before: Vec<Option<DateTime<Utc>>>,
}

impl Columns {
    fn of(outcomes: &BTreeMap<CustomerId, &Settlement>) -> Self {
        let mut columns = Self::default();
        for (customer, settlement) in outcomes {
            let is_again = settlement.status == DeliveryStatus::Pending;
            let moment = settlement.not_before.filter(|_| is_again);
            columns.customers.push(customer.as_uuid());
            columns.statuses.push(settlement.status.as_str());
            columns
                .reasons
                .push(settlement.reason.as_deref().map(str::to_owned));
            columns.not_before.push(moment.map(Timestamp::as_datetime));
        }
        columns
    }

    /// Binds $6 to $9.
    fn bind(self, statement: Statement) -> Statement {
        statement
            .bind(self.customers)
            .bind(self.statuses)
            .bind(self.reasons)
            .bind(self.not_before)
    }
}

/// What became of each.
const OUTCOMES: &str = "WITH new AS (
    SELECT * FROM unnest($6::UUID[], $7::TEXT[], $8::TEXT[], $9::TIMESTAMPTZ[])
        AS outcome (customer_id, status, reason, not_before)
)";

const KEYED: &str = "it.customer_id = new.customer_id AND ";

/// The lots between the first and the last customer.
const LOTS: &str = "WITH outcome AS MATERIALIZED (
    SELECT * FROM unnest($6::UUID[], $7::TEXT[], $8::TEXT[], $9::TIMESTAMPTZ[])
        AS outcome (customer_id, status, reason, not_before)
), held AS MATERIALIZED (
    SELECT row.place, row.customer_id FROM (
        SELECT it.* FROM {schema}.campaign_lots AS it
        WHERE it.channel = $3::TEXT AND it.sending > 0 AND it.first_customer <= ($6::UUID[])[cardinality($6)]
            AND it.last_customer >= ($6::UUID[])[1] AND ";

/// The places in them of what the token holds. Nothing else changes these rows meanwhile but a provider's report, and then they
/// are settled by that. A full join is never done by comparing each row with each, whatever the planner believes of how many
/// there are.
const HELD: &str = " OFFSET 0
    ) AS it
    CROSS JOIN LATERAL (
        SELECT row.ctid AS place, row.customer_id FROM {schema}.campaign_customers AS row
        WHERE row.tenant_number = it.tenant_number AND row.campaign_number = it.campaign_number
            AND row.channel = it.channel AND row.customer_id BETWEEN it.first_customer AND it.last_customer
            AND row.run_number = it.run_number AND row.lot = it.lot
            AND row.claim_token = $5 AND row.delivery_status = 'sending'
        OFFSET 0
    ) AS row
), new AS MATERIALIZED (
    SELECT held.place, outcome.status, outcome.reason, outcome.not_before
    FROM held FULL JOIN outcome ON outcome.customer_id = held.customer_id
)";

const PLACED: &str = "it.ctid = new.place AND new.status IS NOT NULL AND ";

const SETTLE: &str = " UPDATE {schema}.campaign_customers AS it SET delivery_status = new.status::{schema}.delivery_status,
    reason = new.reason, not_before = new.not_before, updated_at = $4,
    sent_at = CASE WHEN new.status IN ('sent', 'delivered', 'bounced') THEN coalesce(it.sent_at, $4) ELSE it.sent_at END,
    claim_token = NULL, claim_deadline = NULL
FROM new WHERE it.channel = $3::TEXT AND it.claim_token = $5 AND it.delivery_status = 'sending' AND ";
