//! Where webhooks go.

use std::sync::Arc;

use async_trait::async_trait;
use offerkit_core::ports::Message;
use url::Url;

use super::key::Key;
use crate::{SetupError, error::setting};

/// A URL, and the secrets that its receiver knows.
#[derive(Clone)]
pub struct Endpoint {
    pub(super) url: Url,
    pub(super) keys: Vec<Key>,
}

impl std::fmt::Debug for Endpoint {
    /// Without the URL, which may hold a token.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Endpoint").finish_non_exhaustive()
    }
}

impl Endpoint {
    /// An endpoint. A request is signed with every secret, so that a new one can be brought in before the old one goes.
    ///
    /// # Errors
    ///
    /// [`SetupError`] for what is no URL, without a secret, and for a secret that is not `whsec_` and 24 to 64 bytes in
    /// Base64.
    pub fn new<'a>(
        url: &str,
        secrets: impl IntoIterator<Item = &'a str>,
    ) -> Result<Self, SetupError> {
        let url = url
            .parse()
            .map_err(|_| setting("the address of a webhook", "is no URL"))?;
        let keys = secrets
            .into_iter()
            .map(Key::parse)
            .collect::<Result<Vec<_>, _>>()?;
        if keys.is_empty() {
            return Err(setting("the secret of a webhook", "is missing"));
        }
        Ok(Self { url, keys })
    }
}

/// Endpoints cannot be looked up now; messages to them are tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("endpoints cannot be looked up now")]
pub struct EndpointsError;

/// Knows the endpoint for a message, by its customer or address.
#[async_trait]
pub trait Endpoints: Send + Sync {
    /// The endpoint, or `None` where there is none.
    ///
    /// # Errors
    ///
    /// [`EndpointsError`] where nobody can tell now.
    async fn find(&self, message: &Message) -> Result<Option<Arc<Endpoint>>, EndpointsError>;
}

/// One endpoint for all messages.
#[async_trait]
impl Endpoints for Arc<Endpoint> {
    async fn find(&self, _: &Message) -> Result<Option<Arc<Endpoint>>, EndpointsError> {
        Ok(Some(Arc::clone(self)))
    }
}
