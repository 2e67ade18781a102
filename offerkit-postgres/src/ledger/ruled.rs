//! Claiming under a tenant's contact rules: what is due is judged in the claim's transaction, and moved on by what it finds.

use chrono::{DateTime, Utc};
use offerkit_core::{
    domain::{ClaimRules, DeliveryStatus, Verdict, Withheld},
    ports::{ClaimRequest, Claimed, RuledClaim, StoreError},
    time::Timestamp,
};
use sqlx::types::Uuid;

use super::{
    OF_CAMPAIGN,
    claiming::{self, DUE, Held, OF_HELD},
    facts::{self, Asked, People},
    filling::LOT,
    passing_on::{self, Suppressed},
    rates::{self, Left},
};
use crate::connection::Open;

/// How many rounds a claim takes before its caller hears of it.
pub(super) const MAX_ROUNDS: usize = 16;

/// Claims what is allowed of the first rows that are due, and no more than rate limits let.
pub(super) async fn round(
    open: &mut Open,
    people: &People,
    request: &ClaimRequest,
    rules: &ClaimRules,
) -> Result<RuledClaim, StoreError> {
    let request = match rates::hold(open, request, &rules.rates).await? {
        Left::Some(request) => request,
        Left::Until(moment) => {
            return Ok(RuledClaim {
                limited_until: Some(moment),
                ..RuledClaim::default()
            });
        }
    };
    let claim = allowed(open, people, &request, rules).await?;
    rates::count(open, &request, &rules.rates, claim.rows.len()).await?;
    Ok(claim)
}

/// Those of some lots are looked at, which belong to this transaction alone until it ends.
async fn allowed(
    open: &mut Open,
    people: &People,
    request: &ClaimRequest,
    rules: &ClaimRules,
) -> Result<RuledClaim, StoreError> {
    let lots = request.limit.div_ceil(LOT);
    let mut held = claiming::hold(open, request, (lots, " SKIP LOCKED")).await?;
    if held.is_empty() {
        held = claiming::hold(open, request, (1, "")).await?;
    }
    if held.is_empty() {
        return Ok(RuledClaim::default());
    }
    let due = due(open, request, held).await?;
    if !rules.caps.is_empty() {
        facts::take_turns(open, request.tenant, &due).await?;
    }
    let asked = Asked {
        tenant: request.tenant,
        channel: request.channel,
        now: request.now,
        customers: &due,
    };
    // Statements of their own, which see what was committed before the turns came.
    let known = facts::known(open, people, &asked, rules).await?;
    let mut claim = RuledClaim {
        has_more: !due.is_empty(),
        ..RuledClaim::default()
    };
    let mut allowed = Vec::new();
    let mut moved = Moved::default();
    for customer in due {
        if allowed.len() == request.limit {
            break;
        }
        match rules.judge(request.channel, request.now, &known.of(&customer)) {
            Verdict::Send => allowed.push(customer),
            Verdict::Suppress(why) => {
                claim.suppressed += 1;
                moved.push(customer, DeliveryStatus::Suppressed, why, None);
            }
            Verdict::Cancel(why) => {
                claim.cancelled += 1;
                moved.push(customer, DeliveryStatus::Cancelled, why, None);
            }
            Verdict::Hold(until, why) => {
                claim.held += 1;
                claim.wakes_at = Some(claim.wakes_at.map_or(until, |it| it.min(until)));
                moved.push(customer, DeliveryStatus::Pending, why, Some(until));
            }
        }
    }
    withhold(open, request, rules, moved).await?;
    claim.rows = take(open, request, allowed).await?;
    Ok(claim)
}

/// Whose rows of the held lots are due, in order: a statement of its own, which sees what was committed before the lots were
/// held.
async fn due(open: &mut Open, request: &ClaimRequest, held: Held) -> Result<Vec<Uuid>, StoreError> {
    let statement = open.query(&["SELECT row.customer_id", OF_HELD, OF_CAMPAIGN, DUE]);
    let most = request.limit.max(LOT);
    let statement = claiming::bind(statement, request, most)
        .bind(held.runs)
        .bind(held.lots);
    let rows = open.all(statement).await?;
    rows.iter().map(|row| row.get("customer_id")).collect()
}

/// Rows that are not claimed, and what becomes of them.
#[derive(Default)]
struct Moved {
    customers: Vec<Uuid>,
    statuses: Vec<&'static str>,
    reasons: Vec<&'static str>,
    not_before: Vec<Option<DateTime<Utc>>>,
}

impl Moved {
    fn push(
        &mut self,
        customer: Uuid,
        status: DeliveryStatus,
        why: Withheld,
        until: Option<Timestamp>,
    ) {
        self.customers.push(customer);
        self.statuses.push(status.as_str());
        self.reasons.push(why.as_str());
        self.not_before.push(until.map(Timestamp::as_datetime));
    }
}

async fn withhold(
    open: &mut Open,
    request: &ClaimRequest,
    rules: &ClaimRules,
    moved: Moved,
) -> Result<(), StoreError> {
    if moved.customers.is_empty() {
        return Ok(());
    }
    let statement = open
        .query(&[
            "UPDATE {schema}.campaign_customers AS it SET delivery_status = new.status::{schema}.delivery_status,
                reason = new.reason, not_before = new.not_before, updated_at = $4
            FROM unnest($5::UUID[], $6::TEXT[], $7::TEXT[], $8::TIMESTAMPTZ[])
                AS new (customer_id, status, reason, not_before)
            WHERE it.channel = $3::TEXT AND it.customer_id = new.customer_id
                AND it.delivery_status = 'pending' AND ",
            OF_CAMPAIGN,
            " RETURNING it.customer_id, it.delivery_status = 'suppressed' AS is_suppressed, it.reason",
        ])
        .bind(request.tenant.as_uuid())
        .bind(request.campaign.as_uuid())
        .bind(request.channel.as_str())
        .bind(request.now.as_datetime())
        .bind(moved.customers)
        .bind(moved.statuses)
        .bind(moved.reasons)
        .bind(moved.not_before);
    let mut customers = Vec::new();
    for row in open.all(statement).await? {
        if row.get("is_suppressed")? && passing_on::passes_on(row.get("reason")?) {
            customers.push(row.get("customer_id")?);
        }
    }
    let from = Suppressed {
        tenant: request.tenant,
        campaign: request.campaign,
        channel: request.channel,
        customers,
        next: &rules.next,
        now: request.now,
    };
    passing_on::pass_on(open, from).await
}

/// Claims the rows of these customers.
async fn take(
    open: &mut Open,
    request: &ClaimRequest,
    allowed: Vec<Uuid>,
) -> Result<Vec<Claimed>, StoreError> {
    if allowed.is_empty() {
        return Ok(Vec::new());
    }
    let statement = open
        .query(&[
            "UPDATE {schema}.campaign_customers AS it SET delivery_status = 'sending', attempts = it.attempts + 1,
                first_claimed_at = coalesce(it.first_claimed_at, $4), reason = NULL, not_before = NULL, updated_at = $4,
                claim_token = $5, claim_deadline = $6
            FROM unnest($7::UUID[]) AS allowed (customer_id)
            WHERE it.channel = $3::TEXT AND it.customer_id = allowed.customer_id
                AND it.delivery_status = 'pending' AND ",
            OF_CAMPAIGN,
            " RETURNING it.customer_id, it.attempts, it.first_claimed_at",
        ])
        .bind(request.tenant.as_uuid())
        .bind(request.campaign.as_uuid())
        .bind(request.channel.as_str())
        .bind(request.now.as_datetime())
        .bind(request.token.as_uuid())
        .bind(request.deadline.as_datetime())
        .bind(allowed);
    let rows = open.all(statement).await?;
    let claimed = rows.iter().map(|row| {
        Ok(Claimed {
            key: claiming::key(request, row.get("customer_id")?),
            revision: request.revision,
            attempt: claiming::attempts(row)?,
            first_claimed_at: row.moment("first_claimed_at")?,
        })
    });
    let mut claimed = claimed.collect::<Result<Vec<_>, StoreError>>()?;
    // An update answers in no order.
    claimed.sort_unstable_by_key(|claimed| claimed.key.customer);
    Ok(claimed)
}
