//! The notifier for Web Push.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use offerkit_core::{
    domain::{Channel, DeliveryKey},
    id::DeliveryId,
    ports::{Guarantee, Message, Notifier, Outcome, Profile},
    time::Clock,
};
use reqwest::header::{AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE};
use serde_json::json;

use super::{subscription::Subscription, vapid::Vapid};
use crate::{
    http::{Answer, Exchange, Http},
    pace::{Pacer, SendOne, dead, failed, retry, unknown},
};

/// What a push service must take is 4096 bytes, of which encryption takes 103 (RFC 8291, section 4).
const LARGEST: usize = 4096 - 103;

/// Sends push messages to browsers (RFC 8030, 8291 and 8292). [`WebPushSettings`](super::WebPushSettings) makes one.
///
/// The address is the subscription as JSON, as `PushSubscription.toJSON()` gives it. What the service worker reads is JSON:
/// `title`, `body` and `delivery`, the delivery's id.
///
/// Its guarantee is [`Guarantee::AtMostOnce`]: a push service replaces a waiting message of the same delivery, but shows one
/// that was seen a second time. 404 and 410 say that the subscription is dead. 429 and 503 are tried again; any other 5yz,
/// and no answer, is unknown.
pub struct WebPushNotifier {
    pub(super) http: Http,
    pub(super) vapid: Vapid,
    pub(super) lives: Duration,
    pub(super) pacer: Pacer,
    pub(super) clock: Arc<dyn Clock>,
}

impl std::fmt::Debug for WebPushNotifier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WebPushNotifier")
            .field("lives", &self.lives)
            .finish_non_exhaustive()
    }
}

impl WebPushNotifier {
    /// The public key that a page subscribes with.
    #[must_use]
    pub fn application_server_key(&self) -> &str {
        self.vapid.public()
    }
}

fn outcome(answer: &Answer) -> Outcome {
    let reason = format!("the push service answered {}", answer.status);
    match answer.status {
        200..=299 => Outcome::Sent,
        404 | 410 => dead(reason),
        429 | 503 => Outcome::Retry {
            after: answer.retry_after,
            reason,
        },
        408 | 500..=599 => unknown(reason),
        _ => failed(reason),
    }
}

#[async_trait]
impl SendOne for WebPushNotifier {
    async fn send_one(&self, message: &Message) -> Outcome {
        let Some(subscription) = Subscription::parse(&message.address) else {
            return failed("the address is no subscription");
        };
        let text = json!({
            "title": message.subject,
            "body": message.body,
            "delivery": message.id,
        });
        let text = text.to_string().into_bytes();
        if text.len() > LARGEST {
            return failed("the message is larger than push services take");
        }
        let now = self.clock.now().as_datetime().timestamp();
        let sealed = subscription.seal(text);
        let proof = self.vapid.authorization(&subscription.endpoint, now);
        let (Some(sealed), Some(proof)) = (sealed, proof) else {
            return failed("the message could not be encrypted");
        };
        // A waiting message with the same topic is replaced.
        let topic = BASE64_URL_SAFE_NO_PAD.encode(message.id.as_uuid().as_bytes());
        let finish = |request: reqwest::RequestBuilder| {
            request
                .header(AUTHORIZATION, proof)
                .header(CONTENT_ENCODING, "aes128gcm")
                .header(CONTENT_TYPE, "application/octet-stream")
                .header("TTL", self.lives.as_secs())
                .header("Topic", topic)
                .body(sealed)
        };
        let endpoint = &subscription.endpoint;
        match self.http.post(endpoint, 0, &*self.clock, finish).await {
            Exchange::Answered(answer) => outcome(&answer),
            Exchange::Refused(refusal) => failed(refusal.to_string()),
            Exchange::NotSent => retry("the push service cannot be reached"),
            Exchange::Lost => unknown("the push service gave no answer"),
        }
    }
}

#[async_trait]
impl Notifier for WebPushNotifier {
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
