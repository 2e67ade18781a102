//! The criteria language on the command line: checks, describes, explains, counts, turns into SQL, and runs case files.
//!
//! ```text
//! cargo run --release --example criteria -- --help
//! echo '{"segmnet": "premium"}' | cargo run --release --example criteria -- check -
//! ```
//!
//! It uses nothing but the public library. [`command`] is the command line, and each command has a module: [`check`],
//! [`tell`], [`explain`], [`count`], [`sql`], [`fields`] and [`cases`]. [`case`] and [`judge`] say what a case is and whether it
//! passes; the tests of the language use them too.

pub(crate) mod case;
mod cases;
mod check;
mod command;
mod count;
mod customer;
mod diagnosis;
mod explain;
mod failure;
pub(crate) mod field_types;
mod fields;
mod input;
pub(crate) mod judge;
mod setting;
mod sql;
mod tell;

use std::{
    io::{IsTerminal as _, stderr, stdin, stdout},
    process::ExitCode,
};

pub(crate) use command::run;
pub(crate) use input::Streams;

pub(crate) fn main() -> ExitCode {
    let out = stdout();
    let is_terminal = out.is_terminal();
    let mut streams = Streams {
        input: &mut stdin().lock(),
        out: &mut out.lock(),
        err: &mut stderr().lock(),
        is_terminal,
    };
    let code = run(std::env::args_os(), &mut streams);
    ExitCode::from(code)
}
