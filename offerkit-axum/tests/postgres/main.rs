//! The same tests of the API over the store on PostgreSQL, each on a database of its own.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::too_many_lines,
    reason = "helpers of tests say what they expect by failing, and a table is long"
)]

mod store;
#[path = "../api/suite.rs"]
mod suite;

pub(crate) use suite::*;
