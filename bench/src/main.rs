//! Runs the benchmarks named on the command line, or all of them, and prints their tables.

use std::{
    env,
    error::Error,
    process::{Command, ExitCode},
};

use crate::report::Report;

mod criteria;
mod fill;
mod graphile;
mod measure;
mod memory;
mod pg_claims;
mod pg_drain;
mod pg_fill;
mod pg_import;
mod pg_transactions;
mod policy;
mod postgres;
mod report;
mod rest;

type Benchmark = fn() -> Result<Vec<Report>, Box<dyn Error>>;

/// The benchmarks by name. One that is added gets its own file, and its line here.
const BENCHMARKS: &[(&str, Benchmark)] = &[
    ("policy", policy::run),
    ("criteria", criteria::run),
    ("fill", fill::run),
    ("pg_fill", pg_fill::run),
    ("pg_claims", pg_claims::run),
    ("pg_drain", pg_drain::run),
    ("pg_import", pg_import::run),
    ("pg_transactions", pg_transactions::run),
    ("rest", rest::run),
];

fn main() -> ExitCode {
    match run(&env::args().skip(1).collect::<Vec<_>>()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(wanted: &[String]) -> Result<(), Box<dyn Error>> {
    let known = |name: &String| BENCHMARKS.iter().any(|(known, _)| known == name);
    if let Some(unknown) = wanted.iter().find(|name| !known(name)) {
        let names: Vec<_> = BENCHMARKS.iter().map(|(name, _)| *name).collect();
        return Err(format!("no benchmark `{unknown}`: there is {}", names.join(", ")).into());
    }
    let is_wanted = |name: &str| wanted.is_empty() || wanted.iter().any(|wanted| wanted == name);
    let chosen: Vec<_> = BENCHMARKS
        .iter()
        .filter(|(name, _)| is_wanted(name))
        .collect();
    if let [(_, benchmark)] = chosen[..] {
        if cfg!(debug_assertions) {
            eprintln!("warning: built without --release, so the numbers say little");
        }
        for report in benchmark()? {
            println!("{report}");
        }
        return Ok(());
    }
    for (name, _) in chosen {
        in_its_own_process(name)?;
    }
    Ok(())
}

/// Memory that one benchmark leaves behind would be missing from what the next one measures.
fn in_its_own_process(name: &str) -> Result<(), Box<dyn Error>> {
    let status = Command::new(env::current_exe()?).arg(name).status()?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("`{name}` ended with {status}").into())
    }
}
