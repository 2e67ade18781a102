//! Criteria as SQL: the statements, the indexes that serve them, and that they select whom the language defines.

mod differential;
mod history;
mod plans;
mod statements;
mod world;
