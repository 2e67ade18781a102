//! Every port of Offerkit on PostgreSQL 15 and later.
//!
//! [`Migrations`] make the schema, and [`PgStore::migrate`] runs them. `docs/postgres-schema.md` shows the schema, and
//! what became of every column that the users drew.
//!
//! Criteria are not turned into SQL yet: selecting, counting and sampling read the active customers and evaluate the criteria
//! on each, as much work as there are customers.

mod audit;
mod campaigns;
mod catalog;
mod check;
mod comments;
mod commit;
mod configurations;
mod connection;
mod contributions;
mod customers;
mod error;
mod groups;
mod keyset;
mod ledger;
mod migrate;
mod migrations;
mod offers;
mod rows;
mod schema;
mod seals;
mod segments;
mod sessions;
mod store;
mod tenants;
mod transaction;
mod users;
mod wake;

pub use check::{CheckError, Weakness};
pub use migrate::MigrateError;
pub use migrations::{Migration, Migrations};
pub use schema::{SchemaName, SchemaNameError};
pub use store::PgStore;
pub use wake::PgWake;
