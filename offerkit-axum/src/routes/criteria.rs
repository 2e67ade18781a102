//! What criteria mean, and whom they select; nothing is saved.

use serde::Deserialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use offerkit_core::{
    criteria::Waterfall,
    services::{AudiencePreview, CheckedCriteria, Error, SelectionExplanation},
};

use super::params::{CustomerPath, TenantPath};
use crate::{
    extract::{Body, InTenant, Path},
    problem::ApiError,
    reply::Shown,
    schemas as s,
    state::State,
};

pub(super) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(check))
        .routes(routes!(preview))
        .routes(routes!(waterfall))
        .routes(routes!(explain))
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

/// Check criteria: what they mean in words, and what is doubtful. Nobody is counted.
///
/// Every mistake is told with its place, and with what was probably meant.
#[utoipa::path(post, path = "/v1/tenants/{tenant}/criteria/check", operation_id = "check_criteria", tag = "criteria", params(TenantPath),
    request_body = CriteriaBody, responses((status = 200, description = "What they mean.", body = s::CheckedCriteria)))]
async fn check(
    InTenant { acting, tenant }: InTenant,
    Body(body): Body<CriteriaBody>,
) -> Result<Shown<CheckedCriteria>, ApiError> {
    let campaigns = acting.campaigns(tenant);
    let checked = campaigns.check_criteria(body.criteria.get()).await;
    Ok(Shown(checked.map_err(of_criteria)?))
}

/// The same, and how many active customers they select now.
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

/// Why criteria select a customer now, or do not, clause by clause.
///
/// The customer's values are not told. That the customer was looked at is recorded.
#[utoipa::path(post, path = "/v1/tenants/{tenant}/customers/{customer}/explain", operation_id = "explain_criteria", tag = "criteria",
    params(TenantPath, CustomerPath), request_body = CriteriaBody, responses((status = 200, description = "What each clause asks, and whether it holds.", body = s::SelectionExplanation)))]
async fn explain(
    InTenant { acting, tenant }: InTenant,
    Path(path): Path<CustomerPath>,
    Body(body): Body<CriteriaBody>,
) -> Result<Shown<SelectionExplanation>, ApiError> {
    let campaigns = acting.campaigns(tenant);
    let explained = campaigns.explain_criteria(body.criteria.get(), path.customer);
    Ok(Shown(explained.await.map_err(of_criteria)?))
}
