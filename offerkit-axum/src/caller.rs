//! Who makes a request, and under which name a repeat of it is known.

use axum::{extract::FromRequestParts, http::request::Parts};

use offerkit_core::{
    id::SessionId,
    services::{Acting, Context},
};

use crate::{attempt, authenticate, problem::ApiError, request_id::RequestName, state::State};

/// The services, on behalf of whoever makes the request. Who is not known goes no further.
pub(crate) struct Caller(pub(crate) Acting);

impl FromRequestParts<State> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &State) -> Result<Self, ApiError> {
        let context = authenticate::context(state, parts).await?;
        Self::new(parts, state, context)
    }
}

impl Caller {
    /// The caller of a request, who is known.
    pub(crate) fn new(
        parts: &mut Parts,
        state: &State,
        mut context: Context,
    ) -> Result<Self, ApiError> {
        if context.request().is_none()
            && let Some(RequestName(Some(name))) = parts.extensions.get::<RequestName>()
        {
            context = context.with_request(name.clone());
        }
        if context.source().is_none()
            && let Some(source) = state.source_of(parts)
        {
            context = context.with_source(source);
        }
        parts.extensions.insert(CurrentSession(context.session()));
        let acting = state.kit().acting(&context);
        attempt::attempting(acting, &context, state, parts).map(Self)
    }
}

/// The session that the request came with; known after its [`Caller`].
#[derive(Clone, Copy)]
pub(crate) struct CurrentSession(pub(crate) Option<SessionId>);

impl FromRequestParts<State> for CurrentSession {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &State) -> Result<Self, ApiError> {
        Ok(parts.extensions.get().copied().unwrap_or(Self(None)))
    }
}
