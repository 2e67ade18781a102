//! Whole deliveries: a worker drains campaigns of customers in PostgreSQL, sending to nobody, and to a mail server.

use std::{
    env,
    error::Error,
    num::NonZeroU32,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Instant,
};

use chrono::NaiveTime;
use offerkit::{
    Context, Offerkit,
    domain::{
        Channel, ConfigurationSettings, ConsentMode, ContactCap, ContactRules, DeliveryKey,
        DeliveryStatus, Purpose, QuietHours, SendingHours,
    },
    id::DeliveryId,
    notify::{
        Pace, async_trait,
        smtp::{Security, SmtpSettings},
    },
    policy::Job,
    ports::{Guarantee, Message, Notifier, Outcome, Profile},
    testing::PlainHasher,
    worker::Worker,
};

use self::sink::Sink;
use crate::{
    graphile::{Graphile, Tuning},
    measure::{median, per_second, verdict},
    memory::{mebibytes, resident},
    postgres::{
        Durable,
        bank::{Bank, IN_ORDER},
    },
    report::Report,
};

mod sink;

const CUSTOMERS: u64 = 1_000_000;
const EVERYONE: &str = r#"{"$everyone": true}"#;
/// A tenth of the customers.
const PREMIUM: &str = r#"{"segment": "premium"}"#;
/// How often each rule is timed; odd, so that the median is one of the times.
const ROUNDS: usize = 3;
/// How many steps the worker takes at once, and how many messages it hands over at once.
const STEPS: usize = 4;
const BATCH: NonZeroU32 = NonZeroU32::new(2_000).unwrap();
/// What graphile-worker is fastest with in `pg_claims`.
const THEIRS: Tuning = Tuning::new(2, 2_000, 200);
/// What a tuned Mautic is said to send.
const MAILS_A_MINUTE: f64 = 40_000.0;

/// Sends to nobody.
struct Nothing;

#[async_trait]
impl Notifier for Nothing {
    fn profile(&self) -> Profile {
        Profile {
            channel: Channel::Email,
            guarantee: Guarantee::AtMostOnce,
            max_batch: BATCH,
            concurrency: const { NonZeroU32::new(4).unwrap() },
        }
    }

    async fn send(&self, batch: &[Message]) -> Vec<(DeliveryId, Outcome)> {
        batch.iter().map(|it| (it.id, Outcome::Sent)).collect()
    }

    async fn lookup(&self, _: &[DeliveryKey]) -> Vec<(DeliveryId, Outcome)> {
        Vec::new()
    }
}

/// What a campaign's messages are for, and the rules of its tenant.
struct Case {
    name: &'static str,
    purpose: Purpose,
    rules: ContactRules,
}

/// What draining a campaign was like.
struct Drained {
    rows: u64,
    rate: f64,
    /// The most memory the process had meanwhile, in bytes.
    memory: u64,
}

pub(crate) fn run() -> Result<Vec<Report>, Box<dyn Error>> {
    let durable = Durable::boot()?;
    let graphile = Graphile::install()?;
    let sink = Sink::start();
    durable.block_on(measure(&durable, &graphile, sink))
}

async fn measure(
    durable: &Durable,
    graphile: &Graphile,
    sink: Result<Sink, String>,
) -> Result<Vec<Report>, Box<dyn Error>> {
    let customers = env::var("OFFERKIT_BENCH_CUSTOMERS").map_or(Ok(CUSTOMERS), |it| it.parse())?;
    let bank = Bank::open(durable, "bank", customers, IN_ORDER).await?;
    let cases = cases()?;
    let nothing = || kit(&bank, Nothing);

    let theirs = graphile.drain(durable, THEIRS, customers).await?;
    let before = resident()?;
    let ours = drain(durable, &bank, &nothing()?, EVERYONE, &cases[0]).await?;
    let peak = mebibytes(ours.memory);
    let ratio = ours.rate / theirs;
    let whole = Report::new(
        format!("pg_drain: {customers} messages to nobody, by one worker on a durable server"),
        &["case", "rows/s", "rate", "MiB before", "MiB at most"],
        vec![
            vec![
                THEIRS.name(),
                format!("{theirs:.0}"),
                "1.00×".to_owned(),
                String::new(),
                String::new(),
            ],
            vec![
                format!("a worker of ours: {STEPS} steps at once, batches of {BATCH}"),
                format!("{:.0}", ours.rate),
                format!("{ratio:.2}×"),
                format!("{:.0}", mebibytes(before)),
                format!("{peak:.0}"),
            ],
        ],
    )
    .with_notes(vec![format!(
        "theirs claims and completes jobs that do nothing; ours also reads each customer, fills in a message and notes what became of it: {}",
        verdict(ratio, 2.5, 4.0)
    )]);

    let mut rates = vec![Vec::new(); cases.len()];
    let mut rows = 0;
    for _ in 0..ROUNDS {
        for (case, rates) in cases.iter().zip(&mut rates) {
            let drained = drain(durable, &bank, &nothing()?, PREMIUM, case).await?;
            rows = drained.rows;
            rates.push(drained.rate);
        }
    }
    let mut reports = vec![whole, rules(rows, &cases, &rates)];
    reports.push(match sink {
        Ok(sink) => mail(durable, &bank, &sink, &cases[0]).await?,
        Err(why) => Report::new("no mails were sent", &[], Vec::new()).with_notes(vec![why]),
    });
    Ok(reports)
}

/// What each rule asks for everybody, and forbids nobody.
fn cases() -> Result<Vec<Case>, Box<dyn Error>> {
    let none = || ContactRules {
        consent: ConsentMode::OptOut,
        ..ContactRules::default()
    };
    let time = |hour| NaiveTime::from_hms_opt(hour, 0, 0).ok_or("no such time");
    let quiet = Some(QuietHours {
        from: time(22)?,
        to: time(6)?,
    });
    let hours = SendingHours {
        quiet,
        ..SendingHours::default()
    };
    let caps = vec![ContactCap {
        messages: 1_000,
        days: 30,
        channel: None,
    }];
    let zone_field = Some("city".into());
    Ok(vec![
        Case {
            name: "no rule",
            purpose: Purpose::Service,
            rules: none(),
        },
        Case {
            name: "consent: who withdrew it",
            purpose: Purpose::Marketing,
            rules: none(),
        },
        Case {
            name: "and quiet hours, of the tenant",
            purpose: Purpose::Marketing,
            rules: ContactRules {
                hours: hours.clone(),
                ..none()
            },
        },
        Case {
            name: "and quiet hours, of each customer",
            purpose: Purpose::Marketing,
            rules: ContactRules {
                hours: hours.clone(),
                zone_field: zone_field.clone(),
                ..none()
            },
        },
        Case {
            name: "and a cap of messages in 30 days",
            purpose: Purpose::Marketing,
            rules: ContactRules {
                caps: caps.clone(),
                ..none()
            },
        },
        Case {
            name: "all of these",
            purpose: Purpose::Marketing,
            rules: ContactRules {
                hours,
                zone_field,
                caps,
                ..none()
            },
        },
    ])
}

/// The library on the bank's store, sending through `notifier`.
fn kit(bank: &Bank, notifier: impl Notifier + 'static) -> Result<Offerkit, Box<dyn Error>> {
    let builder = Offerkit::builder(bank.store.clone())
        .clock(bank.tenant.platform().clock.clone())
        .password_hasher(PlainHasher)
        .notifier(notifier);
    Ok(builder.build()?)
}

/// Launches a campaign, fills it, and times a worker until there is nothing left to do. Everybody has to be sent to.
async fn drain(
    durable: &Durable,
    bank: &Bank,
    kit: &Offerkit,
    criteria: &str,
    case: &Case,
) -> Result<Drained, Box<dyn Error>> {
    let tenant = &bank.tenant;
    let configuration = tenant.acting(&tenant.admin).configuration(tenant.id);
    let current = configuration.current().await?;
    let settings = ConfigurationSettings {
        contact: case.rules.clone(),
        ..current.settings
    };
    configuration.publish(current.version, settings).await?;
    let campaign = bank.launch_for(criteria, case.purpose).await?;
    kit.acting(&Context::job(Job::Audience))
        .deliveries(tenant.id)
        .fill(campaign.id())
        .await?;
    durable
        .run("bank", "VACUUM (ANALYZE) offerkit.campaign_customers")
        .await?;
    durable.run("postgres", "CHECKPOINT").await?;

    let most = Arc::new(AtomicU64::new(0));
    let seen = most.clone();
    let worker = Worker::builder(kit.clone())
        .concurrency(STEPS)
        .watch(move |_| {
            let _before = seen.fetch_max(resident().unwrap_or_default(), Ordering::Relaxed);
        })
        .build()?;
    let begin = Instant::now();
    worker.once().await?;
    let time = begin.elapsed();
    let progress = tenant
        .acting(&tenant.creator)
        .deliveries(tenant.id)
        .progress(campaign.id())
        .await?;
    let sent = progress.of(DeliveryStatus::Sent);
    if sent != progress.audience || sent == 0 {
        return Err(format!("{sent} of {} were sent to", progress.audience).into());
    }
    Ok(Drained {
        rows: sent,
        rate: per_second(sent, time.as_secs_f64()),
        memory: most.load(Ordering::Relaxed),
    })
}

/// What each rule costs.
fn rules(rows: u64, cases: &[Case], rates: &[Vec<f64>]) -> Report {
    let without = rates.first().map_or(f64::NAN, |rates| median(rates));
    let row = |(case, rates): (&Case, &Vec<f64>)| {
        let rate = median(rates);
        let cost = 1e6 / rate - 1e6 / without;
        vec![
            case.name.to_owned(),
            format!("{rate:.0}"),
            format!("{:.2}×", rate / without),
            format!("{cost:.1}"),
        ]
    };
    Report::new(
        format!("pg_drain: {rows} messages to nobody, with contact rules"),
        &["rule", "rows/s", "rate", "µs a row more"],
        cases.iter().zip(rates).map(row).collect(),
    )
}

/// Sends mails to a server on this machine that takes all of them.
async fn mail(
    durable: &Durable,
    bank: &Bank,
    sink: &Sink,
    case: &Case,
) -> Result<Report, Box<dyn Error>> {
    let few = |number| NonZeroU32::new(number).ok_or("zero");
    let notifier = SmtpSettings::new("127.0.0.1", "offers@bank.example")
        .security(Security::Plain)
        .port(sink.port())
        .pace(Pace {
            max_batch: few(500)?,
            batches: few(4)?,
            parallel: few(16)?,
            ..Pace::default()
        })
        .build()?;
    let kit = kit(bank, notifier)?;
    let drained = drain(durable, bank, &kit, PREMIUM, case).await?;
    let minute = drained.rate * 60.0;
    let times = minute / MAILS_A_MINUTE;
    Ok(Report::new(
        format!(
            "pg_drain: {} mails to Postfix's smtp-sink, by one process",
            drained.rows
        ),
        &["mails a minute", "MiB at most"],
        vec![vec![
            format!("{minute:.0}"),
            format!("{:.0}", mebibytes(drained.memory)),
        ]],
    )
    .with_notes(vec![format!(
        "a tuned Mautic is said to send {MAILS_A_MINUTE:.0}: this is {times:.1} times as many"
    )]))
}
