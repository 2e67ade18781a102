//! The tests, which are the same over every store.

pub(crate) mod browser;
pub(crate) mod client;
pub(crate) mod contacts;
pub(crate) mod contract;
pub(crate) mod conventions;
pub(crate) mod document;
pub(crate) mod host;
pub(crate) mod imports;
pub(crate) mod judging;
pub(crate) mod limits;
pub(crate) mod messages;
pub(crate) mod offers;
pub(crate) mod opting_out;
pub(crate) mod people;
pub(crate) mod problems;
pub(crate) mod receipts;
pub(crate) mod repeats;
pub(crate) mod reports;
pub(crate) mod requests;
pub(crate) mod roles;
pub(crate) mod seen;
pub(crate) mod selecting;
pub(crate) mod twins;
pub(crate) mod world;
