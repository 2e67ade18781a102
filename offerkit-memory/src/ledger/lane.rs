//! The rows of one channel that something is still to be done with.

use std::collections::{BTreeMap, BTreeSet};

use offerkit_core::{
    id::{ClaimToken, CustomerId},
    time::Timestamp,
};

use super::book::Row;

#[derive(Debug)]
pub(super) struct Claim {
    pub(super) token: ClaimToken,
    pub(super) deadline: Timestamp,
}

/// One channel's rows that something is still to be done with.
#[derive(Debug, Default)]
pub(super) struct Lane {
    pub(super) ready: BTreeSet<CustomerId>,
    pub(super) waiting: BTreeSet<(Timestamp, CustomerId)>,
    pub(super) sending: BTreeMap<CustomerId, Claim>,
}

impl Lane {
    pub(super) fn leave(&mut self, customer: CustomerId, row: &Row) {
        self.ready.remove(&customer);
        self.sending.remove(&customer);
        if let Some(moment) = row.not_before() {
            self.waiting.remove(&(moment, customer));
        }
    }

    /// Lines up the rows whose moment has come. They keep it, for a claim whose clock is behind.
    pub(super) fn wake(&mut self, now: Timestamp) {
        while let Some((moment, customer)) = self.waiting.pop_first() {
            if moment > now {
                self.waiting.insert((moment, customer));
                return;
            }
            self.ready.insert(customer);
        }
    }
}
