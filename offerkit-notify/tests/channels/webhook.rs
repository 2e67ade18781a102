//! Webhooks: what arrives, and what a server's misbehaviour means.

mod answers;
mod arrival;
mod reach;

use std::{sync::Arc, time::Duration};

use offerkit_core::{domain::Channel, ports::Message, testing::FixedClock};
use offerkit_notify::{
    HttpTimeouts,
    guard::Guard,
    webhook::{Endpoint, WebhookSettings},
};

use crate::{http_stub::Stub, messages::message, tls::Authority};

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const NEXT_SECRET: &str = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

fn offer() -> Message {
    message(Channel::Webhook, 2, "00000000-0000-0000-0000-000000000002")
}

/// On this machine, on any of these ports.
fn local(ports: &[u16]) -> Guard {
    let guard = Guard::default()
        .allow_http()
        .allow_network("127.0.0.1/32".parse().unwrap());
    ports
        .iter()
        .fold(guard, |guard, port| guard.allow_port(*port))
}

fn settings(stub: &Stub) -> WebhookSettings {
    let endpoint = Endpoint::new(&stub.url("/hook"), [SECRET]).unwrap();
    configured(WebhookSettings::to(endpoint)).guard(local(&[stub.port]))
}

fn configured(settings: WebhookSettings) -> WebhookSettings {
    settings
        .tls(Authority::new().client())
        .clock(Arc::new(FixedClock::at(
            "2026-03-01T10:00:00Z".parse().unwrap(),
        )))
        .timeouts(HttpTimeouts::default())
}

/// For servers that say nothing; long enough for those that do, on a busy machine.
fn impatient() -> HttpTimeouts {
    HttpTimeouts {
        answer: Duration::from_secs(1),
        ..HttpTimeouts::default()
    }
}
