//! Criteria as SQL: the statements, the indexes that serve them, and that they select whom the language defines.

#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "places are drawn from within the length, literals are well-formed, and a test may fail by a panic"
)]

mod differential;
mod history;
mod plans;
mod statements;
mod world;
