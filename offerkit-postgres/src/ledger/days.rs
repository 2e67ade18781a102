//! Rows, counted by day.

use offerkit_core::{
    domain::Channel,
    id::{CampaignId, CustomerId, TenantId},
    ports::{DailyCounting, DayCount, DayCounts, StoreError},
};
use uuid::Uuid;

use super::OF_CAMPAIGN;
use crate::{connection::Open, rows::Row};

/// Whole customers, of as many rows as are asked for, and one at least.
pub(super) async fn counted(
    open: &mut Open,
    (tenant, campaign): (TenantId, CampaignId),
    counting: &DailyCounting<'_>,
) -> Result<DayCounts, StoreError> {
    if counting.days.is_empty() {
        return Err(StoreError::Refused("rows are counted by days"));
    }
    let after = counting.after.map(CustomerId::as_uuid);
    let last = last(open, (tenant, campaign), after, counting.limit).await?;
    let days: Vec<_> = counting.days.iter().map(|day| day.as_datetime()).collect();
    let statement = open
        .query(&[
            "SELECT counted.day, counted.channel, counted.status::TEXT AS delivery_status, counted.rows
            FROM (
                SELECT width_bucket(coalesce(it.sent_at, it.updated_at), $5::TIMESTAMPTZ[]) AS day, it.channel,
                    it.delivery_status AS status, count(*) AS rows
                FROM {schema}.campaign_customers AS it WHERE ",
            OF_CAMPAIGN,
            " AND ($3::UUID IS NULL OR it.customer_id > $3) AND ($4::UUID IS NULL OR it.customer_id <= $4)
                GROUP BY 1, 2, 3
            ) AS counted",
        ])
        .bind(tenant.as_uuid())
        .bind(campaign.as_uuid())
        .bind(after)
        .bind(last)
        .bind(days);
    let rows = open.all(statement).await?;
    let counts = rows.iter().map(count).collect::<Result<Vec<_>, _>>()?;
    Ok(DayCounts {
        counts: merged(counts),
        next: last.map(CustomerId::from_uuid),
    })
}

/// The customer at whom the part ends, where others follow.
async fn last(
    open: &mut Open,
    (tenant, campaign): (TenantId, CampaignId),
    after: Option<Uuid>,
    limit: usize,
) -> Result<Option<Uuid>, StoreError> {
    let before_last = i64::try_from(limit.max(1)).unwrap_or(i64::MAX) - 1;
    let statement = open
        .query(&[
            "SELECT it.customer_id, EXISTS (
                SELECT FROM {schema}.campaign_customers AS other
                WHERE other.tenant_number = it.tenant_number AND other.campaign_number = it.campaign_number
                    AND other.customer_id > it.customer_id) AS has_more
            FROM (
                SELECT it.tenant_number, it.campaign_number, it.customer_id FROM {schema}.campaign_customers AS it WHERE ",
            OF_CAMPAIGN,
            " AND ($3::UUID IS NULL OR it.customer_id > $3)
                ORDER BY it.customer_id OFFSET $4 LIMIT 1
            ) AS it",
        ])
        .bind(tenant.as_uuid())
        .bind(campaign.as_uuid())
        .bind(after)
        .bind(before_last);
    let Some(row) = open.optional(statement).await? else {
        return Ok(None);
    };
    let last: Uuid = row.get("customer_id")?;
    Ok(row.get::<bool>("has_more")?.then_some(last))
}

fn count(row: &Row) -> Result<DayCount, StoreError> {
    // 0 stands for what is before the first day.
    let bucket: i32 = row.get("day")?;
    Ok(DayCount {
        day: usize::try_from(bucket.saturating_sub(1)).unwrap_or_default(),
        channel: row.text::<Channel>("channel")?,
        status: row.word("delivery_status")?,
        count: row.number("rows")?,
    })
}

/// In order, with what is before the first day added to it.
fn merged(mut counts: Vec<DayCount>) -> Vec<DayCount> {
    counts.sort_unstable();
    let mut merged: Vec<DayCount> = Vec::with_capacity(counts.len());
    for next in counts {
        let key = (next.day, next.channel, next.status);
        match merged.last_mut() {
            Some(last) if (last.day, last.channel, last.status) == key => last.count += next.count,
            _ => merged.push(next),
        }
    }
    merged
}
