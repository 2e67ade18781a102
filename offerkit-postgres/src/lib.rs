//! Every port of Offerkit on PostgreSQL 15 and later.
//!
//! [`Migrations`] make the schema, and [`PgStore::migrate`] runs them. `docs/postgres-schema.md` shows the schema, and
//! what became of every column that the users drew.
//!
//! Criteria become conditions of SQL, so that PostgreSQL selects, counts and samples, by its indexes where there are any.
//! [`CriteriaSql`] shows the statement, and [`PgStore::explain`] how it would be carried out.

mod audit;
mod campaigns;
mod catalog;
mod check;
mod comments;
mod commit;
mod configurations;
mod connection;
mod contributions;
mod criteria;
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

pub use check::{CheckError, Weakness};
pub use criteria::{CriteriaSql, SqlBind, index_advice, index_for};
pub use migrate::MigrateError;
pub use migrations::{Migration, Migrations};
pub use schema::{SchemaName, SchemaNameError};
pub use store::PgStore;
