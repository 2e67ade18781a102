//! What a person at a terminal sees: how much is done, and what fails.

use std::io::{Write as _, stdout};

use indicatif::{ProgressBar, ProgressStyle};
use offerkit::worker::Event;

/// A bar on standard error, where that is a terminal. Failures are told there in any case.
pub(crate) struct Shown(ProgressBar);

impl Shown {
    pub(crate) fn new() -> Self {
        let bar = ProgressBar::new(0);
        if let Ok(style) = ProgressStyle::with_template("{bar:40} {pos}/{len} messages  {msg}") {
            bar.set_style(style);
        }
        Self(bar)
    }

    pub(crate) fn show(&self, event: &Event<'_>) {
        match event {
            Event::Filled { run, .. } => {
                self.0.set_message(format!("filling: {}", run.added));
                if run.finished_at.is_some() {
                    self.0.inc_length(run.added);
                }
            }
            Event::Sent { report, .. } => {
                let done = report.sent + report.failed + report.suppressed + report.unknown;
                self.0.inc(done);
                // What earlier workers filled in is not counted yet.
                let length = self.0.length().unwrap_or_default();
                self.0.set_length(length.max(self.0.position()));
                self.0
                    .set_message(format!("{} to be tried again", report.retried));
            }
            Event::Stops { in_force } => self.above(|| {
                if in_force.is_empty() {
                    writeln!(std::io::stderr(), "nothing is stopped any more")?;
                }
                in_force
                    .iter()
                    .try_for_each(|stop| writeln!(std::io::stderr(), "{stop}"))
            }),
            Event::StartMissed { campaign, .. } => self.above(|| {
                let (name, status) = (&campaign.plan().name, campaign.status().as_str());
                writeln!(
                    std::io::stderr(),
                    "the start of {name} was missed: it is {status}"
                )
            }),
            Event::Failed { failure, .. } => self.above(|| {
                writeln!(
                    std::io::stderr(),
                    "failed, and tried again later: {failure}"
                )
            }),
            _ => {}
        }
    }

    /// Prints a line on standard output, above the bar.
    pub(crate) fn line(&self, line: &str) {
        self.above(|| writeln!(stdout(), "{line}"));
    }

    /// A reader that has seen enough stops no worker.
    fn above(&self, print: impl FnOnce() -> std::io::Result<()>) {
        self.0.suspend(print).ok();
    }

    pub(crate) fn clear(&self) {
        self.0.finish_and_clear();
    }
}
