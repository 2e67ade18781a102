//! The REST API over loopback, beside `FastAPI` doing the same, and pgbench sending the statements that the API sends.

use std::{env, error::Error, time::Duration};

use crate::{measure::median, postgres::Durable, report::Report};

mod client;
mod fastapi;
mod login;
mod seen;
mod world;
mod wrk;

use fastapi::FastApi;
use world::World;

/// How many connections ask at once, each as fast as it is answered.
const CONNECTIONS: [u32; 3] = [1, 8, 32];
/// How often the cases take turns; odd, so that the median is one of the rounds.
const ROUNDS: usize = 3;

/// What is asked.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Operation {
    /// An offer by its id.
    Read,
    /// A new offer, with its record.
    Create,
}

/// What a round of a case was like.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Round {
    pub(crate) per_second: f64,
    /// In milliseconds.
    pub(crate) p50: f64,
    pub(crate) p99: f64,
}

impl Operation {
    const ALL: [Self; 2] = [Self::Read, Self::Create];

    const fn title(self) -> &'static str {
        match self {
            Self::Read => "rest: GET of an offer, with the checks of token and role",
            Self::Create => {
                "rest: POST of an offer, with the checks of token and role, and its audit record"
            }
        }
    }
}

/// How long a case is measured in each round; `OFFERKIT_BENCH_SECONDS` asks for another time.
pub(crate) fn window() -> Result<Duration, Box<dyn Error>> {
    match env::var("OFFERKIT_BENCH_SECONDS") {
        Ok(seconds) => Ok(Duration::from_secs(seconds.parse::<u64>()?.max(1))),
        Err(_) => Ok(Duration::from_secs(8)),
    }
}

pub(crate) fn run() -> Result<Vec<Report>, Box<dyn Error>> {
    wrk::installed()?;
    let mut fastapi = FastApi::install()?;
    let server = Durable::boot()?;
    let world = server.block_on(World::make(&server))?;
    FastApi::prepare(&server)?;
    let mut reports = Vec::new();
    for operation in Operation::ALL {
        let script = seen::script(&server, &world, operation)?;
        let mut rows = Vec::new();
        for connections in CONNECTIONS {
            let cases = compared(
                &server,
                &world,
                &mut fastapi,
                (operation, &script),
                connections,
            )?;
            rows.extend(shown(connections, cases));
        }
        let head = [
            "connections",
            "who",
            "a second",
            "of FastAPI",
            "p50 ms",
            "p99 ms",
        ];
        let title = operation.title();
        let versions = format!("FastAPI is {}.", FastApi::versions());
        let medians = format!("Medians of {ROUNDS} rounds of {:?}.", window()?);
        reports.push(Report::new(title, &head, rows).with_notes(vec![versions, medians]));
    }
    reports.extend(login::run(&server, &world)?);
    Ok(reports)
}

type Cases = Vec<(&'static str, Vec<Round>)>;

/// All cases in turns, on the same server and the same number of connections.
fn compared(
    server: &Durable,
    world: &World,
    fastapi: &mut FastApi,
    (operation, script): (Operation, &str),
    connections: u32,
) -> Result<Cases, Box<dyn Error>> {
    let mut cases: Cases = vec![
        ("FastAPI, 1 worker", Vec::new()),
        ("FastAPI, 2 workers", Vec::new()),
        ("pgbench", Vec::new()),
        ("the API", Vec::new()),
    ];
    for _ in 0..ROUNDS {
        for (case, (_, rounds)) in cases.iter_mut().enumerate() {
            server.block_on(server.run("postgres", "CHECKPOINT"))?;
            let round = match case {
                0 => fastapi.measured(server, 1, operation, connections)?,
                1 => fastapi.measured(server, 2, operation, connections)?,
                2 => seen::measured(server, script, connections)?,
                _ => world.measured(operation, connections)?,
            };
            rounds.push(round);
        }
    }
    Ok(cases)
}

/// The median of what the rounds say.
fn of(rounds: &[Round], what: impl Fn(&Round) -> f64) -> f64 {
    median(&rounds.iter().map(what).collect::<Vec<_>>())
}

/// The better of `FastAPI`'s two is the yardstick.
fn shown(connections: u32, cases: Cases) -> Vec<Vec<String>> {
    let rate = |rounds: &[Round]| of(rounds, |round| round.per_second);
    let best = cases
        .iter()
        .filter(|(who, _)| who.starts_with("FastAPI"))
        .map(|(_, rounds)| rate(rounds))
        .fold(f64::NAN, f64::max);
    let row = |(who, rounds): (&str, Vec<Round>)| {
        vec![
            connections.to_string(),
            who.to_owned(),
            format!("{:.0}", rate(&rounds)),
            format!("{:.2}×", rate(&rounds) / best),
            format!("{:.2}", of(&rounds, |round| round.p50)),
            format!("{:.2}", of(&rounds, |round| round.p99)),
        ]
    };
    cases.into_iter().map(row).collect()
}
