//! The audit logs.

use axum::{
    body::Body,
    http::header,
    response::{IntoResponse as _, Response},
};
use futures_util::stream;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use offerkit_core::{
    audit::{AuditRecord, SealHead, Subject, SubjectKind, Verification},
    digest::Digest,
    id::UserId,
    page::{MAX_PAGE_SIZE, Order, PageRequest},
    policy::Action,
    ports::AuditFilter,
    services::{AuditLog, Error},
    time::Timestamp,
};

use super::{params::TenantPath, tenants::NoFilter};
use crate::{
    caller::Caller,
    extract::{InTenant, Listing, Object, OptionalBody, PageParams, Query},
    problem::{ApiError, FieldError, ProblemKind},
    reply::{Listed, Shown},
    schemas as s,
    state::State,
};

pub(super) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(of_platform))
        .routes(routes!(of_tenant))
        .routes(routes!(export_platform))
        .routes(routes!(export_tenant))
        .routes(routes!(verify_platform))
        .routes(routes!(verify_tenant))
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct Filter {
    /// About this kind of object, such as `offer`.
    #[param(value_type = Option<s::SubjectKind>, inline)]
    subject: Option<SubjectKind>,
    /// About the object of this id; needs its kind.
    subject_id: Option<Uuid>,
    /// Of this user.
    #[param(value_type = Option<Uuid>)]
    user: Option<UserId>,
    /// Of this action, such as `offer.approve`.
    #[param(value_type = Option<String>)]
    action: Option<Action>,
    /// Only what was refused, or only what was done.
    is_refused: Option<bool>,
    /// At this moment or later.
    #[param(value_type = Option<DateTime<Utc>>)]
    from: Option<Timestamp>,
    /// Before this moment.
    #[param(value_type = Option<DateTime<Utc>>)]
    before: Option<Timestamp>,
}

impl TryFrom<&Filter> for AuditFilter {
    type Error = ApiError;

    fn try_from(filter: &Filter) -> Result<Self, ApiError> {
        let subject = match (filter.subject, filter.subject_id) {
            (None, None) => None,
            (Some(kind), id) => Some(Subject { kind, id }),
            (None, Some(_)) => {
                return Err(ApiError::malformed(
                    "`subject_id` needs `subject`, the kind of the object",
                ));
            }
        };
        Ok(Self {
            subject,
            user: filter.user,
            action: filter.action,
            is_refused: filter.is_refused,
            from: filter.from,
            before: filter.before,
        })
    }
}

/// The platform's log, page by page.
#[utoipa::path(get, path = "/v1/audit", operation_id = "list_platform_audit", tag = "audit", params(Filter, PageParams),
    responses((status = 200, description = "A page of records.", body = s::Page<s::AuditRecord>)))]
async fn of_platform(
    Caller(acting): Caller,
    listing: Listing<Filter>,
) -> Result<Listed<AuditRecord>, ApiError> {
    let filter = AuditFilter::try_from(&listing.filter)?;
    Ok(listing.reply(acting.audit().list(&filter, &listing.page).await?))
}

/// A tenant's log, page by page.
#[utoipa::path(get, path = "/v1/tenants/{tenant}/audit", operation_id = "list_audit", tag = "audit", params(TenantPath, Filter, PageParams),
    responses((status = 200, description = "A page of records.", body = s::Page<s::AuditRecord>)))]
async fn of_tenant(
    InTenant { acting, tenant }: InTenant,
    listing: Listing<Filter>,
) -> Result<Listed<AuditRecord>, ApiError> {
    let filter = AuditFilter::try_from(&listing.filter)?;
    let log = acting.audit_of(tenant);
    Ok(listing.reply(log.list(&filter, &listing.page).await?))
}

/// A page of the records about one of a tenant's objects.
pub(super) async fn about(
    InTenant { acting, tenant }: InTenant,
    subject: impl Into<Subject>,
    listing: Listing<NoFilter>,
) -> Result<Listed<AuditRecord>, ApiError> {
    let filter = AuditFilter {
        subject: Some(subject.into()),
        ..AuditFilter::default()
    };
    let page = acting.audit_of(tenant).list(&filter, &listing.page).await?;
    Ok(listing.reply(page))
}

/// The platform's log as a file: a record a line, the first first.
#[utoipa::path(get, path = "/v1/audit/export", operation_id = "export_platform_audit", tag = "audit", params(Filter),
    responses((status = 200, description = "Records, one a line.", body = String, content_type = "application/x-ndjson")))]
async fn export_platform(
    Caller(acting): Caller,
    Query(filter): Query<Filter>,
) -> Result<Response, ApiError> {
    exported(acting.audit(), AuditFilter::try_from(&filter)?).await
}

/// A tenant's log as a file: a record a line, the first first.
#[utoipa::path(get, path = "/v1/tenants/{tenant}/audit/export", operation_id = "export_audit", tag = "audit", params(TenantPath, Filter),
    responses((status = 200, description = "Records, one a line.", body = String, content_type = "application/x-ndjson")))]
async fn export_tenant(
    InTenant { acting, tenant }: InTenant,
    Query(filter): Query<Filter>,
) -> Result<Response, ApiError> {
    exported(acting.audit_of(tenant), AuditFilter::try_from(&filter)?).await
}

/// The file, a page at a time. The first page is read before anything is answered: who may not look gets a status. A file
/// that breaks off ends without its last chunk, so that no client takes it for whole.
async fn exported(log: AuditLog, filter: AuditFilter) -> Result<Response, ApiError> {
    let request = PageRequest::first(MAX_PAGE_SIZE)
        .map_err(Error::from)?
        .ordered(Order::OldestFirst);
    let first = log.list(&filter, &request).await?;
    let pages = stream::try_unfold(Some(first), move |page| {
        let (log, filter) = (log.clone(), filter.clone());
        async move {
            let Some(page) = page else {
                return Ok::<_, Error>(None);
            };
            let mut lines = Vec::new();
            for record in &page.items {
                // A record is plain data, which always has a JSON form.
                lines.extend(serde_json::to_vec(record).unwrap_or_default());
                lines.push(b'\n');
            }
            let next = match page.next {
                Some(cursor) => Some(log.list(&filter, &request.after(cursor)).await?),
                None => None,
            };
            Ok(Some((lines, next)))
        }
    });
    let kind = [(header::CONTENT_TYPE, "application/x-ndjson")];
    Ok((kind, Body::from_stream(pages)).into_response())
}

/// What the log is verified against.
#[derive(Deserialize, Default, ToSchema)]
#[serde(deny_unknown_fields)]
struct Against {
    /// A head that was published earlier, by which a cut tail shows.
    #[schema(value_type = Option<HeadBody>)]
    published: Option<Object<HeadBody>>,
}

/// The end of a chain of seals.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PublishedHead)]
struct HeadBody {
    /// How many records were sealed.
    #[schema(minimum = 0)]
    position: i64,
    /// The hash of the last link.
    #[schema(value_type = String, min_length = 64, max_length = 64)]
    hash: Digest,
}

impl Against {
    fn head(self) -> Result<Option<SealHead>, ApiError> {
        let Some(Object(HeadBody { position, hash })) = self.published else {
            return Ok(None);
        };
        let position = u64::try_from(position).map_err(|_| {
            let detail = "a position is not negative";
            let place = FieldError::new("/published/position", detail);
            ApiError::new(ProblemKind::Invalid, detail).at(vec![place])
        })?;
        Ok(Some(SealHead { position, hash }))
    }
}

/// Whether the platform's sealed records are what was sealed.
#[utoipa::path(post, path = "/v1/audit/verify", operation_id = "verify_platform_audit", tag = "audit", request_body = Option<Against>,
    responses((status = 200, description = "What was found.", body = s::Verification)))]
async fn verify_platform(
    Caller(acting): Caller,
    OptionalBody(against): OptionalBody<Against>,
) -> Result<Shown<Verification>, ApiError> {
    Ok(Shown(acting.audit().verify(against.head()?).await?))
}

/// Whether a tenant's sealed records are what was sealed.
#[utoipa::path(post, path = "/v1/tenants/{tenant}/audit/verify", operation_id = "verify_audit", tag = "audit", params(TenantPath), request_body = Option<Against>,
    responses((status = 200, description = "What was found.", body = s::Verification)))]
async fn verify_tenant(
    InTenant { acting, tenant }: InTenant,
    OptionalBody(against): OptionalBody<Against>,
) -> Result<Shown<Verification>, ApiError> {
    Ok(Shown(
        acting.audit_of(tenant).verify(against.head()?).await?,
    ))
}
