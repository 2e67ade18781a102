//! The users of the platform.

use axum::extract::State as Shared;
use serde::{Deserialize, Deserializer};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use offerkit_core::{
    domain::{ExternalIdentity, NewUser, UserChange},
    id::UserId,
    ports::UserFilter,
    text::{EmailAddress, FullName, PhoneNumber, Username},
};

use super::{
    params::{MaybeSeen, Seen, UserPath},
    sessions::password,
};
use crate::{
    caller::Caller,
    extract::{Body, IfMatch, Listing, Object, PageParams, Path, seeing_version},
    problem::ApiError,
    reply::{Created, Listed, Shown, Tagged},
    schemas as s,
    state::State,
    views::{MembershipsView, UserView},
};

pub(super) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(get, update))
        .routes(routes!(tenants))
        .routes(routes!(deactivate))
        .routes(routes!(reactivate))
        .routes(routes!(grant_super_admin))
        .routes(routes!(revoke_super_admin))
        .routes(routes!(confirm_reset))
}

/// Those that need passwords.
pub(super) fn password_routes() -> OpenApiRouter<State> {
    OpenApiRouter::new().routes(routes!(set_temporary_password))
}

/// The user's id, or one that no user has: what may be known of users is for the services to tell.
pub(super) async fn user(state: &State, text: &str) -> Result<UserId, ApiError> {
    if let Ok(id) = text.parse() {
        return Ok(id);
    }
    let named = match text.parse::<Username>() {
        Ok(name) => state.kit().user_named(&name).await?,
        Err(_) => None,
    };
    Ok(named.unwrap_or(UserId::from_uuid(Uuid::nil())))
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct Filter {
    /// Only active users, or only inactive ones.
    is_active: Option<bool>,
    /// Only super admins, or only others.
    is_super_admin: Option<bool>,
}

/// Users, page by page.
#[utoipa::path(get, path = "/v1/users", operation_id = "list_users", tag = "users", params(Filter, PageParams),
    responses((status = 200, description = "A page of users.", body = s::Page<UserView>)))]
async fn list(
    Caller(acting): Caller,
    listing: Listing<Filter>,
) -> Result<Listed<UserView>, ApiError> {
    let filter = UserFilter {
        is_active: listing.filter.is_active,
        is_super_admin: listing.filter.is_super_admin,
    };
    let page = acting.users().list(&filter, &listing.page).await?;
    Ok(listing.reply(page.map(UserView::from)))
}

/// A new user.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewUser)]
struct UserBody {
    /// The unique name, never given to another: a-z, 0-9, `_`, `.` and `-`.
    #[schema(value_type = String, max_length = 64, pattern = "^[a-z][a-z0-9_.-]*$", example = "asha")]
    name: Username,
    /// The person's name.
    #[schema(value_type = Option<String>, min_length = 1, max_length = 200)]
    full_name: Option<FullName>,
    /// Where the person is reached.
    #[schema(value_type = Option<String>, format = Email)]
    email: Option<EmailAddress>,
    /// The phone on which the person is sent texts.
    #[schema(value_type = Option<String>, example = "+919876543210")]
    phone: Option<PhoneNumber>,
    /// The person in someone else's login system, for users who log in there.
    #[schema(value_type = Option<s::ExternalIdentity>)]
    identity: Option<Object<ExternalIdentity>>,
    /// A password to begin with, to be changed at the first login.
    #[schema(format = Password, min_length = 12, max_length = 1024)]
    temporary_password: Option<String>,
}

/// Make a user.
#[utoipa::path(post, path = "/v1/users", operation_id = "create_user", tag = "users", request_body = UserBody,
    responses((status = 201, description = "The user.", body = UserView)))]
async fn create(
    Shared(state): Shared<State>,
    Caller(acting): Caller,
    Body(body): Body<UserBody>,
) -> Result<Created<Tagged<UserView>>, ApiError> {
    let temporary = body.temporary_password.as_deref();
    let temporary = temporary
        .map(|text| password("/temporary_password", text))
        .transpose()?;
    let _place = temporary.as_ref().map(|_| state.hashing()).transpose()?;
    let user = NewUser {
        name: body.name,
        full_name: body.full_name,
        email: body.email,
        phone: body.phone,
        identity: body.identity.map(|Object(identity)| identity),
    };
    let user = acting.users().create(user, temporary.as_ref()).await?;
    Ok(Created {
        location: format!("users/{}", user.name()),
        body: Tagged(user.into()),
    })
}

/// A user.
#[utoipa::path(get, path = "/v1/users/{user}", operation_id = "get_user", tag = "users", params(UserPath),
    responses((status = 200, description = "The user.", body = UserView)))]
async fn get(
    Shared(state): Shared<State>,
    Caller(acting): Caller,
    Path(path): Path<UserPath>,
) -> Result<Tagged<UserView>, ApiError> {
    let id = user(&state, &path.user).await?;
    Ok(Tagged(acting.users().get(id).await?.into()))
}

/// What changes of a user. What is left out stays, and `null` removes.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = UserChange)]
#[expect(
    clippy::option_option,
    reason = "left out, removed and given are three things"
)]
struct ChangeBody {
    /// The person's name.
    #[serde(default, deserialize_with = "some")]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 200)]
    full_name: Option<Option<FullName>>,
    /// Where the person is reached.
    #[serde(default, deserialize_with = "some")]
    #[schema(value_type = Option<String>, format = Email)]
    email: Option<Option<EmailAddress>>,
    /// The phone on which the person is sent texts.
    #[serde(default, deserialize_with = "some")]
    #[schema(value_type = Option<String>)]
    phone: Option<Option<PhoneNumber>>,
    /// The external identity.
    #[serde(default, deserialize_with = "some")]
    #[schema(value_type = Option<s::ExternalIdentity>)]
    identity: Option<Option<Object<ExternalIdentity>>>,
}

/// Tells `null` from what is left out.
#[expect(
    clippy::option_option,
    reason = "left out, removed and given are three things"
)]
fn some<'de, D, T>(deserializer: D) -> Result<Option<Option<T>>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    Option::deserialize(deserializer).map(Some)
}

/// Change a user's name, e-mail address or external identity.
#[utoipa::path(patch, path = "/v1/users/{user}", operation_id = "update_user", tag = "users", params(UserPath, Seen), request_body = ChangeBody,
    responses((status = 200, description = "The user.", body = UserView)))]
async fn update(
    Shared(state): Shared<State>,
    Caller(acting): Caller,
    Path(path): Path<UserPath>,
    seen: IfMatch,
    Body(body): Body<ChangeBody>,
) -> Result<Tagged<UserView>, ApiError> {
    let id = user(&state, &path.user).await?;
    let change = UserChange {
        full_name: body.full_name,
        email: body.email,
        phone: body.phone,
        identity: body
            .identity
            .map(|given| given.map(|Object(identity)| identity)),
    };
    let changed = acting.users().update(id, seen.version(), change).await;
    Ok(Tagged(changed.map_err(ApiError::guarded)?.into()))
}

/// A user's tenants, with the user's groups in them.
#[utoipa::path(get, path = "/v1/users/{user}/tenants", operation_id = "list_tenants_of_user", tag = "users", params(UserPath),
    responses((status = 200, description = "The tenants.", body = MembershipsView)))]
async fn tenants(
    Shared(state): Shared<State>,
    Caller(acting): Caller,
    Path(path): Path<UserPath>,
) -> Result<Shown<MembershipsView>, ApiError> {
    let id = user(&state, &path.user).await?;
    let items = acting.users().tenants_of(id).await?;
    Ok(Shown(MembershipsView { items }))
}

macro_rules! steps {
    ($($(#[$doc:meta])* $name:ident, $path:literal, $id:literal;)+) => {$(
        $(#[$doc])*
        #[utoipa::path(post, path = $path, operation_id = $id, tag = "users", params(UserPath, MaybeSeen),
            responses((status = 200, description = "The user.", body = UserView)))]
        async fn $name(
            Shared(state): Shared<State>,
            Caller(acting): Caller,
            Path(path): Path<UserPath>,
            seen: Option<IfMatch>,
        ) -> Result<Tagged<UserView>, ApiError> {
            let id = user(&state, &path.user).await?;
            let changed = seeing_version(acting, seen).users().$name(id).await;
            Ok(Tagged(changed.map_err(ApiError::guarded)?.into()))
        }
    )+};
}

steps! {
    /// Make a user inactive, and end their sessions.
    deactivate, "/v1/users/{user}/deactivate", "deactivate_user";
    /// Make a user active again.
    reactivate, "/v1/users/{user}/reactivate", "reactivate_user";
    /// Make a user a super admin.
    grant_super_admin, "/v1/users/{user}/grant-super-admin", "grant_super_admin";
    /// Take the super-admin flag from a user.
    revoke_super_admin, "/v1/users/{user}/revoke-super-admin", "revoke_super_admin";
    /// Confirm another super admin's reset, so that the user may decide at once.
    confirm_reset, "/v1/users/{user}/confirm-reset", "confirm_reset";
}

/// A temporary password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TemporaryPassword {
    /// The password, to be changed at the next login.
    #[schema(format = Password, min_length = 12, max_length = 1024)]
    password: String,
}

/// Set a temporary password.
///
/// The user's sessions end. Someone whose account is established may not decide for a day, unless another super admin
/// confirms.
#[utoipa::path(post, path = "/v1/users/{user}/temporary-password", operation_id = "set_temporary_password", tag = "users", params(UserPath, MaybeSeen),
    request_body = TemporaryPassword, responses((status = 200, description = "The user.", body = UserView)))]
async fn set_temporary_password(
    Shared(state): Shared<State>,
    Caller(acting): Caller,
    Path(path): Path<UserPath>,
    seen: Option<IfMatch>,
    Body(body): Body<TemporaryPassword>,
) -> Result<Tagged<UserView>, ApiError> {
    let temporary = password("/password", &body.password)?;
    let id = user(&state, &path.user).await?;
    let _place = state.hashing()?;
    let users = seeing_version(acting, seen).users();
    let changed = users.set_temporary_password(id, &temporary).await;
    Ok(Tagged(changed.map_err(ApiError::guarded)?.into()))
}
