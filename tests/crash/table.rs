//! The table that is printed.

use std::{fmt, time::Duration};

use crate::{mode::Mode, plan::DEADLINE, verdict::Verdict};

/// What one trial did, and what came of it.
pub(crate) struct Row {
    pub(crate) mode: Mode,
    pub(crate) what: &'static str,
    pub(crate) faults: Faults,
    pub(crate) verdict: Verdict,
    /// From the last fault until every row was final.
    pub(crate) settled: Duration,
    pub(crate) took: Duration,
    /// When the trial ended, in UTC.
    pub(crate) at: String,
}

/// How often something befell a worker or its server.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Faults {
    pub(crate) kills: u64,
    /// Kills at an exact step, among all.
    pub(crate) exact: u64,
    pub(crate) stops: u64,
    pub(crate) cuts: u64,
    pub(crate) terminated: u64,
    pub(crate) outages: u64,
}

impl Row {
    pub(crate) fn head() -> String {
        format!(
            "{:<20} {:<22} {:>5} {:>5} {:>5} {:>4} {:>6} {:>6} {:>5} {:>8} {:>4} {:>5} {:>7} {:>10} {:>10} {:>7} {:>5}",
            "at (UTC)",
            "mode",
            "kills",
            "exact",
            "stops",
            "cuts",
            "termin",
            "outage",
            "rows",
            "messages",
            "lost",
            "twice",
            "unknown",
            "unledgered",
            "unfinished",
            "settled",
            "took"
        )
    }

    /// What the row shows that its mode rules out, a line each.
    pub(crate) fn broken(&self) -> Vec<String> {
        let mut broken: Vec<_> = self.mode.broken(&self.verdict);
        if self.settled > DEADLINE * 3 {
            broken.push("it took more than three deadlines until every row was final");
        }
        let broken = broken.into_iter();
        broken
            .map(|what| format!("{}: {what}: {:?}", self.what, self.verdict))
            .collect()
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (faults, verdict) = (&self.faults, &self.verdict);
        write!(
            f,
            "{:<20} {:<22} {:>5} {:>5} {:>5} {:>4} {:>6} {:>6} {:>5} {:>8} {:>4} {:>5} {:>7} {:>10} {:>10} {:>6.1}s {:>4.0}s",
            self.at,
            self.what,
            faults.kills,
            faults.exact,
            faults.stops,
            faults.cuts,
            faults.terminated,
            faults.outages,
            verdict.rows,
            verdict.messages,
            verdict.lost,
            verdict.duplicated,
            verdict.unknown,
            verdict.unledgered,
            verdict.unfinished,
            self.settled.as_secs_f64(),
            self.took.as_secs_f64(),
        )
    }
}
