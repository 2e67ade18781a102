//! Every port of Offerkit on PostgreSQL 15 and later.
//!
//! [`Migrations`] make the schema, and [`PgStore::migrate`] runs them. `docs/postgres-schema.md` shows the schema, and
//! what became of every column that the users drew.
//!
//! Criteria become conditions of SQL, so that PostgreSQL selects, counts and samples, by its indexes where there are any.
//! [`CriteriaSql`] shows the statement, and [`PgStore::explain`] how it would be carried out.
//!
//! A host's own statements go into our commits by a [`CommitHook`], ours into a transaction of the host's by
//! [`PgStore::join`], and [`PgStore::events`] tells what was committed.

mod alone;
mod audit;
mod campaigns;
mod catalog;
mod check;
mod comments;
mod commit;
mod configurations;
mod connection;
mod contacts;
mod contributions;
mod criteria;
mod customer_key;
mod customers;
mod error;
mod events;
mod groups;
mod hook;
mod joined;
mod kept_messages;
mod keyset;
mod ledger;
mod mapped;
mod mapping;
mod migrate;
mod migrations;
mod offers;
mod order;
mod rows;
mod schema;
mod seals;
mod seen;
mod segments;
mod sessions;
mod stops;
mod store;
mod tenants;
mod timeouts;
mod transaction;
mod users;
mod wake;

pub use check::{CheckError, Weakness};
pub use criteria::{CriteriaSql, SqlBind, index_advice, index_for};
pub use events::{Event, EventCursor, EventCursorError, EventsError};
pub use hook::{CommitHook, HookError};
pub use joined::{Joined, LeaveError};
pub use mapped::MappedCustomers;
pub use mapping::{
    CustomerMapping, CustomerMappingBuilder, CustomersError, KeyType, MappingError, MappingProblem,
};
pub use migrate::MigrateError;
pub use migrations::{Migration, Migrations};
pub use schema::{SchemaName, SchemaNameError};
pub use store::PgStore;
pub use timeouts::Timeouts;
pub use wake::PgWake;
