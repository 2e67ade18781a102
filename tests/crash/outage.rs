//! The server is killed and comes back while workers send.

use std::time::Duration;

use offerkit_cluster::{Durability, Server};
use sqlx::{Connection as _, PgConnection};
use tokio::time::{Instant, sleep};

use crate::{
    Outcome, campaign,
    mode::Mode,
    plan::DEADLINE,
    protocols::Protocol,
    rounds::{Field, now, together},
    table::{Faults, Row},
    verdict::Verdict,
};

/// Enough that workers are still sending when the server is killed for the last time.
const CUSTOMERS: usize = 600;
/// How often the server is killed.
const OUTAGES: u64 = 3;

/// One trial of each mode, all on one server whose commits are durable.
pub(crate) async fn run(seed: u64) -> Outcome<Vec<Row>> {
    let began = Instant::now();
    let mut server = Server::boot(Durability::Full).await?;
    let names = ["one", "two", "three", "four"];
    let mut connection = PgConnection::connect(&server.url("postgres")).await?;
    sqlx::raw_sql("CREATE DATABASE template")
        .execute(&mut connection)
        .await?;
    campaign::prepare(server.url("template"), CUSTOMERS).await?;
    for copy in [
        "CREATE DATABASE one TEMPLATE template",
        "CREATE DATABASE two TEMPLATE template",
        "CREATE DATABASE three TEMPLATE template",
        "CREATE DATABASE four TEMPLATE template",
    ] {
        sqlx::raw_sql(copy).execute(&mut connection).await?;
    }
    connection.close().await?;
    let (mut fields, mut workers) = (Vec::new(), Vec::new());
    for (mode, name) in Mode::ALL.into_iter().zip(names) {
        let field = Field::new(server.url(name), mode, Protocol::Ours, seed).await?;
        for _ in 0..2 {
            workers.push(field.worker(None, 8)?);
        }
        fields.push((mode, field));
    }
    for _ in 0..OUTAGES {
        sleep(Duration::from_secs(1)).await;
        server.crash().await?;
    }
    let finished = fields.iter().map(|(_, field)| field.finish(DEADLINE * 5));
    let finished = together(finished.collect()).await;
    let mut rows = Vec::new();
    for ((mode, field), settled) in fields.iter().zip(finished) {
        let verdict = Verdict::of(&field.url, field.campaign, &field.ledger()).await?;
        rows.push(Row {
            mode: *mode,
            what: match mode {
                Mode::Deduplicated => "Deduplicated, outage",
                Mode::Reconcile => "Reconcile, outage",
                Mode::AtMostOnce => "AtMostOnce, outage",
                Mode::AtLeastOnce => "AtLeastOnce, outage",
            },
            faults: Faults {
                outages: OUTAGES,
                ..Faults::default()
            },
            verdict,
            settled: settled?,
            took: began.elapsed(),
            at: now(),
        });
    }
    for worker in &mut workers {
        worker.kill().await?;
    }
    Ok(rows)
}
