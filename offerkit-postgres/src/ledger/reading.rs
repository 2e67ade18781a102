//! What became of a campaign's messages.

use offerkit_core::{
    domain::{Channel, Delivery, DeliveryKey, DeliveryStatus},
    id::{CampaignId, CustomerId, RunId, TenantId},
    page::{Cursor, Order, Page, PageRequest},
    ports::{DeliveryFilter, Progress, StatusCount, StoreError},
    time::Timestamp,
};

use super::{OF_CAMPAIGN, claiming::attempts};
use crate::{connection::Open, keyset, rows::Row};

pub(super) async fn progress(
    open: &mut Open,
    tenant: TenantId,
    campaign: CampaignId,
) -> Result<Progress, StoreError> {
    let statement = open
        .query(&[
            "SELECT it.customers FROM {schema}.campaign_audiences AS it WHERE ",
            OF_CAMPAIGN,
        ])
        .bind(tenant.as_uuid())
        .bind(campaign.as_uuid());
    let row = open.optional(statement).await?;
    let audience = row.map(|row| row.number("customers")).transpose()?;
    let statement = open
        .query(&[
            "SELECT it.channel, sum(it.pending) AS pending, sum(it.sending) AS sending, sum(it.sent) AS sent,
                sum(it.delivered) AS delivered, sum(it.bounced) AS bounced, sum(it.failed) AS failed,
                sum(it.unknown) AS unknown, sum(it.suppressed) AS suppressed, sum(it.cancelled) AS cancelled
            FROM {schema}.campaign_lots AS it WHERE ",
            OF_CAMPAIGN,
            " GROUP BY it.channel",
        ])
        .bind(tenant.as_uuid())
        .bind(campaign.as_uuid());
    let mut counts = Vec::new();
    for row in open.all(statement).await? {
        let channel = row.text("channel")?;
        for status in DeliveryStatus::ALL {
            let count = row.number(status.as_str())?;
            if count > 0 {
                counts.push(StatusCount {
                    channel,
                    status,
                    count,
                });
            }
        }
    }
    counts.sort_by_key(|count| count.channel);
    Ok(Progress {
        audience: audience.unwrap_or_default(),
        counts,
    })
}

/// Until when the longest claim on a campaign's rows holds: only lots in which rows are claimed are looked at.
pub(super) async fn claimed_until(
    open: &mut Open,
    tenant: TenantId,
    campaign: CampaignId,
) -> Result<Option<Timestamp>, StoreError> {
    let statement = open
        .query(&[
            "SELECT max(claimed.until) AS claimed_until FROM {schema}.campaign_lots AS it
            CROSS JOIN LATERAL (
                SELECT max(row.claim_deadline) AS until FROM {schema}.campaign_customers AS row
                WHERE row.tenant_number = it.tenant_number AND row.campaign_number = it.campaign_number
                    AND row.channel = it.channel AND row.customer_id BETWEEN it.first_customer AND it.last_customer
                    AND row.run_number = it.run_number AND row.lot = it.lot AND row.delivery_status = 'sending'
            ) AS claimed
            WHERE it.sending > 0 AND ",
            OF_CAMPAIGN,
        ])
        .bind(tenant.as_uuid())
        .bind(campaign.as_uuid());
    open.one(statement).await?.optional_moment("claimed_until")
}

/// Whole customers, as many as the page has room for, and one at least.
pub(super) async fn recipients(
    open: &mut Open,
    (tenant, campaign): (TenantId, CampaignId),
    filter: DeliveryFilter,
    request: &PageRequest,
) -> Result<Page<Delivery>, StoreError> {
    let [after, inner, outer] = match request.order() {
        Order::OldestFirst => [
            " AND it.customer_id > ",
            " ORDER BY it.customer_id LIMIT ",
            " ORDER BY row.customer_id LIMIT ",
        ],
        Order::NewestFirst => [
            " AND it.customer_id < ",
            " ORDER BY it.customer_id DESC LIMIT ",
            " ORDER BY row.customer_id DESC LIMIT ",
        ],
    };
    // The page, or one customer who is more than it, and all of the customer who follows.
    let limit = keyset::rows(request).saturating_add(8);
    let mut builder = open.builder(&[
        "SELECT row.customer_id, row.channel, row.delivery_status::TEXT AS delivery_status, row.reason, row.attempts,
            row.sent_at, row.updated_at, filling.id AS run_id, filling.campaign_id
        FROM (
            SELECT tenant.number AS tenant_number, campaign.number AS campaign_number
            FROM {schema}.campaigns AS campaign JOIN {schema}.tenants AS tenant ON tenant.id = campaign.tenant_id
            WHERE campaign.tenant_id = ",
    ]);
    builder.push_bind(tenant.as_uuid());
    builder.push(" AND campaign.id = ");
    builder.push_bind(campaign.as_uuid());
    builder.push(open.schema().render(
        ") AS place CROSS JOIN LATERAL (
            SELECT it.customer_id, it.channel, it.delivery_status, it.reason, it.attempts, it.sent_at, it.updated_at,
                it.run_number
            FROM {schema}.campaign_customers AS it
            WHERE it.tenant_number = place.tenant_number AND it.campaign_number = place.campaign_number",
    ));
    if let Some(channel) = filter.channel {
        builder.push(" AND it.channel = ");
        builder.push_bind(channel.as_str());
        // All rows would be looked through for a channel that has none.
        builder.push(open.schema().render(
            " AND EXISTS (SELECT FROM {schema}.campaign_lots AS lot WHERE lot.tenant_number = place.tenant_number
                AND lot.campaign_number = place.campaign_number AND lot.channel = ",
        ));
        builder.push_bind(channel.as_str()).push(")");
    }
    if let Some(status) = filter.status {
        builder.push(" AND it.delivery_status::TEXT = ");
        builder.push_bind(status.as_str());
    }
    if let Some(cursor) = request.cursor() {
        builder.push(after).push_bind(cursor.position());
    }
    builder.push(inner).push_bind(limit);
    builder.push(open.schema().render(
        ") AS row JOIN {schema}.audience_runs AS filling ON filling.number = row.run_number AND filling.tenant_id = ",
    ));
    builder.push_bind(tenant.as_uuid());
    builder.push(outer).push_bind(limit);
    let rows = open.all(builder.build()).await?;
    let rows: Vec<Delivery> = rows
        .iter()
        .map(|row| delivery(row, tenant))
        .collect::<Result<_, _>>()?;
    Ok(whole_customers(rows, request))
}

fn whole_customers(mut rows: Vec<Delivery>, request: &PageRequest) -> Page<Delivery> {
    let mut items: Vec<Delivery> = Vec::new();
    for customer in rows.chunk_by_mut(|one, two| one.key.customer == two.key.customer) {
        if !items.is_empty() && items.len() + customer.len() > request.size() {
            let last = items.last().map(|last| last.key.customer.as_uuid());
            return Page {
                next: last.map(Cursor::after),
                items,
            };
        }
        customer.sort_unstable_by_key(|row| row.key.channel);
        items.extend_from_slice(customer);
    }
    Page { items, next: None }
}

/// All rows of one customer, by campaign.
pub(super) async fn of_customer(
    open: &mut Open,
    tenant: TenantId,
    customer: CustomerId,
) -> Result<Vec<Delivery>, StoreError> {
    let statement = open
        .query(&[
            "SELECT it.customer_id, it.channel, it.delivery_status::TEXT AS delivery_status, it.reason,
                it.attempts, it.sent_at, it.updated_at, filling.id AS run_id, filling.campaign_id
            FROM {schema}.campaign_customers AS it
            JOIN {schema}.audience_runs AS filling ON filling.tenant_id = $1 AND filling.number = it.run_number
            WHERE it.tenant_number = (SELECT tenant.number FROM {schema}.tenants AS tenant WHERE tenant.id = $1)
                AND it.customer_id = $2",
        ])
        .bind(tenant.as_uuid())
        .bind(customer.as_uuid());
    let rows = open.all(statement).await?;
    let rows = rows.iter().map(|row| delivery(row, tenant));
    let mut rows = rows.collect::<Result<Vec<_>, _>>()?;
    rows.sort_unstable_by_key(|row| (row.key.campaign, row.key.channel));
    Ok(rows)
}

fn delivery(row: &Row, tenant: TenantId) -> Result<Delivery, StoreError> {
    Ok(Delivery {
        key: DeliveryKey {
            campaign: CampaignId::from_uuid(row.get("campaign_id")?),
            customer: CustomerId::from_uuid(row.get("customer_id")?),
            channel: row.text::<Channel>("channel")?,
        },
        tenant,
        run: RunId::from_uuid(row.get("run_id")?),
        status: row.word("delivery_status")?,
        reason: row.get::<Option<&str>>("reason")?.map(Box::from),
        attempts: attempts(row)?,
        sent_at: row.optional_moment("sent_at")?,
        updated_at: row.moment("updated_at")?,
    })
}
