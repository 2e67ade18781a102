//! Offers: decided on.

use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use offerkit_core::{
    domain::Offer,
    services::Retired,
    text::{CommentBody, Reason},
};

use super::params::{OfferPath, Seen, TenantPath};
use crate::{
    extract::{Body, IfMatch, InTenant, OptionalBody, Path},
    problem::ApiError,
    reply::{Shown, Tagged},
    schemas as s,
    state::State,
};

pub(super) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(approve))
        .routes(routes!(reject))
        .routes(routes!(request_changes))
        .routes(routes!(retire))
}

/// What an approver says.
#[derive(Deserialize, Default, ToSchema)]
#[serde(deny_unknown_fields)]
struct Approval {
    /// A comment, kept with the approval.
    #[schema(value_type = Option<String>, min_length = 1, max_length = 4000)]
    comment: Option<CommentBody>,
}

/// Why something is turned down, paused or taken back.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Reason)]
pub(super) struct ReasonBody {
    /// The reason.
    #[schema(value_type = String, min_length = 1, max_length = 1000)]
    pub(super) reason: Reason,
}

/// Approve the submitted revision, so that campaigns may use it.
///
/// Nobody approves what they wrote or submitted. The approval binds to what the revision says.
#[utoipa::path(post, path = "/v1/tenants/{tenant}/offers/{offer}/approve", operation_id = "approve_offer", tag = "offers", params(TenantPath, OfferPath, Seen),
    request_body = Option<Approval>, responses((status = 200, description = "The offer.", body = s::Offer)))]
async fn approve(
    InTenant { acting, tenant }: InTenant,
    Path(path): Path<OfferPath>,
    seen: IfMatch,
    OptionalBody(body): OptionalBody<Approval>,
) -> Result<Tagged<Offer>, ApiError> {
    let offers = acting.offers(tenant);
    let comment = body.comment.as_ref();
    Ok(Tagged(
        offers.approve(path.offer, seen.revision(), comment).await?,
    ))
}

/// Turn the submitted revision down.
#[utoipa::path(post, path = "/v1/tenants/{tenant}/offers/{offer}/reject", operation_id = "reject_offer", tag = "offers", params(TenantPath, OfferPath, Seen),
    request_body = ReasonBody, responses((status = 200, description = "The offer.", body = s::Offer)))]
async fn reject(
    InTenant { acting, tenant }: InTenant,
    Path(path): Path<OfferPath>,
    seen: IfMatch,
    Body(body): Body<ReasonBody>,
) -> Result<Tagged<Offer>, ApiError> {
    let offers = acting.offers(tenant);
    Ok(Tagged(
        offers
            .reject(path.offer, seen.revision(), &body.reason)
            .await?,
    ))
}

/// Send the submitted revision back as a draft.
#[utoipa::path(post, path = "/v1/tenants/{tenant}/offers/{offer}/request-changes", operation_id = "request_changes", tag = "offers",
    params(TenantPath, OfferPath, Seen), request_body = ReasonBody, responses((status = 200, description = "The offer.", body = s::Offer)))]
async fn request_changes(
    InTenant { acting, tenant }: InTenant,
    Path(path): Path<OfferPath>,
    seen: IfMatch,
    Body(body): Body<ReasonBody>,
) -> Result<Tagged<Offer>, ApiError> {
    let offers = acting.offers(tenant);
    let changed = offers.request_changes(path.offer, seen.revision(), &body.reason);
    Ok(Tagged(changed.await?))
}

/// Take an approved offer back for good.
///
/// Its campaigns are completed, and what they had not sent is cancelled.
#[utoipa::path(post, path = "/v1/tenants/{tenant}/offers/{offer}/retire", operation_id = "retire_offer", tag = "offers", params(TenantPath, OfferPath, Seen),
    request_body = ReasonBody, responses((status = 200, description = "The offer, and the campaigns that ended with it.", body = s::Retired)))]
async fn retire(
    InTenant { acting, tenant }: InTenant,
    Path(path): Path<OfferPath>,
    seen: IfMatch,
    Body(body): Body<ReasonBody>,
) -> Result<Shown<Retired>, ApiError> {
    let offers = acting.seeing(seen.revision()).offers(tenant);
    Ok(Shown(offers.retire(path.offer, &body.reason).await?))
}
