//! Claiming and settling in PostgreSQL, beside a job queue that is known to be fast.

use std::{collections::BTreeSet, error::Error, sync::Arc, time::Instant};

use chrono::TimeDelta;
use offerkit::domain::{Campaign, Channel, DeliveryStatus};
use offerkit_core::{
    id::{ClaimToken, CustomerId, IdSource as _},
    ports::{ClaimRequest, Ledger as _, Settlement},
    testing::TestPlatform,
    time::Clock as _,
};
use offerkit_postgres::PgStore;

use crate::{
    graphile::{Graphile, Tuning},
    measure::{median, per_second, verdict},
    postgres::{
        Durable,
        bank::{self, Bank, IN_ORDER},
    },
    report::Report,
};

/// How many rows, or jobs, there are to do in each sample.
const ROWS: u64 = 200_000;
/// How often each case is timed; odd, so that the median is one of the times.
const ROUNDS: usize = 5;

const EVERYONE: &str = r#"{"$everyone": true}"#;

/// How many workers, and how many rows each claims at once.
const OURS: [(usize, usize); 6] = [
    (1, 100),
    (4, 100),
    (1, 500),
    (4, 500),
    (2, 2_000),
    (4, 2_000),
];

/// Settings around those that its documentation names for speed; the fastest of them is the yardstick.
const THEIRS: [Tuning; 4] = [
    Tuning::new(1, 500, 24),
    Tuning::new(4, 500, 24),
    Tuning::new(2, 1_000, 100),
    Tuning::new(2, 2_000, 200),
];

pub(crate) fn run() -> Result<Vec<Report>, Box<dyn Error>> {
    let durable = Durable::boot()?;
    let graphile = Graphile::install()?;
    durable.block_on(measure(&durable, &graphile))
}

async fn measure(durable: &Durable, graphile: &Graphile) -> Result<Vec<Report>, Box<dyn Error>> {
    let bank = Bank::open(durable, "bank", ROWS, IN_ORDER).await?;
    let mut ours = vec![Vec::new(); OURS.len()];
    let mut theirs = vec![Vec::new(); THEIRS.len()];
    for round in 0..=ROUNDS {
        // The first warms up.
        for ((workers, batch), rates) in OURS.iter().zip(&mut ours) {
            let rate = drain(durable, &bank, *workers, *batch).await?;
            if round > 0 {
                rates.push(rate);
            }
        }
        for (tuning, rates) in THEIRS.iter().zip(&mut theirs) {
            let rate = graphile.drain(durable, *tuning, ROWS).await?;
            if round > 0 {
                rates.push(rate);
            }
        }
    }
    Ok(vec![report(graphile.version(), &ours, &theirs)])
}

/// How many rows a second so many workers claim and settle, each in batches, until none is left.
async fn drain(
    durable: &Durable,
    bank: &Bank,
    workers: usize,
    batch: usize,
) -> Result<f64, Box<dyn Error>> {
    let campaign = Arc::new(bank.launch(EVERYONE).await?);
    bank::fill(&bank.store, &bank.tenant, &campaign, EVERYONE).await?;
    durable
        .run("bank", "VACUUM (ANALYZE) offerkit.campaign_customers")
        .await?;
    durable.run("postgres", "CHECKPOINT").await?;
    let begin = Instant::now();
    let workers: Vec<_> = (0..workers)
        .map(|_| {
            let platform = bank.tenant.platform().clone();
            let (store, campaign) = (bank.store.clone(), campaign.clone());
            tokio::spawn(async move { work(&store, &platform, &campaign, batch).await })
        })
        .collect();
    let mut sent = Vec::new();
    for worker in workers {
        sent.extend(worker.await??);
    }
    let time = begin.elapsed();
    let count = u64::try_from(sent.len())?;
    let unique: BTreeSet<_> = sent.into_iter().collect();
    let progress = bank
        .store
        .progress(campaign.tenant(), campaign.id())
        .await?;
    let settled = progress.of(DeliveryStatus::Sent);
    if [count, u64::try_from(unique.len())?, settled] != [ROWS; 3] {
        return Err(format!(
            "{count} were sent, to {}, and {settled} settled",
            unique.len()
        )
        .into());
    }
    Ok(per_second(count, time.as_secs_f64()))
}

/// Sends to nobody, until nothing is left.
async fn work(
    store: &PgStore,
    platform: &TestPlatform,
    campaign: &Campaign,
    batch: usize,
) -> Result<Vec<CustomerId>, offerkit_core::ports::StoreError> {
    let mut sent = Vec::new();
    loop {
        let now = platform.clock.now();
        let request = ClaimRequest {
            tenant: campaign.tenant(),
            campaign: campaign.id(),
            revision: campaign.revision(),
            channel: Channel::Email,
            token: ClaimToken::from_uuid(platform.ids.uuid(now)),
            limit: batch,
            now,
            deadline: now.plus(TimeDelta::minutes(5)),
        };
        let claimed = store.claim(&request).await?;
        if claimed.is_empty() {
            return Ok(sent);
        }
        let settlements: Vec<_> = claimed
            .iter()
            .map(|claimed| Settlement {
                key: claimed.key,
                status: DeliveryStatus::Sent,
                reason: None,
                not_before: None,
                next: Vec::new(),
            })
            .collect();
        store
            .settle(campaign.tenant(), request.token, &settlements, now)
            .await?;
        sent.extend(claimed.iter().map(|claimed| claimed.key.customer));
    }
}

fn report(version: &str, ours: &[Vec<f64>], theirs: &[Vec<f64>]) -> Report {
    let best = theirs.iter().map(|rates| median(rates)).fold(0.0, f64::max);
    let fastest = ours.iter().map(|rates| median(rates)).fold(0.0, f64::max);
    let row = |name: String, rates: &[f64]| {
        let lowest = rates.iter().copied().fold(f64::INFINITY, f64::min);
        let highest = rates.iter().copied().fold(0.0, f64::max);
        vec![
            name,
            format!("{:.0}", median(rates)),
            format!("{lowest:.0}"),
            format!("{highest:.0}"),
            format!("{:.2}×", median(rates) / best),
        ]
    };
    let theirs = THEIRS
        .iter()
        .zip(theirs)
        .map(|(tuning, rates)| row(tuning.name(), rates));
    let ours = OURS.iter().zip(ours).map(|((workers, batch), rates)| {
        row(
            format!("ours: {workers} workers, batches of {batch}"),
            rates,
        )
    });
    let rows = theirs.chain(ours).collect();
    let ratio = fastest / best;
    let verdict = verdict(ratio, 2.5, 4.0);
    let title = format!("pg_claims: {ROWS} rows claimed and settled, on a durable server");
    let head = ["case", "rows/s", "lowest", "highest", "rate"];
    let note = format!(
        "ours at its fastest is {ratio:.1} times as fast as graphile-worker {version} at its: {verdict}"
    );
    Report::new(title, &head, rows).with_notes(vec![note])
}
