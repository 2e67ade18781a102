//! Who sends: a key pair of the application's (RFC 8292).

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use p256::ecdsa::{Signature, SigningKey, signature::Signer as _};
use serde_json::json;
use url::Url;

use super::jwt;
use crate::{SetupError, error::setting};

/// How long a proof is good; services take no more than a day.
const LIVES: i64 = 12 * 60 * 60;

/// The key, and whom a push service may write to.
pub(super) struct Vapid {
    key: SigningKey,
    public: String,
    contact: String,
}

impl Vapid {
    pub(super) fn parse(private_key: &str, contact: String) -> Result<Self, SetupError> {
        let key = BASE64_URL_SAFE_NO_PAD
            .decode(private_key.trim_end_matches('='))
            .ok()
            .and_then(|bytes| SigningKey::from_slice(&bytes).ok())
            .ok_or_else(|| setting("the VAPID key", "is not 32 bytes in Base64 for URLs"))?;
        if !contact.starts_with("mailto:") && !contact.starts_with("https://") {
            return Err(setting("the contact", "is no `mailto:` or `https:` URL"));
        }
        let public = key.verifying_key().to_encoded_point(false);
        Ok(Self {
            public: BASE64_URL_SAFE_NO_PAD.encode(public.as_bytes()),
            key,
            contact,
        })
    }

    /// The public key, as a browser's `applicationServerKey`.
    pub(super) fn public(&self) -> &str {
        &self.public
    }

    /// The value of `Authorization` for a request to `endpoint`.
    pub(super) fn authorization(&self, endpoint: &Url, now: i64) -> Option<String> {
        let header = json!({ "alg": "ES256", "typ": "JWT" });
        let claims = json!({
            "aud": endpoint.origin().ascii_serialization(),
            "exp": now.saturating_add(LIVES),
            "sub": self.contact,
        });
        let token = jwt::token(&header, &claims, |bytes| {
            let signature: Signature = self.key.try_sign(bytes).ok()?;
            Some(signature.to_bytes().to_vec())
        })?;
        Some(format!("vapid t={token}, k={}", self.public))
    }
}
