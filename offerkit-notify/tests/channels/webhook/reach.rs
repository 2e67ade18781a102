//! What the guard lets through, where it matters: at the connection.

use std::{
    io,
    net::IpAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use offerkit_core::ports::Outcome;
use offerkit_notify::{
    guard::{Guard, Resolver},
    webhook::{Endpoint, WebhookSettings},
};

use super::{SECRET, configured, offer};
use crate::{
    http_stub::{Reply, Stub},
    messages::{send_one, told},
    tls::Authority,
};

/// Names that mean something else every time they are asked for.
struct Rebinding {
    answers: Vec<Vec<IpAddr>>,
    asked: AtomicUsize,
}

#[offerkit_notify::async_trait]
impl Resolver for Rebinding {
    async fn resolve(&self, host: &str) -> io::Result<Vec<IpAddr>> {
        assert_eq!(host, "partner.example");
        let turn = self.asked.fetch_add(1, Ordering::Relaxed);
        self.answers
            .get(turn)
            .cloned()
            .ok_or_else(|| io::ErrorKind::NotFound.into())
    }
}

fn rebinding(answers: &[&[&str]]) -> Arc<Rebinding> {
    let parsed = |list: &&[&str]| list.iter().map(|it| it.parse().unwrap()).collect();
    Arc::new(Rebinding {
        answers: answers.iter().map(parsed).collect(),
        asked: AtomicUsize::new(0),
    })
}

/// Sends to `partner.example`, of which 127.0.0.2 alone is allowed.
async fn sent(port: u16, resolver: &Arc<Rebinding>) -> Outcome {
    let guard = Guard::default()
        .allow_http()
        .allow_port(port)
        .allow_network("127.0.0.2/32".parse().unwrap())
        .resolver(Arc::clone(resolver) as Arc<dyn Resolver>);
    let url = format!("http://partner.example:{port}/hook");
    let endpoint = Endpoint::new(&url, [SECRET]).unwrap();
    let settings = configured(WebhookSettings::to(endpoint)).guard(guard);
    send_one(&settings.build().unwrap(), &offer()).await
}

/// A server at 127.0.0.2, which is allowed, and one at 127.0.0.1, which is not, on the same port.
async fn allowed_and_inner() -> (Stub, Stub) {
    loop {
        let allowed = Stub::at([127, 0, 0, 2].into(), 0, None, []).await;
        let inner = std::net::TcpListener::bind(("127.0.0.1", allowed.port));
        if let Ok(free) = inner {
            drop(free);
            let inner = Stub::at([127, 0, 0, 1].into(), allowed.port, None, []).await;
            return (allowed, inner);
        }
    }
}

// First seen to fail with a guard that looks at the addresses by itself and leaves the client to resolve again: the inner
// server was asked.
#[tokio::test]
async fn a_name_that_changes_its_mind_is_held_to_what_was_looked_at() {
    let (allowed, inner) = allowed_and_inner().await;
    let resolver = rebinding(&[&["127.0.0.2"], &["127.0.0.1"], &["127.0.0.1"]]);
    let outcome = sent(allowed.port, &resolver).await;
    assert_eq!(told(&outcome), ("sent", ""));
    assert_eq!((allowed.requests().len(), inner.requests().len()), (1, 0));
    assert_eq!(resolver.asked.load(Ordering::Relaxed), 1);
}

// Seen to fail with the look at the addresses removed, and with a look at the first of them alone.
#[tokio::test]
async fn a_name_with_an_address_that_is_not_allowed_is_not_reached() {
    let (allowed, inner) = allowed_and_inner().await;
    for answers in [
        &["127.0.0.1"][..],
        &["127.0.0.2", "127.0.0.1"],
        &["8.8.8.8", "10.0.0.1"],
        &["::1"],
        &["::ffff:127.0.0.1"],
        &["64:ff9b::7f00:1"],
        &["fd00::1"],
        &["169.254.169.254"],
    ] {
        let outcome = sent(allowed.port, &rebinding(&[answers])).await;
        let refused = ("failed", "the address is not a public one");
        assert_eq!(told(&outcome), refused, "{answers:?}");
    }
    assert_eq!((allowed.requests().len(), inner.requests().len()), (0, 0));
}

#[tokio::test]
async fn a_name_without_an_address_is_tried_again() {
    let (allowed, _) = allowed_and_inner().await;
    for answers in [&[][..], &[&[][..]]] {
        let outcome = sent(allowed.port, &rebinding(answers)).await;
        assert_eq!(told(&outcome), ("retry", "the receiver cannot be reached"));
    }
}

#[tokio::test]
async fn an_address_in_place_of_a_name_is_looked_at_too() {
    let stub = Stub::start([]).await;
    for host in [
        "127.0.0.1",
        "2130706433",
        "0x7f000001",
        "[::ffff:127.0.0.1]",
    ] {
        let url = format!("http://{host}:{}/", stub.port);
        let endpoint = Endpoint::new(&url, [SECRET]).unwrap();
        let guard = Guard::default().allow_http().allow_port(stub.port);
        let settings = configured(WebhookSettings::to(endpoint)).guard(guard);
        let outcome = send_one(&settings.build().unwrap(), &offer()).await;
        let refused = ("failed", "the address is not a public one");
        assert_eq!(told(&outcome), refused, "{host}");
    }
    assert_eq!(stub.requests().len(), 0);
}

#[tokio::test]
async fn a_redirect_leads_nowhere_not_even_inwards() {
    let (allowed, inner) = allowed_and_inner().await;
    drop(allowed);
    let location = "location: http://127.0.0.1/\r\n";
    let stub = Stub::at(
        [127, 0, 0, 3].into(),
        0,
        None,
        [Reply::Answer(302, location, String::new())],
    )
    .await;
    let url = format!("http://127.0.0.3:{}/", stub.port);
    let guard = Guard::default()
        .allow_http()
        .allow_port(stub.port)
        .allow_network("127.0.0.3/32".parse().unwrap());
    let endpoint = Endpoint::new(&url, [SECRET]).unwrap();
    let settings = configured(WebhookSettings::to(endpoint)).guard(guard);
    let outcome = send_one(&settings.build().unwrap(), &offer()).await;
    assert_eq!(told(&outcome), ("failed", "the receiver answered 302"));
    assert_eq!(inner.requests().len(), 0);
}

#[tokio::test]
async fn https_is_verified_against_what_the_application_trusts() {
    let authority = Authority::new();
    let stub = Stub::at([127, 0, 0, 1].into(), 0, Some(authority.server()), []).await;
    let url = format!("https://localhost:{}/hook", stub.port);
    let guard = Guard::default()
        .allow_port(stub.port)
        .allow_network("127.0.0.0/8".parse().unwrap())
        .allow_network("::1/128".parse().unwrap());
    for (tls, expected) in [
        (authority.client(), ("sent", "")),
        (
            Authority::new().client(),
            ("retry", "the receiver cannot be reached"),
        ),
    ] {
        let endpoint = Endpoint::new(&url, [SECRET]).unwrap();
        let settings = configured(WebhookSettings::to(endpoint));
        let notifier = settings.guard(guard.clone()).tls(tls).build().unwrap();
        let outcome = send_one(&notifier, &offer()).await;
        assert_eq!(told(&outcome), expected);
    }
    assert_eq!(stub.requests().len(), 1);
}
