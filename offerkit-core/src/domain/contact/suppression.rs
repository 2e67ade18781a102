//! Addresses that nothing is sent to any more.

use serde::{Deserialize, Serialize};

use crate::{digest::Digest, domain::Channel, time::Timestamp};

/// An address on a channel, by a digest, so that it is known again after its customer was erased.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct AddressDigest {
    /// The channel.
    pub channel: Channel,
    /// The digest of the address in the form in which addresses are compared.
    pub digest: Digest,
}

impl AddressDigest {
    /// Of an address as a person writes it. E-mail addresses are compared without regard to case, phone numbers by their
    /// digits and a leading `+`, everything else as it is.
    ///
    /// ```
    /// use offerkit_core::domain::{AddressDigest, Channel};
    ///
    /// let written = AddressDigest::of(Channel::Sms, "+91 98450-12345");
    /// assert_eq!(written, AddressDigest::of(Channel::Sms, "+919845012345"));
    /// ```
    #[must_use]
    pub fn of(channel: Channel, address: &str) -> Self {
        let address = address.trim();
        let compared = match channel {
            Channel::Email => address.to_lowercase(),
            Channel::Sms => phone(address),
            Channel::Push | Channel::Webhook => address.to_owned(),
        };
        let parts = [channel.as_str().as_bytes(), compared.as_bytes()];
        Self {
            channel,
            digest: Digest::of_parts(parts),
        }
    }
}

fn phone(address: &str) -> String {
    let plus = address.starts_with('+').then_some('+');
    let digits = address.chars().filter(char::is_ascii_digit);
    plus.into_iter().chain(digits).collect()
}

/// Why nothing is sent to an address any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SuppressionReason {
    /// A super admin said so.
    ByHand,
    /// A provider said that nothing will ever reach it.
    DeadAddress,
    /// Its owner complained about a message.
    Complaint,
}

impl SuppressionReason {
    /// The stable name, as stored and shown.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ByHand => "by_hand",
            Self::DeadAddress => "dead_address",
            Self::Complaint => "complaint",
        }
    }
}

/// That nothing is sent to an address any more, whoever has it and whatever a message is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suppression {
    /// The address.
    pub address: AddressDigest,
    /// Why.
    pub reason: SuppressionReason,
    /// Since when.
    pub since: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_compared_as_their_channel_compares_them() {
        let same =
            |channel, one, two| AddressDigest::of(channel, one) == AddressDigest::of(channel, two);
        assert!(same(
            Channel::Email,
            "Asha@Example.com ",
            "asha@example.com"
        ));
        assert!(same(Channel::Sms, "+91 (98) 450", "+9198450"));
        assert!(!same(Channel::Sms, "+9198450", "9198450"));
        assert!(!same(Channel::Push, "Token", "token"));
        let email = AddressDigest::of(Channel::Email, "one");
        assert_ne!(email.digest, AddressDigest::of(Channel::Push, "one").digest);
    }
}
