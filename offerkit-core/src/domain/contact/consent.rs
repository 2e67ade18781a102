//! What messages are for, and what customers agreed to.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{domain::Channel, id::CustomerId, text::ConsentSource, time::Timestamp};

/// What a campaign's messages are for.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// To sell something: only to those whose [consent](Consent) allows it, and within the tenant's caps.
    #[default]
    Marketing,
    /// About something that the customer has already, such as a due date: it needs no consent, and no cap counts it.
    Service,
}

impl Purpose {
    /// Every purpose.
    pub const ALL: [Self; 2] = [Self::Marketing, Self::Service];

    /// The stable name, as stored and shown.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Marketing => "marketing",
            Self::Service => "service",
        }
    }
}

impl fmt::Display for Purpose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A text that names no purpose.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a purpose: expected marketing or service")]
pub struct PurposeError(String);

impl FromStr for Purpose {
    type Err = PurposeError;

    fn from_str(text: &str) -> Result<Self, PurposeError> {
        Self::ALL
            .into_iter()
            .find(|purpose| purpose.as_str() == text)
            .ok_or_else(|| PurposeError(text.chars().take(64).collect()))
    }
}

/// What a customer said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConsentWord {
    /// Yes.
    Given,
    /// No more. Of two words of the same moment, this one counts.
    Withdrawn,
}

impl ConsentWord {
    /// The stable name, as stored and shown.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Given => "given",
            Self::Withdrawn => "withdrawn",
        }
    }
}

/// A customer's word on messages of a purpose over a channel. Every word is kept, as evidence; the last one counts,
/// by when it was said, whatever order they arrive in.
///
/// Consents belong to the platform, as customers do, so they hold for every tenant.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Consent {
    /// Whose word it is.
    pub customer: CustomerId,
    /// On which messages.
    pub purpose: Purpose,
    /// Over which channel.
    pub channel: Channel,
    /// When it was said.
    pub said_at: Timestamp,
    /// What was said.
    pub word: ConsentWord,
    /// Where: a code such as `branch.form-12`. It stays when the customer is erased, so it names no person.
    pub source: ConsentSource,
}
