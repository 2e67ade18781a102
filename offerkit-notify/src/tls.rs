//! TLS with the provider that the application chose.

use std::sync::Arc;

use rustls::{ClientConfig, crypto::CryptoProvider};
use rustls_platform_verifier::BuilderVerifierExt as _;

use crate::SetupError;

/// The configuration that was given, or one of the process's default provider that trusts what the operating system trusts.
pub(crate) fn config(given: Option<Arc<ClientConfig>>) -> Result<Arc<ClientConfig>, SetupError> {
    if let Some(config) = given {
        return Ok(config);
    }
    let provider = CryptoProvider::get_default().ok_or(SetupError::NoTlsProvider)?;
    let config = ClientConfig::builder_with_provider(Arc::clone(provider))
        .with_safe_default_protocol_versions()?
        .with_platform_verifier()?
        .with_no_client_auth();
    Ok(Arc::new(config))
}
