//! What waits for a decision.

use utoipa_axum::{router::OpenApiRouter, routes};

use offerkit_core::services::DeskItem;

use super::groups::All;
use crate::{caller::Caller, problem::ApiError, reply::Shown, schemas as s, state::State};

pub(super) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new().routes(routes!(list))
}

/// What waits for a decision in the tenants where I decide, the longest wait first.
///
/// What I may not decide on says why.
#[utoipa::path(get, path = "/v1/desk", operation_id = "list_desk", tag = "desk",
    responses((status = 200, description = "What waits.", body = s::All<s::DeskItem>)))]
async fn list(Caller(acting): Caller) -> Result<Shown<All<DeskItem>>, ApiError> {
    let items = acting.desk().list().await?;
    Ok(Shown(All { items }))
}
