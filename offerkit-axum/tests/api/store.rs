//! The store that the API is tested over.

use offerkit_memory::MemoryStore;

/// What a store needs as long as it is used.
pub(crate) struct Kept;

/// An empty store.
#[expect(clippy::unused_async, reason = "other stores are waited for")]
pub(crate) async fn empty() -> (MemoryStore, Kept) {
    (MemoryStore::new(), Kept)
}
