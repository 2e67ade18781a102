//! The ports, asked alone.

pub mod approvals;
pub mod audit;
pub mod campaigns;
pub mod catalog;
pub mod comments;
pub mod complaints;
pub mod configurations;
pub mod customers;
pub mod groups;
pub mod imports;
pub mod kept_messages;
pub mod launches;
pub mod ledger_claims;
pub mod ledger_reading;
pub mod ledger_runs;
pub mod offers;
pub mod races;
pub mod random_imports;
pub mod seals;
pub mod segments;
pub mod selections;
pub mod sessions;
pub mod tenants;
pub mod transactions;
pub mod users;
