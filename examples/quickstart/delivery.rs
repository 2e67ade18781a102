//! Chapter 7: the audience is filled, and messages are sent, each at most once.

use std::collections::BTreeMap;

use offerkit::{
    Acting, Context,
    domain::{Channel, DeliveryStatus},
    id::CampaignId,
    page::PageRequest,
    policy::Job,
    ports::{DeliveryFilter, Progress},
    services::DeliveryReport,
};

use super::{
    customers::Selected,
    failure::{Failure, adds_up, holds},
    provider::{BUSY, REFUSED_DOMAIN},
    report::{counted, number},
    story::{Cast, Stage},
};

const CHANNELS: [Channel; 2] = [Channel::Email, Channel::Sms];

/// How everything ended.
pub(crate) struct Totals {
    pub(crate) deliveries: u64,
    pub(crate) sent: u64,
    pub(crate) suppressed: u64,
    pub(crate) failed: u64,
}

pub(crate) async fn deliver(
    stage: &mut Stage<'_>,
    cast: &Cast,
    campaign: CampaignId,
    selected: &Selected,
) -> Result<Totals, Failure> {
    stage.report.chapter("Messages")?;
    let explained = "From here on, jobs do the work: audience fills, delivery sends, sealer seals. Each acts in its own \
                     name and may do nothing else; a host runs them in workers.";
    stage.report.says(explained)?;
    stage.report.gap()?;
    fill(stage, cast, campaign, selected).await?;
    send(stage, cast, campaign, selected).await?;
    let progress = send_the_rest(stage, cast, campaign, selected).await?;
    finish(stage, cast, campaign, selected, &progress).await
}

/// The services on behalf of a job.
fn job(stage: &Stage<'_>, job: Job) -> Acting {
    stage.kit.acting(&Context::job(job))
}

async fn fill(
    stage: &mut Stage<'_>,
    cast: &Cast,
    campaign: CampaignId,
    selected: &Selected,
) -> Result<(), Failure> {
    let deliveries = cast.chitra.acting.deliveries(cast.card);
    let outcome = deliveries.fill(campaign).await;
    stage.report.refused(
        "chitra",
        "wants to fill the audience by hand",
        "job_only",
        outcome,
    )?;

    let bar = stage.report.bar("filling", selected.count())?;
    let run = job(stage, Job::Audience)
        .deliveries(cast.card)
        .fill(campaign)
        .await?;
    bar.finish_and_clear();
    let done = format!("fills the audience: {}", counted(run.added, "customer"));
    stage.report.did("audience", &done)?;
    adds_up("customers filled in", run.added, selected.count())?;

    let audience = Audience::read(&deliveries, campaign).await?;
    adds_up("recipients listed", audience.count, selected.count())?;
    stage
        .report
        .did("chitra", "reads who that is, masked, page by page:")?;
    stage
        .report
        .table(&["segment", "customers"], &largest(&audience.segments))?;
    stage.report.table(
        &["city (the largest five)", "customers"],
        &largest(&audience.cities),
    )
}

/// Who is in the audience, by segment and by city.
#[derive(Default)]
struct Audience {
    count: u64,
    segments: BTreeMap<String, u64>,
    cities: BTreeMap<String, u64>,
}

impl Audience {
    async fn read(
        deliveries: &offerkit::services::Deliveries,
        campaign: CampaignId,
    ) -> Result<Self, Failure> {
        // Each customer has a row for each channel; one of them is enough.
        let filter = DeliveryFilter {
            channel: Some(Channel::Email),
            ..DeliveryFilter::default()
        };
        let mut audience = Self::default();
        let mut page = PageRequest::first(offerkit::page::MAX_PAGE_SIZE)?;
        loop {
            let found = deliveries.recipients(campaign, &filter, &page).await?;
            for recipient in found.items {
                let customer = recipient.customer.as_ref();
                let segment = customer.and_then(|customer| customer.segment.as_deref());
                let city = customer.and_then(|customer| customer.city.as_deref());
                let named = |name: Option<&str>| name.unwrap_or("(none)").to_owned();
                audience.count += 1;
                *audience.segments.entry(named(segment)).or_default() += 1;
                *audience.cities.entry(named(city)).or_default() += 1;
            }
            match found.next {
                Some(cursor) => page = page.after(cursor),
                None => return Ok(audience),
            }
        }
    }
}

fn largest(counts: &BTreeMap<String, u64>) -> Vec<Vec<String>> {
    let mut counts: Vec<_> = counts.iter().collect();
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
    let rows = counts.into_iter().take(5);
    rows.map(|(name, count)| vec![name.clone(), number(*count)])
        .collect()
}

async fn send(
    stage: &mut Stage<'_>,
    cast: &Cast,
    campaign: CampaignId,
    selected: &Selected,
) -> Result<(), Failure> {
    run(stage, cast, campaign, "sends everything that is due").await?;
    stage.report.gap()?;
    let printed = if stage.switchboard.has_server() {
        "The first message over each channel; the mail server has the e-mails, and text messages are printed instead of sent:"
    } else {
        "The first message over each channel, printed instead of sent:"
    };
    stage.report.says(printed)?;
    stage.report.gap()?;
    for channel in CHANNELS {
        if let Some(message) = stage.switchboard.first_message(channel) {
            stage.report.quote(&message)?;
        }
    }
    stage.report.says("What became of all of them:")?;
    show_progress(stage, cast, campaign, selected).await?;
    Ok(())
}

async fn send_the_rest(
    stage: &mut Stage<'_>,
    cast: &Cast,
    campaign: CampaignId,
    selected: &Selected,
) -> Result<Progress, Failure> {
    let deliveries = cast.chitra.acting.deliveries(cast.card);
    let progress = deliveries.progress(campaign).await?;
    if progress.of(DeliveryStatus::Pending) > 0 {
        let milliseconds = BUSY.as_millis();
        let done =
            format!("waits {milliseconds} milliseconds, as the provider asked for busy phones");
        stage.report.did("delivery", &done)?;
        tokio::time::sleep(BUSY).await;
        run(stage, cast, campaign, "sends what is due now").await?;
    }

    let failed = progress.of(DeliveryStatus::Failed);
    if failed > 0 {
        stage.switchboard.accept_all_mail();
        let retried = deliveries.retry_failed(campaign).await?;
        adds_up("deliveries put back", retried, failed)?;
        let done = format!(
            "has the provider accept mail to {REFUSED_DOMAIN}, and puts what had failed, {}, back",
            number(retried)
        );
        stage.report.did("chitra", &done)?;
        run(stage, cast, campaign, "sends what was put back").await?;
    }

    let before = stage.switchboard.accepted();
    let report = run(stage, cast, campaign, "runs once more").await?;
    adds_up("messages sent by a run with nothing to do", report.sent, 0)?;
    adds_up("messages accepted", stage.switchboard.accepted(), before)?;
    adds_up("messages sent twice", stage.switchboard.repeated(), 0)?;
    stage.report.detail("Nobody got anything twice.")?;
    show_progress(stage, cast, campaign, selected).await
}

async fn run(
    stage: &mut Stage<'_>,
    cast: &Cast,
    campaign: CampaignId,
    what: &str,
) -> Result<DeliveryReport, Failure> {
    let deliveries = job(stage, Job::Delivery).deliveries(cast.card);
    let due = cast
        .chitra
        .acting
        .deliveries(cast.card)
        .progress(campaign)
        .await?;
    let bar = stage
        .report
        .bar("sending", due.of(DeliveryStatus::Pending))?;
    stage.switchboard.show_on(&bar);
    let report = deliveries.run(campaign).await?;
    bar.finish_and_clear();
    if let Some(why) = stage.switchboard.not_taken() {
        let problem = format!("`--smtp`: the mail server did not take a mail: {why}");
        return Err(Failure::Input(problem));
    }
    let done = format!(
        "{what}: {} sent, {} to be tried again, {} failed, {} suppressed",
        number(report.sent),
        number(report.retried),
        number(report.failed),
        number(report.suppressed),
    );
    stage.report.did("delivery", &done)?;
    adds_up("messages of which nobody can tell", report.unknown, 0)?;
    Ok(report)
}

/// How many deliveries have which status, over each channel; it must add up.
async fn show_progress(
    stage: &mut Stage<'_>,
    cast: &Cast,
    campaign: CampaignId,
    selected: &Selected,
) -> Result<Progress, Failure> {
    let progress = cast
        .chitra
        .acting
        .deliveries(cast.card)
        .progress(campaign)
        .await?;
    let statuses: Vec<_> = DeliveryStatus::ALL
        .into_iter()
        .filter(|status| progress.of(*status) > 0)
        .collect();
    let count = |channel: Channel, status: DeliveryStatus| {
        let counts = progress.counts.iter();
        let found = counts.filter(|count| count.channel == channel && count.status == status);
        found.map(|count| count.count).sum::<u64>()
    };
    let mut rows = Vec::new();
    for channel in CHANNELS {
        let counts: Vec<_> = statuses
            .iter()
            .map(|status| count(channel, *status))
            .collect();
        adds_up(
            "deliveries over a channel",
            counts.iter().sum(),
            selected.count(),
        )?;
        rows.push(row(channel.as_str(), &counts));
    }
    let totals: Vec<_> = statuses.iter().map(|status| progress.of(*status)).collect();
    adds_up("deliveries", totals.iter().sum(), 2 * selected.count())?;
    adds_up("the audience", progress.audience, selected.count())?;
    rows.push(row("both", &totals));
    let names = statuses.iter().map(|status| status.as_str());
    let head: Vec<_> = ["channel"]
        .into_iter()
        .chain(names)
        .chain(["in all"])
        .collect();
    stage.report.table(&head, &rows)?;
    Ok(progress)
}

fn row(name: &str, counts: &[u64]) -> Vec<String> {
    let cells = counts.iter().copied().chain([counts.iter().sum()]);
    std::iter::once(name.to_owned())
        .chain(cells.map(number))
        .collect()
}

async fn finish(
    stage: &mut Stage<'_>,
    cast: &Cast,
    campaign: CampaignId,
    selected: &Selected,
    progress: &Progress,
) -> Result<Totals, Failure> {
    let sent = selected.with_email() + selected.with_sms();
    let totals = Totals {
        deliveries: progress.counts.iter().map(|count| count.count).sum(),
        sent: progress.of(DeliveryStatus::Sent),
        suppressed: progress.of(DeliveryStatus::Suppressed),
        failed: progress.of(DeliveryStatus::Failed),
    };
    adds_up("messages sent", totals.sent, sent)?;
    adds_up(
        "messages accepted by the providers",
        stage.switchboard.accepted(),
        sent,
    )?;
    adds_up(
        "customers without an address",
        totals.suppressed,
        2 * selected.count() - sent,
    )?;
    let explained = "Suppressed are those who have no e-mail address or no phone.";
    stage.report.says(explained)?;
    stage.report.gap()?;

    let completed = cast
        .chitra
        .acting
        .campaigns(cast.card)
        .complete(campaign)
        .await?;
    let status = completed.status();
    stage.report.did(
        "chitra",
        &format!("ends the campaign: it is {}", status.as_str()),
    )?;
    let outcome = job(stage, Job::Delivery)
        .deliveries(cast.card)
        .run(campaign)
        .await;
    stage
        .report
        .refused("delivery", "wants to go on sending", "conflict", outcome)?;
    holds("the campaign is completed", status.as_str() == "completed")?;
    Ok(totals)
}
