//! What a condition is evaluated in besides the record: the time, and what customers were sent.

use std::fmt;

use chrono::NaiveDate;

use super::received::{History, NoHistory};
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

    /// The moment, and what the tenant had sent until then.
    #[must_use]
    pub const fn with_history<'h>(&self, history: &'h dyn History) -> Situation<'h> {
        Situation {
            moment: *self,
            history,
        }
    }
}

/// A moment, and what a tenant had sent until then, which `$received` asks.
///
/// A [`Moment`] alone is the situation of a tenant that has sent nothing.
#[derive(Clone, Copy)]
pub struct Situation<'h> {
    moment: Moment,
    history: &'h dyn History,
}

impl<'h> Situation<'h> {
    /// The moment.
    #[must_use]
    pub const fn moment(&self) -> &Moment {
        &self.moment
    }

    /// What was sent.
    #[must_use]
    pub const fn history(&self) -> &'h dyn History {
        self.history
    }
}

impl From<Moment> for Situation<'_> {
    fn from(moment: Moment) -> Self {
        Self {
            moment,
            history: &NoHistory,
        }
    }
}

impl From<&Moment> for Situation<'_> {
    fn from(moment: &Moment) -> Self {
        Self::from(*moment)
    }
}

impl fmt::Debug for Situation<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Situation")
            .field("moment", &self.moment)
            .finish_non_exhaustive()
    }
}
