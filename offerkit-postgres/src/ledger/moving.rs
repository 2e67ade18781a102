//! Moving rows otherwise than by a claim: what providers report, and what people ask for.

use offerkit_core::{
    domain::{COMPLAINED, DeliveryKey, DeliveryStatus},
    id::{CampaignId, TenantId},
    ports::StoreError,
    time::Timestamp,
};

use super::OF_CAMPAIGN;
use crate::connection::Open;

/// Notes what a provider reported, and answers whether the row moved.
pub(super) async fn receipt(
    open: &mut Open,
    tenant: TenantId,
    key: DeliveryKey,
    status: DeliveryStatus,
    at: Timestamp,
) -> Result<bool, StoreError> {
    use DeliveryStatus::{Bounced, Delivered, Sending, Sent, Unknown};
    if !matches!(status, Sent | Delivered | Bounced) {
        return Ok(false);
    }
    // A receipt that overtakes the sender tells that the provider has accepted the message. The other steps are the worker's, or someone's request.
    let from = [Sending, Sent, Unknown].into_iter();
    let from = from.filter(|from| from.leads_to(status));
    let statement = open
        .query(&[
            "UPDATE {schema}.campaign_customers AS it SET delivery_status = $5::TEXT::{schema}.delivery_status, reason = NULL,
                not_before = NULL, updated_at = $6, reported_at = $6,
                sent_at = coalesce(it.sent_at, $6), claim_token = NULL, claim_deadline = NULL
            WHERE it.channel = $3::TEXT::{schema}.channel AND it.customer_id = $4
                AND it.delivery_status::TEXT = ANY ($7) AND ",
            OF_CAMPAIGN,
        ])
        .bind(tenant.as_uuid())
        .bind(key.campaign.as_uuid())
        .bind(key.channel.as_str())
        .bind(key.customer.as_uuid())
        .bind(status.as_str())
        .bind(at.as_datetime())
        .bind(from.map(DeliveryStatus::as_str).collect::<Vec<_>>());
    Ok(open.execute(statement).await? > 0)
}

/// Marks a row as complained about, delivered where it was not yet known to be, and answers whether that was new.
pub(super) async fn complaint(
    open: &mut Open,
    tenant: TenantId,
    key: DeliveryKey,
    at: Timestamp,
) -> Result<bool, StoreError> {
    let statement = open
        .query(&[
            "UPDATE {schema}.campaign_customers AS it SET delivery_status = 'delivered', reason = $6, not_before = NULL,
                updated_at = $5, reported_at = $5, sent_at = coalesce(it.sent_at, $5), claim_token = NULL, claim_deadline = NULL
            WHERE it.channel = $3::TEXT::{schema}.channel AND it.customer_id = $4
                AND (it.delivery_status IN ('sending', 'sent', 'unknown')
                    OR it.delivery_status = 'delivered' AND it.reason IS DISTINCT FROM $6)
                AND ",
            OF_CAMPAIGN,
        ])
        .bind(tenant.as_uuid())
        .bind(key.campaign.as_uuid())
        .bind(key.channel.as_str())
        .bind(key.customer.as_uuid())
        .bind(at.as_datetime())
        .bind(COMPLAINED);
    Ok(open.execute(statement).await? > 0)
}

/// Cancels what is pending.
pub(super) async fn cancel(
    open: &mut Open,
    tenant: TenantId,
    campaign: CampaignId,
    reason: String,
    now: Timestamp,
) -> Result<u64, StoreError> {
    let statement = open
        .query(&[
            "UPDATE {schema}.campaign_customers AS it SET delivery_status = 'cancelled', reason = $3, not_before = NULL,
                updated_at = $4
            WHERE it.delivery_status = 'pending' AND ",
            OF_CAMPAIGN,
        ])
        .bind(tenant.as_uuid())
        .bind(campaign.as_uuid())
        .bind(reason)
        .bind(now.as_datetime());
    open.execute(statement).await
}

/// Puts what failed back to pending, its attempts counted anew.
pub(super) async fn retry_failed(
    open: &mut Open,
    tenant: TenantId,
    campaign: CampaignId,
    now: Timestamp,
) -> Result<u64, StoreError> {
    let statement = open
        .query(&[
            "UPDATE {schema}.campaign_customers AS it SET delivery_status = 'pending', reason = NULL, not_before = NULL,
                attempts = 0, updated_at = $3
            WHERE it.delivery_status = 'failed' AND ",
            OF_CAMPAIGN,
        ])
        .bind(tenant.as_uuid())
        .bind(campaign.as_uuid())
        .bind(now.as_datetime());
    open.execute(statement).await
}
