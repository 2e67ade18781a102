//! The tenants of the platform.

use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use offerkit_core::{
    domain::Tenant,
    text::{Description, TenantName},
};

use super::params::{MaybeSeen, Seen, TenantPath};
use crate::{
    caller::Caller,
    extract::{Body, IfMatch, InTenant, Listing, PageParams, seeing_version},
    problem::ApiError,
    reply::{Created, Listed, Tagged},
    schemas as s,
    state::State,
};

pub(super) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(get, update))
        .routes(routes!(deactivate))
        .routes(routes!(reactivate))
}

/// No filter.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NoFilter {}

/// All tenants, page by page.
///
/// For super admins; everybody else sees theirs at `/v1/me/tenants`.
#[utoipa::path(get, path = "/v1/tenants", operation_id = "list_tenants", tag = "tenants", params(PageParams),
    responses((status = 200, description = "A page of tenants.", body = s::Page<s::Tenant>)))]
async fn list(
    Caller(acting): Caller,
    listing: Listing<NoFilter>,
) -> Result<Listed<Tenant>, ApiError> {
    let page = acting.tenants().list(&listing.page).await?;
    Ok(listing.reply(page))
}

/// A new tenant.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewTenant)]
struct TenantBody {
    /// The unique name, never given to another: a-z, 0-9 and `_`.
    #[schema(value_type = String, max_length = 64, pattern = "^[a-z][a-z0-9_]*$", example = "credit_card")]
    name: TenantName,
    /// What the tenant is for.
    #[schema(value_type = Option<String>, min_length = 1, max_length = 4000)]
    description: Option<Description>,
}

/// Make a tenant, with its default groups and a first offer configuration.
#[utoipa::path(post, path = "/v1/tenants", operation_id = "create_tenant", tag = "tenants", request_body = TenantBody,
    responses((status = 201, description = "The tenant.", body = s::Tenant)))]
async fn create(
    Caller(acting): Caller,
    Body(body): Body<TenantBody>,
) -> Result<Created<Tagged<Tenant>>, ApiError> {
    let tenant = acting.tenants().create(body.name, body.description).await?;
    Ok(Created {
        location: format!("tenants/{}", tenant.name()),
        body: Tagged(tenant),
    })
}

/// A tenant, for its members and super admins.
#[utoipa::path(get, path = "/v1/tenants/{tenant}", operation_id = "get_tenant", tag = "tenants", params(TenantPath),
    responses((status = 200, description = "The tenant.", body = s::Tenant)))]
async fn get(InTenant { acting, tenant }: InTenant) -> Result<Tagged<Tenant>, ApiError> {
    Ok(Tagged(acting.tenants().get(tenant).await?))
}

/// What changes of a tenant.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TenantChange)]
struct ChangeBody {
    /// What the tenant is for; `null` removes it.
    #[schema(value_type = Option<String>, required, min_length = 1, max_length = 4000)]
    description: Option<Description>,
}

/// Change a tenant's description.
#[utoipa::path(patch, path = "/v1/tenants/{tenant}", operation_id = "update_tenant", tag = "tenants", params(TenantPath, Seen),
    request_body = ChangeBody, responses((status = 200, description = "The tenant.", body = s::Tenant)))]
async fn update(
    InTenant { acting, tenant }: InTenant,
    seen: IfMatch,
    Body(body): Body<ChangeBody>,
) -> Result<Tagged<Tenant>, ApiError> {
    let tenants = acting.tenants();
    let changed = tenants.update(tenant, seen.version(), body.description);
    Ok(Tagged(changed.await.map_err(ApiError::guarded)?))
}

/// Make a tenant inactive: nothing is sent for it, and nothing changes in it.
#[utoipa::path(post, path = "/v1/tenants/{tenant}/deactivate", operation_id = "deactivate_tenant", tag = "tenants", params(TenantPath, MaybeSeen),
    responses((status = 200, description = "The tenant.", body = s::Tenant)))]
async fn deactivate(
    InTenant { acting, tenant }: InTenant,
    seen: Option<IfMatch>,
) -> Result<Tagged<Tenant>, ApiError> {
    let tenants = seeing_version(acting, seen).tenants();
    let changed = tenants.deactivate(tenant).await;
    Ok(Tagged(changed.map_err(ApiError::guarded)?))
}

/// Make a tenant active again.
#[utoipa::path(post, path = "/v1/tenants/{tenant}/reactivate", operation_id = "reactivate_tenant", tag = "tenants", params(TenantPath, MaybeSeen),
    responses((status = 200, description = "The tenant.", body = s::Tenant)))]
async fn reactivate(
    InTenant { acting, tenant }: InTenant,
    seen: Option<IfMatch>,
) -> Result<Tagged<Tenant>, ApiError> {
    let tenants = seeing_version(acting, seen).tenants();
    let changed = tenants.reactivate(tenant).await;
    Ok(Tagged(changed.map_err(ApiError::guarded)?))
}
