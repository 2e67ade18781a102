//! Two people who decide at the same moment, through the services on PostgreSQL: every round begins with both at once, and
//! ends with one order of what they did.
//!
//! A guard is often held twice, by a lock and by the database's own rule; each test says what had to be removed for it to
//! fail.

mod campaigns;
#[path = "../migrated/database.rs"]
mod database;
mod deliveries;
mod offers;
mod people;
mod world;
