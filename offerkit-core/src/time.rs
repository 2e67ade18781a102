//! Time: UTC to the microsecond, from an injected clock; dates in a tenant's time zone.

use std::{fmt, str::FromStr};

use chrono::{DateTime, DurationRound as _, NaiveDate, SecondsFormat, TimeDelta, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

pub(crate) mod cron;
mod zone;

pub use chrono::NaiveDate as Date;
pub use cron::{CronError, CronSyntaxError};
pub use zone::{TimeZone, TimeZoneError};

/// A moment in UTC, to the microsecond, as PostgreSQL's `timestamptz` holds it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(DateTime<Utc>);

impl Timestamp {
    /// The moment, its fraction cut to microseconds.
    #[must_use]
    pub fn from_datetime(moment: DateTime<Utc>) -> Self {
        Self(
            moment
                .duration_trunc(TimeDelta::microseconds(1))
                .unwrap_or(moment),
        )
    }

    /// The moment for `chrono`.
    #[must_use]
    pub const fn as_datetime(self) -> DateTime<Utc> {
        self.0
    }

    /// The moment `span` later; the latest possible one where that is out of range.
    #[must_use]
    pub fn plus(self, span: TimeDelta) -> Self {
        self.0
            .checked_add_signed(span)
            .map_or(Self(DateTime::<Utc>::MAX_UTC), Self::from_datetime)
    }

    /// The moment `span` earlier; the earliest possible one where that is out of range.
    #[must_use]
    pub fn minus(self, span: TimeDelta) -> Self {
        self.0
            .checked_sub_signed(span)
            .map_or(Self(DateTime::<Utc>::MIN_UTC), Self::from_datetime)
    }

    /// The date of this moment in UTC.
    #[must_use]
    pub fn date(self) -> NaiveDate {
        self.0.date_naive()
    }

    /// Seconds since 1970 (0 for anything earlier) and nanoseconds, for ids.
    pub(crate) fn unix(self) -> (u64, u32) {
        (
            u64::try_from(self.0.timestamp()).unwrap_or(0),
            self.0.timestamp_subsec_nanos(),
        )
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.to_rfc3339_opts(SecondsFormat::Micros, true))
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A text that is not a moment in RFC 3339 form.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not an RFC 3339 timestamp such as `2026-01-31T09:30:00Z`")]
pub struct TimestampError {
    text: String,
    source: chrono::ParseError,
}

impl FromStr for Timestamp {
    type Err = TimestampError;

    fn from_str(text: &str) -> Result<Self, TimestampError> {
        DateTime::parse_from_rfc3339(text)
            .map(|moment| Self::from_datetime(moment.to_utc()))
            .map_err(|source| TimestampError {
                text: text.chars().take(64).collect(),
                source,
            })
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(de::Error::custom)
    }
}

/// Tells the time; injected, so that tests decide it.
pub trait Clock: Send + Sync {
    /// The present moment.
    fn now(&self) -> Timestamp;
}

/// The operating system's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place where the library reads the system's clock"
    )]
    fn now(&self) -> Timestamp {
        Timestamp::from_datetime(std::time::SystemTime::now().into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timestamp_is_cut_to_microseconds_and_reads_back() {
        let moment: Timestamp = "2026-03-01T10:00:00.123456789+05:30".parse().unwrap();
        assert_eq!(moment.to_string(), "2026-03-01T04:30:00.123456Z");
        assert_eq!(moment.to_string().parse(), Ok(moment));
    }

    #[test]
    fn arithmetic_saturates() {
        let moment: Timestamp = "2026-03-01T10:00:00Z".parse().unwrap();
        assert!(moment.plus(TimeDelta::MAX) > moment);
        assert!(moment.minus(TimeDelta::MAX) < moment);
    }
}
