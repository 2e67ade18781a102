//! The time at which criteria are evaluated.

use chrono::NaiveDate;

use crate::time::Timestamp;

/// The time at which criteria are evaluated, fixed for a whole run and stored with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Moment {
    now: Timestamp,
    today: NaiveDate,
}

impl Moment {
    /// The moment `now`, on the day `today`: the date of `now` in the tenant's time zone.
    #[must_use]
    pub const fn new(now: Timestamp, today: NaiveDate) -> Self {
        Self { now, today }
    }

    /// The moment `now` for a tenant whose time zone is UTC.
    #[must_use]
    pub fn in_utc(now: Timestamp) -> Self {
        Self {
            now,
            today: now.as_datetime().date_naive(),
        }
    }

    /// The moment.
    #[must_use]
    pub const fn now(&self) -> Timestamp {
        self.now
    }

    /// Its date in the tenant's time zone.
    #[must_use]
    pub const fn today(&self) -> NaiveDate {
        self.today
    }
}
