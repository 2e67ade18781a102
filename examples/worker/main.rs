//! A worker as a program: fills the audiences of launched campaigns and sends their messages, for all tenants of a database.
//!
//! ```text
//! cargo run --example worker -- --help
//! cargo run --example worker -- --database postgres://me@localhost/offers --demo 2000 --once
//! ```
//!
//! It uses nothing but the public library. [`command`] is the command line, [`channels`] sends messages for real,
//! [`provider`] prints them instead, [`shown`] is the progress bar, and [`demo`] makes a campaign to try it on.

mod channels;
pub(crate) mod command;
mod demo;
mod failure;
mod provider;
mod shown;

use std::process::ExitCode;

pub(crate) fn main() -> ExitCode {
    ExitCode::from(command::run(std::env::args_os()))
}
