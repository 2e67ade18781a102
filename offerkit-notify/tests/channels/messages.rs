//! Messages to send, and what became of them.

use offerkit_core::{
    domain::{Channel, DeliveryKey},
    id::{CampaignId, CustomerId},
    ports::{Message, Notifier, Outcome},
};
use uuid::Uuid;

/// A message to customer number `customer`.
pub(crate) fn message(channel: Channel, customer: u128, address: &str) -> Message {
    let key = DeliveryKey {
        campaign: CampaignId::from_uuid(Uuid::from_u128(1)),
        customer: CustomerId::from_uuid(Uuid::from_u128(customer)),
        channel,
    };
    Message {
        id: key.id(),
        key,
        address: address.to_owned(),
        subject: Some("Your gold card".to_owned()),
        body: "Dear Asha,\nyour card waits.".to_owned(),
        html: None,
        unsubscribe_url: None,
        is_test: false,
        attempt: 1,
    }
}

/// Sends one message alone.
pub(crate) async fn send_one(notifier: &impl Notifier, message: &Message) -> Outcome {
    let outcomes = notifier.send(std::slice::from_ref(message)).await;
    let [(id, outcome)] = <[_; 1]>::try_from(outcomes).expect("one outcome for one message");
    assert_eq!(id, message.id);
    outcome
}

/// The kind of an outcome and its reason, to compare with.
pub(crate) fn told(outcome: &Outcome) -> (&'static str, &str) {
    match outcome {
        Outcome::Sent => ("sent", ""),
        Outcome::Retry { reason, .. } => ("retry", reason),
        Outcome::Failed {
            reason,
            address_is_dead: true,
        } => ("dead", reason),
        Outcome::Failed { reason, .. } => ("failed", reason),
        Outcome::Unknown { reason } => ("unknown", reason),
    }
}
