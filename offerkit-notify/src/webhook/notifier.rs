//! The notifier.

use std::sync::Arc;

use async_trait::async_trait;
use offerkit_core::{
    domain::{Channel, DeliveryKey},
    id::DeliveryId,
    ports::{Guarantee, Message, Notifier, Outcome, Profile},
    time::{Clock, Timestamp},
};
use reqwest::header::CONTENT_TYPE;
use serde_json::json;

use super::{Endpoint, Endpoints};
use crate::{
    http::{Answer, Exchange, Http},
    pace::{Pacer, SendOne, dead, failed, retry, unknown},
};

/// Sends signed requests. [`WebhookSettings`](super::WebhookSettings) makes one.
///
/// A request carries the delivery's id as `webhook-id`, the same for every attempt, `webhook-timestamp` and
/// `webhook-signature`. Its body is JSON: `type` is `offer.message`, and `data` holds `delivery`, `campaign`, `customer`,
/// `subject`, `text` and `html`.
///
/// Its guarantee is [`Guarantee::AtLeastOnce`]: receivers of Standard Webhooks drop what has an id that they have seen, so a
/// repeat does no harm, and what has no clear answer is sent again. For other receivers choose [`Guarantee::AtMostOnce`].
///
/// Any 2yz is success. 410 says that the address is dead. 408, 425, 429 and 5yz are tried again, after `Retry-After` where
/// the answer has it; redirects are not followed, and fail as any other answer does.
pub struct WebhookNotifier {
    pub(super) http: Http,
    pub(super) endpoints: Arc<dyn Endpoints>,
    pub(super) guarantee: Guarantee,
    pub(super) pacer: Pacer,
    pub(super) clock: Arc<dyn Clock>,
}

impl std::fmt::Debug for WebhookNotifier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WebhookNotifier")
            .field("guarantee", &self.guarantee)
            .finish_non_exhaustive()
    }
}

impl WebhookNotifier {
    async fn post(&self, endpoint: &Endpoint, message: &Message) -> Exchange {
        let now = self.clock.now();
        let id = message.id.to_string();
        let timestamp = now.as_datetime().timestamp();
        let body = payload(message, now);
        let signatures: Vec<_> = endpoint
            .keys
            .iter()
            .map(|key| key.signature(&id, timestamp, &body))
            .collect();
        let finish = |request: reqwest::RequestBuilder| {
            request
                .header(CONTENT_TYPE, "application/json")
                .header("webhook-id", id)
                .header("webhook-timestamp", timestamp)
                .header("webhook-signature", signatures.join(" "))
                .body(body)
        };
        // The status says all, so that nothing of the body is read.
        self.http.post(&endpoint.url, 0, &*self.clock, finish).await
    }

    /// Where nobody can tell whether the receiver has it.
    fn open(&self, reason: &str) -> Outcome {
        match self.guarantee {
            Guarantee::AtLeastOnce | Guarantee::Deduplicated { .. } => retry(reason),
            Guarantee::AtMostOnce | Guarantee::Reconcile => unknown(reason),
        }
    }

    fn outcome(&self, answer: &Answer) -> Outcome {
        let reason = format!("the receiver answered {}", answer.status);
        match answer.status {
            200..=299 => Outcome::Sent,
            410 => dead(reason),
            408 | 425 | 429 | 503 => Outcome::Retry {
                after: answer.retry_after,
                reason,
            },
            500..=599 => match self.open(&reason) {
                Outcome::Retry { reason, .. } => Outcome::Retry {
                    after: answer.retry_after,
                    reason,
                },
                open => open,
            },
            _ => failed(reason),
        }
    }
}

fn payload(message: &Message, now: Timestamp) -> Vec<u8> {
    let payload = json!({
        "type": "offer.message",
        "timestamp": now,
        "data": {
            "delivery": message.id,
            "campaign": message.key.campaign,
            "customer": message.key.customer,
            "subject": message.subject,
            "text": message.body,
            "html": message.html,
        },
    });
    payload.to_string().into_bytes()
}

#[async_trait]
impl SendOne for WebhookNotifier {
    async fn send_one(&self, message: &Message) -> Outcome {
        let endpoint = match self.endpoints.find(message).await {
            Ok(Some(endpoint)) => endpoint,
            Ok(None) => return failed("there is no endpoint for this customer"),
            Err(_) => return retry("the endpoint could not be looked up"),
        };
        match self.post(&endpoint, message).await {
            Exchange::Answered(answer) => self.outcome(&answer),
            Exchange::Refused(refusal) => failed(refusal.to_string()),
            Exchange::NotSent => retry("the receiver cannot be reached"),
            Exchange::Lost => self.open("the receiver gave no answer"),
        }
    }
}

#[async_trait]
impl Notifier for WebhookNotifier {
    fn profile(&self) -> Profile {
        self.pacer.profile(Channel::Webhook, self.guarantee)
    }

    async fn send(&self, batch: &[Message]) -> Vec<(DeliveryId, Outcome)> {
        self.pacer.send(batch, self).await
    }

    async fn lookup(&self, _: &[DeliveryKey]) -> Vec<(DeliveryId, Outcome)> {
        Vec::new()
    }
}
