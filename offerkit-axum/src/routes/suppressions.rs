//! The addresses that nothing is sent to any more. They travel in bodies alone, since paths and queries stand in the logs of
//! proxies.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use offerkit_core::domain::{Channel, Suppression};

use crate::{
    caller::Caller, extract::Body, problem::ApiError, reply::Shown, schemas as s, state::State,
};

pub(super) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(add))
        .routes(routes!(find))
        .routes(routes!(release))
}

/// An address on a channel.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Address)]
struct AddressBody {
    /// The channel.
    #[schema(value_type = s::Channel)]
    channel: Channel,
    /// The address as a person writes it. E-mail addresses are compared without regard to case, phone numbers by their
    /// digits and a leading `+`.
    #[schema(example = "asha@example.com")]
    address: String,
}

/// Whether something was changed.
#[derive(Serialize, ToSchema)]
struct Changed {
    /// Whether it was not so before.
    changed: bool,
}

/// Send nothing to an address any more, whoever has it and whatever a message is for.
///
/// It is kept as a digest, so that it stays suppressed when its customer is erased.
#[utoipa::path(post, path = "/v1/suppressions", operation_id = "suppress_address", tag = "customers", request_body = AddressBody,
    responses((status = 200, description = "Whether it was not suppressed already.", body = Changed)))]
async fn add(
    Caller(acting): Caller,
    Body(body): Body<AddressBody>,
) -> Result<Shown<Changed>, ApiError> {
    let suppressions = acting.suppressions();
    let changed = suppressions.add(body.channel, &body.address).await?;
    Ok(Shown(Changed { changed }))
}

/// What is known of an address.
#[derive(Serialize, ToSchema)]
#[schema(as = FoundSuppression)]
struct Found {
    /// Why and since when nothing is sent to it; none where it is not suppressed.
    #[schema(value_type = Option<s::Suppression>)]
    suppression: Option<Suppression>,
}

/// Look whether an address is suppressed.
#[utoipa::path(post, path = "/v1/suppressions/find", operation_id = "find_suppression", tag = "customers", request_body = AddressBody,
    responses((status = 200, description = "Why and since when, if it is.", body = Found)))]
async fn find(
    Caller(acting): Caller,
    Body(body): Body<AddressBody>,
) -> Result<Shown<Found>, ApiError> {
    let suppressions = acting.suppressions();
    let suppression = suppressions.find(body.channel, &body.address).await?;
    Ok(Shown(Found { suppression }))
}

/// Send to an address again, whatever it was suppressed for.
#[utoipa::path(post, path = "/v1/suppressions/release", operation_id = "release_address", tag = "customers", request_body = AddressBody,
    responses((status = 200, description = "Whether it was suppressed.", body = Changed)))]
async fn release(
    Caller(acting): Caller,
    Body(body): Body<AddressBody>,
) -> Result<Shown<Changed>, ApiError> {
    let suppressions = acting.suppressions();
    let changed = suppressions.remove(body.channel, &body.address).await?;
    Ok(Shown(Changed { changed }))
}
