//! The notifier for Firebase Cloud Messaging.

use std::sync::Arc;

use async_trait::async_trait;
use offerkit_core::{
    domain::{Channel, DeliveryKey},
    id::DeliveryId,
    ports::{Guarantee, Message, Notifier, Outcome, Profile},
    time::Clock,
};
use reqwest::header::CONTENT_TYPE;
use serde_json::{Value, json};
use url::Url;

use super::token::Tokens;
use crate::{
    http::{Answer, Exchange, Http},
    pace::{Pacer, SendOne, dead, failed, retry, unknown},
    secret::Secret,
};

/// As much of an answer as is read for its code.
const ANSWER_LIMIT: usize = 64 * 1024;

/// Sends push messages through Firebase Cloud Messaging, HTTP v1. [`FcmSettings`](super::FcmSettings) makes one.
///
/// The address is the device's registration token. The message is a notification with the subject as its title, and its data
/// holds `delivery`, the delivery's id, by which an app can drop a repeat.
///
/// Its guarantee is [`Guarantee::AtMostOnce`]: FCM takes no idempotency key and cannot be asked. `UNREGISTERED` says that
/// the token is dead. Quota, overload and a refused login are tried again; what has no answer is unknown.
pub struct FcmNotifier {
    pub(super) http: Http,
    pub(super) tokens: Tokens,
    pub(super) url: Url,
    pub(super) pacer: Pacer,
    pub(super) clock: Arc<dyn Clock>,
}

impl std::fmt::Debug for FcmNotifier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FcmNotifier")
            .field("host", &self.url.host_str())
            .finish_non_exhaustive()
    }
}

impl FcmNotifier {
    async fn post(&self, message: &Message, token: &Secret) -> Exchange {
        let body = json!({
            "message": {
                "token": message.address,
                "notification": { "title": message.subject, "body": message.body },
                "data": { "delivery": message.id },
            },
        });
        let finish = |request: reqwest::RequestBuilder| {
            request
                .bearer_auth(token.expose())
                .header(CONTENT_TYPE, "application/json")
                .body(body.to_string())
        };
        self.http
            .post(&self.url, ANSWER_LIMIT, &*self.clock, finish)
            .await
    }
}

fn outcome(answer: &Answer) -> Outcome {
    let code = code(&answer.body);
    let reason = match &code {
        Some(code) => format!("FCM answered {} ({code})", answer.status),
        None => format!("FCM answered {}", answer.status),
    };
    match (answer.status, code.as_deref()) {
        (200..=299, _) => Outcome::Sent,
        (404, Some("UNREGISTERED")) => dead(reason),
        // Google asks to send again after these.
        (429 | 500 | 503, _) => Outcome::Retry {
            after: answer.retry_after,
            reason,
        },
        // The service account, or its key for Apple's service, is the operator's to mend.
        (401, _) | (403, Some("PERMISSION_DENIED")) => retry(reason),
        (408 | 501..=599, _) => unknown(reason),
        _ => failed(reason),
    }
}

/// FCM's own code for an error, else Google's general one.
fn code(body: &[u8]) -> Option<String> {
    let body: Value = serde_json::from_slice(body).ok()?;
    let error = body.get("error")?;
    let details = error.get("details").and_then(Value::as_array);
    let code = details
        .into_iter()
        .flatten()
        .find_map(|detail| detail.get("errorCode"))
        .or_else(|| error.get("status"))?
        .as_str()?;
    // A code and no text: it goes into the reason.
    let is_code = code.len() <= 64 && code.bytes().all(|c| c.is_ascii_uppercase() || c == b'_');
    is_code.then(|| code.to_owned())
}

#[async_trait]
impl SendOne for FcmNotifier {
    async fn send_one(&self, message: &Message) -> Outcome {
        let mut may_renew = true;
        loop {
            let token = match self.tokens.get().await {
                Ok(token) => token,
                Err(reason) => return retry(reason),
            };
            return match self.post(message, &token).await {
                // A token can be revoked before it ends.
                Exchange::Answered(answer) if answer.status == 401 && may_renew => {
                    self.tokens.drop(&token).await;
                    may_renew = false;
                    continue;
                }
                Exchange::Answered(answer) => outcome(&answer),
                Exchange::Refused(refusal) => failed(refusal.to_string()),
                Exchange::NotSent => retry("FCM cannot be reached"),
                Exchange::Lost => unknown("FCM gave no answer"),
            };
        }
    }
}

#[async_trait]
impl Notifier for FcmNotifier {
    fn profile(&self) -> Profile {
        self.pacer.profile(Channel::Push, Guarantee::AtMostOnce)
    }

    async fn send(&self, batch: &[Message]) -> Vec<(DeliveryId, Outcome)> {
        self.pacer.send(batch, self).await
    }

    async fn lookup(&self, _: &[DeliveryKey]) -> Vec<(DeliveryId, Outcome)> {
        Vec::new()
    }
}
