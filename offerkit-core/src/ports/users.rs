//! Users in a store.

use async_trait::async_trait;

use super::StoreError;
use crate::{
    domain::{ExternalIdentity, User},
    id::UserId,
    page::{Page, PageRequest},
    text::Username,
};

/// Which users a list holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UserFilter {
    /// Only active ones, or only inactive ones.
    pub is_active: Option<bool>,
    /// Only super admins, or only others.
    pub is_super_admin: Option<bool>,
}

/// The users of the platform. They stand outside tenants: every scope sees them.
///
/// A commit that takes the last active super admin is [`StoreError::Refused`].
#[async_trait]
pub trait UserRepository: Send {
    /// Adds a user.
    ///
    /// # Errors
    ///
    /// [`StoreError::Duplicate`] where the name or the external identity is taken.
    async fn insert(&mut self, user: &User) -> Result<(), StoreError>;

    /// Stores a changed user and answers it with its next version.
    ///
    /// # Errors
    ///
    /// [`StoreError::Conflict`] unless the stored version is the given one; [`StoreError::Duplicate`] as for
    /// [`insert`](Self::insert).
    async fn update(&mut self, user: User) -> Result<User, StoreError>;

    /// The user.
    async fn find(&mut self, id: UserId) -> Result<Option<User>, StoreError>;

    /// The user, who cannot change until the transaction ends.
    async fn find_for_share(&mut self, id: UserId) -> Result<Option<User>, StoreError>;

    /// The user of this name.
    async fn find_by_name(&mut self, name: &Username) -> Result<Option<User>, StoreError>;

    /// The user of this external identity.
    async fn find_by_identity(
        &mut self,
        identity: &ExternalIdentity,
    ) -> Result<Option<User>, StoreError>;

    /// A page of users.
    async fn list(
        &mut self,
        filter: &UserFilter,
        page: &PageRequest,
    ) -> Result<Page<User>, StoreError>;

    /// How many active super admins there are; none of them changes until the transaction ends.
    async fn count_super_admins(&mut self) -> Result<u64, StoreError>;
}
