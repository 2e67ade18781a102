//! JSON Web Tokens, as far as senders need them (RFC 7519).

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use serde_json::Value;

/// Header and claims, signed by `sign`; `None` where that fails.
pub(super) fn token(
    header: &Value,
    claims: &Value,
    sign: impl FnOnce(&[u8]) -> Option<Vec<u8>>,
) -> Option<String> {
    let encode = |part: &Value| BASE64_URL_SAFE_NO_PAD.encode(part.to_string());
    let signed = format!("{}.{}", encode(header), encode(claims));
    let signature = BASE64_URL_SAFE_NO_PAD.encode(sign(signed.as_bytes())?);
    Some(format!("{signed}.{signature}"))
}
