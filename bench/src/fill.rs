//! Filling an audience over a million customers in memory: time beside a bare pass over them, and memory.

use std::{error::Error, time::Instant};

use futures_executor::block_on;
use offerkit::{
    CampaignDraft, Context,
    criteria::{Catalog, Criteria, Moment},
    domain::{
        Campaign, Channel, MessageText, Messages, Schedule,
        customer::{Customer, CustomerBuilder},
    },
    memory::MemoryStore,
    policy::Job,
    testing::{TestPlatform, TestTenant},
    time::Timestamp,
};

use crate::{
    memory::{mebibytes, resident},
    report::Report,
};

const CUSTOMERS: u32 = 1_000_000;
/// How many campaigns are filled for each document; odd, so that the median is one of them.
const SAMPLES: usize = 5;
/// How many customers are imported at once.
const BATCH: usize = 50_000;

/// What is selected, and how it is called in the table.
const DOCUMENTS: [(&str, &str); 3] = [
    (
        "1 in 30: premium and verified",
        r#"{"segment": "premium", "kyc_status": "verified"}"#,
    ),
    ("1 in 10: premium", r#"{"segment": "premium"}"#),
    ("everyone", r#"{"$everyone": true}"#),
];

pub(crate) fn run() -> Result<Vec<Report>, Box<dyn Error>> {
    Ok(vec![block_on(measure())?])
}

async fn measure() -> Result<Report, Box<dyn Error>> {
    let empty = resident()?;
    let customers = (0..CUSTOMERS)
        .map(customer)
        .collect::<Result<Vec<_>, _>>()?;
    let bare = DOCUMENTS
        .iter()
        .map(|(_, text)| bare_pass(&customers, text))
        .collect::<Result<Vec<_>, _>>()?;
    drop(customers);

    let platform = TestPlatform::new(MemoryStore::new()).await?;
    let before = resident()?;
    for batch in 0..CUSTOMERS / u32::try_from(BATCH)? {
        let first = batch * u32::try_from(BATCH)?;
        let customers = (first..first + u32::try_from(BATCH)?)
            .map(customer)
            .collect::<Result<Vec<_>, _>>()?;
        platform.as_root().customers().import(customers).await?;
    }
    let imported = resident()?;

    let tenant = platform.tenant("credit_card").await?;
    let mut rows = Vec::new();
    for ((name, text), (matched, pass)) in DOCUMENTS.iter().zip(bare) {
        let mut times = Vec::new();
        let audience_before = resident()?;
        for _ in 0..SAMPLES {
            let campaign = launched(&tenant, text).await?;
            let job = tenant.acting(&Context::job(Job::Audience));
            let begin = Instant::now();
            let run = job.deliveries(tenant.id).fill(campaign.id()).await?;
            times.push(begin.elapsed().as_secs_f64());
            if run.added != matched {
                return Err(format!("{name}: {} added, {matched} match", run.added).into());
            }
        }
        let grown = resident()?.saturating_sub(audience_before);
        times.sort_by(f64::total_cmp);
        let median = times[SAMPLES / 2];
        rows.push(vec![
            (*name).to_owned(),
            matched.to_string(),
            format!("{:.0}", median * 1e3),
            format!("{:.0}", pass * 1e3),
            format!("{:.1}×", median / pass),
            format!("{:.0}", mebibytes(grown) / 5.0),
        ]);
    }
    rows.push(vec![
        "(store of the customers)".to_owned(),
        CUSTOMERS.to_string(),
        String::new(),
        String::new(),
        String::new(),
        format!(
            "{:.0}",
            mebibytes(imported.saturating_sub(before.min(empty)))
        ),
    ]);
    let head = ["criteria", "rows", "fill ms", "bare ms", "ratio", "MiB"];
    Ok(Report::new(
        "fill: an audience over 1,000,000 customers in memory, through the services",
        &head,
        rows,
    ))
}

/// How many customers match, and how long it takes to ask each of them, in seconds.
fn bare_pass(customers: &[Customer], text: &str) -> Result<(u64, f64), Box<dyn Error>> {
    let criteria = Criteria::parse(text, &Catalog::customers())?;
    let compiled = criteria.at(Moment::in_utc(start()?));
    let mut times = Vec::new();
    let mut matched = 0;
    for _ in 0..SAMPLES {
        let begin = Instant::now();
        let matching = customers
            .iter()
            .filter(|customer| customer.is_active() && compiled.matches(*customer));
        matched = u64::try_from(matching.count())?;
        times.push(begin.elapsed().as_secs_f64());
    }
    times.sort_by(f64::total_cmp);
    Ok((matched, times[SAMPLES / 2]))
}

async fn launched(tenant: &TestTenant, criteria: &str) -> Result<Campaign, Box<dyn Error>> {
    let offer = tenant.approved_offer("Gold card").await?;
    let creator = tenant.acting(&tenant.creator).campaigns(tenant.id);
    let message = MessageText::new("Dear {{ customer.full_name }}").with_subject("For you");
    let campaign = creator
        .create(CampaignDraft {
            offer: offer.id(),
            name: "A fill".parse()?,
            description: None,
            purpose: offerkit::domain::Purpose::Service,
            selection_criteria: criteria.to_owned(),
            messages: Messages::from([(Channel::Email, message.into())]),
            start_date: "2026-01-01".parse()?,
            end_date: "2026-12-31".parse()?,
            channels: offerkit_core::domain::ChannelChoice::default(),
            schedule: Schedule::default(),
        })
        .await?;
    let campaign = creator
        .request_launch(campaign.id(), campaign.revision())
        .await?;
    let approver = tenant.acting(&tenant.approver).campaigns(tenant.id);
    Ok(approver.launch(campaign.id(), campaign.revision()).await?)
}

fn start() -> Result<Timestamp, Box<dyn Error>> {
    Ok("2026-01-01T00:00:00Z".parse()?)
}

/// A customer with every column, the same for the same number.
fn customer(number: u32) -> Result<Customer, Box<dyn Error>> {
    const SEGMENTS: [&str; 10] = [
        "premium",
        "regular",
        "regular",
        "student",
        "regular",
        "corporate",
        "regular",
        "regular",
        "student",
        "regular",
    ];
    const CITIES: [(&str, &str, &str); 4] = [
        ("Mumbai", "Maharashtra", "400001"),
        ("Chennai", "Tamil Nadu", "600001"),
        ("Kolkata", "West Bengal", "700001"),
        ("Jaipur", "Rajasthan", "302001"),
    ];
    let pick = |count: u32, salt: u32| {
        let mixed = (number ^ salt).wrapping_mul(0x9E37_79B1);
        usize::try_from((mixed >> 8) % count)
    };
    let id = format!("01890000-0000-7000-8000-{number:012x}").parse()?;
    let mut builder = CustomerBuilder::new(id, start()?);
    let (city, state, pin_code) = CITIES[pick(4, 1)?];
    let values = [
        ("external_id", format!("CIF{number:09}")),
        ("full_name", format!("Customer Number {number}")),
        ("email", format!("customer.{number}@example.com")),
        ("phone", format!("+91{number:010}")),
        ("dob", format!("{}-06-15", 1950 + pick(55, 2)?)),
        (
            "gender",
            ["male", "female", "other"][pick(3, 3)?].to_owned(),
        ),
        (
            "kyc_status",
            ["verified", "pending", "rejected"][pick(3, 4)?].to_owned(),
        ),
        ("segment", SEGMENTS[pick(10, 5)?].to_owned()),
        (
            "occupation",
            ["salaried", "self-employed"][pick(2, 6)?].to_owned(),
        ),
        (
            "annual_income",
            format!("{}.50", 200_000 + pick(3_000_000, 7)?),
        ),
        ("credit_score", (300 + pick(601, 8)?).to_string()),
        ("state", state.to_owned()),
        ("city", city.to_owned()),
        ("pin_code", pin_code.to_owned()),
        (
            "marital_status",
            ["single", "married"][pick(2, 9)?].to_owned(),
        ),
        ("account_age_months", pick(240, 10)?.to_string()),
        (
            "preferred_language",
            ["en", "hi", "ta"][pick(3, 11)?].to_owned(),
        ),
        ("is_active", "true".to_owned()),
    ];
    for (column, value) in &values {
        builder.set(column, value)?;
    }
    Ok(builder.build()?)
}
