//! One read and one audited write through the services on PostgreSQL, beside pgbench sending the same statements.

use std::{error::Error, sync::Arc, time::Duration};

use crate::{postgres::Durable, report::Report};

pub(crate) mod latency;
pub(crate) mod pgbench;
mod service;
mod world;

use latency::Latencies;
use world::World;

/// How many connections, each with one client that asks as fast as it is answered.
const CONNECTIONS: [u32; 3] = [1, 4, 8];
/// How long each case is measured.
const WINDOW: Duration = Duration::from_secs(8);
/// How often the two take turns.
const ROUNDS: u32 = 2;

/// What is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operation {
    /// `offers(tenant).get(id)`.
    Read,
    /// `offers(tenant).edit(id, revision, draft)` of a draft.
    Edit,
}

pub(crate) fn run() -> Result<Vec<Report>, Box<dyn Error>> {
    let server = Durable::boot()?;
    let world = Arc::new(server.block_on(World::make(&server))?);
    let mut reports = Vec::new();
    for (operation, title) in [
        (
            Operation::Read,
            "pg_transactions: an offer by its id, with the membership check",
        ),
        (
            Operation::Edit,
            "pg_transactions: an edit of a draft, with its audit record",
        ),
    ] {
        let mut rows = Vec::new();
        for connections in CONNECTIONS {
            rows.extend(compared(&server, &world, operation, connections)?);
        }
        let head = [
            "connections",
            "who",
            "a second",
            "ratio",
            "p50 ms",
            "p99 ms",
        ];
        reports.push(Report::new(title, &head, rows));
    }
    Ok(reports)
}

/// pgbench and the service in turns, on the same server and the same number of connections.
fn compared(
    server: &Durable,
    world: &Arc<World>,
    operation: Operation,
    connections: u32,
) -> Result<Vec<Vec<String>>, Box<dyn Error>> {
    let mut plain = Latencies::default();
    let mut ours = Latencies::default();
    for _ in 0..ROUNDS {
        let window = WINDOW / ROUNDS;
        plain.extend(pgbench::run(server, world, operation, connections, window)?);
        let taken = service::run(world, operation, connections, window);
        ours.extend(server.block_on(taken)?);
    }
    let row = |who: &str, latencies: &mut Latencies, ratio: String| {
        vec![
            connections.to_string(),
            who.to_owned(),
            format!("{:.0}", latencies.per_second()),
            ratio,
            format!("{:.2}", latencies.percentile(50)),
            format!("{:.2}", latencies.percentile(99)),
        ]
    };
    let ratio = format!("{:.2}", ours.per_second() / plain.per_second());
    Ok(vec![
        row("pgbench", &mut plain, String::new()),
        row("the service", &mut ours, ratio),
    ])
}
