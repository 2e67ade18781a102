//! Attacks. Each is seen to be stopped, and then to succeed in a database without the defence that stopped it.

mod audit;
mod campaigns;
mod ledger;
mod offers;
mod platform;
mod stops;
mod tenants;
