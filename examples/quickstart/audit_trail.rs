//! Chapter 8: everything that was done and refused, sealed and verified.

use std::collections::BTreeMap;

use offerkit::{
    Context,
    audit::{AuditOutcome, AuditRecord},
    id::UserId,
    page::{MAX_PAGE_SIZE, Order, PageRequest},
    policy::{ActorRef, Job},
    ports::AuditFilter,
    services::AuditLog,
};

use super::{
    failure::{Failure, adds_up, holds},
    report::{counted, number},
    story::{Cast, Stage},
};

/// How many records are shown.
const SHOWN: usize = 100;

/// Reads both logs, and answers how many records are sealed.
pub(crate) async fn read(stage: &mut Stage<'_>, cast: &Cast) -> Result<u64, Failure> {
    stage.report.chapter("The audit trail")?;
    let sealer = stage.kit.acting(&Context::job(Job::Sealer));
    let tenant_head = sealer.audit_of(cast.card).seal().await?;
    let platform_head = sealer.audit().seal().await?;

    let log = cast.chitra.acting.audit_of(cast.card);
    let records = all(&log).await?;
    let done = format!(
        "reads the log of credit_card: {}",
        counted(whole(records.len()), "record")
    );
    stage.report.did("chitra", &done)?;
    let names: BTreeMap<UserId, &str> = cast
        .everybody()
        .into_iter()
        .map(|person| (person.id, person.name))
        .collect();
    let rows: Vec<_> = records
        .iter()
        .take(SHOWN)
        .map(|record| row(record, &names))
        .collect();
    stage
        .report
        .table(&["time (UTC)", "who", "what", "to", "outcome"], &rows)?;
    if records.len() > SHOWN {
        let more = number(whole(records.len() - SHOWN));
        stage.report.detail(&format!("… and {more} more"))?;
    }

    let explained =
        "What was sent to whom stands in the ledger, a row for each customer and channel.";
    stage.report.says(explained)?;
    stage.report.gap()?;

    stage.report.did(
        "sealer",
        "has sealed the log into a chain of hashes; its head, to be kept elsewhere, is",
    )?;
    stage
        .report
        .detail(&format!("{} {}", tenant_head.position, tenant_head.hash))?;
    let verified = log.verify(Some(tenant_head)).await?;
    holds("the tenant's log is intact", verified.is_intact())?;
    adds_up(
        "sealed records",
        verified.head.position,
        whole(records.len()),
    )?;
    stage.report.did(
        "chitra",
        "verifies it: no record was changed, dropped, swapped or cut off",
    )?;

    let platform = cast.root.acting.audit();
    let records = all(&platform).await?;
    let refused = records.iter().filter(|record| is_refused(record)).count();
    let verified = platform.verify(Some(platform_head)).await?;
    holds("the platform's log is intact", verified.is_intact())?;
    adds_up(
        "sealed records",
        verified.head.position,
        whole(records.len()),
    )?;
    let done = format!(
        "reads and verifies the platform's log: {}, of them {} refused; {} are about users and {} about customers",
        counted(whole(records.len()), "record"),
        number(whole(refused)),
        number(about(&records, "user")),
        number(about(&records, "customer")),
    );
    stage.report.did("root", &done)?;
    Ok(tenant_head.position + platform_head.position)
}

async fn all(log: &AuditLog) -> Result<Vec<AuditRecord>, Failure> {
    let mut records = Vec::new();
    let mut page = PageRequest::first(MAX_PAGE_SIZE)?.ordered(Order::OldestFirst);
    loop {
        let found = log.list(&AuditFilter::default(), &page).await?;
        records.extend(found.items);
        match found.next {
            Some(cursor) => page = page.after(cursor),
            None => return Ok(records),
        }
    }
}

fn row(record: &AuditRecord, names: &BTreeMap<UserId, &str>) -> Vec<String> {
    let who = match record.actor {
        ActorRef::User(id) => names.get(&id).copied().unwrap_or("somebody").to_owned(),
        ActorRef::System(job) => format!("{} job", job.as_str()),
        ActorRef::Anonymous => "nobody".to_owned(),
    };
    let outcome = match &record.outcome {
        AuditOutcome::Done => "done".to_owned(),
        AuditOutcome::Refused { code, .. } => format!("REFUSED: {code}"),
    };
    vec![
        record.at.as_datetime().format("%H:%M:%S%.3f").to_string(),
        who,
        record.action.to_string(),
        record.subject.kind.as_str().to_owned(),
        outcome,
    ]
}

fn is_refused(record: &AuditRecord) -> bool {
    matches!(record.outcome, AuditOutcome::Refused { .. })
}

fn about(records: &[AuditRecord], kind: &str) -> u64 {
    whole(
        records
            .iter()
            .filter(|record| record.subject.kind.as_str() == kind)
            .count(),
    )
}

fn whole(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}
