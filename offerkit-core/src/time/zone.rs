//! A tenant's time zone, in which its dates begin and end.

use std::{fmt, str::FromStr};

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::Timestamp;

/// A time zone: `UTC`, a fixed offset such as `+05:30`, or, with the feature `time-zones`, an IANA name such as
/// `Europe/Vienna`.
///
/// ```
/// use offerkit_core::time::TimeZone;
///
/// let zone: TimeZone = "+05:30".parse()?;
/// let evening = "2026-03-01T20:00:00Z".parse()?;
/// assert_eq!(zone.date_of(evening).to_string(), "2026-03-02");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TimeZone(Kind);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Kind {
    Utc,
    Fixed(FixedOffset),
    #[cfg(feature = "time-zones")]
    Named(chrono_tz::Tz),
}

impl TimeZone {
    /// Coordinated universal time, a new tenant's zone.
    pub const UTC: Self = Self(Kind::Utc);

    /// The date that `moment` falls on in this zone.
    #[must_use]
    pub fn date_of(self, moment: Timestamp) -> NaiveDate {
        let moment = moment.as_datetime();
        match self.0 {
            Kind::Utc => moment.date_naive(),
            Kind::Fixed(offset) => moment.with_timezone(&offset).date_naive(),
            #[cfg(feature = "time-zones")]
            Kind::Named(zone) => moment.with_timezone(&zone).date_naive(),
        }
    }
}

impl TimeZone {
    /// The first moment of a cron expression after this one, on the zone's clock.
    pub(crate) fn next_of(self, cron: &croner::Cron, moment: Timestamp) -> Option<Timestamp> {
        let moment = moment.as_datetime();
        let next = match self.0 {
            Kind::Utc => cron.find_next_occurrence(&moment, false).ok()?,
            Kind::Fixed(offset) => next_of(cron, &moment.with_timezone(&offset))?,
            #[cfg(feature = "time-zones")]
            Kind::Named(zone) => next_of(cron, &moment.with_timezone(&zone))?,
        };
        Some(Timestamp::from_datetime(next))
    }
}

fn next_of<Z: chrono::TimeZone + 'static>(
    cron: &croner::Cron,
    moment: &DateTime<Z>,
) -> Option<DateTime<Utc>> {
    let next = cron.find_next_occurrence(moment, false).ok()?;
    Some(next.to_utc())
}

impl TimeZone {
    /// What a clock in this zone shows at `moment`.
    #[must_use]
    pub fn local(self, moment: Timestamp) -> NaiveDateTime {
        let moment = moment.as_datetime();
        match self.0 {
            Kind::Utc => moment.naive_utc(),
            Kind::Fixed(offset) => moment.with_timezone(&offset).naive_local(),
            #[cfg(feature = "time-zones")]
            Kind::Named(zone) => moment.with_timezone(&zone).naive_local(),
        }
    }

    /// The first moment of a date; of one that begins twice, since the clock is put back over midnight, one of the two.
    #[must_use]
    pub fn start_of(self, date: NaiveDate) -> Timestamp {
        let midnight = Timestamp::from_datetime(date.and_time(NaiveTime::MIN).and_utc());
        // No clock is a day ahead of UTC, or behind it.
        let (before, after) = (
            midnight.minus(TimeDelta::hours(24)),
            midnight.plus(TimeDelta::hours(24)),
        );
        first_between(before, after, |moment| date <= self.date_of(moment))
    }

    /// The moment after `from`, until `to`, at which clocks are put forward or back, if that is so. The two are at most a few
    /// days apart, so that it happens once.
    pub(crate) fn change_between(self, from: Timestamp, to: Timestamp) -> Option<Timestamp> {
        let ahead = |moment: Timestamp| self.local(moment) - moment.as_datetime().naive_utc();
        let before = ahead(from);
        (ahead(to) != before).then(|| first_between(from, to, |moment| ahead(moment) != before))
    }
}

/// The first moment after `before`, until `after`, from which on something holds that holds at `after`.
fn first_between(
    mut before: Timestamp,
    mut after: Timestamp,
    holds: impl Fn(Timestamp) -> bool,
) -> Timestamp {
    loop {
        let half = (after.as_datetime() - before.as_datetime()) / 2;
        let middle = before.plus(half);
        if middle == before {
            return after;
        }
        if holds(middle) {
            after = middle;
        } else {
            before = middle;
        }
    }
}

impl fmt::Display for TimeZone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Kind::Utc => f.write_str("UTC"),
            Kind::Fixed(offset) => offset.fmt(f),
            #[cfg(feature = "time-zones")]
            Kind::Named(zone) => f.write_str(zone.name()),
        }
    }
}

/// A text that names no time zone this build knows.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a time zone: expected `UTC`, an offset such as `+05:30`{named}", named = if cfg!(feature = "time-zones") { ", or an IANA name" } else { " (IANA names need the feature `time-zones`)" })]
pub struct TimeZoneError(String);

impl FromStr for TimeZone {
    type Err = TimeZoneError;

    fn from_str(text: &str) -> Result<Self, TimeZoneError> {
        if text == "UTC" {
            return Ok(Self::UTC);
        }
        // chrono would also take `+0530` and `+05`; one zone has one name here.
        if let Ok(offset) = text.parse::<FixedOffset>()
            && offset.to_string() == text
        {
            return Ok(Self(Kind::Fixed(offset)));
        }
        #[cfg(feature = "time-zones")]
        if let Ok(zone) = text.parse::<chrono_tz::Tz>() {
            return Ok(Self(Kind::Named(zone)));
        }
        Err(TimeZoneError(text.chars().take(64).collect()))
    }
}

impl TryFrom<String> for TimeZone {
    type Error = TimeZoneError;

    fn try_from(text: String) -> Result<Self, TimeZoneError> {
        text.parse()
    }
}

impl From<TimeZone> for String {
    fn from(zone: TimeZone) -> Self {
        zone.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_read_back_and_others_are_refused() {
        for text in ["UTC", "+05:30", "-03:00"] {
            assert_eq!(text.parse::<TimeZone>().unwrap().to_string(), text);
        }
        for text in ["", "utc", "+0530", "+25:00", "Mars/Base"] {
            assert!(text.parse::<TimeZone>().is_err(), "{text}");
        }
    }

    #[cfg(feature = "time-zones")]
    #[test]
    fn a_named_zone_knows_summer_time() {
        let vienna: TimeZone = "Europe/Vienna".parse().unwrap();
        assert_eq!(vienna.to_string(), "Europe/Vienna");
        for (evening, date) in [
            ("2026-01-31T22:30:00Z", "2026-01-31"),
            ("2026-07-31T22:30:00Z", "2026-08-01"),
        ] {
            assert_eq!(vienna.date_of(evening.parse().unwrap()).to_string(), date);
        }
    }
}
