//! The notifier for gateways that take Twilio's form.

use std::sync::Arc;

use async_trait::async_trait;
use offerkit_core::{
    domain::{Channel, DeliveryKey},
    id::DeliveryId,
    ports::{Guarantee, Message, Notifier, Outcome, Profile},
    time::Clock,
};
use reqwest::header::{CONTENT_TYPE, HeaderName};
use serde_json::Value;
use url::{Url, form_urlencoded::Serializer};

use super::{is_phone_number, segments};
use crate::{
    http::{Answer, Exchange, Http},
    pace::{Pacer, SendOne, dead, failed, retry, unknown},
    secret::Secret,
};

/// As much of an answer as is read for its code.
const ANSWER_LIMIT: usize = 64 * 1024;

/// Sends text messages through a gateway that takes Twilio's form: `POST
/// {base}/2010-04-01/Accounts/{account}/Messages.json`. [`SmsSettings`](super::SmsSettings) makes one.
///
/// Its guarantee is [`Guarantee::AtMostOnce`], since Twilio knows no idempotency key for messages. A gateway that honours
/// the header with the delivery's id makes it [`Guarantee::Deduplicated`]: say so with
/// [`deduplicated`](super::SmsSettings::deduplicated).
///
/// A number that does not exist or cannot receive texts (codes 21211, 21217 and 21614) is dead. 429, 503 and a full queue
/// are tried again, and so is a refused login, which is no message's fault. What has no clear answer is unknown, or tried
/// again where the gateway deduplicates. Any other answer fails.
pub struct SmsNotifier {
    pub(super) http: Http,
    pub(super) url: Url,
    pub(super) account: String,
    pub(super) token: Secret,
    pub(super) sender: (&'static str, String),
    pub(super) idempotency_header: HeaderName,
    pub(super) guarantee: Guarantee,
    pub(super) max_segments: usize,
    pub(super) pacer: Pacer,
    pub(super) clock: Arc<dyn Clock>,
}

impl std::fmt::Debug for SmsNotifier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SmsNotifier")
            .field("host", &self.url.host_str())
            .field("guarantee", &self.guarantee)
            .finish_non_exhaustive()
    }
}

impl SmsNotifier {
    async fn post(&self, message: &Message) -> Exchange {
        let (sender, name) = &self.sender;
        let form = Serializer::new(String::new())
            .append_pair("To", &message.address)
            .append_pair(sender, name)
            .append_pair("Body", &message.body)
            .finish();
        let finish = |request: reqwest::RequestBuilder| {
            request
                .basic_auth(&self.account, Some(self.token.expose()))
                .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
                .header(&self.idempotency_header, message.id.to_string())
                .body(form)
        };
        self.http
            .post(&self.url, ANSWER_LIMIT, &*self.clock, finish)
            .await
    }

    /// Where nobody can tell whether the gateway has it.
    fn open(&self, reason: &str) -> Outcome {
        match self.guarantee {
            Guarantee::Deduplicated { .. } | Guarantee::AtLeastOnce => retry(reason),
            Guarantee::AtMostOnce | Guarantee::Reconcile => unknown(reason),
        }
    }

    fn outcome(&self, answer: &Answer) -> Outcome {
        let code = code(&answer.body);
        let reason = match code {
            Some(code) => format!("the gateway answered {} (code {code})", answer.status),
            None => format!("the gateway answered {}", answer.status),
        };
        match (answer.status, code) {
            (200..=299, _) => Outcome::Sent,
            (400..=499, Some(21_211 | 21_217 | 21_614)) => dead(reason),
            (429 | 503, _) | (400..=499, Some(20_429 | 21_611)) => Outcome::Retry {
                after: answer.retry_after,
                reason,
            },
            // The account is the operator's to mend.
            (401 | 403, _) => retry(reason),
            (408 | 500..=599, _) => self.open(&reason),
            _ => failed(reason),
        }
    }
}

/// The gateway's own code for an error. Its text may hold the number.
fn code(body: &[u8]) -> Option<u64> {
    serde_json::from_slice::<Value>(body)
        .ok()?
        .get("code")?
        .as_u64()
}

#[async_trait]
impl SendOne for SmsNotifier {
    async fn send_one(&self, message: &Message) -> Outcome {
        if !is_phone_number(&message.address) {
            return failed("the address is no phone number");
        }
        let count = segments(&message.body).count;
        if count > self.max_segments {
            let allowed = self.max_segments;
            return failed(format!(
                "the text takes {count} parts, {allowed} are allowed"
            ));
        }
        match self.post(message).await {
            Exchange::Answered(answer) => self.outcome(&answer),
            Exchange::Refused(refusal) => failed(refusal.to_string()),
            Exchange::NotSent => retry("the gateway cannot be reached"),
            Exchange::Lost => self.open("the gateway gave no answer"),
        }
    }
}

#[async_trait]
impl Notifier for SmsNotifier {
    fn profile(&self) -> Profile {
        self.pacer.profile(Channel::Sms, self.guarantee)
    }

    async fn send(&self, batch: &[Message]) -> Vec<(DeliveryId, Outcome)> {
        self.pacer.send(batch, self).await
    }

    async fn lookup(&self, _: &[DeliveryKey]) -> Vec<(DeliveryId, Outcome)> {
        Vec::new()
    }
}
