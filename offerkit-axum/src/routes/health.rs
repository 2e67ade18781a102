//! Whether the process lives, and whether it can do its work.

use axum::extract::State as Shared;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{problem::ApiError, reply::Shown, state::State};

pub(super) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(live))
        .routes(routes!(ready))
}

/// That all is well.
#[derive(Serialize, ToSchema)]
struct Health {
    /// `ok`
    status: &'static str,
}

const OK: Health = Health { status: "ok" };

/// Whether the process answers.
#[utoipa::path(get, path = "/healthz", operation_id = "healthz", tag = "health", responses((status = 200, description = "It does.", body = Health)))]
async fn live() -> Shown<Health> {
    Shown(OK)
}

/// Whether the store answers, too.
#[utoipa::path(get, path = "/readyz", operation_id = "readyz", tag = "health", responses((status = 200, description = "It does.", body = Health)))]
async fn ready(Shared(state): Shared<State>) -> Result<Shown<Health>, ApiError> {
    state.kit().reach_store().await?;
    Ok(Shown(OK))
}
