//! What a person at a terminal sees: how much is done, and what fails.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{Write as _, stderr, stdout},
    sync::{Mutex, PoisonError},
};

use indicatif::{HumanCount, ProgressBar, ProgressStyle};
use offerkit::{
    domain::{Channel, Run},
    id::CampaignId,
    services::DeliveryReport,
    worker::Event,
};

/// Where it is known how much there is to do.
const WITH_BAR: &str = "{bar:30} {human_pos} of {human_len} messages{msg}";
/// Where earlier workers had begun, so that it is not.
const WITHOUT_BAR: &str = "{human_pos} messages{msg}";

/// A bar on standard error, where that is a terminal. Failures are told there in any case.
pub(crate) struct Shown {
    bar: ProgressBar,
    seen: Mutex<Seen>,
}

/// What there was to see so far.
#[derive(Default)]
struct Seen {
    /// The customers that fillings added here.
    audiences: BTreeMap<CampaignId, u64>,
    channels: BTreeSet<(CampaignId, Channel)>,
    report: DeliveryReport,
}

impl Seen {
    const fn done(&self) -> u64 {
        let DeliveryReport {
            sent,
            failed,
            suppressed,
            unknown,
            ..
        } = self.report;
        sent + failed + suppressed + unknown
    }

    /// How many messages there are, of the channels that were begun. Unknown where that is fewer than were sent.
    fn all(&self) -> Option<u64> {
        let messages = self.audiences.iter().map(|(campaign, customers)| {
            let channels = self.channels.iter().filter(|(of, _)| of == campaign);
            channels
                .fold(0, |count, _| count + customers)
                .max(*customers)
        });
        let all = messages.sum();
        (all > 0 && all >= self.done()).then_some(all)
    }

    /// What did not go well.
    fn remarks(&self) -> String {
        let report = self.report;
        let remarks = [
            (report.retried, "to be tried again"),
            (report.held, "held"),
            (report.failed, "failed"),
            (report.suppressed, "suppressed"),
            (report.unknown, "unknown"),
        ];
        let told = remarks.into_iter().filter(|(count, _)| *count > 0);
        let told = told.map(|(count, what)| format!(", {} {what}", HumanCount(count)));
        told.collect::<Vec<_>>().concat()
    }
}

impl Shown {
    pub(crate) fn new() -> Self {
        Self {
            bar: ProgressBar::no_length(),
            seen: Mutex::default(),
        }
    }

    fn filled(&self, run: &Run) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if run.finished_at.is_some() {
            *seen.audiences.entry(run.campaign).or_default() += run.added;
        }
        let customers = HumanCount(run.added);
        self.draw(&seen, format!(", an audience has {customers} customers"));
    }

    fn sent(&self, campaign: CampaignId, channel: Channel, report: DeliveryReport) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.channels.insert((campaign, channel));
        seen.report.add(report);
        let remarks = seen.remarks();
        self.draw(&seen, remarks);
    }

    fn draw(&self, seen: &Seen, message: String) {
        let all = seen.all();
        let template = if all.is_some() { WITH_BAR } else { WITHOUT_BAR };
        if let Ok(style) = ProgressStyle::with_template(template) {
            self.bar.set_style(style);
        }
        match all {
            Some(all) => self.bar.set_length(all),
            None => self.bar.unset_length(),
        }
        self.bar.set_message(message);
        self.bar.set_position(seen.done());
    }

    pub(crate) fn show(&self, event: &Event<'_>) {
        match event {
            Event::Filled { run, .. } => self.filled(run),
            Event::Sent {
                campaign,
                channel,
                report,
                ..
            } => self.sent(*campaign, *channel, *report),
            Event::Stops { in_force } => self.above(|| {
                if in_force.is_empty() {
                    writeln!(stderr(), "nothing is stopped any more")?;
                }
                in_force
                    .iter()
                    .try_for_each(|stop| writeln!(stderr(), "{stop}"))
            }),
            Event::StartMissed { campaign, .. } => self.above(|| {
                let (name, status) = (&campaign.plan().name, campaign.status().as_str());
                writeln!(stderr(), "the start of {name} was missed: it is {status}")
            }),
            Event::Failed { failure, .. } => {
                self.above(|| writeln!(stderr(), "failed, and tried again later: {failure}"));
            }
            _ => {}
        }
    }

    /// Prints a line on standard output, above the bar.
    pub(crate) fn line(&self, line: &str) {
        self.above(|| writeln!(stdout(), "{line}"));
    }

    /// A reader that has seen enough stops no worker.
    fn above(&self, print: impl FnOnce() -> std::io::Result<()>) {
        self.bar.suspend(print).ok();
    }

    pub(crate) fn clear(&self) {
        self.bar.finish_and_clear();
    }
}
