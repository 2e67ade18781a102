//! The store, and what it is made of.

use std::sync::{Arc, Mutex, RwLock};

use async_trait::async_trait;
use offerkit_core::{
    domain::Scope,
    ports::{Access, Store, StoreError, Transaction},
};

use crate::{
    contacts, customers::Customers, kept_messages::Kept, ledger::Books, sessions::Logins,
    state::State, transaction::MemoryTransaction, undo::Changes,
};

/// Every store of the library in memory, gone with the last clone of it.
///
/// It implements [`Store`], [`Sessions`](offerkit_core::ports::Sessions),
/// [`CustomerSource`](offerkit_core::ports::CustomerSource), [`CustomerStore`](offerkit_core::ports::CustomerStore),
/// [`Contacts`](offerkit_core::ports::Contacts), [`Ledger`](offerkit_core::ports::Ledger),
/// [`KeptMessages`](offerkit_core::ports::KeptMessages) and [`AuditSeals`](offerkit_core::ports::AuditSeals). Clones are
/// cheap and share everything.
///
/// Writing transactions run one after the other, on the state itself: a change is undone by the log of its inverses.
/// Reading transactions share. A task that holds one transaction while it begins another may wait for itself for ever.
///
/// ```
/// use offerkit_core::{domain::Scope, ports::{Access, Store as _, StoreError}};
/// use offerkit_memory::MemoryStore;
///
/// # futures_executor::block_on(async {
/// let store = MemoryStore::new();
/// let reading = store.begin(Scope::Platform, Access::Read).await?;
/// let beside = store.clone().begin(Scope::Platform, Access::Read).await?;
/// # drop((reading, beside));
/// # Ok::<(), StoreError>(())
/// # }).unwrap();
/// ```
#[derive(Clone, Default)]
pub struct MemoryStore {
    shared: Arc<Shared>,
}

/// Whoever takes several of the locks takes them in the order of the fields. All but the state's are never held
/// across an await, and the logins' never together with another.
#[derive(Default)]
pub(crate) struct Shared {
    pub(crate) state: Arc<async_lock::RwLock<State>>,
    pub(crate) customers: RwLock<Customers>,
    pub(crate) kept_messages: RwLock<Kept>,
    pub(crate) contacts: RwLock<contacts::Book>,
    pub(crate) books: RwLock<Books>,
    pub(crate) logins: Mutex<Logins>,
}

impl MemoryStore {
    /// An empty store.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    pub(crate) fn shared(&self) -> &Shared {
        &self.shared
    }

    /// The state, locked for changing.
    pub(crate) async fn changes(&self) -> Changes {
        Changes::new(self.shared.state.write_arc().await)
    }
}

impl std::fmt::Debug for MemoryStore {
    /// Without what it holds, which is personal data.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MemoryStore").finish_non_exhaustive()
    }
}

#[async_trait]
impl Store for MemoryStore {
    async fn begin(
        &self,
        scope: Scope,
        access: Access,
    ) -> Result<Box<dyn Transaction>, StoreError> {
        Ok(match access {
            Access::Read | Access::ReadCommitted => {
                let state = self.shared.state.read_arc().await;
                Box::new(MemoryTransaction::reading(scope, state))
            }
            Access::Write => Box::new(MemoryTransaction::writing(scope, self.changes().await)),
        })
    }
}
