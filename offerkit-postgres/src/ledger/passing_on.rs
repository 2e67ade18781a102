//! Passing customers on to another channel, of a campaign that reaches each over one.

use offerkit_core::{
    domain::{Channel, Withheld},
    id::{CampaignId, TenantId},
    ports::StoreError,
    time::Timestamp,
};
use sqlx::types::Uuid;

use super::OF_CAMPAIGN;
use crate::connection::Open;

/// Whose rows over a channel a transaction has suppressed.
pub(super) struct Suppressed<'a> {
    pub(super) tenant: TenantId,
    pub(super) campaign: CampaignId,
    pub(super) channel: Channel,
    /// Those alone whose rows this transaction has moved: the caller has it from the database.
    pub(super) customers: Vec<Uuid>,
    pub(super) next: &'a [Channel],
    pub(super) now: Timestamp,
}

/// Adds each customer's row on the next channel. It stands in the same lot of the same run, so that lots follow each other
/// on every channel alike.
pub(super) async fn pass_on(open: &mut Open, from: Suppressed<'_>) -> Result<(), StoreError> {
    if from.customers.is_empty() || from.next.is_empty() {
        return Ok(());
    }
    let next: Vec<&'static str> = from.next.iter().map(|it| it.as_str()).collect();
    let statement = open
        .query(&[
            "INSERT INTO {schema}.campaign_customers (tenant_number, campaign_number, channel, run_number, customer_id, lot,
                updated_at)
            SELECT it.tenant_number, it.campaign_number, lane.channel, it.run_number, it.customer_id, it.lot, $4
            FROM {schema}.campaign_customers AS it
            CROSS JOIN LATERAL (
                SELECT lane.channel FROM unnest($6::TEXT[]) WITH ORDINALITY AS lane (channel, place)
                WHERE NOT EXISTS (SELECT FROM {schema}.campaign_customers AS row
                    WHERE row.tenant_number = it.tenant_number AND row.campaign_number = it.campaign_number
                        AND row.customer_id = it.customer_id AND row.channel = lane.channel)
                ORDER BY lane.place LIMIT 1
            ) AS lane
            WHERE it.channel = $3::TEXT AND it.customer_id = ANY ($5) AND it.delivery_status = 'suppressed'
                AND NOT EXISTS (SELECT FROM {schema}.campaign_customers AS row
                    WHERE row.tenant_number = it.tenant_number AND row.campaign_number = it.campaign_number
                        AND row.customer_id = it.customer_id
                        AND row.delivery_status NOT IN ('suppressed', 'cancelled'))
                AND ",
            OF_CAMPAIGN,
            " ORDER BY it.customer_id
            ON CONFLICT (tenant_number, campaign_number, customer_id, channel) DO NOTHING",
        ])
        .bind(from.tenant.as_uuid())
        .bind(from.campaign.as_uuid())
        .bind(from.channel.as_str())
        .bind(from.now.as_datetime())
        .bind(from.customers)
        .bind(next);
    open.execute(statement).await.map(drop)
}

/// Whether a row that was suppressed for this reason leads to another.
pub(super) fn passes_on(reason: &str) -> bool {
    let reasons = Withheld::ALL.iter();
    reasons
        .filter(|it| it.passes_on())
        .any(|it| it.as_str() == reason)
}
