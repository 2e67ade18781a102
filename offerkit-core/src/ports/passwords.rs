//! Hashing passwords.

use std::error::Error;

use async_trait::async_trait;

use crate::domain::PasswordHash;

/// A password could not be hashed or compared.
#[derive(Debug, thiserror::Error)]
#[error("the password could not be hashed")]
pub struct HashError(#[source] pub Box<dyn Error + Send + Sync>);

/// Hashes passwords slowly; an adapter bounds how many at once, so that logins cannot take every core.
#[async_trait]
pub trait PasswordHasher: Send + Sync {
    /// The hash of a password, with a fresh salt.
    async fn hash(&self, password: &str) -> Result<PasswordHash, HashError>;

    /// Whether a password is the hashed one. With no hash (an unknown user, or one without a password) it takes as
    /// long and answers `false`.
    async fn verify(&self, password: &str, hash: Option<&PasswordHash>) -> Result<bool, HashError>;
}
