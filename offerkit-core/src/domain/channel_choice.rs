//! Over which of its channels a campaign reaches a customer.

use serde::{Deserialize, Serialize};

use super::{Channel, Messages};

/// Over which of its channels a campaign reaches a customer.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChannelChoice {
    /// Over every one of them.
    #[default]
    All,
    /// Over the first one of this order that may reach them: for which they gave what consent it takes, and have an address
    /// that is not suppressed. It is decided by the ledger: a customer has a row on the first channel, and gets one on the
    /// next when that was [passed on](crate::domain::Withheld::passes_on). Caps and hours hold the row where it is, and a
    /// provider's refusal ends it there.
    FirstAvailable(Vec<Channel>),
}

/// An order that does not name every channel of a campaign once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ChannelChoiceError {
    /// A channel without a message.
    #[error("the order of channels names {0}, for which there is no message")]
    NoMessage(Channel),
    /// A channel twice.
    #[error("the order of channels names {0} twice")]
    Twice(Channel),
    /// A message that nobody would get.
    #[error("the order of channels does not name {0}, for which there is a message")]
    Missing(Channel),
}

impl ChannelChoice {
    /// Checks that an order names every channel with a message, and each once.
    ///
    /// # Errors
    ///
    /// [`ChannelChoiceError`].
    pub fn check(&self, messages: &Messages) -> Result<(), ChannelChoiceError> {
        let Self::FirstAvailable(order) = self else {
            return Ok(());
        };
        for (place, channel) in order.iter().enumerate() {
            if !messages.contains_key(channel) {
                return Err(ChannelChoiceError::NoMessage(*channel));
            }
            if order.iter().take(place).any(|it| it == channel) {
                return Err(ChannelChoiceError::Twice(*channel));
            }
        }
        match messages.keys().find(|channel| !order.contains(channel)) {
            Some(missing) => Err(ChannelChoiceError::Missing(*missing)),
            None => Ok(()),
        }
    }

    /// Whether a customer is reached over one channel at most.
    #[must_use]
    pub const fn is_one(&self) -> bool {
        matches!(self, Self::FirstAvailable(_))
    }

    /// The channels of these messages, in the order in which they are taken.
    #[must_use]
    pub fn order(&self, messages: &Messages) -> Vec<Channel> {
        match self {
            Self::All => messages.keys().copied().collect(),
            Self::FirstAvailable(order) => order.clone(),
        }
    }

    /// The channels that a customer is passed on to from one, the next first.
    #[must_use]
    pub fn after(&self, channel: Channel) -> Vec<Channel> {
        match self {
            Self::All => Vec::new(),
            Self::FirstAvailable(order) => {
                let later = order.iter().skip_while(|it| **it != channel).skip(1);
                later.copied().collect()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::MessageText;

    #[test]
    fn an_order_names_every_channel_with_a_message_once() {
        use Channel::{Email, Push, Sms};
        let message = || MessageText::new("text").into();
        let messages: Messages = [(Email, message()), (Sms, message())].into();
        let check =
            |order: &[Channel]| ChannelChoice::FirstAvailable(order.into()).check(&messages);
        assert_eq!(check(&[Sms, Email]), Ok(()));
        assert_eq!(
            check(&[Sms, Push]),
            Err(ChannelChoiceError::NoMessage(Push))
        );
        assert_eq!(check(&[Sms, Sms]), Err(ChannelChoiceError::Twice(Sms)));
        assert_eq!(check(&[Sms]), Err(ChannelChoiceError::Missing(Email)));
        assert_eq!(ChannelChoice::All.check(&messages), Ok(()));
    }

    #[test]
    fn a_customer_is_passed_on_to_what_comes_later_in_the_order() {
        use Channel::{Email, Push, Sms};
        let order = ChannelChoice::FirstAvailable(vec![Push, Sms, Email]);
        assert_eq!(order.after(Push), [Sms, Email]);
        assert_eq!(order.after(Email), []);
        assert_eq!(ChannelChoice::All.after(Push), []);
    }
}
