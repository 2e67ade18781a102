//! Moving rows otherwise than by a claim: what providers report, and what people ask for.

use offerkit_core::{
    domain::{COMPLAINED, DeliveryKey, DeliveryStatus, NOT_SELECTED_ANEW, Run},
    id::{CampaignId, TenantId},
    ports::StoreError,
    time::Timestamp,
};

use super::OF_CAMPAIGN;
use crate::{connection::Open, rows::signed};

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
            WHERE it.channel = $3::TEXT AND it.customer_id = $4
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
            WHERE it.channel = $3::TEXT AND it.customer_id = $4
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
    let hold = open
        .query(&[HOLD_PENDING, OF_CAMPAIGN, IN_ORDER])
        .bind(tenant.as_uuid())
        .bind(campaign.as_uuid());
    open.one(hold).await?;
    let statement = open
        .query(&[CANCEL, OF_CAMPAIGN])
        .bind(tenant.as_uuid())
        .bind(campaign.as_uuid())
        .bind(reason)
        .bind(now.as_datetime());
    open.execute(statement).await
}

/// Cancels what is pending from launches before the run's.
pub(super) async fn cancel_earlier(
    open: &mut Open,
    run: &Run,
    now: Timestamp,
) -> Result<(), StoreError> {
    let revision = signed(run.revision.get())?;
    let hold = open
        .query(&[
            HOLD_PENDING,
            "it.run_number IN (",
            EARLIER,
            "$3) AND ",
            OF_CAMPAIGN,
            IN_ORDER,
        ])
        .bind(run.tenant.as_uuid())
        .bind(run.campaign.as_uuid())
        .bind(revision);
    open.one(hold).await?;
    let statement = open
        .query(&[
            CANCEL,
            "it.run_number IN (",
            EARLIER,
            "$5) AND ",
            OF_CAMPAIGN,
        ])
        .bind(run.tenant.as_uuid())
        .bind(run.campaign.as_uuid())
        .bind(NOT_SELECTED_ANEW)
        .bind(now.as_datetime())
        .bind(revision);
    open.execute(statement).await.map(drop)
}

/// A claim holds its lots before it touches their rows, so whoever cancels them does so, too: neither waits for the other
/// while the other waits.
const HOLD_PENDING: &str = "SELECT count(*) AS held FROM (
    SELECT FROM {schema}.campaign_lots AS it WHERE it.pending > 0 AND ";

const IN_ORDER: &str = " ORDER BY it.channel, it.run_number, it.lot FOR UPDATE) AS held";

/// The numbers of the fillings of revisions other than the one that follows.
const EARLIER: &str = "SELECT earlier.number FROM {schema}.audience_runs AS earlier
    WHERE earlier.tenant_id = $1 AND earlier.campaign_id = $2 AND earlier.revision <> ";

/// Rows are looked for in the lots that have some, so that what was sent is not looked at.
const CANCEL: &str = "UPDATE {schema}.campaign_customers AS it SET delivery_status = 'cancelled', reason = $3,
    not_before = NULL, updated_at = $4
FROM {schema}.campaign_lots AS lot
WHERE lot.tenant_number = it.tenant_number AND lot.campaign_number = it.campaign_number AND lot.channel = it.channel
    AND lot.run_number = it.run_number AND lot.lot = it.lot
    AND it.customer_id BETWEEN lot.first_customer AND lot.last_customer
    AND lot.pending > 0 AND it.delivery_status = 'pending' AND ";

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
            FROM {schema}.campaign_lots AS lot
            WHERE lot.tenant_number = it.tenant_number AND lot.campaign_number = it.campaign_number
                AND lot.channel = it.channel AND lot.run_number = it.run_number AND lot.lot = it.lot
                AND it.customer_id BETWEEN lot.first_customer AND lot.last_customer
                AND lot.failed > 0 AND it.delivery_status = 'failed' AND ",
            OF_CAMPAIGN,
        ])
        .bind(tenant.as_uuid())
        .bind(campaign.as_uuid())
        .bind(now.as_datetime());
    open.execute(statement).await
}
