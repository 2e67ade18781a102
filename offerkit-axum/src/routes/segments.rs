//! Criteria saved under a name, in versions.

use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::value::RawValue;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use offerkit_core::{
    domain::{Segment, SegmentVersion},
    services::Error,
    text::Description,
};

use super::{
    params::{SegmentPath, TenantPath},
    tenants::NoFilter,
};
use crate::{
    extract::{Body, IfMatch, IfNoneMatch, InTenant, Listing, PageParams, Path, Query},
    problem::{ApiError, ProblemKind},
    reply::{Listed, Tagged},
    schemas as s,
    state::State,
};

pub(super) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(get, write))
}

/// A tenant's segments, every version, page by page.
#[utoipa::path(get, path = "/v1/tenants/{tenant}/segments", operation_id = "list_segments", tag = "segments", params(TenantPath, PageParams),
    responses((status = 200, description = "A page of versions.", body = s::Page<s::Segment>)))]
async fn list(
    InTenant { acting, tenant }: InTenant,
    listing: Listing<NoFilter>,
) -> Result<Listed<Segment>, ApiError> {
    let page = acting.segments(tenant).list(&listing.page).await?;
    Ok(listing.reply(page))
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct Which {
    /// The version's number; the latest where left out.
    #[param(value_type = Option<u64>, minimum = 1)]
    version: Option<SegmentVersion>,
}

/// A version of a segment.
#[utoipa::path(get, path = "/v1/tenants/{tenant}/segments/{segment}", operation_id = "get_segment", tag = "segments", params(TenantPath, SegmentPath, Which),
    responses((status = 200, description = "The version.", body = s::Segment)))]
async fn get(
    InTenant { acting, tenant }: InTenant,
    Path(path): Path<SegmentPath>,
    Query(which): Query<Which>,
) -> Result<Tagged<Segment>, ApiError> {
    let segments = acting.segments(tenant);
    Ok(Tagged(segments.get(&path.segment, which.version).await?))
}

/// What a segment says.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SegmentDraft)]
struct SegmentBody {
    /// What the segment is for.
    #[schema(value_type = Option<String>, min_length = 1, max_length = 4000)]
    description: Option<Description>,
    /// Whom it selects: a document of the criteria language.
    #[schema(value_type = Object, example = json!({"segment": "premium"}))]
    criteria: Box<RawValue>,
}

#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "it is described here, and read by extractors")]
struct SeenOrNew {
    /// The `ETag` of the latest version, after which this one comes.
    #[param(rename = "If-Match", pattern = "^\"[0-9]{1,18}\"$")]
    if_match: Option<String>,
    /// `*` for the first version of a new segment.
    #[param(rename = "If-None-Match", pattern = "^[*]$")]
    if_none_match: Option<String>,
}

/// Write the next version of a segment, or its first.
#[utoipa::path(put, path = "/v1/tenants/{tenant}/segments/{segment}", operation_id = "write_segment", tag = "segments", params(TenantPath, SegmentPath, SeenOrNew),
    request_body = SegmentBody, responses((status = 201, description = "The version.", body = s::Segment)))]
async fn write(
    InTenant { acting, tenant }: InTenant,
    Path(path): Path<SegmentPath>,
    seen: Option<IfMatch>,
    IfNoneMatch(is_new): IfNoneMatch,
    Body(body): Body<SegmentBody>,
) -> Result<(StatusCode, Tagged<Segment>), ApiError> {
    let seen = match (seen, is_new) {
        (Some(seen), false) => Some(seen.segment()),
        (None, true) => None,
        (Some(_), true) | (None, false) => {
            let detail = "say `If-None-Match: *` for a new segment, or with `If-Match` which version you have seen";
            return Err(ApiError::new(ProblemKind::PreconditionRequired, detail));
        }
    };
    let (segments, criteria) = (acting.segments(tenant), body.criteria.get());
    let written = segments.write(&path.segment, seen, body.description.as_ref(), criteria);
    let written = written.await.map_err(|error| match error {
        Error::Criteria(_) => ApiError::from(error).under("/criteria"),
        other => ApiError::guarded(other),
    });
    Ok((StatusCode::CREATED, Tagged(written?)))
}
