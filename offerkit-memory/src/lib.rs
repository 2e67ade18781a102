//! Every port of Offerkit in memory.
//!
//! [`MemoryStore`] is the embedded default: for trying the library out, for tests, and for a single process that may
//! forget. It refuses what the database refuses, in the same words, so it is also the reference that other adapters
//! are compared with. [`WriterNotifier`] prints messages instead of sending them.
//!
//! ```
//! use offerkit_core::{
//!     domain::Scope,
//!     page::PageRequest,
//!     ports::{Access, Store as _},
//! };
//! use offerkit_memory::MemoryStore;
//!
//! # futures_executor::block_on(async {
//! let store = MemoryStore::new();
//! let mut transaction = store.begin(Scope::Platform, Access::Read).await?;
//! assert!(transaction.tenants().list(&PageRequest::default()).await?.items.is_empty());
//! # Ok::<(), offerkit_core::ports::StoreError>(())
//! # }).unwrap();
//! ```

mod audit;
mod campaigns;
mod catalog;
mod comments;
mod configurations;
mod contacts;
mod customers;
mod defence;
mod groups;
mod history;
mod kept_messages;
mod keyset;
mod ledger;
mod locks;
mod log;
mod notifier;
mod offers;
mod seals;
mod segments;
mod sessions;
mod state;
mod stops;
mod store;
mod tenants;
mod transaction;
mod undo;
mod users;

#[cfg(test)]
mod fixtures;

pub use notifier::WriterNotifier;
pub use store::MemoryStore;
