//! The API as a client sees it. Every answer of every test is held against the OpenAPI document.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::too_many_lines,
    reason = "helpers of tests say what they expect by failing, and a table is long"
)]

mod browser;
mod client;
mod contacts;
mod contract;
mod conventions;
mod document;
mod host;
mod imports;
mod judging;
mod limits;
mod messages;
mod offers;
mod opting_out;
mod people;
mod problems;
mod receipts;
mod repeats;
mod reports;
mod requests;
mod roles;
mod selecting;
mod twins;
mod world;
