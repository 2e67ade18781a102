//! What the ledger keeps to where processes are killed, run at once, or write by hand.

mod claims;
mod counts;
mod kills;
mod world;
