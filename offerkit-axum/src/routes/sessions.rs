//! My password and my sessions.

use axum::{extract::State as Shared, http::StatusCode};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use offerkit_core::{services::Error, text::PasswordText};

use super::params::SessionPath;
use crate::{
    caller::{Caller, CurrentSession},
    extract::{Body, Path},
    problem::{ApiError, FieldError},
    reply::Shown,
    state::State,
    views::SessionView,
};

pub(super) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(change_password))
        .routes(routes!(sessions))
        .routes(routes!(end))
}

/// A password, and the one that replaces it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewPassword {
    /// The password as it is.
    #[schema(format = Password)]
    current: String,
    /// The new one: at least 12 characters.
    #[schema(format = Password, min_length = 12, max_length = 1024)]
    new: String,
}

/// A password that may be set, or where it stands in the body.
pub(super) fn password(pointer: &str, text: &str) -> Result<PasswordText, ApiError> {
    PasswordText::new(text).map_err(|error| {
        let place = FieldError::new(pointer, error.to_string());
        ApiError::from(Error::from(error)).at(vec![place])
    })
}

/// Change my password.
///
/// Ends all my sessions, this one too.
#[utoipa::path(post, path = "/v1/me/password", operation_id = "change_my_password", tag = "me", request_body = NewPassword,
    responses((status = 204, description = "It is changed.")))]
async fn change_password(
    Shared(state): Shared<State>,
    Caller(acting): Caller,
    Body(change): Body<NewPassword>,
) -> Result<StatusCode, ApiError> {
    let new = password("/new", &change.new)?;
    let _place = state.hashing()?;
    acting
        .account()
        .change_password(&change.current, &new)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Somebody's sessions.
#[derive(Serialize, ToSchema)]
struct Sessions {
    /// The sessions, the oldest first.
    items: Vec<SessionView>,
}

/// My sessions.
#[utoipa::path(get, path = "/v1/me/sessions", operation_id = "list_my_sessions", tag = "me",
    responses((status = 200, description = "The sessions.", body = Sessions)))]
async fn sessions(
    Caller(acting): Caller,
    CurrentSession(current): CurrentSession,
) -> Result<Shown<Sessions>, ApiError> {
    let sessions = acting.account().sessions().await?;
    let items = sessions
        .iter()
        .map(|session| SessionView::new(session, current))
        .collect();
    Ok(Shown(Sessions { items }))
}

/// End one of my sessions.
#[utoipa::path(delete, path = "/v1/me/sessions/{session}", operation_id = "end_my_session", tag = "me", params(SessionPath),
    responses((status = 204, description = "It has ended.")))]
async fn end(
    Caller(acting): Caller,
    Path(path): Path<SessionPath>,
) -> Result<StatusCode, ApiError> {
    acting.account().end_session(path.session).await?;
    Ok(StatusCode::NO_CONTENT)
}
