//! Who makes a request: by the library's sessions, or as the host says.

use async_trait::async_trait;
use axum::http::{Method, header, request::Parts};

use offerkit_core::{
    id::TenantId,
    ports::TenantKey,
    services::{Context, Error, Offerkit, SessionToken},
};

use crate::{
    cookie,
    problem::{ApiError, ProblemKind},
    state::{Identities, State},
};

/// Tells who makes a request, where the host has its own logins: from a bearer token, a header that its gateway sets, or the
/// claims of an `OpenID` provider.
///
/// ```
/// use async_trait::async_trait;
/// use axum::http::request::Parts;
/// use offerkit_axum::{Api, Authenticate};
/// use offerkit_core::{domain::ExternalIdentity, services::{Context, Error, Offerkit}};
///
/// /// A gateway in front of the service has checked the login, and names the person.
/// struct Gateway;
///
/// #[async_trait]
/// impl Authenticate for Gateway {
///     async fn authenticate(&self, kit: &Offerkit, request: &Parts) -> Result<Option<Context>, Error> {
///         let Some(subject) = request.headers.get("x-person").and_then(|value| value.to_str().ok()) else {
///             return Ok(None);
///         };
///         let identity = ExternalIdentity { issuer: "https://login.bank.example".parse()?, subject: subject.parse()? };
///         kit.identify(&identity).await.map(Some)
///     }
/// }
///
/// # fn example(kit: Offerkit) -> axum::Router {
/// Api::new(kit).authenticate(Gateway).router()
/// # }
/// ```
#[async_trait]
pub trait Authenticate: Send + Sync + 'static {
    /// Who makes the request; `None` where it bears no proof of anyone.
    ///
    /// The answer is believed: check signatures and expiry before. Requests that a browser sends with cookies by itself need
    /// a protection against forged ones, which is this trait's to give.
    ///
    /// # Errors
    ///
    /// [`Error::WrongCredentials`] or [`Error::SessionEnded`] where there is a proof, but no good one.
    async fn authenticate(&self, kit: &Offerkit, request: &Parts)
    -> Result<Option<Context>, Error>;
}

/// A session's token, and how it came.
pub(crate) struct Proof {
    pub(crate) token: SessionToken,
    pub(crate) is_cookie: bool,
}

/// The proof of a session that a request bears. A bearer token counts before a cookie.
pub(crate) fn proof(parts: &Parts) -> Option<Proof> {
    if let Some(value) = parts.headers.get(header::AUTHORIZATION) {
        let (scheme, token) = value.to_str().ok()?.split_once(' ')?;
        return scheme.eq_ignore_ascii_case("bearer").then(|| Proof {
            token: SessionToken::new(token.trim()),
            is_cookie: false,
        });
    }
    cookie::token(&parts.headers).map(|token| Proof {
        token,
        is_cookie: true,
    })
}

/// Who makes a request.
pub(crate) async fn context(state: &State, parts: &Parts) -> Result<Context, ApiError> {
    match state.identities() {
        Identities::Host(host) => host
            .authenticate(state.kit(), parts)
            .await?
            .ok_or_else(unknown),
        Identities::Sessions => Ok(state.kit().authenticate(&token(parts)?).await?),
    }
}

/// Who makes a request about a tenant, and the tenant's id, or one that no tenant has. Asked for together where the sessions
/// are the library's.
pub(crate) async fn context_in(
    state: &State,
    parts: &Parts,
    tenant: &TenantKey,
) -> Result<(Context, TenantId), ApiError> {
    let kit = state.kit();
    if let Identities::Sessions = state.identities() {
        return Ok(kit.authenticate_in(&token(parts)?, tenant).await?);
    }
    let context = context(state, parts).await?;
    let found = match tenant {
        TenantKey::Id(_) => None,
        TenantKey::Name(name) => kit.tenant_named(name).await?,
    };
    Ok((context, tenant.id_of(found)))
}

/// The token of a session, unless another site made a browser send it.
fn token(parts: &Parts) -> Result<SessionToken, ApiError> {
    let proof = proof(parts).ok_or_else(unknown)?;
    if proof.is_cookie && changes(&parts.method) {
        guard(parts, &proof.token)?;
    }
    Ok(proof.token)
}

fn unknown() -> ApiError {
    ApiError::new(ProblemKind::Unauthenticated, "log in first")
}

fn changes(method: &Method) -> bool {
    !matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

/// A browser sends the cookie with every request, forged ones among them; the token, a page of ours must have added.
fn guard(parts: &Parts, token: &SessionToken) -> Result<(), ApiError> {
    let sent = parts.headers.get(cookie::CSRF_HEADER);
    if sent.is_some_and(|sent| cookie::is_csrf_token(sent.as_bytes(), token)) {
        return Ok(());
    }
    Err(ApiError::new(
        ProblemKind::CsrfToken,
        "a session in a cookie changes things only with the header `X-CSRF-Token`, which logging in answered",
    ))
}
