//! The API as a client sees it. Every answer of every test is held against the OpenAPI document.

mod browser;
mod client;
mod contract;
mod conventions;
mod document;
mod host;
mod imports;
mod limits;
mod offers;
mod people;
mod problems;
mod requests;
mod roles;
mod selecting;
mod twins;
mod world;
