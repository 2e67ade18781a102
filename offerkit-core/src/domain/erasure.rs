//! What erasing a customer scrubbed.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// A kind of what holds personal data of a customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Trace {
    /// The customer's row, which stays without what was personal.
    Customer,
    /// The key of a row in a table of the host's, from which the customer's id was derived: it is deleted. The row is the
    /// host's to erase.
    HostKey,
    /// Messages that were kept as they were sent, which lose address and text.
    KeptMessage,
}

/// What erasing a customer scrubbed, by kind. What is not there any more is counted by the first erasing alone.
///
/// What stays names no person: deliveries, runs and records hold the id, and a suppressed address its digest, so that
/// nothing is sent to it again.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ErasureReport(BTreeMap<Trace, u64>);

impl ErasureReport {
    /// Counts what was scrubbed of a kind.
    #[must_use]
    pub fn with(mut self, trace: Trace, count: u64) -> Self {
        if count > 0 {
            *self.0.entry(trace).or_default() += count;
        }
        self
    }

    /// How much was scrubbed of a kind.
    #[must_use]
    pub fn of(&self, trace: Trace) -> u64 {
        self.0.get(&trace).copied().unwrap_or_default()
    }

    /// What was scrubbed, by kind; kinds of nothing left out.
    pub fn scrubbed(&self) -> impl Iterator<Item = (Trace, u64)> {
        self.0.iter().map(|(trace, count)| (*trace, *count))
    }
}
