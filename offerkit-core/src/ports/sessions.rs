//! Sessions and failed logins: unaudited, and outside transactions.

use async_trait::async_trait;
use uuid::Uuid;

use super::StoreError;
use crate::{
    digest::Digest,
    domain::{HeldGroup, Session, User},
    id::{SessionId, TenantId, UserId},
    text::TenantName,
    time::Timestamp,
};

/// The failed logins under one name since the last successful one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LoginFailures {
    /// How many.
    pub count: u32,
    /// When the last was.
    pub last_at: Option<Timestamp>,
}

/// A tenant, as a caller names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TenantKey {
    /// By its id.
    Id(TenantId),
    /// By its name.
    Name(TenantName),
}

impl TenantKey {
    /// What a text names; one that can name no tenant is an id that none has.
    #[must_use]
    pub fn of_text(text: &str) -> Self {
        let id = text.parse().map(Self::Id);
        id.or_else(|_| text.parse().map(Self::Name))
            .unwrap_or(Self::Id(NO_TENANT))
    }

    /// The id of the tenant that was found under the key, or one that no tenant has.
    #[must_use]
    pub fn id_of(&self, found: Option<TenantId>) -> TenantId {
        match (found, self) {
            (Some(id), _) => id,
            (None, Self::Id(id)) => *id,
            (None, Self::Name(_)) => NO_TENANT,
        }
    }
}

/// The id of no tenant.
const NO_TENANT: TenantId = TenantId::from_uuid(Uuid::nil());

/// A tenant that there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TenantState {
    /// Which one.
    pub id: TenantId,
    /// Whether it is active.
    pub is_active: bool,
}

/// Who arrives with a session.
#[derive(Debug, Clone, PartialEq)]
pub struct Arrival {
    /// The session, which may have expired.
    pub session: Session,
    /// Whose it is.
    pub user: User,
    /// The tenant that was asked about, where there is such a one.
    pub tenant: Option<TenantState>,
    /// What the user holds there, by the groups' names.
    pub held: Vec<HeldGroup>,
}

/// Login sessions, and the throttle of logins.
#[async_trait]
pub trait Sessions: Send + Sync {
    /// Keeps a new session.
    async fn open(&self, session: &Session) -> Result<(), StoreError>;

    /// Whose session it is that a token's hash stands for, and what that user holds in a tenant, where the caller names one:
    /// all that has to be known when a request arrives, at one moment.
    async fn arrival(
        &self,
        token_hash: Digest,
        tenant: Option<&TenantKey>,
    ) -> Result<Option<Arrival>, StoreError>;

    /// The session of a token's hash.
    async fn find(&self, token_hash: Digest) -> Result<Option<Session>, StoreError>;

    /// Notes that a session was used; callers do so at most once a minute.
    async fn touch(&self, session: SessionId, at: Timestamp) -> Result<(), StoreError>;

    /// A user's sessions, the oldest first.
    async fn list(&self, user: UserId) -> Result<Vec<Session>, StoreError>;

    /// Ends a session, and answers whether it was there.
    async fn end(&self, session: SessionId) -> Result<bool, StoreError>;

    /// Ends all of a user's sessions.
    async fn end_all(&self, user: UserId) -> Result<(), StoreError>;

    /// Forgets what has expired at `now`.
    async fn prune(&self, now: Timestamp) -> Result<u64, StoreError>;

    /// The failed logins under a key (a digest of the name tried, so that mistyped passwords are not kept).
    async fn failures(&self, key: Digest) -> Result<LoginFailures, StoreError>;

    /// Notes a failed login and answers the new count.
    async fn record_failure(&self, key: Digest, at: Timestamp)
    -> Result<LoginFailures, StoreError>;

    /// Forgets the failed logins under a key.
    async fn clear_failures(&self, key: Digest) -> Result<(), StoreError>;
}
