//! Offers: written and read.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use chrono::NaiveDate;
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use offerkit_core::{
    audit::AuditRecord,
    domain::{Change, Comment, Offer, OfferRevision, OfferStatus, RevisionNumber, Validity},
    id::UserId,
    ports::OfferFilter,
    services::{Error, OfferDraft, OfferHistory, Submitted},
    text::CommentBody,
    time::Timestamp,
};

use super::{
    audit::about,
    params::{OfferPath, RevisionPath, Seen, TenantPath},
    tenants::NoFilter,
};
use crate::{
    extract::{Body, IfMatch, InTenant, Listing, Object, PageParams, Path, Query},
    problem::ApiError,
    reply::{Created, Listed, Shown, Tagged},
    schemas as s,
    state::State,
};

pub(super) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(get, edit, delete))
        .routes(routes!(clone))
        .routes(routes!(submit))
        .routes(routes!(withdraw))
        .routes(routes!(discard_draft))
        .routes(routes!(comments, comment))
        .routes(routes!(revisions))
        .routes(routes!(revision))
        .routes(routes!(diff))
        .routes(routes!(audit))
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct Filter {
    /// Of this status.
    #[param(value_type = Option<s::OfferStatus>, inline)]
    status: Option<OfferStatus>,
    /// Made by this user.
    #[param(value_type = Option<uuid::Uuid>)]
    created_by: Option<UserId>,
    /// Made at this moment or later.
    #[param(value_type = Option<DateTime<Utc>>)]
    created_from: Option<Timestamp>,
    /// Made before this moment.
    #[param(value_type = Option<DateTime<Utc>>)]
    created_before: Option<Timestamp>,
    /// Live on this date: approved, not retired, and valid.
    live_on: Option<NaiveDate>,
    /// Whose data has these members with these values: a JSON object.
    #[param(example = "{\"title\": \"Gold card\"}")]
    data: Option<String>,
}

impl TryFrom<&Filter> for OfferFilter {
    type Error = ApiError;

    fn try_from(filter: &Filter) -> Result<Self, ApiError> {
        let data = filter.data.as_deref().map(serde_json::from_str);
        let data: Option<BTreeMap<String, Value>> = data.transpose().map_err(|_| {
            ApiError::malformed("`data` is a JSON object with the members looked for")
        })?;
        Ok(Self {
            status: filter.status,
            created_by: filter.created_by,
            created_from: filter.created_from,
            created_before: filter.created_before,
            live_on: filter.live_on,
            data: data.unwrap_or_default(),
        })
    }
}

/// A tenant's offers, page by page.
#[utoipa::path(get, path = "/v1/tenants/{tenant}/offers", operation_id = "list_offers", tag = "offers", params(TenantPath, Filter, PageParams),
    responses((status = 200, description = "A page of offers.", body = s::Page<s::Offer>)))]
async fn list(
    InTenant { acting, tenant }: InTenant,
    listing: Listing<Filter>,
) -> Result<Listed<Offer>, ApiError> {
    let filter = OfferFilter::try_from(&listing.filter)?;
    let page = acting.offers(tenant).list(&filter, &listing.page).await?;
    Ok(listing.reply(page))
}

/// What an offer says.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = OfferDraft)]
struct DraftBody {
    /// The content, under the tenant's schema.
    #[schema(value_type = Object, example = json!({"title": "Gold card"}))]
    data: Map<String, Value>,
    /// The days on which the offer may be sent; any day where left out.
    #[serde(default)]
    #[schema(value_type = ValidityBody, required = false)]
    validity: Object<ValidityBody>,
}

/// The days on which an offer may be sent, both ends included.
#[derive(Deserialize, Default, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ValidityDraft)]
struct ValidityBody {
    /// The first day.
    from: Option<NaiveDate>,
    /// The last day.
    until: Option<NaiveDate>,
}

impl From<DraftBody> for OfferDraft {
    fn from(body: DraftBody) -> Self {
        let Object(ValidityBody { from, until }) = body.validity;
        Self {
            data: Value::Object(body.data),
            validity: Validity { from, until },
        }
    }
}

/// Mistakes in the data stand in the member of this name.
fn of_data(error: Error) -> ApiError {
    match error {
        Error::Content(_) | Error::Schema(_) => ApiError::from(error).under("/data"),
        other => ApiError::guarded(other),
    }
}

fn created(offer: Offer) -> Created<Tagged<Offer>> {
    Created {
        location: format!("offers/{}", offer.id()),
        body: Tagged(offer),
    }
}

/// Make a draft.
#[utoipa::path(post, path = "/v1/tenants/{tenant}/offers", operation_id = "create_offer", tag = "offers", params(TenantPath),
    request_body = DraftBody, responses((status = 201, description = "The draft.", body = s::Offer)))]
async fn create(
    InTenant { acting, tenant }: InTenant,
    Body(body): Body<DraftBody>,
) -> Result<Created<Tagged<Offer>>, ApiError> {
    let offer = acting.offers(tenant).create(body.into()).await;
    Ok(created(offer.map_err(of_data)?))
}

/// An offer.
#[utoipa::path(get, path = "/v1/tenants/{tenant}/offers/{offer}", operation_id = "get_offer", tag = "offers", params(TenantPath, OfferPath),
    responses((status = 200, description = "The offer.", body = s::Offer)))]
async fn get(
    InTenant { acting, tenant }: InTenant,
    Path(path): Path<OfferPath>,
) -> Result<Tagged<Offer>, ApiError> {
    Ok(Tagged(acting.offers(tenant).get(path.offer).await?))
}

/// Write a new revision.
///
/// A pending submission is void, and a live revision stays live.
#[utoipa::path(put, path = "/v1/tenants/{tenant}/offers/{offer}", operation_id = "edit_offer", tag = "offers", params(TenantPath, OfferPath, Seen),
    request_body = DraftBody, responses((status = 200, description = "The offer.", body = s::Offer)))]
async fn edit(
    InTenant { acting, tenant }: InTenant,
    Path(path): Path<OfferPath>,
    seen: IfMatch,
    Body(body): Body<DraftBody>,
) -> Result<Tagged<Offer>, ApiError> {
    let offers = acting.offers(tenant);
    let edited = offers.edit(path.offer, seen.revision(), body.into()).await;
    Ok(Tagged(edited.map_err(of_data)?))
}

/// Delete an offer that was never approved: it is hidden, and its evidence stays.
#[utoipa::path(delete, path = "/v1/tenants/{tenant}/offers/{offer}", operation_id = "delete_offer", tag = "offers", params(TenantPath, OfferPath, Seen),
    responses((status = 204, description = "It is deleted.")))]
async fn delete(
    InTenant { acting, tenant }: InTenant,
    Path(path): Path<OfferPath>,
    seen: IfMatch,
) -> Result<StatusCode, ApiError> {
    acting
        .seeing(seen.revision())
        .offers(tenant)
        .delete(path.offer)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Make a draft of what this offer says now.
#[utoipa::path(post, path = "/v1/tenants/{tenant}/offers/{offer}/clone", operation_id = "clone_offer", tag = "offers", params(TenantPath, OfferPath),
    responses((status = 201, description = "The draft.", body = s::Offer)))]
async fn clone(
    InTenant { acting, tenant }: InTenant,
    Path(path): Path<OfferPath>,
) -> Result<Created<Tagged<Offer>>, ApiError> {
    let offer = acting.offers(tenant).clone_of(path.offer).await?;
    Ok(Created {
        location: format!("../../offers/{}", offer.id()),
        body: Tagged(offer),
    })
}

/// Hand the draft to the approvers.
///
/// The answer tells whether any of them could approve it.
#[utoipa::path(post, path = "/v1/tenants/{tenant}/offers/{offer}/submit", operation_id = "submit_offer", tag = "offers", params(TenantPath, OfferPath, Seen),
    responses((status = 200, description = "The offer.", body = s::Submitted)))]
async fn submit(
    InTenant { acting, tenant }: InTenant,
    Path(path): Path<OfferPath>,
    seen: IfMatch,
) -> Result<Shown<Submitted>, ApiError> {
    let offers = acting.offers(tenant);
    Ok(Shown(offers.submit(path.offer, seen.revision()).await?))
}

/// Take a submitted offer back, as a draft.
#[utoipa::path(post, path = "/v1/tenants/{tenant}/offers/{offer}/withdraw", operation_id = "withdraw_offer", tag = "offers", params(TenantPath, OfferPath, Seen),
    responses((status = 200, description = "The offer.", body = s::Offer)))]
async fn withdraw(
    InTenant { acting, tenant }: InTenant,
    Path(path): Path<OfferPath>,
    seen: IfMatch,
) -> Result<Tagged<Offer>, ApiError> {
    Ok(Tagged(
        acting
            .seeing(seen.revision())
            .offers(tenant)
            .withdraw(path.offer)
            .await?,
    ))
}

/// Discard the new draft of an approved offer.
#[utoipa::path(post, path = "/v1/tenants/{tenant}/offers/{offer}/discard-draft", operation_id = "discard_draft", tag = "offers", params(TenantPath, OfferPath, Seen),
    responses((status = 200, description = "The offer as it was.", body = s::Offer)))]
async fn discard_draft(
    InTenant { acting, tenant }: InTenant,
    Path(path): Path<OfferPath>,
    seen: IfMatch,
) -> Result<Tagged<Offer>, ApiError> {
    Ok(Tagged(
        acting
            .seeing(seen.revision())
            .offers(tenant)
            .discard_draft(path.offer)
            .await?,
    ))
}

/// What was said about an offer, page by page.
#[utoipa::path(get, path = "/v1/tenants/{tenant}/offers/{offer}/comments", operation_id = "list_offer_comments", tag = "offers",
    params(TenantPath, OfferPath, PageParams), responses((status = 200, description = "A page of comments.", body = s::Page<s::Comment>)))]
async fn comments(
    InTenant { acting, tenant }: InTenant,
    Path(path): Path<OfferPath>,
    listing: Listing<NoFilter>,
) -> Result<Listed<Comment>, ApiError> {
    let offers = acting.offers(tenant);
    Ok(listing.reply(offers.comments(path.offer, &listing.page).await?))
}

/// What someone says.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewComment)]
pub(super) struct CommentDraft {
    /// What they say.
    #[schema(value_type = String, min_length = 1, max_length = 4000)]
    pub(super) body: CommentBody,
}

/// Say something about the working revision.
#[utoipa::path(post, path = "/v1/tenants/{tenant}/offers/{offer}/comments", operation_id = "comment_on_offer", tag = "offers",
    params(TenantPath, OfferPath), request_body = CommentDraft, responses((status = 201, description = "The comment.", body = s::Comment)))]
async fn comment(
    InTenant { acting, tenant }: InTenant,
    Path(path): Path<OfferPath>,
    Body(draft): Body<CommentDraft>,
) -> Result<(StatusCode, Shown<Comment>), ApiError> {
    let comment = acting
        .offers(tenant)
        .comment(path.offer, &draft.body)
        .await?;
    Ok((StatusCode::CREATED, Shown(comment)))
}

/// Every revision and approval of an offer.
#[utoipa::path(get, path = "/v1/tenants/{tenant}/offers/{offer}/revisions", operation_id = "get_offer_history", tag = "offers", params(TenantPath, OfferPath),
    responses((status = 200, description = "The history.", body = s::OfferHistory)))]
async fn revisions(
    InTenant { acting, tenant }: InTenant,
    Path(path): Path<OfferPath>,
) -> Result<Shown<OfferHistory>, ApiError> {
    Ok(Shown(acting.offers(tenant).history(path.offer).await?))
}

/// One revision of an offer.
#[utoipa::path(get, path = "/v1/tenants/{tenant}/offers/{offer}/revisions/{revision}", operation_id = "get_offer_revision", tag = "offers",
    params(TenantPath, RevisionPath), responses((status = 200, description = "The revision.", body = s::OfferRevision)))]
async fn revision(
    InTenant { acting, tenant }: InTenant,
    Path(path): Path<RevisionPath>,
) -> Result<Shown<OfferRevision>, ApiError> {
    let offers = acting.offers(tenant);
    Ok(Shown(offers.revision(path.offer, path.revision).await?))
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct Between {
    /// The earlier revision.
    #[param(value_type = u64, minimum = 1)]
    from: RevisionNumber,
    /// The later revision.
    #[param(value_type = u64, minimum = 1)]
    to: RevisionNumber,
}

/// What changed in an offer's data from one revision to another.
#[utoipa::path(get, path = "/v1/tenants/{tenant}/offers/{offer}/diff", operation_id = "diff_offer", tag = "offers", params(TenantPath, OfferPath, Between),
    responses((status = 200, description = "The places that differ.", body = s::All<s::Change>)))]
async fn diff(
    InTenant { acting, tenant }: InTenant,
    Path(path): Path<OfferPath>,
    Query(between): Query<Between>,
) -> Result<Shown<super::groups::All<Change>>, ApiError> {
    let offers = acting.offers(tenant);
    let items = offers.diff(path.offer, between.from, between.to).await?;
    Ok(Shown(super::groups::All { items }))
}

/// The records about an offer, page by page.
#[utoipa::path(get, path = "/v1/tenants/{tenant}/offers/{offer}/audit", operation_id = "list_offer_audit", tag = "offers", params(TenantPath, OfferPath, PageParams),
    responses((status = 200, description = "A page of records.", body = s::Page<s::AuditRecord>)))]
async fn audit(
    place: InTenant,
    Path(path): Path<OfferPath>,
    listing: Listing<NoFilter>,
) -> Result<Listed<AuditRecord>, ApiError> {
    about(place, path.offer, listing).await
}
