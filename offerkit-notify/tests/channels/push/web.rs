//! Web Push: what a browser can read, and what a push service answers.

use std::{sync::Arc, time::Duration};

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use offerkit_core::{domain::Channel, ports::Outcome, testing::FixedClock};
use offerkit_notify::{HttpTimeouts, guard::Guard, push::WebPushSettings};
use p256::ecdsa::{Signature, VerifyingKey, signature::Verifier as _};
use serde_json::{Value, json};
use web_push_native::{Auth, decrypt, p256::SecretKey};

use crate::{
    http_stub::{Reply, Stub, answer},
    messages::{message, send_one, told},
    tls::Authority,
};

/// Of the examples of RFC 8291, section 5.
const BROWSER_KEY: &str = "q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94";
const BROWSER_PUBLIC: &str =
    "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
const BROWSER_AUTH: &str = "BTBZMqHH6r4Tts7J_aSIgg";
const SERVER_KEY: &str = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw";
const SERVER_PUBLIC: &str =
    "BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8";

fn bytes(text: &str) -> Vec<u8> {
    BASE64_URL_SAFE_NO_PAD.decode(text).unwrap()
}

fn open(sealed: Vec<u8>) -> Vec<u8> {
    let key = SecretKey::from_slice(&bytes(BROWSER_KEY)).unwrap();
    let auth: [u8; 16] = bytes(BROWSER_AUTH).try_into().unwrap();
    decrypt(sealed, &key, &Auth::from(auth)).unwrap()
}

fn subscription(endpoint: &str) -> String {
    let keys = json!({ "p256dh": BROWSER_PUBLIC, "auth": BROWSER_AUTH });
    json!({ "endpoint": endpoint, "expirationTime": null, "keys": keys }).to_string()
}

fn settings(stub: &Stub) -> WebPushSettings {
    let guard = Guard::default()
        .allow_http()
        .allow_port(stub.port)
        .allow_network("127.0.0.1/32".parse().unwrap());
    WebPushSettings::new(SERVER_KEY, "mailto:push@bank.example")
        .guard(guard)
        .tls(Authority::new().client())
        .clock(Arc::new(FixedClock::at(
            "2026-03-01T10:00:00Z".parse().unwrap(),
        )))
}

#[test]
fn the_standards_example_opens() {
    let sealed = "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN";
    let opened = open(bytes(sealed));
    assert_eq!(opened, b"When I grow up, I want to be a watermelon");
}

#[tokio::test]
async fn a_browser_reads_what_was_sent_and_the_service_knows_by_whom() {
    let stub = Stub::start([answer(201, "")]).await;
    let notifier = settings(&stub).build().unwrap();
    assert_eq!(notifier.application_server_key(), SERVER_PUBLIC);
    let message = message(Channel::Push, 2, &subscription(&stub.url("/push/s1?x=1")));
    assert_eq!(told(&send_one(&notifier, &message).await), ("sent", ""));

    let request = stub.requests().remove(0);
    assert_eq!(request.line, "POST /push/s1?x=1");
    assert_eq!(request.header("content-encoding"), "aes128gcm");
    assert_eq!(request.header("ttl"), "86400");
    assert_eq!(
        bytes(request.header("topic")),
        message.id.as_uuid().as_bytes()
    );
    let opened: Value = serde_json::from_slice(&open(request.body.clone())).unwrap();
    let expected = json!({
        "title": "Your gold card",
        "body": "Dear Asha,\nyour card waits.",
        "delivery": message.id,
    });
    assert_eq!(opened, expected);

    let authorization = request
        .header("authorization")
        .strip_prefix("vapid t=")
        .unwrap();
    let (token, key) = authorization.split_once(", k=").unwrap();
    assert_eq!(key, SERVER_PUBLIC);
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let signature = Signature::from_slice(&bytes(signature)).unwrap();
    let key = VerifyingKey::from_sec1_bytes(&bytes(key)).unwrap();
    key.verify(signed.as_bytes(), &signature).unwrap();
    let (header, claims) = signed.split_once('.').unwrap();
    let part = |text: &str| serde_json::from_slice::<Value>(&bytes(text)).unwrap();
    assert_eq!(part(header), json!({ "alg": "ES256", "typ": "JWT" }));
    let expected = json!({
        "aud": format!("http://127.0.0.1:{}", stub.port),
        "exp": 1_772_402_400,
        "sub": "mailto:push@bank.example",
    });
    assert_eq!(part(claims), expected);
}

#[tokio::test]
async fn a_push_services_answers_are_told_apart() {
    for (reply, expected, reason) in [
        (answer(200, ""), "sent", ""),
        (answer(404, ""), "dead", "the push service answered 404"),
        (answer(410, ""), "dead", "the push service answered 410"),
        (answer(400, ""), "failed", "the push service answered 400"),
        (answer(403, ""), "failed", "the push service answered 403"),
        (answer(413, ""), "failed", "the push service answered 413"),
        (answer(307, ""), "failed", "the push service answered 307"),
        (answer(429, ""), "retry", "the push service answered 429"),
        (answer(503, ""), "retry", "the push service answered 503"),
        (answer(500, ""), "unknown", "the push service answered 500"),
        (answer(502, ""), "unknown", "the push service answered 502"),
        (
            Reply::DropUnread,
            "unknown",
            "the push service gave no answer",
        ),
        (Reply::Silence, "unknown", "the push service gave no answer"),
    ] {
        let stub = Stub::start([reply.clone()]).await;
        let settings = settings(&stub).timeouts(HttpTimeouts {
            answer: Duration::from_secs(2),
            ..HttpTimeouts::default()
        });
        let message = message(Channel::Push, 2, &subscription(&stub.url("/")));
        let outcome = send_one(&settings.build().unwrap(), &message).await;
        assert_eq!(told(&outcome), (expected, reason), "{reply:?}");
    }
    let stub = Stub::start([Reply::Answer(429, "retry-after: 9\r\n", String::new())]).await;
    let message = message(Channel::Push, 2, &subscription(&stub.url("/")));
    let outcome = send_one(&settings(&stub).build().unwrap(), &message).await;
    let after = Some(Duration::from_secs(9));
    assert!(matches!(outcome, Outcome::Retry { after: wait, .. } if wait == after));
}

// First seen to fail with the guard left out of the client's making: the inner server was asked.
#[tokio::test]
async fn who_subscribes_cannot_name_any_machine() {
    let stub = Stub::start([]).await;
    let settings = settings(&stub).guard(Guard::default().allow_http().allow_port(stub.port));
    let notifier = settings.build().unwrap();
    for endpoint in [stub.url("/"), format!("http://localhost:{}/", stub.port)] {
        let message = message(Channel::Push, 2, &subscription(&endpoint));
        let outcome = send_one(&notifier, &message).await;
        let refused = ("failed", "the address is not a public one");
        assert_eq!(told(&outcome), refused);
    }
    assert_eq!(stub.requests().len(), 0);
}

#[tokio::test]
async fn what_is_no_subscription_or_too_large_is_not_sent() {
    let stub = Stub::start([]).await;
    let notifier = settings(&stub).build().unwrap();
    let good = subscription(&stub.url("/"));
    for address in [
        "device:token".to_owned(),
        "{}".to_owned(),
        good.replace("http://", ""),
        good.replace(BROWSER_AUTH, "c2hvcnQ"),
        good.replace("BCVxsr7N", "AAAAAAAA"),
    ] {
        let outcome = send_one(&notifier, &message(Channel::Push, 2, &address)).await;
        assert_eq!(
            told(&outcome),
            ("failed", "the address is no subscription"),
            "{address}"
        );
    }
    let mut long = message(Channel::Push, 2, &good);
    long.body = "₹".repeat(1_400);
    let outcome = send_one(&notifier, &long).await;
    let reason = "the message is larger than push services take";
    assert_eq!(told(&outcome), ("failed", reason));
    assert_eq!(stub.requests().len(), 0);
}

#[test]
fn settings_that_cannot_work_are_refused() {
    let build = |key: &str, contact: &str| {
        let settings = WebPushSettings::new(key, contact).tls(Authority::new().client());
        let shown = format!("{settings:?}");
        assert!(!shown.contains(key), "{shown}");
        settings.build().map_err(|error| error.to_string())
    };
    let key = build("c2hvcnQ", "mailto:a@b.example").unwrap_err();
    assert_eq!(key, "the VAPID key is not 32 bytes in Base64 for URLs");
    let contact = build(SERVER_KEY, "push@bank.example").unwrap_err();
    assert_eq!(contact, "the contact is no `mailto:` or `https:` URL");
}
