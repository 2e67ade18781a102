//! A password hasher that does not take time.

use async_trait::async_trait;

use crate::{
    digest::Digest,
    domain::PasswordHash,
    ports::{HashError, PasswordHasher},
};

/// Hashes at once and without a salt: for tests, and for nothing else.
#[derive(Debug, Clone, Copy, Default)]
pub struct PlainHasher;

fn hashed(password: &str) -> PasswordHash {
    PasswordHash::new(&Digest::of(password.as_bytes()).to_string())
}

#[async_trait]
impl PasswordHasher for PlainHasher {
    async fn hash(&self, password: &str) -> Result<PasswordHash, HashError> {
        Ok(hashed(password))
    }

    async fn verify(&self, password: &str, hash: Option<&PasswordHash>) -> Result<bool, HashError> {
        Ok(hash == Some(&hashed(password)))
    }
}
