//! When a campaign starts late, and when its audience is filled again.

use std::{fmt, str::FromStr};

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use super::{Campaign, CampaignStatus, Run, RunStatus};
use crate::time::{CronError, TimeZone, Timestamp, cron};

/// What becomes of a campaign whose start was missed: its first day is over, in the tenant's time zone, it was active
/// before that day ended, and its filling has not begun. Workers were down, say, or the tenant was not active.
///
/// Whoever launches or resumes a campaign after its first day has decided to start it late, so that is no missed start.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum MissedStart {
    /// It starts late.
    #[default]
    Run,
    /// It is completed, and nothing is sent.
    Skip,
    /// It is paused, with a reason that says so; resuming it starts it late.
    Ask,
}

impl MissedStart {
    /// Every policy.
    pub const ALL: [Self; 3] = [Self::Run, Self::Skip, Self::Ask];

    /// The stable name, as stored and shown.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Run => "run",
            Self::Skip => "skip",
            Self::Ask => "ask",
        }
    }
}

/// What a campaign's plan says of its schedule, beside its dates. A launch pins it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct Schedule {
    /// What becomes of the campaign where its start was missed.
    #[serde(default)]
    pub missed_start: MissedStart,
    /// When its audience is filled again, so that newcomers are added; never unless set.
    #[serde(default)]
    pub refresh: Option<Refresh>,
}

/// Moments at which an audience is filled again, as a cron expression of five fields: minute, hour, day of the month,
/// month and day of the week.
///
/// It is read on the clock of the tenant's time zone. Where that is put forward, an hour and minute that are skipped
/// count as the first minute after the gap, and those that `*` or a step stands for are left out. Where it is put back,
/// an hour and minute count once, the first time, and those that `*` or a step stands for both times.
///
/// ```
/// use offerkit_core::{domain::Refresh, time::TimeZone};
///
/// let each_morning: Refresh = "0 6 * * *".parse()?;
/// let zone: TimeZone = "+05:30".parse()?;
/// let next = each_morning.next_after("2026-03-02T09:00:00Z".parse()?, zone);
/// assert_eq!(next, Some("2026-03-03T00:30:00Z".parse()?));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Refresh(Box<str>);

impl Refresh {
    /// The first of its moments after this one, on the clock of `zone`; none where the calendar ends.
    #[must_use]
    pub fn next_after(&self, moment: Timestamp, zone: TimeZone) -> Option<Timestamp> {
        cron::next_after(&self.0, moment, zone)
    }

    /// The shortest time between two of its moments, where each day is taken to be one of its days, and no clock is changed.
    #[must_use]
    pub fn shortest_wait(&self) -> TimeDelta {
        cron::shortest_wait(&self.0)
    }

    /// The expression.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Refresh {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Refresh {
    type Err = CronError;

    fn from_str(text: &str) -> Result<Self, CronError> {
        cron::checked(text).map(Self)
    }
}

impl TryFrom<String> for Refresh {
    type Error = CronError;

    fn try_from(text: String) -> Result<Self, CronError> {
        text.parse()
    }
}

impl From<Refresh> for String {
    fn from(refresh: Refresh) -> Self {
        refresh.0.into()
    }
}

impl Campaign {
    /// Whether its start was missed, as [`MissedStart`] says. `runs` are the campaign's.
    #[must_use]
    pub fn has_missed_start(&self, runs: &[Run], zone: TimeZone, now: Timestamp) -> bool {
        let start = self.plan().start_date;
        // An active campaign is changed by nothing but its launch and its resumption.
        let active_since = zone.date_of(self.updated_at());
        self.status() == CampaignStatus::Active
            && active_since <= start
            && start < zone.date_of(now)
            && !runs.iter().any(|run| run.revision == self.revision())
    }

    /// Whether its start was missed, and its plan says not to start late.
    pub(crate) fn is_start_to_be_settled(
        &self,
        runs: &[Run],
        zone: TimeZone,
        now: Timestamp,
    ) -> bool {
        self.plan().schedule.missed_start != MissedStart::Run
            && self.has_missed_start(runs, zone, now)
    }

    /// When the audience is to be filled again: the first moment of its refresh after the last filling of its launch began,
    /// which may have passed; several that have passed are one. None before the launch has a finished filling, and none
    /// after the last day. `runs` are the campaign's.
    #[must_use]
    pub fn next_refresh(&self, runs: &[Run], zone: TimeZone) -> Option<Timestamp> {
        let refresh = self.plan().schedule.refresh.as_ref()?;
        let of_launch = runs.iter().filter(|run| run.revision == self.revision());
        let is_filled = runs.iter().any(|run| run.is_finished_for(self.revision()));
        let last = of_launch.map(|run| run.now).max().filter(|_| is_filled)?;
        let next = refresh.next_after(last, zone)?;
        (zone.date_of(next) <= self.plan().end_date).then_some(next)
    }

    /// Whether there is something to do for its refresh at `now`: its moment has come, or a filling was begun and is not
    /// finished.
    pub(crate) fn is_refresh_due(&self, runs: &[Run], zone: TimeZone, now: Timestamp) -> bool {
        let is_open = runs.iter().any(|run| run.status == RunStatus::Running);
        match self.next_refresh(runs, zone) {
            Some(next) => is_open || next <= now,
            // The last one may still be under way.
            None => is_open && self.plan().schedule.refresh.is_some(),
        }
    }
}
