//! Campaigns: launched by another person, run and ended.

use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use offerkit_core::domain::Campaign;

use super::{
    offer_decisions::ReasonBody,
    params::{CampaignPath, MaybeSeen, Seen, TenantPath},
};
use crate::{
    extract::{Body, IfMatch, InTenant, Path, seeing},
    problem::ApiError,
    reply::{Shown, Tagged},
    schemas as s,
    state::State,
};

pub(super) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(request_launch))
        .routes(routes!(launch))
        .routes(routes!(decline))
        .routes(routes!(pause))
        .routes(routes!(resume))
        .routes(routes!(complete))
        .routes(routes!(retry_failed))
}

/// Ask for the launch of the campaign as it was seen.
#[utoipa::path(post, path = "/v1/tenants/{tenant}/campaigns/{campaign}/request-launch", operation_id = "request_launch", tag = "campaigns",
    params(TenantPath, CampaignPath, Seen), responses((status = 200, description = "The campaign.", body = s::Campaign)))]
async fn request_launch(
    InTenant { acting, tenant }: InTenant,
    Path(path): Path<CampaignPath>,
    seen: IfMatch,
) -> Result<Tagged<Campaign>, ApiError> {
    let campaigns = acting.campaigns(tenant);
    let next = campaigns.request_launch(path.campaign, seen.revision());
    Ok(Tagged(next.await?))
}

/// Launch the campaign as it was seen.
///
/// The offer's live revision, criteria, segments and messages are pinned. Nobody launches what they wrote or requested.
#[utoipa::path(post, path = "/v1/tenants/{tenant}/campaigns/{campaign}/launch", operation_id = "launch_campaign", tag = "campaigns",
    params(TenantPath, CampaignPath, Seen), responses((status = 200, description = "The campaign.", body = s::Campaign)))]
async fn launch(
    InTenant { acting, tenant }: InTenant,
    Path(path): Path<CampaignPath>,
    seen: IfMatch,
) -> Result<Tagged<Campaign>, ApiError> {
    let campaigns = acting.campaigns(tenant);
    Ok(Tagged(
        campaigns.launch(path.campaign, seen.revision()).await?,
    ))
}

/// Turn the request for a launch down.
#[utoipa::path(post, path = "/v1/tenants/{tenant}/campaigns/{campaign}/decline", operation_id = "decline_launch", tag = "campaigns",
    params(TenantPath, CampaignPath, Seen), request_body = ReasonBody, responses((status = 200, description = "The campaign.", body = s::Campaign)))]
async fn decline(
    InTenant { acting, tenant }: InTenant,
    Path(path): Path<CampaignPath>,
    seen: IfMatch,
    Body(body): Body<ReasonBody>,
) -> Result<Tagged<Campaign>, ApiError> {
    let campaigns = acting.campaigns(tenant);
    let next = campaigns.decline(path.campaign, seen.revision(), &body.reason);
    Ok(Tagged(next.await?))
}

/// Hold an active campaign: no further batch is sent.
#[utoipa::path(post, path = "/v1/tenants/{tenant}/campaigns/{campaign}/pause", operation_id = "pause_campaign", tag = "campaigns",
    params(TenantPath, CampaignPath, MaybeSeen), request_body = ReasonBody, responses((status = 200, description = "The campaign.", body = s::Campaign)))]
async fn pause(
    InTenant { acting, tenant }: InTenant,
    Path(path): Path<CampaignPath>,
    seen: Option<IfMatch>,
    Body(body): Body<ReasonBody>,
) -> Result<Tagged<Campaign>, ApiError> {
    let campaigns = seeing(acting, seen).campaigns(tenant);
    Ok(Tagged(campaigns.pause(path.campaign, &body.reason).await?))
}

/// Go on with a paused campaign, exactly as it was launched.
#[utoipa::path(post, path = "/v1/tenants/{tenant}/campaigns/{campaign}/resume", operation_id = "resume_campaign", tag = "campaigns",
    params(TenantPath, CampaignPath, Seen), responses((status = 200, description = "The campaign.", body = s::Campaign)))]
async fn resume(
    InTenant { acting, tenant }: InTenant,
    Path(path): Path<CampaignPath>,
    seen: IfMatch,
) -> Result<Tagged<Campaign>, ApiError> {
    Ok(Tagged(
        acting
            .seeing(seen.revision())
            .campaigns(tenant)
            .resume(path.campaign)
            .await?,
    ))
}

/// End a campaign for good; what it had not sent is cancelled.
#[utoipa::path(post, path = "/v1/tenants/{tenant}/campaigns/{campaign}/complete", operation_id = "complete_campaign", tag = "campaigns",
    params(TenantPath, CampaignPath, Seen), responses((status = 200, description = "The campaign.", body = s::Campaign)))]
async fn complete(
    InTenant { acting, tenant }: InTenant,
    Path(path): Path<CampaignPath>,
    seen: IfMatch,
) -> Result<Tagged<Campaign>, ApiError> {
    Ok(Tagged(
        acting
            .seeing(seen.revision())
            .campaigns(tenant)
            .complete(path.campaign)
            .await?,
    ))
}

/// How many messages are tried again.
#[derive(Serialize, ToSchema)]
struct Retried {
    /// How many.
    retried: u64,
}

/// Put a campaign's failed messages back to pending.
#[utoipa::path(post, path = "/v1/tenants/{tenant}/campaigns/{campaign}/retry-failed", operation_id = "retry_failed", tag = "campaigns",
    params(TenantPath, CampaignPath), responses((status = 200, description = "How many.", body = Retried)))]
async fn retry_failed(
    InTenant { acting, tenant }: InTenant,
    Path(path): Path<CampaignPath>,
) -> Result<Shown<Retried>, ApiError> {
    let retried = acting
        .deliveries(tenant)
        .retry_failed(path.campaign)
        .await?;
    Ok(Shown(Retried { retried }))
}
