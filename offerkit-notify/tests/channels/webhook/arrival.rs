//! What a receiver gets.

use std::sync::Arc;

use base64::{Engine as _, prelude::BASE64_STANDARD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use offerkit_core::ports::{Guarantee, Message, Notifier as _};
use offerkit_notify::webhook::{Endpoint, Endpoints, EndpointsError, WebhookSettings};
use serde_json::{Value, json};
use sha2::Sha256;

use super::{NEXT_SECRET, SECRET, configured, local, offer, settings};
use crate::{
    http_stub::{Request, Stub},
    messages::{send_one, told},
};

/// Verifies as the specification says, without our code.
fn is_signed(request: &Request, secret: &str) -> bool {
    let key = BASE64_STANDARD
        .decode(secret.trim_start_matches("whsec_"))
        .unwrap();
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
    let signed = [
        request.header("webhook-id"),
        request.header("webhook-timestamp"),
        "",
    ]
    .join(".");
    mac.update(signed.as_bytes());
    mac.update(&request.body);
    let expected = BASE64_STANDARD.encode(mac.finalize().into_bytes());
    request
        .header("webhook-signature")
        .split(' ')
        .any(|one| one == format!("v1,{expected}"))
}

#[tokio::test]
async fn a_request_is_signed_and_names_the_delivery() {
    let stub = Stub::start([]).await;
    let notifier = settings(&stub).build().unwrap();
    let message = offer();
    assert_eq!(told(&send_one(&notifier, &message).await), ("sent", ""));
    assert_eq!(notifier.profile().guarantee, Guarantee::AtLeastOnce);

    let requests = stub.requests();
    let [request] = requests.as_slice() else {
        panic!("{requests:?}")
    };
    assert_eq!(request.line, "POST /hook");
    assert_eq!(request.header("content-type"), "application/json");
    assert_eq!(request.header("webhook-id"), message.id.to_string());
    assert_eq!(request.header("webhook-timestamp"), "1772359200");
    assert!(is_signed(request, SECRET));
    assert!(!is_signed(request, NEXT_SECRET));
    let body: Value = serde_json::from_slice(&request.body).unwrap();
    let expected = json!({
        "type": "offer.message",
        "timestamp": "2026-03-01T10:00:00.000000Z",
        "data": {
            "delivery": message.id,
            "campaign": message.key.campaign,
            "customer": message.key.customer,
            "subject": "Your gold card",
            "text": "Dear Asha,\nyour card waits.",
            "html": null,
        },
    });
    assert_eq!(body, expected);
}

#[tokio::test]
async fn every_secret_signs_and_every_attempt_has_the_same_id() {
    let stub = Stub::start([]).await;
    let endpoint = Endpoint::new(&stub.url("/hook"), [NEXT_SECRET, SECRET]).unwrap();
    let settings = configured(WebhookSettings::to(endpoint)).guard(local(&[stub.port]));
    let notifier = settings.build().unwrap();
    let mut message = offer();
    for attempt in [1, 2] {
        message.attempt = attempt;
        assert_eq!(told(&send_one(&notifier, &message).await), ("sent", ""));
    }
    let requests = stub.requests();
    for request in &requests {
        assert!(is_signed(request, SECRET) && is_signed(request, NEXT_SECRET));
        assert_eq!(request.header("webhook-id"), message.id.to_string());
    }
    assert_eq!(requests.len(), 2);
}

struct Book(Option<Arc<Endpoint>>);

#[offerkit_notify::async_trait]
impl Endpoints for Book {
    async fn find(&self, message: &Message) -> Result<Option<Arc<Endpoint>>, EndpointsError> {
        if message.attempt > 1 {
            return Err(EndpointsError);
        }
        Ok(self.0.clone())
    }
}

#[tokio::test]
async fn an_endpoint_is_looked_up_for_each_message() {
    let stub = Stub::start([]).await;
    let endpoint = Arc::new(Endpoint::new(&stub.url("/a"), [SECRET]).unwrap());
    for (book, attempt, expected) in [
        (Book(Some(endpoint)), 1, ("sent", "")),
        (
            Book(None),
            1,
            ("failed", "there is no endpoint for this customer"),
        ),
        (
            Book(None),
            2,
            ("retry", "the endpoint could not be looked up"),
        ),
    ] {
        let settings = configured(WebhookSettings::by(Arc::new(book))).guard(local(&[stub.port]));
        let mut message = offer();
        message.attempt = attempt;
        let outcome = send_one(&settings.build().unwrap(), &message).await;
        assert_eq!(told(&outcome), expected);
    }
}

#[test]
fn an_endpoint_needs_a_url_and_good_secrets() {
    for (url, secrets) in [
        ("not a url", vec![SECRET]),
        ("https://partner.example", vec![]),
        (
            "https://partner.example",
            vec!["MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
        ),
        ("https://partner.example", vec!["whsec_c2hvcnQ="]),
        ("https://partner.example", vec![SECRET, "whsec_!"]),
    ] {
        assert!(Endpoint::new(url, secrets).is_err());
    }
    let endpoint = Endpoint::new("https://partner.example/?token=sesame", [SECRET]).unwrap();
    let shown = format!("{endpoint:?}");
    assert!(
        !shown.contains("sesame") && !shown.contains("MfKQ"),
        "{shown}"
    );
}
