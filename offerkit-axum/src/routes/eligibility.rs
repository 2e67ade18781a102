//! Which offers a customer qualifies for.

use utoipa_axum::{router::OpenApiRouter, routes};

use offerkit_core::services::JudgedCustomer;

use super::params::{CustomerPath, TenantPath};
use crate::{
    extract::{InTenant, Path},
    problem::ApiError,
    reply::Shown,
    schemas as s,
    state::State,
};

pub(super) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new().routes(routes!(judge))
}

/// Which of the tenant's live offers a customer qualifies for now, and why not for the others.
///
/// A customer qualifies where a campaign that runs today selects them, by the criteria it was launched with. Their values are
/// not told. That the customer was looked at is recorded.
#[utoipa::path(get, path = "/v1/tenants/{tenant}/customers/{customer}/eligibility", operation_id = "get_eligibility", tag = "criteria",
    params(TenantPath, CustomerPath), responses((status = 200, description = "The live offers, the newest first.", body = s::JudgedCustomer)))]
async fn judge(
    InTenant { acting, tenant }: InTenant,
    Path(path): Path<CustomerPath>,
) -> Result<Shown<JudgedCustomer>, ApiError> {
    Ok(Shown(acting.eligibility(tenant).of(path.customer).await?))
}
