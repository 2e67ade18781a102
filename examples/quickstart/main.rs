//! The whole story of one offer, told step by step: from the first login to the last message and the sealed audit log.
//!
//! ```text
//! cargo run --example quickstart
//! cargo run --example quickstart -- --help
//! ```
//!
//! It uses nothing but the public library. It keeps everything in memory, or in the PostgreSQL that [`store`] opens, and
//! sends nothing, unless it is told of a server that takes its [`mail`]. The chapters are [`platform`], [`people`],
//! [`offer`], [`four_eyes`], [`campaign`], [`delivery`] and [`audit_trail`]; the rest reads the input and prints. What
//! must be refused and is not, or a number that does not add up, ends it with exit code 1.

mod audit_trail;
mod campaign;
mod command;
mod customers;
mod delivery;
mod failure;
mod four_eyes;
mod input;
mod mail;
mod offer;
mod people;
mod platform;
mod provider;
mod report;
mod store;
mod story;

use std::{
    io::{IsTerminal as _, stderr, stdout},
    process::ExitCode,
};

pub(crate) use command::run;

pub(crate) fn main() -> ExitCode {
    let out = stdout();
    let is_terminal = out.is_terminal();
    let code = run(
        std::env::args_os(),
        &mut out.lock(),
        &mut stderr().lock(),
        is_terminal,
    );
    ExitCode::from(code)
}
