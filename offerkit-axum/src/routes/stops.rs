//! What super admins hold back from being sent.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use offerkit_core::{
    domain::{Stop, StopExtent, StopLift},
    id::StopId,
    text::Reason,
};

use super::{groups::All, offer_decisions::ReasonBody, params::TenantPath};
use crate::{
    caller::Caller,
    extract::{Body, InTenant, Path},
    problem::ApiError,
    reply::Shown,
    schemas as s,
    state::State,
};

pub(super) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(list, stop))
        .routes(routes!(quiet))
        .routes(routes!(lift))
        .routes(routes!(of_tenant))
}

/// The stops that are in force, the oldest first.
#[utoipa::path(get, path = "/v1/stops", operation_id = "list_stops", tag = "stops",
    responses((status = 200, description = "The stops.", body = s::All<s::Stop>)))]
async fn list(Caller(acting): Caller) -> Result<Shown<All<Stop>>, ApiError> {
    let items = acting.stops().in_force().await?;
    Ok(Shown(All { items }))
}

/// What is stopped, and why.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = StopDraft)]
struct StopBody {
    /// How much is stopped.
    #[schema(value_type = s::StopExtent)]
    extent: StopExtent,
    /// Why.
    #[schema(value_type = String, min_length = 1, max_length = 1000)]
    reason: Reason,
}

/// Stop sending: everything, of a tenant, or over a channel.
///
/// Nothing new is begun from now on. What was claimed before may still be on its way; `…/quiet` tells when it is not.
#[utoipa::path(post, path = "/v1/stops", operation_id = "stop_sending", tag = "stops", request_body = StopBody,
    responses((status = 200, description = "The stop.", body = s::Stop)))]
async fn stop(Caller(acting): Caller, Body(body): Body<StopBody>) -> Result<Shown<Stop>, ApiError> {
    let stops = acting.stops();
    Ok(Shown(stops.stop(body.extent, &body.reason).await?))
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
struct StopPath {
    /// The stop.
    #[param(value_type = uuid::Uuid)]
    stop: StopId,
}

/// Whether a stop is acknowledged.
#[derive(Serialize, ToSchema)]
struct Quiet {
    /// Whether nothing that it holds is being sent any more, nor can be.
    is_quiet: bool,
}

/// Whether a stop is acknowledged by all workers: nothing that it holds is being sent, nor can be.
///
/// Ask again until it is so: as long as the batches that were on their way, and at most as long as a claim holds.
#[utoipa::path(get, path = "/v1/stops/{stop}/quiet", operation_id = "get_stop_quiet", tag = "stops", params(StopPath),
    responses((status = 200, description = "Whether it is.", body = Quiet)))]
async fn quiet(
    Caller(acting): Caller,
    Path(path): Path<StopPath>,
) -> Result<Shown<Quiet>, ApiError> {
    let is_quiet = acting.stops().is_quiet(path.stop).await?;
    Ok(Shown(Quiet { is_quiet }))
}

/// Lift a stop. What another stop holds stays held.
#[utoipa::path(post, path = "/v1/stops/{stop}/lift", operation_id = "lift_stop", tag = "stops", params(StopPath), request_body = ReasonBody,
    responses((status = 200, description = "That it is lifted.", body = s::StopLift)))]
async fn lift(
    Caller(acting): Caller,
    Path(path): Path<StopPath>,
    Body(body): Body<ReasonBody>,
) -> Result<Shown<StopLift>, ApiError> {
    Ok(Shown(acting.stops().lift(path.stop, &body.reason).await?))
}

/// The stops that hold something of a tenant's: why nothing is sent, though its campaigns are active.
#[utoipa::path(get, path = "/v1/tenants/{tenant}/stops", operation_id = "list_stops_of_tenant", tag = "stops", params(TenantPath),
    responses((status = 200, description = "The stops, the oldest first.", body = s::All<s::Stop>)))]
async fn of_tenant(InTenant { acting, tenant }: InTenant) -> Result<Shown<All<Stop>>, ApiError> {
    let items = acting.deliveries(tenant).stops().await?;
    Ok(Shown(All { items }))
}
