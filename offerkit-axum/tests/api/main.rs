//! The API as a client sees it, over the store in memory. Every answer of every test is held against the OpenAPI document.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::too_many_lines,
    reason = "helpers of tests say what they expect by failing, and a table is long"
)]

mod store;
// Named by its path, it finds its modules beside it, as it does from the other crate that has it.
#[path = "suite.rs"]
mod suite;

pub(crate) use suite::*;
