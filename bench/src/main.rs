//! Runs the benchmarks named on the command line, or all of them, and prints a table for each.

use std::{env, error::Error, process::ExitCode};

use crate::report::Report;

mod fill;
mod measure;
mod policy;
mod report;

type Benchmark = fn() -> Result<Report, Box<dyn Error>>;

/// The benchmarks by name. One that is added gets its own file, and its line here.
const BENCHMARKS: &[(&str, Benchmark)] = &[("policy", policy::run), ("fill", fill::run)];

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
    if cfg!(debug_assertions) {
        eprintln!("warning: built without --release, so the numbers say little");
    }
    for (name, benchmark) in BENCHMARKS {
        if wanted.is_empty() || wanted.iter().any(|wanted| wanted == name) {
            println!("{}", benchmark()?);
        }
    }
    Ok(())
}
