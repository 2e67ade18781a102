//! What a message centre reports of messages that it took.

use std::collections::{HashMap, VecDeque};

use async_trait::async_trait;
use offerkit_core::domain::{DeliveryKey, DeliveryStatus};
use rusmpp::{
    pdus::DeliverSm,
    tlvs::{Tlv, TlvValue},
    values::{MessageState, MessageType},
};

/// A receipt cannot be noted now; the message centre sends it again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("receipts cannot be noted now")]
pub struct ReceiptError;

/// Takes what a message centre reports: the host passes it to the service `Deliveries::receipt`.
#[async_trait]
pub trait Receipts: Send + Sync {
    /// Notes that a message was delivered or bounced. A receipt may come twice.
    ///
    /// # Errors
    ///
    /// [`ReceiptError`] where it cannot be noted now.
    async fn receipt(&self, key: DeliveryKey, status: DeliveryStatus) -> Result<(), ReceiptError>;
}

/// What a receipt says.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Receipt {
    pub(super) id: Box<str>,
    /// None where the message is still on its way, or nobody can tell.
    pub(super) status: Option<DeliveryStatus>,
}

impl Receipt {
    /// `None` where it is none: a message from a phone, say.
    pub(super) fn read(pdu: &DeliverSm) -> Option<Self> {
        if pdu.esm_class.message_type != MessageType::ShortMessageContainsMCDeliveryReceipt {
            return None;
        }
        let values = || pdu.tlvs().iter().filter_map(Tlv::value);
        let text = String::from_utf8_lossy(pdu.short_message().as_ref());
        let id = values().find_map(|value| match value {
            TlvValue::ReceiptedMessageId(id) => Some(id.to_string()),
            _ => None,
        });
        let state = values().find_map(|value| match value {
            TlvValue::MessageState(state) => Some(*state),
            _ => None,
        });
        let id = id.or_else(|| word(&text, "id:").map(str::to_owned))?;
        let status = match state {
            Some(state) => of_state(state),
            None => of_word(word(&text, "stat:")?),
        };
        Some(Self {
            id: id.into(),
            status,
        })
    }
}

const fn of_state(state: MessageState) -> Option<DeliveryStatus> {
    match state {
        MessageState::Delivered => Some(DeliveryStatus::Delivered),
        MessageState::Expired
        | MessageState::Deleted
        | MessageState::Undeliverable
        | MessageState::Rejected => Some(DeliveryStatus::Bounced),
        _ => None,
    }
}

/// The words of SMPP 3.4, appendix B.
fn of_word(word: &str) -> Option<DeliveryStatus> {
    match word {
        "DELIVRD" => Some(DeliveryStatus::Delivered),
        "EXPIRED" | "DELETED" | "UNDELIV" | "REJECTD" => Some(DeliveryStatus::Bounced),
        _ => None,
    }
}

/// The word after `name` in the text of a receipt.
fn word<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    let mut words = text.split_whitespace();
    words.find_map(|word| word.strip_prefix(name))
}

/// Which message a receipt is for. It is kept in memory, so a receipt that comes after the process was started anew is for
/// none.
#[derive(Debug)]
pub(super) struct Awaited {
    /// Of how many parts the ids are kept; the oldest is forgotten.
    room: usize,
    of_part: HashMap<Box<str>, DeliveryKey>,
    /// The ids as they came, those that were dealt with among them.
    order: VecDeque<Box<str>>,
    /// How many parts of a message are not delivered yet.
    open: HashMap<DeliveryKey, usize>,
}

impl Awaited {
    pub(super) fn new(room: usize) -> Self {
        Self {
            room,
            of_part: HashMap::new(),
            order: VecDeque::new(),
            open: HashMap::new(),
        }
    }

    /// A part of a message, of so many, was taken under this id.
    pub(super) fn taken(&mut self, id: &str, key: DeliveryKey, parts: usize) {
        if self.order.len() >= self.room
            && let Some(oldest) = self.order.pop_front()
        {
            let key = self.of_part.remove(&oldest);
            key.and_then(|key| self.open.remove(&key));
        }
        if self.of_part.insert(id.into(), key).is_none() {
            self.order.push_back(id.into());
        }
        self.open.entry(key).or_insert(parts);
    }

    /// Whether a part was taken under this id, and its receipt is to come.
    pub(super) fn knows(&self, id: &str) -> bool {
        self.of_part.contains_key(id)
    }

    /// What to note for a receipt: a message is delivered with its last part, and bounced with its first that is.
    pub(super) fn meant(&self, receipt: &Receipt) -> Option<(DeliveryKey, DeliveryStatus)> {
        let key = *self.of_part.get(&receipt.id)?;
        let (status, open) = (receipt.status?, *self.open.get(&key)?);
        (status != DeliveryStatus::Delivered || open <= 1).then_some((key, status))
    }

    /// The receipt was dealt with.
    pub(super) fn done(&mut self, receipt: &Receipt) {
        let Some(status) = receipt.status else {
            return;
        };
        let Some(key) = self.of_part.remove(&receipt.id) else {
            return;
        };
        match self.open.get_mut(&key) {
            Some(open) if status == DeliveryStatus::Delivered && *open > 1 => *open -= 1,
            _ => {
                self.open.remove(&key);
            }
        }
    }
}
