//! What becomes of a message when the server fails at one step.

use std::{num::NonZeroU32, time::Duration};

use offerkit_core::{
    domain::Channel,
    ports::{Message, Notifier as _},
};
use offerkit_notify::{
    Pace, SetupError,
    smtp::{Security, SmtpNotifier, SmtpSettings, SmtpTimeouts},
};

use super::sink::{Fault, Sink};
use crate::messages::{message, send_one, told};

fn settings(port: u16) -> SmtpSettings {
    SmtpSettings::new("127.0.0.1", "offers@bank.example")
        .security(Security::Plain)
        .port(port)
}

/// For servers that say nothing; long enough for those that do, on a busy machine.
fn impatient(port: u16) -> SmtpSettings {
    settings(port).timeouts(SmtpTimeouts {
        reply: Duration::from_secs(1),
        accept: Duration::from_secs(1),
        ..SmtpTimeouts::default()
    })
}

fn notifier(sink: &Sink) -> SmtpNotifier {
    settings(sink.port).build().unwrap()
}

fn mail() -> Message {
    message(Channel::Email, 2, "asha@example.com")
}

const LOST: &str = "the connection was lost before the mail was handed over";

// Seen to fail with the steps after DATA answered as the steps before it: the mail was taken and would be sent again.
#[tokio::test]
#[expect(clippy::too_many_lines, reason = "a table, a line for every fault")]
async fn what_a_fault_means_depends_on_its_step() {
    use Fault::{Drop, Endless, Say, Silence};
    for (step, fault, expected, reason) in [
        ("", Drop, "retry", "the connection was lost"),
        ("", Silence, "retry", "the server took too long to answer"),
        (
            "",
            Say("554 5.7.1 not you"),
            "retry",
            "the server refused the connection (554 5.7.1)",
        ),
        ("", Say("what?"), "retry", "the connection was lost"),
        (
            "",
            Endless("220-more\r\n"),
            "retry",
            "the connection was lost",
        ),
        ("EHLO", Drop, "retry", "the connection was lost"),
        (
            "EHLO",
            Say("421 4.3.0 later"),
            "retry",
            "the server refused the connection (421 4.3.0)",
        ),
        (
            "EHLO",
            Endless("250-more\r\n"),
            "retry",
            "the connection was lost",
        ),
        ("MAIL", Drop, "retry", LOST),
        ("MAIL", Silence, "retry", LOST),
        (
            "MAIL",
            Say("451 4.3.0 later"),
            "retry",
            "the server refused the sender (451 4.3.0)",
        ),
        (
            "MAIL",
            Say("550 5.7.1 never"),
            "failed",
            "the server refused the sender (550 5.7.1)",
        ),
        (
            "MAIL",
            Say("530 5.7.0 log in"),
            "retry",
            "the server refused the sender (530 5.7.0)",
        ),
        ("RCPT", Drop, "retry", LOST),
        ("RCPT", Silence, "retry", LOST),
        (
            "RCPT",
            Say("450 4.2.1 busy"),
            "retry",
            "the server refused the recipient (450 4.2.1)",
        ),
        (
            "RCPT",
            Say("550 5.1.1 asha@example.com is unknown"),
            "dead",
            "the server refused the recipient (550 5.1.1)",
        ),
        (
            "RCPT",
            Say("550 never"),
            "failed",
            "the server refused the recipient (550)",
        ),
        (
            "RCPT",
            Say("421 4.3.2 closing"),
            "retry",
            "the server refused the recipient (421 4.3.2)",
        ),
        ("RCPT", Endless("250-more\r\n"), "retry", LOST),
        ("DATA", Drop, "retry", LOST),
        ("DATA", Silence, "retry", LOST),
        (
            "DATA",
            Say("451 4.3.0 later"),
            "retry",
            "the server refused the transaction (451 4.3.0)",
        ),
        (
            "DATA",
            Say("250 2.0.0 what"),
            "retry",
            "the server refused the transaction (250 2.0.0)",
        ),
        (
            "content",
            Drop,
            "unknown",
            "the connection was lost while the mail was handed over",
        ),
        (
            ".",
            Drop,
            "unknown",
            "the connection was lost while the mail was handed over",
        ),
        (
            ".",
            Silence,
            "unknown",
            "the server did not say in time whether it took the mail",
        ),
        (
            ".",
            Say("what?"),
            "unknown",
            "the connection was lost while the mail was handed over",
        ),
        (
            ".",
            Endless("250-more\r\n"),
            "unknown",
            "the connection was lost while the mail was handed over",
        ),
        (
            ".",
            Say("452 4.3.1 full"),
            "retry",
            "the server refused the mail (452 4.3.1)",
        ),
        (
            ".",
            Say("554 5.6.0 spam"),
            "failed",
            "the server refused the mail (554 5.6.0)",
        ),
    ] {
        let sink = Sink::start([(step, fault.clone())]).await;
        let notifier = impatient(sink.port).build().unwrap();
        let outcome = send_one(&notifier, &mail()).await;
        assert_eq!(told(&outcome), (expected, reason), "{step:?} {fault:?}");
    }
}

#[tokio::test]
async fn a_server_without_pipelining_is_asked_one_thing_at_a_time() {
    let refusal = ("RCPT", Fault::Say("550 5.1.1 unknown"));
    let sink = Sink::offering("250 sink", [refusal]).await;
    let notifier = notifier(&sink);
    let outcome = send_one(&notifier, &mail()).await;
    let dead = ("dead", "the server refused the recipient (550 5.1.1)");
    assert_eq!(told(&outcome), dead);
    assert_eq!(told(&send_one(&notifier, &mail()).await), ("sent", ""));
    let commands = sink.commands();
    let expected = [
        "EHLO [127.0.0.1]",
        "MAIL FROM:<offers@bank.example>",
        "RCPT TO:<asha@example.com>",
        "RSET",
        "MAIL FROM:<offers@bank.example>",
        "RCPT TO:<asha@example.com>",
        "DATA",
    ];
    assert_eq!(commands, expected);
    assert_eq!(sink.connections(), 1);
}

#[tokio::test]
async fn a_server_that_cannot_be_reached_is_tried_again() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = closed.local_addr().unwrap().port();
    drop(closed);
    let notifier = settings(port).build().unwrap();
    let outcome = send_one(&notifier, &mail()).await;
    assert_eq!(told(&outcome), ("retry", "the server cannot be reached"));

    let sink = Sink::start([("", Fault::Silence)]).await;
    let timeouts = SmtpTimeouts {
        connect: Duration::from_millis(100),
        ..SmtpTimeouts::default()
    };
    let notifier = settings(sink.port).timeouts(timeouts).build().unwrap();
    let outcome = send_one(&notifier, &mail()).await;
    let slow = "the server took too long to connect";
    assert_eq!(told(&outcome), ("retry", slow));
}

// First seen to fail with the second try on a new connection removed: the message was to be tried again.
#[tokio::test]
async fn a_kept_connection_that_the_server_closed_costs_nothing() {
    for step in ["MAIL", "RCPT", "DATA"] {
        let sink = Sink::start([]).await;
        let notifier = notifier(&sink);
        assert_eq!(told(&send_one(&notifier, &mail()).await), ("sent", ""));
        sink.add(step, Fault::Drop);
        assert_eq!(told(&send_one(&notifier, &mail()).await), ("sent", ""));
        assert_eq!((sink.mails().len(), sink.connections()), (2, 2), "{step}");
    }
}

// First seen to fail with `reusable` taken for true: the next mail took the late answer for its own.
#[tokio::test]
async fn a_connection_with_an_open_answer_is_not_used_again() {
    let sink = Sink::start([(".", Fault::Late)]).await;
    let notifier = impatient(sink.port).build().unwrap();
    assert_eq!(told(&send_one(&notifier, &mail()).await).0, "unknown");
    assert_eq!(told(&send_one(&notifier, &mail()).await), ("sent", ""));
    assert_eq!(sink.connections(), 2);
}

#[tokio::test]
async fn a_connection_is_left_after_so_many_mails() {
    let sink = Sink::start([]).await;
    let two = NonZeroU32::new(2).unwrap();
    let notifier = settings(sink.port)
        .mails_per_connection(two)
        .build()
        .unwrap();
    for _ in 0..5 {
        assert_eq!(told(&send_one(&notifier, &mail()).await), ("sent", ""));
    }
    assert_eq!(sink.connections(), 3);
    let quits = sink.commands().iter().filter(|it| *it == "QUIT").count();
    assert_eq!(quits, 2);
}

#[tokio::test]
async fn one_refusal_is_one_messages_alone() {
    let sink = Sink::start([("RCPT", Fault::Say("550 5.1.1 unknown"))]).await;
    let batch: Vec<_> = (0..9)
        .map(|n| message(Channel::Email, n, "asha@example.com"))
        .collect();
    let outcomes = notifier(&sink).send(&batch).await;
    let kinds: Vec<_> = outcomes.iter().map(|(_, it)| told(it).0).collect();
    assert_eq!(kinds.iter().filter(|it| **it == "sent").count(), 8);
    assert_eq!(kinds.iter().filter(|it| **it == "dead").count(), 1);
    assert_eq!(sink.mails().len(), 8);
}

// First seen to fail with the look at the clock removed from the pace: the whole batch was begun.
#[tokio::test]
async fn what_was_not_begun_in_time_is_tried_again() {
    let sink = Sink::start([]).await;
    let pace = Pace {
        begin_within: Duration::ZERO,
        ..Pace::default()
    };
    let notifier = settings(sink.port).pace(pace).build().unwrap();
    let outcome = send_one(&notifier, &mail()).await;
    let late = "the batch's time was up before it was begun";
    assert_eq!(told(&outcome), ("retry", late));
    assert_eq!(sink.connections(), 0);
}

// Seen to fail with the look at the subject removed, with the look at the URL removed, and with lone CRs left in.
#[tokio::test]
async fn no_text_of_a_message_becomes_a_command_or_a_header() {
    let sink = Sink::start([]).await;
    let notifier = notifier(&sink);
    for address in [
        "asha@example.com>\r\nRSET\r\nMAIL FROM:<evil@example.com",
        "asha@example.com\nRSET",
        "\"a\r\nRSET\r\n\"@example.com",
        "asha@example.com> BODY=8BITMIME",
    ] {
        let outcome = send_one(&notifier, &message(Channel::Email, 2, address)).await;
        let reason = "the address is no e-mail address";
        assert_eq!(told(&outcome), ("failed", reason), "{address:?}");
    }
    for subject in [
        "Gold\r\nBcc: all@example.com",
        "Gold\nBcc: all",
        "Gold\0",
        "Gold\u{85}",
    ] {
        let mut message = mail();
        message.subject = Some(subject.to_owned());
        let outcome = send_one(&notifier, &message).await;
        let reason = "the subject has a control character";
        assert_eq!(told(&outcome), ("failed", reason), "{subject:?}");
    }
    for url in [
        "http://bank.example/out",
        "https://",
        "https://bank.example/>\r\nBcc: all@example.com",
        "https://bank.example/a b",
        "https://bank.example/>,<mailto:x@example.com",
    ] {
        let mut message = mail();
        message.unsubscribe_url = Some(url.to_owned());
        let outcome = send_one(&notifier, &message).await;
        let reason = "the URL to opt out is no `https` URL";
        assert_eq!(told(&outcome), ("failed", reason), "{url:?}");
    }
    assert_eq!(sink.connections(), 0);

    // A text may hold anything; it stays a text.
    let mut message = mail();
    message.body = "one\r\n.\r\nRSET\r\ntwo\n.\nthree\r.\r".to_owned();
    message.html = Some("<p>\n.\n</p>".to_owned());
    assert_eq!(told(&send_one(&notifier, &message).await), ("sent", ""));
    assert!(!sink.commands().contains(&"RSET".to_owned()));
    let mails = sink.mails();
    let bare = mails[0]
        .iter()
        .zip(mails[0].iter().skip(1))
        .any(|(a, b)| (*a == b'\r' && *b != b'\n') || (*a != b'\r' && *b == b'\n'));
    assert!(!bare, "a mail has CR and LF only together");
}

#[test]
fn settings_that_cannot_work_are_refused() {
    let plain = || SmtpSettings::new("127.0.0.1", "offers@bank.example").security(Security::Plain);
    let cases = [
        (
            plain().login("asha", "secret"),
            "the login would be sent without TLS",
        ),
        (
            plain().sender_name("Gold\r\nBcc: all"),
            "the sender's name has a control character",
        ),
        (
            plain().reply_to("nobody"),
            "the address for answers is no e-mail address",
        ),
        (
            plain().return_path("a b@c.example"),
            "the address for bounces is no e-mail address",
        ),
        (
            plain().hello("me\r\nRSET"),
            "this machine's name is not one word in ASCII",
        ),
        (
            SmtpSettings::new("127.0.0.1", "a@b.example\r\n").security(Security::Plain),
            "the sender is no e-mail address",
        ),
    ];
    for (settings, expected) in cases {
        let error = settings.build().expect_err(expected);
        assert!(matches!(error, SetupError::Setting { .. }));
        assert_eq!(error.to_string(), expected);
    }
}

#[test]
fn nothing_shows_a_password() {
    let settings = SmtpSettings::new("mail.example.com", "offers@bank.example")
        .tls(crate::tls::Authority::new().client())
        .login("asha", "open sesame");
    let shown = format!("{settings:?}");
    let built = format!("{:?}", settings.build().unwrap());
    assert!(!shown.contains("sesame") && !built.contains("sesame"));
}
