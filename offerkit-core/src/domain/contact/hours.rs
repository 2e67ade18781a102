//! When messages may be sent: quiet hours, days of sending, and holidays.

use std::collections::BTreeSet;

use chrono::{Datelike as _, Days, NaiveDate, NaiveDateTime, NaiveTime};
use serde::{Deserialize, Serialize};

use super::Withheld;
use crate::time::{TimeZone, Timestamp};

/// A day of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Weekday {
    /// Monday.
    Monday,
    /// Tuesday.
    Tuesday,
    /// Wednesday.
    Wednesday,
    /// Thursday.
    Thursday,
    /// Friday.
    Friday,
    /// Saturday.
    Saturday,
    /// Sunday.
    Sunday,
}

impl Weekday {
    /// Every day, from Monday on.
    pub const ALL: [Self; 7] = [
        Self::Monday,
        Self::Tuesday,
        Self::Wednesday,
        Self::Thursday,
        Self::Friday,
        Self::Saturday,
        Self::Sunday,
    ];

    const fn of(date: chrono::Weekday) -> Self {
        match date {
            chrono::Weekday::Mon => Self::Monday,
            chrono::Weekday::Tue => Self::Tuesday,
            chrono::Weekday::Wed => Self::Wednesday,
            chrono::Weekday::Thu => Self::Thursday,
            chrono::Weekday::Fri => Self::Friday,
            chrono::Weekday::Sat => Self::Saturday,
            chrono::Weekday::Sun => Self::Sunday,
        }
    }
}

/// The hours of every day in which nothing is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuietHours {
    /// The first quiet moment.
    pub from: NaiveTime,
    /// The first moment that is not quiet any more; before `from` where the hours go over midnight.
    pub to: NaiveTime,
}

/// When messages may be sent, by the clock and calendar of a time zone. The default is: always.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SendingHours {
    /// The hours in which nothing is sent.
    pub quiet: Option<QuietHours>,
    /// The days of the week on which something is.
    pub days: BTreeSet<Weekday>,
    /// Dates on which nothing is.
    pub holidays: BTreeSet<NaiveDate>,
}

impl Default for SendingHours {
    fn default() -> Self {
        Self {
            quiet: None,
            days: Weekday::ALL.into(),
            holidays: BTreeSet::new(),
        }
    }
}

/// Hours in which nothing could ever be sent, or that say the same twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SendingHoursError {
    /// No day of the week.
    #[error("there is no day of the week on which something is sent")]
    NoDay,
    /// Quiet hours that begin when they end.
    #[error("the quiet hours begin when they end")]
    NoQuietHours,
    /// More holidays than anyone has.
    #[error("there are {0} holidays, {max} are allowed", max = SendingHours::MAX_HOLIDAYS)]
    TooManyHolidays(usize),
}

/// Whether messages may be sent at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Window {
    /// They may.
    Open,
    /// They may not.
    Closed {
        /// From when on they may again.
        until: Timestamp,
        /// Why they may not at the moment that was asked about.
        why: Withheld,
    },
}

impl SendingHours {
    /// The most holidays.
    pub const MAX_HOLIDAYS: usize = 400;

    /// Checks that something can ever be sent.
    ///
    /// # Errors
    ///
    /// [`SendingHoursError`].
    pub fn check(&self) -> Result<(), SendingHoursError> {
        if self.days.is_empty() {
            return Err(SendingHoursError::NoDay);
        }
        if self.quiet.is_some_and(|quiet| quiet.from == quiet.to) {
            return Err(SendingHoursError::NoQuietHours);
        }
        if self.holidays.len() > Self::MAX_HOLIDAYS {
            return Err(SendingHoursError::TooManyHolidays(self.holidays.len()));
        }
        Ok(())
    }

    /// Whether messages may be sent at `now`, by the clock of `zone`, and from when on where they may not.
    ///
    /// ```
    /// use offerkit_core::{domain::{QuietHours, SendingHours, Window, Withheld}, time::TimeZone};
    ///
    /// let hours = SendingHours {
    ///     quiet: Some(QuietHours { from: "21:00:00".parse()?, to: "09:00:00".parse()? }),
    ///     ..SendingHours::default()
    /// };
    /// let window = hours.window("2026-03-01T22:15:00Z".parse()?, TimeZone::UTC);
    /// let until = "2026-03-02T09:00:00Z".parse()?;
    /// assert_eq!(window, Window::Closed { until, why: Withheld::QuietHours });
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn window(&self, now: Timestamp, zone: TimeZone) -> Window {
        let Some((why, _)) = self.closed(zone.local(now)) else {
            return Window::Open;
        };
        let mut until = now;
        for _ in 0..MAX_STEPS {
            let local = zone.local(until);
            let Some((_, end)) = self.closed(local) else {
                break;
            };
            // As long as the clock is not put forward or back, it shows the end then.
            let end = until.plus(end - local);
            until = zone.change_between(until, end).unwrap_or(end);
        }
        Window::Closed { until, why }
    }

    /// Why nothing is sent when a clock shows `local`, and until when by the same clock at least.
    fn closed(&self, local: NaiveDateTime) -> Option<(Withheld, NaiveDateTime)> {
        let (date, time) = (local.date(), local.time());
        if self.holidays.contains(&date) {
            return Some((Withheld::Holiday, midnight_after(date)));
        }
        if !self.days.contains(&Weekday::of(date.weekday())) {
            return Some((Withheld::SendDay, midnight_after(date)));
        }
        let QuietHours { from, to } = self.quiet?;
        let (is_quiet, ends_today) = if from < to {
            (from <= time && time < to, true)
        } else {
            (from <= time || time < to, time < to)
        };
        let end = if ends_today {
            date.and_time(to)
        } else {
            midnight_after(date)
        };
        is_quiet.then_some((Withheld::QuietHours, end))
    }
}

/// Each step ends on another date or at a change of the clock, so that holidays and weeks without a day of sending are
/// passed long before.
const MAX_STEPS: usize = 4_000;

fn midnight_after(date: NaiveDate) -> NaiveDateTime {
    let next = date.checked_add_days(Days::new(1)).unwrap_or(date);
    next.and_time(NaiveTime::MIN)
}

#[cfg(test)]
mod tests;
