//! What an answer, or none, means for a message.

use std::time::Duration;

use offerkit_core::ports::{Guarantee, Outcome};
use offerkit_notify::webhook::{Endpoint, WebhookSettings};

use super::{SECRET, configured, impatient, local, offer, settings};
use crate::{
    http_stub::{Reply, Stub, answer},
    messages::{send_one, told},
};

#[tokio::test]
async fn an_answer_is_told_by_its_status() {
    for (status, expected) in [
        (200, "sent"),
        (202, "sent"),
        (204, "sent"),
        (301, "failed"),
        (302, "failed"),
        (307, "failed"),
        (400, "failed"),
        (401, "failed"),
        (404, "failed"),
        (408, "retry"),
        (410, "dead"),
        (425, "retry"),
        (429, "retry"),
        (500, "retry"),
        (502, "retry"),
        (503, "retry"),
        (504, "retry"),
        (599, "retry"),
    ] {
        let stub = Stub::start([answer(status, "")]).await;
        let outcome = send_one(&settings(&stub).build().unwrap(), &offer()).await;
        let reason = if expected == "sent" {
            String::new()
        } else {
            format!("the receiver answered {status}")
        };
        assert_eq!(told(&outcome), (expected, reason.as_str()));
    }
}

// First seen to fail with reqwest's usual policy for redirects: it was asked for the place that the redirect names.
#[tokio::test]
async fn a_redirect_is_not_followed() {
    let stub = Stub::start([Reply::Answer(
        307,
        "location: /elsewhere\r\n",
        String::new(),
    )])
    .await;
    let outcome = send_one(&settings(&stub).build().unwrap(), &offer()).await;
    assert_eq!(told(&outcome), ("failed", "the receiver answered 307"));
    assert_eq!(stub.requests().len(), 1);
}

#[tokio::test]
async fn a_wait_that_is_asked_for_is_kept() {
    for (status, header, seconds) in [
        (429, "retry-after: 120\r\n", Some(120)),
        (
            503,
            "retry-after: Sun, 01 Mar 2026 10:01:40 GMT\r\n",
            Some(100),
        ),
        (500, "retry-after: 999999999\r\n", Some(86_400)),
        (502, "retry-after: soon\r\n", None),
        (429, "", None),
    ] {
        let stub = Stub::start([Reply::Answer(status, header, String::new())]).await;
        let outcome = send_one(&settings(&stub).build().unwrap(), &offer()).await;
        let expected = Outcome::Retry {
            after: seconds.map(Duration::from_secs),
            reason: format!("the receiver answered {status}"),
        };
        assert_eq!(outcome, expected, "{header}");
    }
}

/// A server that gives no answer that can be read.
fn mute() -> Vec<Reply> {
    vec![
        Reply::DropUnread,
        Reply::Silence,
        Reply::Raw(""),
        Reply::Raw("HTTP/1.1 2"),
        Reply::Raw("220 mail.example.com ESMTP\r\n"),
        Reply::Raw("HTTP/1.1 200 OK\r\nno colon\r\n\r\n"),
        Reply::Endless("HTTP/1.1 200 OK\r\n", "x-more: and more\r\n"),
        Reply::Endless(
            "HTTP/1.1 100 Continue\r\n\r\n",
            "HTTP/1.1 100 Continue\r\n\r\n",
        ),
    ]
}

#[tokio::test]
async fn no_answer_is_tried_again_where_a_repeat_does_no_harm_and_unknown_elsewhere() {
    for (guarantee, expected) in [
        (Guarantee::AtLeastOnce, "retry"),
        (Guarantee::AtMostOnce, "unknown"),
    ] {
        for reply in mute() {
            let stub = Stub::start([reply.clone()]).await;
            let settings = settings(&stub).guarantee(guarantee).timeouts(impatient());
            let outcome = send_one(&settings.build().unwrap(), &offer()).await;
            let said = (expected, "the receiver gave no answer");
            assert_eq!(told(&outcome), said, "{reply:?}");
        }
        let stub = Stub::start([answer(500, ""), answer(503, "")]).await;
        let notifier = settings(&stub).guarantee(guarantee).build().unwrap();
        let outcome = send_one(&notifier, &offer()).await;
        assert_eq!(told(&outcome), (expected, "the receiver answered 500"));
        // It says that it did nothing.
        let outcome = send_one(&notifier, &offer()).await;
        assert_eq!(told(&outcome), ("retry", "the receiver answered 503"));
    }
}

#[tokio::test]
async fn a_body_that_never_ends_is_not_read() {
    let head = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
    let replies = [
        Reply::Endless(head, "4\r\nmore\r\n"),
        Reply::Endless(
            "HTTP/1.1 200 OK\r\ncontent-length: 99999999999\r\n\r\n",
            "more",
        ),
        Reply::Raw("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n"),
        Reply::Raw("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n"),
    ];
    for reply in replies {
        let stub = Stub::start([reply.clone()]).await;
        let outcome = send_one(&settings(&stub).build().unwrap(), &offer()).await;
        assert_eq!(told(&outcome), ("sent", ""), "{reply:?}");
    }
}

#[tokio::test]
async fn a_receiver_that_cannot_be_reached_is_tried_again() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = closed.local_addr().unwrap().port();
    drop(closed);
    let endpoint = Endpoint::new(&format!("http://127.0.0.1:{port}/"), [SECRET]).unwrap();
    let settings = configured(WebhookSettings::to(endpoint))
        .guard(local(&[port]))
        .guarantee(Guarantee::AtMostOnce);
    let outcome = send_one(&settings.build().unwrap(), &offer()).await;
    assert_eq!(told(&outcome), ("retry", "the receiver cannot be reached"));
}
