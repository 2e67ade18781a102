//! Logging in and out.

use axum::{
    extract::{FromRequestParts, Request, State as Shared},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use offerkit_core::time::Timestamp;

use crate::{
    authenticate, caller::Caller, cookie, extract::Body, problem::ApiError, reply::Shown,
    state::State,
};

pub(super) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(login))
        .routes(routes!(logout))
        .routes(routes!(session))
}

/// Who logs in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Credentials {
    /// The user's name.
    #[schema(example = "asha")]
    name: String,
    /// The password.
    #[schema(format = Password)]
    password: String,
    /// Whether a browser logs in: the token then comes in a cookie that no script reads, and not in the answer.
    #[serde(default)]
    cookie: bool,
}

/// A session, opened.
#[derive(Serialize, ToSchema)]
struct LoggedIn {
    /// The secret that proves the session, shown once: `Authorization: Bearer …`.
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<String>,
    /// What a browser's page sends with every change, as `X-CSRF-Token`.
    #[serde(skip_serializing_if = "Option::is_none")]
    csrf_token: Option<String>,
    /// When the session ends at the latest.
    #[schema(value_type = DateTime<Utc>)]
    expires_at: Timestamp,
    /// Whether the password is temporary: changing it is all the user may do.
    must_change_password: bool,
}

/// Log in with a password.
///
/// Which of the two was wrong, nobody learns. Too many failed tries under one name from one source have to wait.
#[utoipa::path(post, path = "/v1/login", operation_id = "login", tag = "login", request_body = Credentials,
    responses((status = 200, description = "The session.", body = LoggedIn)))]
async fn login(Shared(state): Shared<State>, request: Request) -> Result<Response, ApiError> {
    let (parts, body) = request.into_parts();
    let source = state.source_of(&parts);
    let request = Request::from_parts(parts, body);
    let Body(who) =
        <Body<Credentials> as axum::extract::FromRequest<_>>::from_request(request, &state).await?;
    let place = state.hashing()?;
    let login = state
        .kit()
        .login(&who.name, &who.password, source.as_ref())
        .await?;
    drop(place);
    let (token, csrf_token, set) = if who.cookie {
        let csrf = cookie::csrf_token(&login.token);
        (None, Some(csrf), cookie::set(Some(&login.token)))
    } else {
        (Some(login.token.expose().to_owned()), None, None)
    };
    let answer = Shown(LoggedIn {
        token,
        csrf_token,
        expires_at: login.session.expires_at,
        must_change_password: login.must_change_password,
    });
    let mut response = answer.into_response();
    if let Some(set) = set {
        response.headers_mut().insert(header::SET_COOKIE, set);
    }
    Ok(response)
}

/// Log out.
///
/// Ends the session that the request came with.
#[utoipa::path(post, path = "/v1/logout", operation_id = "logout", tag = "login",
    responses((status = 204, description = "The session has ended.")))]
async fn logout(Shared(state): Shared<State>, request: Request) -> Result<Response, ApiError> {
    let (mut parts, _) = request.into_parts();
    // Whose session it is does not matter, but that it is one, and no other site's page that ends it.
    let Caller(_) = Caller::from_request_parts(&mut parts, &state).await?;
    if let Some(proof) = authenticate::proof(&parts) {
        state.kit().logout(&proof.token).await?;
    }
    let mut response = StatusCode::NO_CONTENT.into_response();
    if let Some(taken) = cookie::set(None) {
        response.headers_mut().insert(header::SET_COOKIE, taken);
    }
    Ok(response)
}

/// What a page needs to know of its session.
#[derive(Serialize, ToSchema)]
struct Current {
    /// What the page sends with every change, as `X-CSRF-Token`; only where the session is in a cookie.
    #[serde(skip_serializing_if = "Option::is_none")]
    csrf_token: Option<String>,
}

/// The CSRF token of this session.
///
/// For a page that was loaded anew, and has forgotten it.
#[utoipa::path(get, path = "/v1/session", operation_id = "get_session", tag = "login",
    responses((status = 200, description = "The token.", body = Current)))]
async fn session(
    Shared(state): Shared<State>,
    request: Request,
) -> Result<Shown<Current>, ApiError> {
    let (mut parts, _) = request.into_parts();
    let Caller(_) = Caller::from_request_parts(&mut parts, &state).await?;
    let proof = authenticate::proof(&parts).filter(|proof| proof.is_cookie);
    Ok(Shown(Current {
        csrf_token: proof.map(|proof| cookie::csrf_token(&proof.token)),
    }))
}
