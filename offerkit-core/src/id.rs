//! Identifiers: one type per kind of object, so that a campaign's id is never taken for an offer's.

use std::{fmt, str::FromStr, sync::Mutex};

use serde::{Deserialize, Serialize};
use uuid::{ContextV7, Uuid};

use crate::time::Timestamp;

/// A text that is not the id it should be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not {kind}: a UUID was expected")]
pub struct IdError {
    kind: &'static str,
    text: String,
    source: uuid::Error,
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $kind:literal;)+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// The id as storage or a caller holds it.
            #[must_use]
            pub const fn from_uuid(uuid: Uuid) -> Self {
                Self(uuid)
            }

            /// The UUID.
            #[must_use]
            pub const fn as_uuid(self) -> Uuid {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                text.parse().map(Self).map_err(|source| IdError {
                    kind: $kind,
                    text: text.chars().take(64).collect(),
                    source,
                })
            }
        }
    )+};
}

ids! {
    /// Names a user of the platform.
    UserId = "a user id";
    /// Names a tenant.
    TenantId = "a tenant id";
    /// Names a group of one tenant.
    GroupId = "a group id";
    /// Names an offer.
    OfferId = "an offer id";
    /// Names a comment.
    CommentId = "a comment id";
    /// Names a campaign.
    CampaignId = "a campaign id";
    /// Names one version of a segment.
    SegmentId = "a segment id";
    /// Names a customer.
    CustomerId = "a customer id";
    /// Names one filling of an audience.
    RunId = "a run id";
    /// Names a delivery; derived from its campaign, customer and channel.
    DeliveryId = "a delivery id";
    /// Names a worker's claim on deliveries.
    ClaimToken = "a claim token";
    /// Names a stop of sending.
    StopId = "a stop id";
    /// Names a login session; not the secret that proves it.
    SessionId = "a session id";
    /// Names a record of the audit log.
    AuditId = "an audit id";
    /// Names one attempt to change something, so that a repeated call is done once.
    OperationId = "an operation id";
}

/// Where ids and secrets come from; injected, so that tests can count.
pub trait IdSource: Send + Sync {
    /// A new UUID, greater than those made before it where `now` is not earlier.
    fn uuid(&self, now: Timestamp) -> Uuid;

    /// 256 bits that nobody can guess, for session tokens.
    ///
    /// # Errors
    ///
    /// [`EntropyError`] where the system has no randomness to give.
    fn secret(&self) -> Result<[u8; 32], EntropyError>;
}

/// The operating system gave no randomness.
#[derive(Debug, thiserror::Error)]
#[error("the operating system gave no random bytes")]
pub struct EntropyError(#[from] getrandom::Error);

/// UUIDv7 ids and the operating system's randomness: what production uses.
#[derive(Debug)]
pub struct SystemIds {
    context: Mutex<ContextV7>,
}

impl SystemIds {
    /// A source of its own; ids of one source never go backwards.
    #[must_use]
    pub fn new() -> Self {
        Self {
            context: Mutex::new(ContextV7::new()),
        }
    }
}

impl Default for SystemIds {
    fn default() -> Self {
        Self::new()
    }
}

impl IdSource for SystemIds {
    fn uuid(&self, now: Timestamp) -> Uuid {
        let context = self
            .context
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        let (seconds, nanos) = now.unix();
        Uuid::new_v7(uuid::Timestamp::from_unix(&*context, seconds, nanos))
    }

    fn secret(&self) -> Result<[u8; 32], EntropyError> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes)?;
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_one_moment_still_ascend() {
        let ids = SystemIds::new();
        let now = "2026-01-01T00:00:00Z".parse().unwrap();
        let made: Vec<_> = (0..1000).map(|_| ids.uuid(now)).collect();
        assert!(made.is_sorted_by(|a, b| a < b));
    }

    #[test]
    fn a_wrong_id_says_what_was_expected() {
        let error = "42".parse::<OfferId>().unwrap_err();
        assert_eq!(
            error.to_string(),
            "`42` is not an offer id: a UUID was expected"
        );
    }
}
