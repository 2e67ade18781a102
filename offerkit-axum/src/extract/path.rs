//! What a path names. A name or id that cannot be is answered as one that is not there.

use axum::{
    extract::{FromRequestParts, RawPathParams},
    http::request::Parts,
};
use serde::de::DeserializeOwned;

use offerkit_core::{id::TenantId, ports::TenantKey, services::Acting};

use crate::{authenticate, caller::Caller, problem::ApiError, state::State};

/// The names and ids of a path.
pub(crate) struct Path<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Path<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let found = axum::extract::Path::<T>::from_request_parts(parts, state).await;
        match found {
            Ok(axum::extract::Path(found)) => Ok(Self(found)),
            Err(_) => Err(ApiError::not_found("thing")),
        }
    }
}

/// Who asks, in the tenant that the path names. That there is such a tenant is for the services to tell or to keep.
pub(crate) struct InTenant {
    pub(crate) acting: Acting,
    pub(crate) tenant: TenantId,
}

impl FromRequestParts<State> for InTenant {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &State) -> Result<Self, ApiError> {
        let params = RawPathParams::from_request_parts(parts, state).await;
        let params = params.map_err(|_| ApiError::not_found("tenant"))?;
        let text = params
            .iter()
            .find_map(|(name, value)| (name == "tenant").then_some(value))
            .unwrap_or_default();
        let (context, tenant) =
            authenticate::context_in(state, parts, &TenantKey::of_text(text)).await?;
        let Caller(acting) = Caller::new(parts, state, context)?;
        Ok(Self { acting, tenant })
    }
}
