//! Requests of programs, which prove with a shared secret that they are theirs: signed as Standard Webhooks are.

use std::fmt;

use axum::http::HeaderMap;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use offerkit_core::time::{Clock as _, SystemClock};
use sha2::Sha256;

/// How many seconds a request may have been on its way, or ahead of our clock.
const TOLERANCE: u64 = 300;
/// The fewest bytes of a secret.
const SECRET_BYTES: usize = 24;

/// The secret that those who report receipts sign with: what [`Api::receipts`](crate::Api::receipts) takes. It is not shown.
#[derive(Clone)]
pub struct ReceiptSecret(Hmac<Sha256>);

/// A secret that is too short to be one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct ShortSecret;

impl fmt::Display for ShortSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the secret of receipts has fewer than {SECRET_BYTES} bytes"
        )
    }
}

impl std::error::Error for ShortSecret {}

impl ReceiptSecret {
    /// The secret of these random bytes.
    ///
    /// # Errors
    ///
    /// [`ShortSecret`] for fewer than 24 bytes.
    pub fn new(bytes: &[u8]) -> Result<Self, ShortSecret> {
        if bytes.len() < SECRET_BYTES {
            return Err(ShortSecret);
        }
        let key = Hmac::new_from_slice(bytes).map_err(|_| ShortSecret)?;
        Ok(Self(key))
    }
}

impl fmt::Debug for ReceiptSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReceiptSecret").finish_non_exhaustive()
    }
}

/// Whether a request bears a signature of its body, made with the secret a short time ago.
pub(crate) fn is_good(headers: &HeaderMap, body: &[u8], secret: &ReceiptSecret) -> bool {
    let now = SystemClock.now().as_datetime().timestamp();
    is_good_at(now, headers, body, secret)
}

fn is_good_at(now: i64, headers: &HeaderMap, body: &[u8], secret: &ReceiptSecret) -> bool {
    let text = |name: &str| headers.get(name)?.to_str().ok();
    let (Some(id), Some(sent), Some(signatures)) = (
        text("webhook-id"),
        text("webhook-timestamp"),
        text("webhook-signature"),
    ) else {
        return false;
    };
    let is_fresh = sent
        .parse::<i64>()
        .is_ok_and(|sent| sent.abs_diff(now) <= TOLERANCE);
    // Several stand there while a secret is being replaced.
    is_fresh
        && signatures.split(' ').any(|signature| {
            let code = signature.strip_prefix("v1,");
            let code = code.and_then(|code| STANDARD.decode(code).ok());
            let key = secret.0.clone().chain_update(id).chain_update(".");
            let key = key.chain_update(sent).chain_update(".").chain_update(body);
            code.is_some_and(|code| key.verify_slice(&code).is_ok())
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    // The example of the Standard Webhooks specification, checked with another implementation.
    const SENT: i64 = 1_614_265_330;

    fn headers(sent: &str, signature: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(
            "webhook-id",
            "msg_p5jXN8AQM9LWM0D4loKWxJek".parse().unwrap(),
        );
        headers.insert("webhook-timestamp", sent.parse().unwrap());
        headers.insert("webhook-signature", signature.parse().unwrap());
        headers
    }

    #[test]
    fn a_signature_is_good_for_its_body_secret_and_time_alone() {
        let secret = STANDARD.decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let secret = ReceiptSecret::new(&secret).unwrap();
        let body = br#"{"test": 2432232314}"#;
        let signature = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
        let good = headers("1614265330", signature);
        assert!(is_good_at(SENT, &good, body, &secret));
        assert!(is_good_at(SENT + 300, &good, body, &secret));
        let two = headers("1614265330", &format!("v1,AAAA {signature}"));
        assert!(is_good_at(SENT, &two, body, &secret));
        assert!(!is_good_at(SENT + 301, &good, body, &secret));
        assert!(!is_good_at(SENT - 301, &good, body, &secret));
        assert!(!is_good_at(
            SENT,
            &good,
            br#"{"test": 2432232315}"#,
            &secret
        ));
        let other = ReceiptSecret::new(&[1; 24]).unwrap();
        assert!(!is_good_at(SENT, &good, body, &other));
        let moved = headers("1614265331", signature);
        assert!(!is_good_at(SENT, &moved, body, &secret));
        assert!(!is_good_at(
            SENT,
            &headers("1614265330", "v1,"),
            body,
            &secret
        ));
        assert!(!is_good_at(SENT, &HeaderMap::new(), body, &secret));
    }

    #[test]
    fn a_secret_is_long_and_not_shown() {
        assert_eq!(ReceiptSecret::new(&[0; 23]).unwrap_err(), ShortSecret);
        let secret = ReceiptSecret::new(&[7; 24]).unwrap();
        assert_eq!(format!("{secret:?}"), "ReceiptSecret { .. }");
    }
}
