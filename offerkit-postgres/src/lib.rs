//! Every port of Offerkit on PostgreSQL 15 and later.
//!
//! [`Migrations`] make the schema, and [`PgStore::migrate`] runs them. `docs/postgres-schema.md` shows the schema, and
//! what became of every column that the users drew.

mod check;
mod migrate;
mod migrations;
mod schema;
mod store;

pub use check::{CheckError, Weakness};
pub use migrate::MigrateError;
pub use migrations::{Migration, Migrations};
pub use schema::{SchemaName, SchemaNameError};
pub use store::PgStore;
