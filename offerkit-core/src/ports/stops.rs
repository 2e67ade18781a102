//! What super admins hold back from being sent, in a store.

use async_trait::async_trait;

use super::StoreError;
use crate::domain::{Stop, StopLift};

/// The stops of sending. Every scope sees them; only the platform's changes them.
#[async_trait]
pub trait StopRepository: Send {
    /// The stops that are in force, the oldest first.
    async fn in_force(&mut self) -> Result<Vec<Stop>, StoreError>;

    /// Sets a stop.
    ///
    /// # Errors
    ///
    /// [`StoreError::Duplicate`] where one of the same extent is in force, or had this id;
    /// [`StoreError::MissingReference`] for a tenant that is not there; [`StoreError::WrongScope`] in a tenant's
    /// scope.
    async fn set(&mut self, stop: &Stop) -> Result<(), StoreError>;

    /// Lifts a stop, for good. It stays as evidence.
    ///
    /// # Errors
    ///
    /// [`StoreError::Conflict`] where no such stop is in force; [`StoreError::WrongScope`] in a tenant's scope.
    async fn lift(&mut self, lift: &StopLift) -> Result<(), StoreError>;
}
