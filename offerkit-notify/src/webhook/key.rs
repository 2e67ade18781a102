//! Signing.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use crate::{SetupError, error::setting};

/// A secret that is shared with the receiver.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Key(Vec<u8>);

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key(…)")
    }
}

impl Key {
    /// Reads `whsec_` and 24 to 64 bytes in Base64.
    pub(super) fn parse(text: &str) -> Result<Self, SetupError> {
        let bytes = text
            .strip_prefix("whsec_")
            .and_then(|text| BASE64_STANDARD.decode(text).ok())
            .filter(|bytes| (24..=64).contains(&bytes.len()));
        bytes.map(Self).ok_or_else(|| {
            setting(
                "the secret of a webhook",
                "is not `whsec_` and 24 to 64 bytes in Base64",
            )
        })
    }

    /// The signature, version 1, of the request with this id, moment and body.
    pub(super) fn signature(&self, id: &str, timestamp: i64, body: &[u8]) -> String {
        // HMAC takes a key of any length.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.0) else {
            return String::new();
        };
        mac.update(format!("{id}.{timestamp}.").as_bytes());
        mac.update(body);
        let signature = BASE64_STANDARD.encode(mac.finalize().into_bytes());
        format!("v1,{signature}")
    }
}

/// The value of `webhook-signature` for a request, as a receiver computes it to compare.
///
/// # Errors
///
/// [`SetupError`] unless the secret is `whsec_` and 24 to 64 bytes in Base64.
///
/// ```
/// // The example of the specification.
/// let signature = offerkit_notify::webhook::sign(
///     "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
///     "msg_p5jXN8AQM9LWM0D4loKWxJek",
///     1_614_265_330,
///     br#"{"test": 2432232314}"#,
/// )?;
/// assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
/// # Ok::<(), offerkit_notify::SetupError>(())
/// ```
pub fn sign(secret: &str, id: &str, timestamp: i64, body: &[u8]) -> Result<String, SetupError> {
    Ok(Key::parse(secret)?.signature(id, timestamp, body))
}
