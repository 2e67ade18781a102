//! The REST API as a program: a server to try Offerkit with, and to begin one's own from.
//!
//! ```text
//! cargo run --example server -- --help
//! cargo run --example server -- --worker
//! ```
//!
//! It uses nothing but the public library. [`command`] is the command line, [`installation`] puts store, notifiers and API
//! together, [`demo`] makes the people to try it with, [`identity`] takes them from a login of one's own, [`serving`] holds
//! the connections, [`metrics`] is what Prometheus scrapes, [`channels`] are what the worker sends through, and [`notifier`]
//! logs messages instead of sending them.

#[path = "../worker/channels.rs"]
mod channels;
pub(crate) mod command;
mod demo;
#[path = "../worker/failure.rs"]
mod failure;
mod identity;
mod installation;
pub(crate) mod metrics;
mod notifier;
pub(crate) mod serving;

use std::process::ExitCode;

pub(crate) fn main() -> ExitCode {
    ExitCode::from(command::run(std::env::args_os()))
}
