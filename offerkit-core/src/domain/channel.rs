//! The channels that messages go over.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// A way to reach a customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// E-mail, to the customer's address.
    Email,
    /// A text message, to the customer's phone.
    Sms,
    /// A push message, to the device token in the customer's attribute `push_token`.
    Push,
    /// A call of the host's or a partner's endpoint, which knows the customer by id.
    Webhook,
}

impl Channel {
    /// Every channel.
    pub const ALL: [Self; 4] = [Self::Email, Self::Sms, Self::Push, Self::Webhook];

    /// The stable name, as stored and shown.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Sms => "sms",
            Self::Push => "push",
            Self::Webhook => "webhook",
        }
    }

    /// Whether messages on this channel have a subject line.
    #[must_use]
    pub const fn has_subject(self) -> bool {
        match self {
            Self::Email | Self::Push => true,
            Self::Sms | Self::Webhook => false,
        }
    }

    /// Whether messages on this channel may have HTML beside their text.
    #[must_use]
    pub const fn has_html(self) -> bool {
        match self {
            Self::Email => true,
            Self::Sms | Self::Push | Self::Webhook => false,
        }
    }
}

impl fmt::Display for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A text that names no channel.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a channel: expected email, sms, push or webhook")]
pub struct ChannelError(String);

impl FromStr for Channel {
    type Err = ChannelError;

    fn from_str(text: &str) -> Result<Self, ChannelError> {
        Self::ALL
            .into_iter()
            .find(|channel| channel.as_str() == text)
            .ok_or_else(|| ChannelError(text.chars().take(64).collect()))
    }
}
