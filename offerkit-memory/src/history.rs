//! What tenants have sent to customers, where criteria ask for it.

use offerkit_core::{
    criteria::{Expr, History, Leaf, NoHistory},
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
        if asks_history(selection.criteria().expr()) {
            let books = read(&self.shared().books);
            act(&books.history(selection.tenant()))
        } else {
            act(&NoHistory)
        }
    }
}

/// The tree is no deeper than the language lets documents be.
fn asks_history(expr: &Expr) -> bool {
    match expr {
        Expr::Everyone | Expr::Nobody => false,
        Expr::All(parts) | Expr::Any(parts) => parts.iter().any(asks_history),
        Expr::Holds(leaf) | Expr::Fails(leaf) => match leaf {
            Leaf::Received(_) => true,
            Leaf::Field(_) | Leaf::Sample(_) => false,
        },
    }
}
