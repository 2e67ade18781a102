//! Login sessions.

use serde::{Deserialize, Serialize};

use crate::{
    digest::Digest,
    id::{SessionId, UserId},
    time::Timestamp,
};

/// A login that has not ended. The token that proves it is known to its holder alone; only its hash is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// Names the session.
    pub id: SessionId,
    /// Whose session it is.
    pub user: UserId,
    /// The SHA-256 of the token.
    pub token_hash: Digest,
    /// The user's credential version at login: a later one ends the session.
    pub credential_version: u64,
    /// When the user logged in.
    pub opened_at: Timestamp,
    /// When the session was last used, to the minute.
    pub last_seen_at: Timestamp,
    /// When it ends at the latest.
    pub expires_at: Timestamp,
}
