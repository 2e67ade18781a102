//! What a real message centre makes of our messages.

use std::{collections::BTreeMap, num::NonZeroU32, sync::Arc};

use offerkit_core::{
    domain::{Channel, DeliveryKey, DeliveryStatus},
    ports::{Guarantee, Notifier as _},
};
use offerkit_notify::{
    Pace, async_trait,
    smpp::{LongTexts, ReceiptError, Receipts, SmppSecurity, SmppSettings},
};
use serde::Deserialize;
use tokio::sync::mpsc;

use crate::{
    messages::{message, send_one, told},
    peers::Peer,
};

#[derive(Debug, Deserialize)]
struct Arrived {
    source: (String, u8, u8),
    destination: (String, u8, u8),
    esm_class: u8,
    data_coding: u8,
    registered: u8,
    text: String,
    tlvs: BTreeMap<String, String>,
}

#[derive(Debug, PartialEq, Eq, Deserialize)]
struct Bound {
    bound: String,
    receives: bool,
}

struct Centre {
    peer: Peer,
    port: u16,
}

impl Centre {
    async fn start() -> Self {
        let mut peer = Peer::start("smpp/smpp34_server.py", &[]);
        let port = peer.line().await.parse().unwrap();
        Self { peer, port }
    }

    fn settings(&self) -> SmppSettings {
        SmppSettings::new("127.0.0.1", "goldbank", "sesame", "Gold Bank")
            .security(SmppSecurity::Plain)
            .port(self.port)
    }

    async fn bound(&mut self) -> Bound {
        serde_json::from_str(&self.peer.line().await).unwrap()
    }

    async fn arrived(&mut self) -> Arrived {
        serde_json::from_str(&self.peer.line().await).unwrap()
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect::<Vec<_>>()
        .concat()
}

fn bytes(hex: &str) -> Vec<u8> {
    let pairs = hex.as_bytes().chunks(2);
    pairs
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
        .collect()
}

fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_be_bytes).collect()
}

#[tokio::test]
async fn a_text_arrives_in_the_alphabet_it_needs() {
    let mut centre = Centre::start().await;
    let notifier = centre.settings().build().unwrap();
    assert_eq!(notifier.profile().guarantee, Guarantee::AtMostOnce);
    for (sent, coding, expected) in [
        ("Hi @ Gold", 0, b"Hi \x00 Gold".to_vec()),
        // The euro sign and brackets are of the extension table.
        ("€ [5]", 0, b"\x1be \x1b<5\x1b>".to_vec()),
        ("£_Δ¿àÜñ", 0, b"\x01\x11\x10\x60\x7f\x5e\x7d".to_vec()),
        ("आपका कार्ड 😀", 8, utf16("आपका कार्ड 😀")),
    ] {
        let mut message = message(Channel::Sms, 2, "+919876543210");
        message.body = sent.to_owned();
        assert_eq!(told(&send_one(&notifier, &message).await), ("sent", ""));
        if coding == 0 && sent.starts_with("Hi") {
            let expected = Bound {
                bound: "goldbank".to_owned(),
                receives: false,
            };
            assert_eq!(centre.bound().await, expected);
        }
        let arrived = centre.arrived().await;
        assert_eq!(arrived.source, ("Gold Bank".to_owned(), 5, 0));
        assert_eq!(arrived.destination, ("919876543210".to_owned(), 1, 1));
        assert_eq!((arrived.esm_class, arrived.registered), (0, 0));
        assert_eq!(
            (arrived.data_coding, arrived.text),
            (coding, hex(&expected)),
            "{sent}"
        );
    }
}

#[tokio::test]
async fn a_long_text_arrives_in_parts_that_belong_together() {
    let mut centre = Centre::start().await;
    let mut message = message(Channel::Sms, 2, "+919876543210");
    message.body = format!("{}€{}", "a".repeat(152), "b".repeat(100));
    let settings = centre.settings();
    let notifier = settings.clone().build().unwrap();
    assert_eq!(told(&send_one(&notifier, &message).await), ("sent", ""));
    centre.bound().await;
    let (first, second) = (centre.arrived().await, centre.arrived().await);
    let (one, two) = (bytes(&first.text), bytes(&second.text));
    assert_eq!((first.esm_class, second.esm_class), (0x40, 0x40));
    assert_eq!((&one[..3], &one[4..6]), (&[5, 0, 3][..], &[2, 1][..]));
    assert_eq!((&two[..4], &two[4..6]), (&one[..4], &[2, 2][..]));
    assert_eq!((one[6..].len(), &two[6..8]), (152, &b"\x1be"[..]));

    let notifier = settings
        .clone()
        .long_texts(LongTexts::Parameters)
        .build()
        .unwrap();
    assert_eq!(told(&send_one(&notifier, &message).await), ("sent", ""));
    centre.bound().await;
    let (first, second) = (centre.arrived().await, centre.arrived().await);
    let of = |arrived: &Arrived, tag: u16| arrived.tlvs[&tag.to_string()].clone();
    for (number, part) in [("01", &first), ("02", &second)] {
        assert_eq!(part.esm_class, 0);
        assert_eq!(of(part, 0x020C), of(&first, 0x020C));
        assert_eq!(
            (of(part, 0x020E).as_str(), of(part, 0x020F).as_str()),
            ("02", number)
        );
    }
    assert_eq!(bytes(&second.text)[..2], b"\x1be"[..]);

    let notifier = settings.long_texts(LongTexts::Payload).build().unwrap();
    message.body = "₹".repeat(200);
    assert_eq!(told(&send_one(&notifier, &message).await), ("sent", ""));
    centre.bound().await;
    let whole = centre.arrived().await;
    assert_eq!(
        (whole.text.as_str(), of(&whole, 0x0424)),
        ("", hex(&utf16(&message.body)))
    );
}

struct Noted(mpsc::UnboundedSender<(DeliveryKey, DeliveryStatus)>);

#[async_trait]
impl Receipts for Noted {
    async fn receipt(&self, key: DeliveryKey, status: DeliveryStatus) -> Result<(), ReceiptError> {
        self.0.send((key, status)).map_err(|_| ReceiptError)
    }
}

#[tokio::test]
async fn receipts_find_their_messages() {
    let mut centre = Centre::start().await;
    let (noted, mut receipts) = mpsc::unbounded_channel();
    let settings = centre.settings().receipts(Arc::new(Noted(noted)));
    let notifier = settings.build().unwrap();
    let delivered = message(Channel::Sms, 1, "+919876543211");
    let mut in_parts = message(Channel::Sms, 2, "+919876543212");
    in_parts.body = "a".repeat(400);
    let bounced = message(Channel::Sms, 3, "+919876543210");
    for message in [&delivered, &in_parts, &bounced] {
        assert_eq!(told(&send_one(&notifier, message).await), ("sent", ""));
    }
    assert!(centre.bound().await.receives);
    for _ in 0..5 {
        assert_eq!(centre.arrived().await.registered, 1);
    }
    for (message, status) in [
        (&delivered, DeliveryStatus::Delivered),
        // Once, with its last part.
        (&in_parts, DeliveryStatus::Delivered),
        (&bounced, DeliveryStatus::Bounced),
    ] {
        assert_eq!(receipts.recv().await, Some((message.key, status)));
    }
}

#[tokio::test]
async fn a_batch_goes_through_one_session() {
    let mut centre = Centre::start().await;
    let pace = Pace {
        parallel: const { NonZeroU32::new(16).unwrap() },
        ..Pace::default()
    };
    let notifier = centre.settings().pace(pace).build().unwrap();
    let batch: Vec<_> = (0..100)
        .map(|n| message(Channel::Sms, n, &format!("+9198765{n:05}")))
        .collect();
    let outcomes = notifier.send(&batch).await;
    let ids: Vec<_> = outcomes.iter().map(|(id, _)| *id).collect();
    assert_eq!(ids, batch.iter().map(|it| it.id).collect::<Vec<_>>());
    assert!(
        outcomes.iter().all(|(_, it)| told(it).0 == "sent"),
        "{outcomes:?}"
    );
    centre.bound().await;
    let mut numbers = Vec::new();
    for _ in 0..100 {
        numbers.push(centre.arrived().await.destination.0);
    }
    numbers.sort();
    numbers.dedup();
    assert_eq!(numbers.len(), 100);
}
