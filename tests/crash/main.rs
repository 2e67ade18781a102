//! Workers are killed, halted and cut off at every step while they send, and then every message that the provider saw is
//! compared with every row of the ledger.
//!
//! The provider is a process of its own, which keeps its own ledger. Each worker is one, too: this program, told by
//! [`PLAN`] what to be. The library bears no failpoints; the worker wraps its ledger and its notifier, and reaches the
//! database through a proxy that sees each `COMMIT`. Last, four wrong protocols run under the same kills, and the same
//! comparison must find what each of them does.
//!
//! `OFFERKIT_CRASH_KILLS` asks for more kills of each kind than usual, `OFFERKIT_CRASH_SEED` for others.

mod campaign;
mod faults;
mod mode;
mod outage;
mod plan;
mod processes;
mod protocols;
mod provider;
mod proxy;
mod random;
mod rounds;
mod stub;
mod table;
mod verdict;
mod worker;

use std::{env, error::Error, io::Write as _, process::ExitCode};

use mode::Mode;
use plan::{PLAN, Plan};
use protocols::Protocol;
use rounds::{Trial, together};
use table::Row;

pub(crate) type Outcome<T = ()> = Result<T, Box<dyn Error + Send + Sync>>;

fn main() -> ExitCode {
    // What lists tests asks for their names.
    if env::args().any(|argument| argument == "--list") {
        return told(writeln!(std::io::stdout(), "crash: test").map_err(Into::into));
    }
    told(match env::var(PLAN) {
        Ok(plan) => serde_json::from_str(&plan).map_err(Into::into).and_then(be),
        Err(_) => on_runtime(harness()),
    })
}

/// What a process of the harness's does. It ends with the harness, however that ends.
fn be(plan: Plan) -> Outcome {
    std::thread::spawn(|| {
        // The harness never writes, so this ends when it does.
        let _ended = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
        std::process::exit(1);
    });
    match plan {
        Plan::Provider(plan) => provider::serve(&plan),
        Plan::Worker(plan) => on_runtime(worker::work(*plan)),
    }
}

fn on_runtime(work: impl Future<Output = Outcome>) -> Outcome {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    runtime.block_on(work)
}

fn told(outcome: Outcome) -> ExitCode {
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let mut err = std::io::stderr();
            writeln!(err, "error: {error}").ok();
            let mut cause = error.source();
            while let Some(error) = cause {
                writeln!(err, "  because: {error}").ok();
                cause = error.source();
            }
            ExitCode::FAILURE
        }
    }
}

fn number(name: &str, usual: u64) -> Outcome<u64> {
    Ok(match env::var(name) {
        Ok(text) => text.parse()?,
        Err(_) => usual,
    })
}

async fn harness() -> Outcome {
    let kills = number("OFFERKIT_CRASH_KILLS", 150)?;
    let seed = number("OFFERKIT_CRASH_SEED", 1)?;
    let customers = usize::try_from(kills.saturating_mul(6).saturating_add(300))?;
    let mut out = std::io::stdout();
    writeln!(
        out,
        "seed {seed}, {kills} kills of each kind, {customers} customers, claims lapse after {} s\n",
        plan::DEADLINE.as_secs()
    )?;
    writeln!(out, "{}", Row::head())?;
    let mut failed = Vec::new();

    let trial = |mode, protocol, kills| {
        let trial = Trial {
            mode,
            protocol,
            kills,
            seed,
            customers,
        };
        trial.run()
    };
    let trials = Mode::ALL.map(|mode| trial(mode, Protocol::Ours, kills));
    for row in together(trials.into()).await {
        let row = row?;
        writeln!(out, "{row}")?;
        failed.extend(row.broken());
    }
    for row in outage::run(seed).await? {
        writeln!(out, "{row}")?;
        failed.extend(row.broken());
    }

    writeln!(out, "\nwrong protocols, each of which must be found out:")?;
    let trials = Protocol::WRONG.map(|protocol| trial(protocol.mode(), protocol, 12));
    let rows = together(trials.into()).await;
    for (row, protocol) in rows.into_iter().zip(Protocol::WRONG) {
        let row = row?;
        writeln!(out, "{row}")?;
        if row.broken().is_empty() || !protocol.is_found_in(&row.verdict) {
            failed.push(format!("{}: nobody noticed what it does", protocol.name()));
        }
    }
    if failed.is_empty() {
        return Ok(());
    }
    Err(failed.join("\n").into())
}
