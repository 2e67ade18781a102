//! What becomes of messages where the message centre misbehaves.

use std::{num::NonZeroU32, time::Duration};

use offerkit_core::{
    domain::Channel,
    ports::{Message, Notifier as _, Outcome},
};
use offerkit_notify::{
    Pace,
    smpp::{SmppSecurity, SmppSettings, SmppTimeouts},
};

use super::centre::{ANSWER, BIND_TRANSMITTER, Centre, ENQUIRE, Pdu, Reply, SUBMIT, UNBIND};
use crate::messages::{message, send_one, told};

const TIMEOUTS: SmppTimeouts = SmppTimeouts {
    connect: Duration::from_secs(2),
    reply: Duration::from_secs(1),
    enquire: Duration::from_secs(30),
    pause: Duration::from_millis(20),
};

pub(super) fn settings(centre: &Centre) -> SmppSettings {
    SmppSettings::new("127.0.0.1", "goldbank", "sesame", "+15550100")
        .security(SmppSecurity::Plain)
        .port(centre.port)
        .timeouts(TIMEOUTS)
}

pub(super) fn text() -> Message {
    message(Channel::Sms, 2, "+919876543210")
}

fn in_parts() -> Message {
    let mut message = text();
    message.body = "a".repeat(400);
    message
}

#[tokio::test]
async fn statuses_are_told_apart() {
    for (status, expected) in [
        (0x58, "retry"),
        (0x14, "retry"),
        (0x08, "retry"),
        (0x64, "retry"),
        (0x04, "retry"),
        (0x0B, "failed"),
        (0x45, "failed"),
        (0xFF, "failed"),
        (0x0400, "failed"),
    ] {
        let centre = Centre::start([], [Reply::Status(status), Reply::Nack(status)]).await;
        let notifier = settings(&centre).build().unwrap();
        for _ in 0..2 {
            let outcome = send_one(&notifier, &text()).await;
            let reason = format!("the message centre answered 0x{status:08X}");
            assert_eq!(told(&outcome), (expected, reason.as_str()));
            if matches!(status, 0x58 | 0x14) {
                let after = Some(TIMEOUTS.pause);
                assert!(matches!(outcome, Outcome::Retry { after: wait, .. } if wait == after));
            }
        }
        assert_eq!(told(&send_one(&notifier, &text()).await), ("sent", ""));
    }
    // What says "no error" but cannot be read was not taken either.
    let centre = Centre::start([], [Reply::Nack(0)]).await;
    let outcome = send_one(&settings(&centre).build().unwrap(), &text()).await;
    assert_eq!(told(&outcome).0, "failed");
}

#[tokio::test]
async fn a_refused_login_is_no_messages_fault() {
    for (reply, reason) in [
        (
            Reply::Status(0x0E),
            "the message centre refused the login (0x0000000E)",
        ),
        (
            Reply::Nack(0x03),
            "the message centre refused the login (0x00000003)",
        ),
        (Reply::Reset, "the connection was lost before it was bound"),
        (
            Reply::Raw(b"GET / HTTP/1.1\r\n\r\n".to_vec()),
            "the connection was lost before it was bound",
        ),
        (
            Reply::Silence,
            "the message centre took too long to connect",
        ),
    ] {
        let centre = Centre::start([reply], []).await;
        let notifier = settings(&centre).build().unwrap();
        let outcome = send_one(&notifier, &text()).await;
        assert_eq!(told(&outcome), ("retry", reason));
        assert_eq!(centre.count(SUBMIT), 0);
    }
    let nobody = Centre::start([], []).await;
    let unreachable = settings(&nobody).port(1).build().unwrap();
    let outcome = send_one(&unreachable, &text()).await;
    assert_eq!(
        told(&outcome),
        ("retry", "the message centre cannot be reached")
    );
}

// First seen to fail with nothing remembered of the last try: every message of the batch tried to bind.
#[tokio::test]
async fn a_batch_tries_once_to_bind_where_that_fails() {
    let refused = std::iter::repeat_n(Reply::Status(0x0E), 100);
    let centre = Centre::start(refused, []).await;
    let timeouts = SmppTimeouts {
        pause: Duration::from_mins(1),
        ..TIMEOUTS
    };
    let notifier = settings(&centre).timeouts(timeouts).build().unwrap();
    let batch: Vec<_> = (0..20)
        .map(|n| message(Channel::Sms, n, "+919876543210"))
        .collect();
    let outcomes = notifier.send(&batch).await;
    assert!(
        outcomes.iter().all(|(_, it)| told(it).0 == "retry"),
        "{outcomes:?}"
    );
    assert_eq!((outcomes.len(), centre.connections()), (20, 1));
}

// First seen to fail with a lost answer taken for one that may be tried again: the customer would get a second text.
#[tokio::test]
async fn no_answer_is_unknown_and_the_next_message_goes_through_a_new_session() {
    for reply in [
        Reply::Silence,
        Reply::Reset,
        Reply::Raw(vec![0, 0, 0, 3, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]),
        Reply::Raw(vec![0xFF; 64]),
    ] {
        let centre = Centre::start([], [Reply::Status(0), reply.clone()]).await;
        let notifier = settings(&centre).build().unwrap();
        assert_eq!(told(&send_one(&notifier, &text()).await), ("sent", ""));
        let outcome = send_one(&notifier, &text()).await;
        assert_eq!(
            told(&outcome),
            ("unknown", "the message centre gave no answer"),
            "{reply:?}"
        );
        assert_eq!(told(&send_one(&notifier, &text()).await), ("sent", ""));
        assert_eq!(centre.connections(), 2, "{reply:?}");
    }
}

/// Returns when it is so; a test that waits for what does not come fails.
pub(super) async fn until(is_so: impl Fn() -> bool) {
    let waited = async {
        while !is_so() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), waited)
        .await
        .unwrap();
}

#[tokio::test]
async fn a_session_that_the_centre_leaves_is_bound_anew() {
    let centre = Centre::start([], [Reply::Leave]).await;
    let notifier = settings(&centre).build().unwrap();
    assert_eq!(told(&send_one(&notifier, &text()).await), ("sent", ""));
    until(|| centre.closed() == 1).await;
    assert_eq!(centre.count(UNBIND | ANSWER), 1);
    assert_eq!(told(&send_one(&notifier, &text()).await), ("sent", ""));
    assert_eq!(
        (centre.connections(), centre.count(BIND_TRANSMITTER)),
        (2, 2)
    );
    // And it takes leave itself.
    drop(notifier);
    until(|| centre.closed() == 2).await;
    assert_eq!(centre.count(UNBIND), 1);
}

// First seen to fail with the answer to a look at the link not waited for: the session was kept for ever.
#[tokio::test]
async fn a_centre_that_does_not_say_it_is_there_is_left() {
    let timeouts = SmppTimeouts {
        reply: Duration::from_millis(200),
        enquire: Duration::from_millis(50),
        ..TIMEOUTS
    };
    let centre = Centre::start([], []).await.without_enquiries();
    let notifier = settings(&centre).timeouts(timeouts).build().unwrap();
    assert_eq!(told(&send_one(&notifier, &text()).await), ("sent", ""));
    until(|| centre.closed() == 1).await;
    assert_eq!(centre.count(ENQUIRE), 1);
    assert_eq!(told(&send_one(&notifier, &text()).await), ("sent", ""));

    let centre = Centre::start([], []).await;
    let notifier = settings(&centre).timeouts(timeouts).build().unwrap();
    assert_eq!(told(&send_one(&notifier, &text()).await), ("sent", ""));
    until(|| centre.count(ENQUIRE) == 3).await;
    assert_eq!((centre.connections(), centre.closed()), (1, 0));
}

#[tokio::test]
async fn the_rest_of_a_text_waits_while_the_centre_has_too_much_to_do() {
    let busy = [0, 0x58, 0x58, 0, 0x14, 0].map(Reply::Status);
    let centre = Centre::start([], busy).await;
    let notifier = settings(&centre).build().unwrap();
    assert_eq!(told(&send_one(&notifier, &in_parts()).await), ("sent", ""));
    assert_eq!(centre.count(SUBMIT), 6);
    let seen: Vec<_> = centre
        .came()
        .into_iter()
        .filter(|it| it.id == SUBMIT)
        .collect();
    let part = |pdu: &Pdu| {
        let at = pdu.body.windows(3).position(|it| it == [5, 0, 3]).unwrap();
        pdu.body[at + 5]
    };
    assert_eq!(
        seen.iter().map(part).collect::<Vec<_>>(),
        [1, 2, 2, 2, 3, 3]
    );
}

// First seen to fail with such a text tried again as a whole: its first part would arrive twice.
#[tokio::test]
async fn a_text_of_which_a_part_was_taken_is_never_tried_again() {
    for (reply, expected, reason) in [
        (
            Reply::Status(0x45),
            "failed",
            "the message centre answered 0x00000045, and has taken a part of the text",
        ),
        (
            Reply::Silence,
            "unknown",
            "the message centre gave no answer, and has taken a part of the text",
        ),
        (
            Reply::Status(0x58),
            "unknown",
            "the message centre answered 0x00000058, and has taken a part of the text",
        ),
    ] {
        let rest = std::iter::repeat_n(reply, 200);
        let centre = Centre::start([], std::iter::once(Reply::Status(0)).chain(rest)).await;
        let outcome = send_one(&settings(&centre).build().unwrap(), &in_parts()).await;
        assert_eq!(told(&outcome), (expected, reason));
    }
    let centre = Centre::start([], [Reply::Status(0x58)]).await;
    let outcome = send_one(&settings(&centre).build().unwrap(), &in_parts()).await;
    assert_eq!(told(&outcome).0, "retry");
    assert_eq!(centre.count(SUBMIT), 1);
}

// First seen to fail with no limit: all twenty were on their way at once.
#[tokio::test]
async fn no_more_are_on_their_way_than_the_window_allows() {
    let silent = std::iter::repeat_n(Reply::Silence, 20);
    let centre = Centre::start([], silent).await;
    let pace = Pace {
        parallel: const { NonZeroU32::new(3).unwrap() },
        begin_within: Duration::from_millis(500),
        ..Pace::default()
    };
    let notifier = settings(&centre).pace(pace).build().unwrap();
    let batch: Vec<_> = (0..20)
        .map(|n| message(Channel::Sms, n, "+919876543210"))
        .collect();
    let outcomes = notifier.send(&batch).await;
    let of = |kind: &str| outcomes.iter().filter(|(_, it)| told(it).0 == kind).count();
    assert_eq!(
        (of("unknown"), of("retry"), centre.count(SUBMIT)),
        (3, 17, 3)
    );
}

#[tokio::test]
async fn what_is_no_number_or_too_long_is_not_sent() {
    let centre = Centre::start([], []).await;
    let notifier = settings(&centre).build().unwrap();
    for address in ["919876543210", "+0919876543", "asha@example.com", "+"] {
        let outcome = send_one(&notifier, &message(Channel::Sms, 2, address)).await;
        assert_eq!(told(&outcome), ("failed", "the address is no phone number"));
    }
    let mut long = text();
    long.body = "₹".repeat(671);
    let outcome = send_one(&notifier, &long).await;
    assert_eq!(
        told(&outcome),
        ("failed", "the text takes 11 parts, 10 are allowed")
    );
    assert_eq!(centre.connections(), 0);
}

#[test]
fn settings_that_cannot_work_are_refused() {
    let build = |system: &str, password: &str, sender: &str| {
        let settings = SmppSettings::new("smsc.example", system, password, sender);
        let settings = settings.security(SmppSecurity::Plain);
        let shown = format!("{settings:?}");
        assert!(!shown.contains("sesame"), "{shown}");
        settings.build().map_err(|error| error.to_string())
    };
    for sender in ["+15550100", "12345", "Gold Bank"] {
        assert!(build("goldbank", "sesame", sender).is_ok(), "{sender}");
    }
    let no_sender = "the sender is neither a phone number such as `+15550100`, nor a short code, nor a name of at most 11 letters";
    for (system, password, sender, expected) in [
        (
            "a system of 16 c",
            "sesame",
            "Gold",
            "the system id is longer than 15 characters, or not ASCII",
        ),
        (
            "goldbank",
            "sesame911",
            "Gold",
            "the password is longer than 8 characters, or not ASCII",
        ),
        ("goldbank", "sesame", "", no_sender),
        ("goldbank", "sesame", "The Gold Bank", no_sender),
        ("goldbank", "sesame", "Gold\0", no_sender),
    ] {
        assert_eq!(build(system, password, sender).unwrap_err(), expected);
    }
}
