//! What criteria mean, and whom they select; nothing is saved.

use serde::Deserialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use offerkit_core::{
    criteria::Waterfall,
    services::{AudiencePreview, Error},
};

use super::params::TenantPath;
use crate::{
    extract::{Body, InTenant},
    problem::ApiError,
    reply::Shown,
    schemas as s,
    state::State,
};

pub(super) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(preview))
        .routes(routes!(waterfall))
}

/// Criteria to be looked at.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CriteriaDraft)]
struct CriteriaBody {
    /// A document of the criteria language.
    #[schema(value_type = Object, example = json!({"segment": "premium"}))]
    criteria: Box<RawValue>,
}

fn of_criteria(error: Error) -> ApiError {
    match error {
        Error::Criteria(_) => ApiError::from(error).under("/criteria"),
        other => other.into(),
    }
}

/// Check criteria: what they mean in words, what is doubtful, and how many active customers they select now.
///
/// Every mistake is told with its place, and with what was probably meant.
#[utoipa::path(post, path = "/v1/tenants/{tenant}/criteria/preview", operation_id = "preview_criteria", tag = "criteria", params(TenantPath),
    request_body = CriteriaBody, responses((status = 200, description = "Whom they select.", body = s::AudiencePreview)))]
async fn preview(
    InTenant { acting, tenant }: InTenant,
    Body(body): Body<CriteriaBody>,
) -> Result<Shown<AudiencePreview>, ApiError> {
    let campaigns = acting.campaigns(tenant);
    let preview = campaigns.preview_criteria(body.criteria.get()).await;
    Ok(Shown(preview.map_err(of_criteria)?))
}

/// How many active customers each clause leaves, one after the other.
#[utoipa::path(post, path = "/v1/tenants/{tenant}/criteria/waterfall", operation_id = "waterfall_of_criteria", tag = "criteria", params(TenantPath),
    request_body = CriteriaBody, responses((status = 200, description = "What each clause leaves.", body = s::Waterfall)))]
async fn waterfall(
    InTenant { acting, tenant }: InTenant,
    Body(body): Body<CriteriaBody>,
) -> Result<Shown<Waterfall>, ApiError> {
    let campaigns = acting.campaigns(tenant);
    let waterfall = campaigns.waterfall_of_criteria(body.criteria.get()).await;
    Ok(Shown(waterfall.map_err(of_criteria)?))
}
