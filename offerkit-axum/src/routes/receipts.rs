//! What providers report of messages, from programs that sign what they send.

use axum::extract::{Request, State as Shared};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use offerkit_core::{
    domain::{Channel, DeliveryKey, DeliveryStatus},
    id::{CampaignId, CustomerId, TenantId},
    policy::Job,
    services::Context,
};

use crate::{
    extract::{Object, media_type, read, whole},
    problem::{ApiError, ProblemKind},
    reply::Shown,
    schemas as s, signature,
    state::State,
};

pub(super) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new().routes(routes!(report))
}

#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "it is described here, and read by `signature`")]
struct Signed {
    /// Names the request.
    #[param(rename = "webhook-id")]
    id: String,
    /// When it was sent, in seconds since 1970: at most five minutes ago.
    #[param(rename = "webhook-timestamp")]
    timestamp: String,
    /// `v1,` and the HMAC-SHA-256 of id, timestamp and body with dots between them, in base64.
    #[param(rename = "webhook-signature")]
    signature: String,
}

/// What a provider reports of a message.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Receipt)]
struct ReceiptBody {
    /// The tenant.
    #[schema(value_type = uuid::Uuid)]
    tenant: TenantId,
    /// The campaign.
    #[schema(value_type = uuid::Uuid)]
    campaign: CampaignId,
    /// The customer.
    #[schema(value_type = uuid::Uuid)]
    customer: CustomerId,
    /// The channel.
    #[schema(value_type = s::Channel)]
    channel: Channel,
    /// What became of the message.
    event: Event,
}

/// What a provider reports.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ReceiptEvent)]
enum Event {
    /// The provider has accepted it.
    Sent,
    /// It has arrived.
    Delivered,
    /// It could not arrive.
    Bounced,
    /// Its customer complained about it: nothing more is sent to their address.
    Complained,
}

/// Whether a receipt was new.
#[derive(Serialize, ToSchema)]
struct Noted {
    /// Whether it changed what is known of the message.
    is_new: bool,
}

/// Note what a provider reported about a message.
///
/// Not for people: the request is signed (Standard Webhooks) with the secret of `Api::receipts`. Receipts may come in any order,
/// twice, and before the sender has noted that it sent.
#[utoipa::path(post, path = "/v1/receipts", operation_id = "report_receipt", tag = "receipts", params(Signed), request_body = ReceiptBody,
    responses((status = 200, description = "Whether it was new.", body = Noted)))]
async fn report(Shared(state): Shared<State>, request: Request) -> Result<Shown<Noted>, ApiError> {
    let headers = request.headers().clone();
    let body = whole(request, &state).await?;
    let is_ours = state
        .receipts()
        .is_some_and(|secret| signature::is_good(&headers, &body, secret));
    if !is_ours {
        return Err(ApiError::new(
            ProblemKind::Unauthenticated,
            "receipts are signed, with the secret of this installation and within five minutes",
        ));
    }
    if media_type(&headers).as_deref() != Some("application/json") {
        return Err(ApiError::new(
            ProblemKind::UnsupportedMediaType,
            "the body must be JSON: send `Content-Type: application/json`",
        ));
    }
    let Object(receipt) = read::<Object<ReceiptBody>>(&body)?;
    let key = DeliveryKey {
        campaign: receipt.campaign,
        customer: receipt.customer,
        channel: receipt.channel,
    };
    let job = Context::job(Job::Delivery);
    let deliveries = state.kit().acting(&job).deliveries(receipt.tenant);
    let is_new = match receipt.event {
        Event::Sent => deliveries.receipt(key, DeliveryStatus::Sent).await?,
        Event::Delivered => deliveries.receipt(key, DeliveryStatus::Delivered).await?,
        Event::Bounced => deliveries.receipt(key, DeliveryStatus::Bounced).await?,
        Event::Complained => deliveries.complaint(key).await?,
    };
    Ok(Shown(Noted { is_new }))
}
