//! Why a message was not sent, or is not sent yet.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Why a row of the ledger was suppressed or is held: the stable code that its `reason` bears.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Withheld {
    /// There is no such customer any more.
    NoCustomer,
    /// The customer is not active.
    Inactive,
    /// The customer has not agreed to such messages over the channel, or does not any more.
    NoConsent,
    /// The customer has no address on the channel.
    NoAddress,
    /// Nothing is sent to the address any more.
    SuppressedAddress,
    /// It is quiet now: the tenant's quiet hours.
    QuietHours,
    /// Today is no day of sending.
    SendDay,
    /// Today is a holiday.
    Holiday,
    /// The customer was sent as many messages as a cap allows.
    Cap,
}

impl Withheld {
    /// Every reason.
    pub const ALL: &[Self] = &[
        Self::NoCustomer,
        Self::Inactive,
        Self::NoConsent,
        Self::NoAddress,
        Self::SuppressedAddress,
        Self::QuietHours,
        Self::SendDay,
        Self::Holiday,
        Self::Cap,
    ];

    /// Whether a customer of whom it is true may be reached over another channel.
    #[must_use]
    pub const fn passes_on(self) -> bool {
        match self {
            Self::NoConsent | Self::NoAddress | Self::SuppressedAddress => true,
            Self::NoCustomer
            | Self::Inactive
            | Self::QuietHours
            | Self::SendDay
            | Self::Holiday
            | Self::Cap => false,
        }
    }

    /// The stable code, as stored and shown.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NoCustomer => "no_customer",
            Self::Inactive => "inactive",
            Self::NoConsent => "no_consent",
            Self::NoAddress => "no_address",
            Self::SuppressedAddress => "suppressed_address",
            Self::QuietHours => "quiet_hours",
            Self::SendDay => "send_day",
            Self::Holiday => "holiday",
            Self::Cap => "cap",
        }
    }
}

impl fmt::Display for Withheld {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
