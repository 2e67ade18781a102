//! What the ledger keeps to where processes are killed, run at once, or write by hand.

#![expect(
    clippy::indexing_slicing,
    reason = "places are drawn from within the length, and a test may fail by a panic"
)]

mod claims;
mod counts;
mod kills;
mod plans;
mod world;
