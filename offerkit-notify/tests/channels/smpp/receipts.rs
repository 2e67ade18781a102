//! What becomes of receipts that come early, twice or for nobody.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use offerkit_core::domain::{Channel, DeliveryKey, DeliveryStatus};
use offerkit_notify::{
    async_trait,
    smpp::{ReceiptError, Receipts},
};
use tokio::{sync::mpsc, time::timeout};

use super::{
    centre::{BIND_TRANSCEIVER, Centre, Reply},
    faults::{settings, text, until},
};
use crate::messages::{message, send_one, told};

/// Notes a receipt at the second try.
struct Forgetful(
    AtomicUsize,
    mpsc::UnboundedSender<(DeliveryKey, DeliveryStatus)>,
);

#[async_trait]
impl Receipts for Forgetful {
    async fn receipt(&self, key: DeliveryKey, status: DeliveryStatus) -> Result<(), ReceiptError> {
        if self.0.fetch_add(1, Ordering::SeqCst) == 0 {
            return Err(ReceiptError);
        }
        self.1.send((key, status)).map_err(|_| ReceiptError)
    }
}

/// The statuses with which messages to us were acknowledged.
async fn acknowledged(centre: &Centre, count: usize) -> Vec<u32> {
    let answers = || {
        let came = centre.came().into_iter();
        let of = came.filter(|pdu| pdu.id == 0x8000_0005);
        of.map(|pdu| pdu.status).collect::<Vec<_>>()
    };
    until(|| answers().len() >= count).await;
    answers()
}

// First seen to fail with receipts acknowledged as they come: the one that could not be noted was lost.
#[tokio::test]
async fn a_receipt_is_acknowledged_once_it_is_noted() {
    let receipt = "id:m1 sub:001 dlvrd:001 stat:DELIVRD err:000 text:";
    let replies = [
        Reply::Receipt(4, receipt),
        // Again, since it was not acknowledged; then of nobody, a text without an id, and a message from a phone.
        Reply::Receipt(4, receipt),
        Reply::Receipt(4, "id:other stat:DELIVRD"),
        Reply::Receipt(4, "what is this?"),
        Reply::Receipt(0, "STOP"),
        Reply::Receipt(4, "id:m2 stat:ACCEPTD"),
    ];
    let centre = Centre::start([], replies).await;
    let (noted, mut receipts) = mpsc::unbounded_channel();
    let forgetful = Arc::new(Forgetful(AtomicUsize::new(0), noted));
    let notifier = settings(&centre).receipts(forgetful).build().unwrap();
    let first = text();
    assert_eq!(told(&send_one(&notifier, &first).await), ("sent", ""));
    assert_eq!(acknowledged(&centre, 1).await, [0x64]);
    for customer in 3..8 {
        let other = message(Channel::Sms, customer, "+919876543210");
        assert_eq!(told(&send_one(&notifier, &other).await), ("sent", ""));
    }
    assert_eq!(
        receipts.recv().await,
        Some((first.key, DeliveryStatus::Delivered))
    );
    assert_eq!(acknowledged(&centre, 6).await, [0x64, 0, 0, 0, 0, 0]);
    assert!(receipts.try_recv().is_err());
    assert_eq!(
        (centre.count(BIND_TRANSCEIVER), centre.connections()),
        (1, 1)
    );
}

// First seen to fail with receipts looked up as they come: this one was for nobody.
#[tokio::test]
async fn a_receipt_that_comes_before_the_answer_finds_its_message() {
    let early = Reply::Early(4, "id:m1 stat:UNDELIV");
    let of_nobody = Reply::Early(4, "id:other stat:UNDELIV");
    let centre = Centre::start([], [early, of_nobody]).await;
    let (noted, mut receipts) = mpsc::unbounded_channel();
    let noting = Arc::new(Forgetful(AtomicUsize::new(1), noted));
    let notifier = settings(&centre).receipts(noting).build().unwrap();
    let first = text();
    assert_eq!(told(&send_one(&notifier, &first).await), ("sent", ""));
    let bounced = (first.key, DeliveryStatus::Bounced);
    let noted = timeout(Duration::from_secs(20), receipts.recv()).await;
    assert_eq!(noted, Ok(Some(bounced)), "it was for nobody");
    let other = message(Channel::Sms, 3, "+919876543210");
    assert_eq!(told(&send_one(&notifier, &other).await), ("sent", ""));
    assert_eq!(acknowledged(&centre, 2).await, [0, 0]);
    assert!(receipts.try_recv().is_err());
}
