//! Ids that count.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use uuid::Uuid;

use crate::{
    digest::Digest,
    id::{EntropyError, IdSource},
    time::Timestamp,
};

/// Gives out the UUIDs 1, 2, 3 … in the form of version 7, and secrets that anybody can guess. Clones count on.
#[derive(Debug, Clone, Default)]
pub struct CountingIds(Arc<AtomicU64>);

impl CountingIds {
    /// A source that begins with 1.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    fn next(&self) -> u64 {
        self.0.fetch_add(1, Ordering::Relaxed).saturating_add(1)
    }
}

impl IdSource for CountingIds {
    fn uuid(&self, _: Timestamp) -> Uuid {
        /// The version and variant bits of a UUIDv7.
        const FORM: u128 = 0x0000_0000_0000_7000_8000_0000_0000_0000;
        Uuid::from_u128(FORM | u128::from(self.next()))
    }

    fn secret(&self) -> Result<[u8; 32], EntropyError> {
        Ok(*Digest::of(&self.next().to_be_bytes()).as_bytes())
    }
}
