//! Who makes a request, and under which name a repeat of it is known.

use axum::{extract::FromRequestParts, http::request::Parts};
use uuid::Uuid;

use offerkit_core::{
    digest::Digest,
    id::{OperationId, SessionId},
    services::{Acting, Context},
};

use crate::{authenticate, problem::ApiError, request_id::RequestName, state::State};

/// The header that names an attempt.
const IDEMPOTENCY_KEY: &str = "idempotency-key";
/// The most bytes of a key.
const MAX_KEY_BYTES: usize = 255;

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
        Ok(Self(match operation(parts, &context)? {
            Some(operation) => acting.operation(operation),
            None => acting,
        }))
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

/// The operation that an idempotency key stands for: each caller has keys of their own.
fn operation(parts: &Parts, context: &Context) -> Result<Option<OperationId>, ApiError> {
    let Some(key) = parts.headers.get(IDEMPOTENCY_KEY) else {
        return Ok(None);
    };
    let key = key.as_bytes();
    if key.is_empty() || key.len() > MAX_KEY_BYTES {
        return Err(ApiError::malformed(format!(
            "`Idempotency-Key` has 1 to {MAX_KEY_BYTES} bytes"
        )));
    }
    let actor = context.actor().to_string();
    let digest = Digest::of_parts([b"offerkit http".as_slice(), actor.as_bytes(), key]);
    let (first, _) = digest.as_bytes().split_at(16);
    let bytes = <[u8; 16]>::try_from(first).unwrap_or_default();
    Ok(Some(OperationId::from_uuid(Uuid::new_v8(bytes))))
}
