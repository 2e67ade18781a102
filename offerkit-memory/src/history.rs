//! What tenants have sent to customers, where criteria ask for it.

use offerkit_core::{
    criteria::{History, NoHistory},
    ports::Selection,
};

use crate::{locks::read, store::MemoryStore};

impl MemoryStore {
    /// Does something with the history of the selection's tenant, which stays as it is meanwhile. The caller may hold
    /// the customers, whose lock comes first; only criteria that ask for the history keep the books from changing.
    pub(crate) fn with_history<T>(
        &self,
        selection: &Selection,
        act: impl FnOnce(&dyn History) -> T,
    ) -> T {
        if selection.criteria().expr().asks_history() {
            let books = read(&self.shared().books);
            act(&books.history(selection.tenant()))
        } else {
            act(&NoHistory)
        }
    }
}
