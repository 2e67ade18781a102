//! How many messages may go out in a while.

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use crate::time::Timestamp;

/// At most so many messages in each window of so many seconds.
///
/// Windows follow each other from the first moment of 1970 in UTC, so that all workers mean the same ones: those of 60
/// seconds are the minutes of the clock. At the end of one and the beginning of the next, twice as many may go out at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RateLimit {
    /// How many messages.
    pub messages: u32,
    /// In how many seconds.
    pub seconds: u32,
}

/// A rate limit that cannot be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RateLimitError {
    /// It allows nothing.
    #[error("a rate of no messages allows none; pause the campaigns instead")]
    NoMessages,
    /// Windows of no time, or of too much.
    #[error("a rate is over 1 to {max} seconds, not {0}", max = RateLimit::MAX_SECONDS)]
    Seconds(u32),
}

/// How many messages a claim may take for the sake of what goes out in a while. Where there are two limits, both hold.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ClaimRates {
    /// Of all the tenant's campaigns over the channel.
    pub tenant: Option<RateLimit>,
    /// Of all tenants over the channel.
    pub notifier: Option<RateLimit>,
}

/// What was taken in a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateWindow {
    /// When it began.
    pub began_at: Timestamp,
    /// How many messages.
    pub taken: u64,
}

impl RateLimit {
    /// The most seconds of a window: a day.
    pub const MAX_SECONDS: u32 = 86_400;

    /// Checks that something can be sent by it.
    ///
    /// # Errors
    ///
    /// [`RateLimitError`].
    pub const fn check(self) -> Result<(), RateLimitError> {
        if self.messages == 0 {
            return Err(RateLimitError::NoMessages);
        }
        if self.seconds == 0 || self.seconds > Self::MAX_SECONDS {
            return Err(RateLimitError::Seconds(self.seconds));
        }
        Ok(())
    }

    fn span(self) -> TimeDelta {
        TimeDelta::seconds(i64::from(self.seconds))
    }

    /// When the window of a moment began.
    #[must_use]
    pub fn began_at(self, now: Timestamp) -> Timestamp {
        let seconds = i64::from(self.seconds);
        let since = seconds.checked_mul(1_000_000);
        let since = since.and_then(|span| {
            now.as_datetime()
                .timestamp_micros()
                .checked_rem_euclid(span)
        });
        now.minus(TimeDelta::microseconds(since.unwrap_or(0)))
    }

    /// When the window after that of a moment begins.
    #[must_use]
    pub fn next_at(self, now: Timestamp) -> Timestamp {
        self.began_at(now).plus(self.span())
    }

    /// How many messages are left where so many were taken.
    #[must_use]
    pub fn left(self, taken: u64) -> usize {
        let left = u64::from(self.messages).saturating_sub(taken);
        usize::try_from(left).unwrap_or(usize::MAX)
    }
}

impl RateWindow {
    /// What was taken in the window of a moment, where this is the last that was counted in. A clock that is behind counts in
    /// the later one.
    #[must_use]
    pub fn at(last: Option<Self>, limit: RateLimit, now: Timestamp) -> Self {
        let began_at = limit.began_at(now);
        last.filter(|last| began_at <= last.began_at)
            .unwrap_or(Self { began_at, taken: 0 })
    }
}

impl ClaimRates {
    /// Whether there is any limit.
    #[must_use]
    pub const fn ask_anything(&self) -> bool {
        self.tenant.is_some() || self.notifier.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn windows_of_a_minute_are_those_of_the_clock() {
        let limit = RateLimit {
            messages: 2,
            seconds: 60,
        };
        let now = at("2026-03-01T10:00:59.999999Z");
        assert_eq!(limit.began_at(now), at("2026-03-01T10:00:00Z"));
        assert_eq!(limit.next_at(now), at("2026-03-01T10:01:00Z"));
        let next = at("2026-03-01T10:01:00Z");
        assert_eq!(limit.began_at(next), next);
        assert_eq!(
            limit.began_at(at("1969-12-31T23:59:01Z")),
            at("1969-12-31T23:59:00Z")
        );
    }

    #[test]
    fn a_window_counts_until_the_next_begins_and_never_goes_back() {
        let limit = RateLimit {
            messages: 2,
            seconds: 60,
        };
        let now = at("2026-03-01T10:01:00Z");
        let last = RateWindow {
            began_at: now,
            taken: 2,
        };
        let later = at("2026-03-01T10:01:59Z");
        assert_eq!(RateWindow::at(Some(last), limit, later), last);
        let behind = at("2026-03-01T10:00:59Z");
        assert_eq!(RateWindow::at(Some(last), limit, behind), last);
        let next = at("2026-03-01T10:02:00Z");
        let anew = RateWindow {
            began_at: next,
            taken: 0,
        };
        assert_eq!(RateWindow::at(Some(last), limit, next), anew);
        assert_eq!((limit.left(1), limit.left(2), limit.left(9)), (1, 0, 0));
    }

    #[test]
    fn a_limit_that_allows_nothing_or_is_over_no_time_is_none() {
        let check = |messages, seconds| RateLimit { messages, seconds }.check();
        assert_eq!(check(1, 1), Ok(()));
        assert_eq!(check(0, 1), Err(RateLimitError::NoMessages));
        assert_eq!(check(1, 0), Err(RateLimitError::Seconds(0)));
        assert_eq!(check(1, 86_401), Err(RateLimitError::Seconds(86_401)));
    }
}
