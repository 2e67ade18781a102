//! What the targets check, which the project's own tests check of the inputs that were kept.

#[path = "../../tests/fuzzed/criteria.rs"]
pub mod criteria;
