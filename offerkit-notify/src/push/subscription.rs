//! A browser's subscription: where to send, and to whom to encrypt.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use serde_json::Value;
use url::Url;
use web_push_native::{Auth, encrypt, p256::PublicKey};

/// What `PushSubscription.toJSON()` gives in the browser.
pub(super) struct Subscription {
    pub(super) endpoint: Url,
    key: PublicKey,
    auth: Auth,
}

impl Subscription {
    pub(super) fn parse(json: &str) -> Option<Self> {
        let json: Value = serde_json::from_str(json).ok()?;
        let keys = json.get("keys")?;
        let bytes = |name: &str| {
            let text = keys.get(name)?.as_str()?;
            BASE64_URL_SAFE_NO_PAD
                .decode(text.trim_end_matches('='))
                .ok()
        };
        let auth = <[u8; 16]>::try_from(bytes("auth")?).ok()?;
        Some(Self {
            endpoint: json.get("endpoint")?.as_str()?.parse().ok()?,
            key: PublicKey::from_sec1_bytes(&bytes("p256dh")?).ok()?,
            auth: auth.into(),
        })
    }

    /// The text as only this browser can read it (RFC 8291).
    pub(super) fn seal(&self, text: Vec<u8>) -> Option<Vec<u8>> {
        encrypt(text, &self.key, &self.auth).ok()
    }
}
