//! Passwords hashed with argon2id.

use std::{fmt, num::NonZeroUsize, sync::Arc, thread::available_parallelism};

use argon2::{
    Algorithm, Argon2, Params, PasswordHasher as _, PasswordVerifier as _, Version,
    password_hash::{Error, phc},
};
use async_lock::Semaphore;
use async_trait::async_trait;
use zeroize::Zeroizing;

use crate::{
    domain::PasswordHash,
    ports::{HashError, PasswordHasher},
};

/// Memory of one evaluation in KiB. This and the next two are OWASP's, Password Storage Cheat Sheet, "Argon2id":
/// <https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html#argon2id>.
const MEMORY_KIB: u32 = 19_456;
/// Passes over the memory.
const PASSES: u32 = 2;
/// Lanes of the memory.
const LANES: u32 = 1;

/// The most memory that a stored hash may ask for: libsodium's "sensitive" level, 1 GiB. A stored hash is not trusted
/// with more, or whoever can write one could stop every login.
const MAX_STORED_MEMORY_KIB: u32 = 1_048_576;
/// The most passes that a stored hash may ask for.
const MAX_STORED_PASSES: u32 = 64;

/// Hashes passwords with argon2id at OWASP's parameters, into PHC strings with a fresh salt.
///
/// An evaluation runs on the thread pool of the `blocking` crate, so any async runtime will do, and at most as many at
/// once as there are cores; more wait in turn. An evaluation that nobody awaits any more, since a client hung up, keeps
/// its place until it ends.
///
/// `verify` runs exactly one evaluation, also for an unknown user, for whom it compares with a fixed hash of the same
/// cost. A hash made with other parameters, or by `argon2i` or `argon2d`, is verified with what it names; its cost is
/// then another until the password is next set.
///
/// ```
/// use offerkit_core::{password::Argon2Hasher, ports::PasswordHasher};
///
/// # futures_executor::block_on(async {
/// let hasher = Argon2Hasher::new();
/// let hash = hasher.hash("correct horse battery").await?;
/// assert!(hasher.verify("correct horse battery", Some(&hash)).await?);
/// assert!(!hasher.verify("correct horse cavalry", Some(&hash)).await?);
/// assert!(!hasher.verify("correct horse battery", None).await?);
/// # Ok::<_, offerkit_core::ports::HashError>(()) }).unwrap();
/// ```
pub struct Argon2Hasher {
    concurrency: usize,
    places: Arc<Semaphore>,
    nobody: PasswordHash,
    #[cfg(test)]
    gauge: Arc<tests::Gauge>,
}

impl Argon2Hasher {
    /// A hasher for all cores of the machine; one is shared by the whole process.
    #[must_use]
    pub fn new() -> Self {
        // Where the platform cannot tell, two: one would let a single slow login hold up all others.
        Self::with_concurrency(available_parallelism().map_or(2, NonZeroUsize::get))
    }

    fn with_concurrency(concurrency: usize) -> Self {
        Self {
            concurrency,
            places: Arc::new(Semaphore::new(concurrency)),
            nobody: nobody(),
            #[cfg(test)]
            gauge: Arc::default(),
        }
    }

    /// Runs `work`, one evaluation, on the pool. The place goes with it: dropping this future does not stop an
    /// evaluation that has begun, so it must not free the place either.
    async fn evaluate<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let place = self.places.acquire_arc().await;
        #[cfg(test)]
        let gauge = Arc::clone(&self.gauge);
        blocking::unblock(move || {
            let _place = place;
            #[cfg(test)]
            let _running = gauge.enter();
            work()
        })
        .await
    }
}

impl Default for Argon2Hasher {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Argon2Hasher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Argon2Hasher")
            .field("concurrency", &self.concurrency)
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl PasswordHasher for Argon2Hasher {
    async fn hash(&self, password: &str) -> Result<PasswordHash, HashError> {
        let password = Zeroizing::new(password.to_owned());
        self.evaluate(move || {
            let params = Params::new(MEMORY_KIB, PASSES, LANES, None)?;
            let hash = Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
                .hash_password(password.as_bytes())?;
            Ok(PasswordHash::new(&hash.to_string()))
        })
        .await
        .map_err(|error| HashError(error.into()))
    }

    async fn verify(&self, password: &str, hash: Option<&PasswordHash>) -> Result<bool, HashError> {
        let stored =
            parse(hash.unwrap_or(&self.nobody)).map_err(|error| HashError(error.into()))?;
        let password = Zeroizing::new(password.to_owned());
        let matches = self
            .evaluate(move || {
                // The parameters are those of the stored hash, not these defaults.
                match Argon2::default().verify_password(password.as_bytes(), &stored) {
                    Ok(()) => Ok(true),
                    Err(Error::PasswordInvalid) => Ok(false),
                    Err(error) => Err(error),
                }
            })
            .await
            .map_err(|error| HashError(error.into()))?;
        Ok(matches && hash.is_some())
    }
}

/// A hash that stands for every user without one, of the cost of a real one. Its output is all zeros, which is no
/// password's, as far as anybody can find.
fn nobody() -> PasswordHash {
    let (salt, output) = ("A".repeat(22), "A".repeat(43));
    PasswordHash::new(&format!(
        "$argon2id$v=19$m={MEMORY_KIB},t={PASSES},p={LANES}${salt}${output}"
    ))
}

/// Why a stored hash cannot be compared with. It never shows the hash.
#[derive(Debug, thiserror::Error)]
enum StoredHashError {
    #[error("the stored hash is not a PHC string")]
    Form(#[from] phc::Error),
    #[error("the stored hash is not of argon2")]
    Parameters(#[from] Error),
    #[error("the stored hash has no salt or no output")]
    Incomplete,
    #[error("the stored hash asks for {memory} KiB and {passes} passes, more than is granted")]
    Excessive { memory: u32, passes: u32 },
}

/// The parts of a stored hash, checked: all that could fail without an evaluation fails here.
fn parse(hash: &PasswordHash) -> Result<phc::PasswordHash, StoredHashError> {
    let stored = phc::PasswordHash::new(hash.expose())?;
    Algorithm::try_from(stored.algorithm.as_str())?;
    let params = Params::try_from(&stored)?;
    if stored.salt.is_none() || stored.hash.is_none() {
        // The verifier would call this a wrong password, without an evaluation.
        return Err(StoredHashError::Incomplete);
    }
    if params.m_cost() > MAX_STORED_MEMORY_KIB || params.t_cost() > MAX_STORED_PASSES {
        return Err(StoredHashError::Excessive {
            memory: params.m_cost(),
            passes: params.t_cost(),
        });
    }
    Ok(stored)
}

#[cfg(test)]
mod tests;
