//! The heart of [Offerkit](https://docs.rs/offerkit): its domain, policy, criteria, ports and services.
//!
//! Nothing here does I/O, starts a runtime or knows SQL. Services ([`services`]) hold the use cases; they ask the
//! policy ([`policy`]) and speak to the outside through ports ([`ports`]), which adapters implement. Most
//! applications use the facade crate `offerkit` and never name this one.

#![warn(clippy::wildcard_enum_match_arm)]

pub mod audit;
pub mod canonical;
pub mod criteria;
#[cfg(feature = "csv")]
pub mod csv;
pub mod digest;
pub mod domain;
pub mod id;
pub mod page;
#[cfg(feature = "argon2")]
pub mod password;
mod pointer;
pub mod policy;
pub mod ports;
pub mod schema;
pub mod services;
pub mod templates;
#[cfg(feature = "testing")]
pub mod testing;
pub mod text;
pub mod time;
