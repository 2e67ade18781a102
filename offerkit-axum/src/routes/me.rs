//! What everybody sees of themselves.

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    caller::Caller,
    problem::ApiError,
    reply::{Shown, Tagged},
    state::State,
    views::{MembershipsView, UserView},
};

pub(super) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(profile))
        .routes(routes!(tenants))
}

/// My own user.
#[utoipa::path(get, path = "/v1/me", operation_id = "get_me", tag = "me",
    responses((status = 200, description = "The user.", body = UserView)))]
async fn profile(Caller(acting): Caller) -> Result<Tagged<UserView>, ApiError> {
    Ok(Tagged(acting.account().profile().await?.into()))
}

/// My tenants, with my groups in them.
#[utoipa::path(get, path = "/v1/me/tenants", operation_id = "list_my_tenants", tag = "me",
    responses((status = 200, description = "The tenants.", body = MembershipsView)))]
async fn tenants(Caller(acting): Caller) -> Result<Shown<MembershipsView>, ApiError> {
    let items = acting.account().tenants().await?;
    Ok(Shown(MembershipsView { items }))
}
