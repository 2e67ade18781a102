//! A tenant's groups and members.

use axum::{extract::State as Shared, http::StatusCode};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use offerkit_core::{
    domain::{Group, Membership, PermissionSet},
    services::Error,
    text::{Description, GroupName},
};

use super::{
    params::{GroupPath, MemberPath, Seen, TenantPath},
    tenants::NoFilter,
    users::user,
};
use crate::{
    extract::{Body, IfMatch, InTenant, Listing, PageParams, Path},
    problem::ApiError,
    reply::{Created, Listed, Shown, Tagged},
    schemas as s,
    state::State,
    views::MemberView,
};

pub(super) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(get, update))
        .routes(routes!(members))
        .routes(routes!(add, remove))
}

/// All of a short list.
#[derive(Serialize)]
pub(super) struct All<T> {
    pub(super) items: Vec<T>,
}

/// A tenant's groups.
#[utoipa::path(get, path = "/v1/tenants/{tenant}/groups", operation_id = "list_groups", tag = "groups", params(TenantPath),
    responses((status = 200, description = "The groups, by name.", body = s::All<s::Group>)))]
async fn list(InTenant { acting, tenant }: InTenant) -> Result<Shown<All<Group>>, ApiError> {
    let items = acting.groups(tenant).list().await?;
    Ok(Shown(All { items }))
}

/// A new group.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewGroup)]
struct GroupBody {
    /// The name, unique in the tenant: a-z, 0-9 and `_`.
    #[schema(value_type = String, max_length = 64, pattern = "^[a-z][a-z0-9_]*$", example = "auditor")]
    name: GroupName,
    /// What the group is for.
    #[schema(value_type = Option<String>, min_length = 1, max_length = 4000)]
    description: Option<Description>,
    /// What its members may do.
    #[schema(value_type = Vec<s::Permission>)]
    permissions: PermissionSet,
}

/// Make a group, with any set of permissions.
#[utoipa::path(post, path = "/v1/tenants/{tenant}/groups", operation_id = "create_group", tag = "groups", params(TenantPath),
    request_body = GroupBody, responses((status = 201, description = "The group.", body = s::Group)))]
async fn create(
    InTenant { acting, tenant }: InTenant,
    Body(body): Body<GroupBody>,
) -> Result<Created<Tagged<Group>>, ApiError> {
    let groups = acting.groups(tenant);
    let group = groups
        .create(body.name, body.description, body.permissions)
        .await?;
    Ok(Created {
        location: format!("groups/{}", group.name()),
        body: Tagged(group),
    })
}

/// A group.
#[utoipa::path(get, path = "/v1/tenants/{tenant}/groups/{group}", operation_id = "get_group", tag = "groups", params(TenantPath, GroupPath),
    responses((status = 200, description = "The group.", body = s::Group)))]
async fn get(
    InTenant { acting, tenant }: InTenant,
    Path(path): Path<GroupPath>,
) -> Result<Tagged<Group>, ApiError> {
    let mut groups = acting.groups(tenant).list().await?.into_iter();
    let group = groups.find(|group| *group.name() == path.group);
    Ok(Tagged(group.ok_or(Error::NotFound("group"))?))
}

/// What a group permits from now on.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = GroupChange)]
struct ChangeBody {
    /// What its members may do.
    #[schema(value_type = Vec<s::Permission>)]
    permissions: PermissionSet,
}

/// Change what a group permits, at once for all its members.
#[utoipa::path(patch, path = "/v1/tenants/{tenant}/groups/{group}", operation_id = "update_group", tag = "groups",
    params(TenantPath, GroupPath, Seen), request_body = ChangeBody, responses((status = 200, description = "The group.", body = s::Group)))]
async fn update(
    InTenant { acting, tenant }: InTenant,
    Path(path): Path<GroupPath>,
    seen: IfMatch,
    Body(body): Body<ChangeBody>,
) -> Result<Tagged<Group>, ApiError> {
    let groups = acting.groups(tenant);
    let changed = groups.update(&path.group, seen.version(), body.permissions);
    Ok(Tagged(changed.await.map_err(ApiError::guarded)?))
}

/// A tenant's members, page by page.
#[utoipa::path(get, path = "/v1/tenants/{tenant}/members", operation_id = "list_members", tag = "groups", params(TenantPath, PageParams),
    responses((status = 200, description = "A page of members.", body = s::Page<MemberView>)))]
async fn members(
    InTenant { acting, tenant }: InTenant,
    listing: Listing<NoFilter>,
) -> Result<Listed<MemberView>, ApiError> {
    let page = acting.groups(tenant).members(&listing.page).await?;
    Ok(listing.reply(page.map(MemberView::from)))
}

/// Put a user into a group.
#[utoipa::path(put, path = "/v1/tenants/{tenant}/groups/{group}/members/{user}", operation_id = "add_member", tag = "groups",
    params(TenantPath, MemberPath), responses((status = 201, description = "The membership.", body = s::Membership)))]
async fn add(
    Shared(state): Shared<State>,
    InTenant { acting, tenant }: InTenant,
    Path(path): Path<MemberPath>,
) -> Result<(StatusCode, Shown<Membership>), ApiError> {
    let member = user(&state, &path.user).await?;
    let membership = acting.groups(tenant).add(member, &path.group).await?;
    Ok((StatusCode::CREATED, Shown(membership)))
}

/// Take a user out of a group, at once.
#[utoipa::path(delete, path = "/v1/tenants/{tenant}/groups/{group}/members/{user}", operation_id = "remove_member", tag = "groups",
    params(TenantPath, MemberPath), responses((status = 200, description = "The membership as it was.", body = s::Membership)))]
async fn remove(
    Shared(state): Shared<State>,
    InTenant { acting, tenant }: InTenant,
    Path(path): Path<MemberPath>,
) -> Result<Shown<Membership>, ApiError> {
    let member = user(&state, &path.user).await?;
    Ok(Shown(
        acting.groups(tenant).remove(member, &path.group).await?,
    ))
}
