//! Filling an audience in PostgreSQL, beside the tables as they were drawn and what bounds any filling.

use std::{collections::BTreeMap, env, error::Error, time::Duration};

use offerkit::{
    domain::{Campaign, DeliveryStatus},
    testing::TestTenant,
};
use offerkit_core::ports::Ledger as _;
use offerkit_postgres::PgStore;

use self::without::WITHOUT;
use crate::{
    measure,
    postgres::{
        Durable,
        bank::{self, AT_RANDOM, Bank, COLUMNS, IN_ORDER},
    },
    report::Report,
};

mod without;

/// How many customers there are, unless `OFFERKIT_BENCH_CUSTOMERS` says otherwise.
const CUSTOMERS: u64 = 1_000_000;
/// How often each case is timed; odd, so that the median is one of the times.
const ROUNDS: usize = 5;

const CRITERIA: &str = r#"{"segment": "premium"}"#;
/// What is said for it in SQL, for the cases that are not ours.
const CONDITION: &str = "is_active AND segment = 'premium'";

/// The tables as they were drawn, with one campaign to fill for each round.
const DRAWN: &str = include_str!("../../offerkit-postgres/tests/schema/drawn.sql");
const DRAWN_ROWS: &str = "INSERT INTO users VALUES ('asha', '');
    INSERT INTO tenants (name, created_by) VALUES ('loan', 'asha');
    INSERT INTO offers (tenant_name, created_by, data) VALUES ('loan', 'asha', '{}');
    INSERT INTO campaigns (tenant_name, offer_id, name, start_date, end_date, created_by)
        SELECT 'loan', 1, 'Campaign ' || i, '2026-01-01', '2026-12-31', 'asha' FROM generate_series(1, 99) AS i;
    CREATE TABLE key_alone (campaign_id INT, customer_id UUID, offer_id INT, delivery_status TEXT DEFAULT 'pending',
        sent_at TIMESTAMP, PRIMARY KEY (campaign_id, customer_id));
    CREATE UNLOGGED TABLE bare (campaign_id INT, customer_id UUID, offer_id INT, delivery_status TEXT DEFAULT 'pending',
        sent_at TIMESTAMP);";

const OURS: &str = "ours, every defence on";
const RANDOM: &str = "customers' ids at random";

/// Each case's times in seconds, by its name.
#[derive(Default)]
struct Times {
    is_kept: bool,
    selected: u64,
    of: BTreeMap<&'static str, Vec<f64>>,
}

pub(crate) fn run() -> Result<Vec<Report>, Box<dyn Error>> {
    let durable = Durable::boot()?;
    durable.block_on(measure(&durable))
}

async fn measure(durable: &Durable) -> Result<Vec<Report>, Box<dyn Error>> {
    let customers = match env::var("OFFERKIT_BENCH_CUSTOMERS") {
        Ok(count) => count.parse()?,
        Err(_) => CUSTOMERS,
    };
    let bank = Bank::open(durable, "bank", customers, IN_ORDER).await?;
    let mut campaigns = Vec::new();
    for _ in 0..=ROUNDS {
        campaigns.push(bank.launch(CRITERIA).await?);
    }
    let tenant = bank.close().await;
    let at_random = Bank::open(durable, "bank_at_random", customers, AT_RANDOM).await?;
    let mut campaigns_at_random = Vec::new();
    for _ in 0..=ROUNDS {
        campaigns_at_random.push(at_random.launch(CRITERIA).await?);
    }
    drawn(durable, customers).await?;

    let mut copies = Vec::new();
    for (number, (name, ddl)) in WITHOUT.iter().enumerate() {
        let database = format!("bank_{number}");
        durable.create(&database, Some("bank")).await?;
        durable.run(&database, ddl).await?;
        let (store, _) = durable.connected(&database, 2)?;
        copies.push((*name, store));
    }
    let (store, _) = durable.connected("bank", 2)?;

    let mut times = Times::default();
    for round in 0..=ROUNDS {
        // The first warms up.
        times.is_kept = round > 0;
        times.selected = insert(durable, "campaign_customers", round, &mut times).await?;
        times
            .fill(durable, (OURS, &store), &tenant, &campaigns[round])
            .await?;
        for (name, store) in &copies {
            times
                .fill(durable, (name, store), &tenant, &campaigns[round])
                .await?;
        }
        let (store, campaign) = (&at_random.store, &campaigns_at_random[round]);
        times
            .fill(durable, (RANDOM, store), &at_random.tenant, campaign)
            .await?;
        for table in ["key_alone", "bare"] {
            insert(durable, table, round, &mut times).await?;
        }
    }
    Ok(times.reports(customers))
}

/// The drawn tables, with the same customers.
async fn drawn(durable: &Durable, customers: u64) -> Result<(), Box<dyn Error>> {
    durable.create("drawn", None).await?;
    durable.run("drawn", DRAWN).await?;
    durable.run("drawn", DRAWN_ROWS).await?;
    let insert = format!(
        "INSERT INTO customers ({COLUMNS}) SELECT {} FROM generate_series(1, {customers}) AS i",
        bank::VALUES
    );
    durable.run("drawn", &insert).await?;
    durable
        .run("drawn", "VACUUM (ANALYZE) customers")
        .await
        .map(drop)
}

/// What is dirty is written before anything is timed, so that nobody pays for another's pages.
async fn checkpoint(durable: &Durable) -> Result<(), Box<dyn Error>> {
    durable.run("postgres", "CHECKPOINT").await.map(drop)
}

/// One statement that fills a table of the drawn columns, and how many it selected.
async fn insert(
    durable: &Durable,
    table: &'static str,
    round: usize,
    times: &mut Times,
) -> Result<u64, Box<dyn Error>> {
    if table == "bare" {
        durable.run("drawn", "TRUNCATE bare").await?;
    }
    checkpoint(durable).await?;
    let insert = format!(
        "INSERT INTO {table} (campaign_id, customer_id, offer_id) SELECT {}, id, 1 FROM customers WHERE {CONDITION}",
        round + 1
    );
    let (selected, took) = durable.run("drawn", &insert).await?;
    times.note(table, took);
    Ok(selected)
}

impl Times {
    fn note(&mut self, name: &'static str, time: Duration) {
        if self.is_kept {
            self.of.entry(name).or_default().push(time.as_secs_f64());
        }
    }

    /// Fills a campaign, and makes sure that it holds whom the drawn tables hold, each once.
    async fn fill(
        &mut self,
        durable: &Durable,
        (name, store): (&'static str, &PgStore),
        tenant: &TestTenant,
        campaign: &Campaign,
    ) -> Result<(), Box<dyn Error>> {
        checkpoint(durable).await?;
        let (run, time) = bank::fill(store, tenant, campaign, CRITERIA).await?;
        self.note(name, time);
        let progress = store.progress(run.tenant, run.campaign).await?;
        let counted = [progress.audience, progress.of(DeliveryStatus::Pending)];
        // What a copy lacks may be what counts.
        let is_counted = counted == [self.selected; 2] || name == without::COUNTS;
        if run.added == self.selected && is_counted {
            return Ok(());
        }
        Err(format!(
            "{name}: {run:?} and {counted:?} instead of {}",
            self.selected
        )
        .into())
    }

    fn median(&self, name: &str) -> f64 {
        self.of
            .get(name)
            .map_or(f64::NAN, |times| measure::median(times))
    }

    fn row(&self, name: &str, said: &str, yardstick: &str) -> Vec<String> {
        let median = self.median(name);
        let of = self.of.get(name).into_iter().flatten();
        let fastest = of.clone().copied().fold(f64::INFINITY, f64::min);
        let slowest = of.copied().fold(0.0, f64::max);
        let rows = f64::from(u32::try_from(self.selected).unwrap_or(u32::MAX));
        vec![
            said.to_owned(),
            format!("{:.0}", rows / median),
            format!("{:.0}", median * 1e3),
            format!("{:.0}", fastest * 1e3),
            format!("{:.0}", slowest * 1e3),
            format!("{:.2}×", self.median(yardstick) / median),
        ]
    }

    fn reports(&self, customers: u64) -> Vec<Report> {
        let head = ["case", "rows/s", "median ms", "fastest", "slowest", "rate"];
        let cases = [
            ("campaign_customers", "as drawn: INSERT … SELECT"),
            (OURS, OURS),
            ("key_alone", "primary key alone"),
            ("bare", "bare: unlogged, no key"),
        ];
        let rows = cases.map(|(name, said)| self.row(name, said, "campaign_customers"));
        let ratio = self.median("campaign_customers") / self.median(OURS);
        let verdict = measure::verdict(ratio, 2.5, 6.0);
        let share = 100.0 * self.median("bare") / self.median(OURS);
        let title = format!(
            "pg_fill: {} of {customers} customers into an audience, on a durable server",
            self.selected
        );
        let notes = vec![
            format!("ours is {ratio:.1} times as fast as drawn: {verdict}"),
            format!("ours has {share:.0} % of the rate of the bare insert"),
        ];
        let without = [OURS]
            .into_iter()
            .chain(WITHOUT.map(|(name, _)| name))
            .chain([RANDOM]);
        let costs = without.map(|name| self.row(name, name, OURS)).collect();
        vec![
            Report::new(title, &head, rows.into()).with_notes(notes),
            Report::new(
                "what each costs: ours in a copy that lacks it",
                &head,
                costs,
            ),
        ]
    }
}
