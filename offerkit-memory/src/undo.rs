//! Changing in place, with the inverse of every change kept until the commit.

use std::ops::Deref;

use async_lock::RwLockWriteGuardArc;
use offerkit_core::ports::{StoreError, UniqueKey};

use crate::state::{State, Table};

/// Where a table stands in the state.
type In<K, V> = fn(&mut State) -> &mut Table<K, V>;

type Inverse = Box<dyn FnOnce(&mut State) + Send>;

/// The locked state, which is changed through this alone. Dropping it undoes what was not [kept](Self::keep).
pub(crate) struct Changes {
    state: RwLockWriteGuardArc<State>,
    inverses: Vec<Inverse>,
    takes_super_admin: bool,
}

impl Changes {
    pub(crate) const fn new(state: RwLockWriteGuardArc<State>) -> Self {
        Self {
            state,
            inverses: Vec::new(),
            takes_super_admin: false,
        }
    }

    pub(crate) fn put<K, V>(&mut self, table: In<K, V>, key: K, value: V)
    where
        K: Ord + Clone + Send + 'static,
        V: Send + 'static,
    {
        let before = table(&mut self.state).insert(key.clone(), value);
        self.inverses.push(Box::new(move |state| {
            match before {
                Some(value) => table(state).insert(key, value),
                None => table(state).remove(&key),
            };
        }));
    }

    pub(crate) fn take<K, V>(&mut self, table: In<K, V>, key: K) -> Option<V>
    where
        K: Ord + Send + 'static,
        V: Clone + Send + 'static,
    {
        let before = table(&mut self.state).remove(&key)?;
        let kept = before.clone();
        self.inverses.push(Box::new(move |state| {
            table(state).insert(key, kept);
        }));
        Some(before)
    }

    pub(crate) fn set<T: Send + 'static>(&mut self, place: fn(&mut State) -> &mut T, value: T) {
        let before = std::mem::replace(place(&mut self.state), value);
        self.inverses
            .push(Box::new(move |state| *place(state) = before));
    }

    /// Puts a new row, unless its key is taken.
    pub(crate) fn add<K, V>(
        &mut self,
        table: In<K, V>,
        key: K,
        value: V,
        unique: UniqueKey,
    ) -> Result<(), StoreError>
    where
        K: Ord + Clone + Send + 'static,
        V: Send + 'static,
    {
        if table(&mut self.state).contains_key(&key) {
            return Err(StoreError::Duplicate(unique));
        }
        self.put(table, key, value);
        Ok(())
    }

    /// Moves an index entry to another key, unless that is taken.
    pub(crate) fn rename<K, V>(
        &mut self,
        index: In<K, V>,
        (before, after): (Option<K>, Option<K>),
        value: V,
        unique: UniqueKey,
    ) -> Result<(), StoreError>
    where
        K: Ord + Clone + Send + 'static,
        V: Clone + Send + 'static,
    {
        if before == after {
            return Ok(());
        }
        if let Some(before) = before {
            self.take(index, before);
        }
        match after {
            Some(after) => self.add(index, after, value, unique),
            None => Ok(()),
        }
    }

    /// Notes that an active super admin is one no more, so that the commit sees whether another remains.
    pub(crate) const fn note_taken_super_admin(&mut self) {
        self.takes_super_admin = true;
    }

    pub(crate) const fn takes_super_admin(&self) -> bool {
        self.takes_super_admin
    }

    /// Makes the changes stay, and hands over the state for what is never undone.
    pub(crate) fn keep(&mut self) -> &mut State {
        self.inverses.clear();
        self.takes_super_admin = false;
        &mut self.state
    }

    /// Undoes every change since the last [`keep`](Self::keep), the last one first.
    pub(crate) fn undo(&mut self) {
        while let Some(inverse) = self.inverses.pop() {
            inverse(&mut self.state);
        }
        self.takes_super_admin = false;
    }
}

impl Deref for Changes {
    type Target = State;

    fn deref(&self) -> &State {
        &self.state
    }
}

impl Drop for Changes {
    fn drop(&mut self) {
        self.undo();
    }
}

#[cfg(test)]
mod tests;
