//! Arithmetic on dates and moments, total: what leaves the calendar stops at its end.

use chrono::{Datelike, Days, Months, NaiveDate, TimeDelta};

use super::period::{Period, PeriodUnit};
use crate::time::Timestamp;

/// The date a period before another, clamped to the end of its month.
pub(super) fn date_before(date: NaiveDate, period: Period) -> NaiveDate {
    let plain = period.plain();
    let moved = match plain.unit() {
        PeriodUnit::Months | PeriodUnit::Years => {
            date.checked_sub_months(Months::new(plain.amount()))
        }
        PeriodUnit::Days | PeriodUnit::Weeks => {
            date.checked_sub_days(Days::new(plain.amount().into()))
        }
        // No date has a period of these.
        PeriodUnit::Minutes | PeriodUnit::Hours => Some(date),
    };
    moved.unwrap_or(NaiveDate::MIN)
}

/// The date a period after another, clamped to the end of its month.
pub(super) fn date_after(date: NaiveDate, period: Period) -> NaiveDate {
    let plain = period.plain();
    let moved = match plain.unit() {
        PeriodUnit::Months | PeriodUnit::Years => {
            date.checked_add_months(Months::new(plain.amount()))
        }
        PeriodUnit::Days | PeriodUnit::Weeks => {
            date.checked_add_days(Days::new(plain.amount().into()))
        }
        PeriodUnit::Minutes | PeriodUnit::Hours => Some(date),
    };
    moved.unwrap_or(NaiveDate::MAX)
}

/// The moment a period before another.
pub(super) fn timestamp_before(at: Timestamp, period: Period) -> Timestamp {
    at.minus(span(period))
}

/// The moment a period after another.
pub(super) fn timestamp_after(at: Timestamp, period: Period) -> Timestamp {
    at.plus(span(period))
}

fn span(period: Period) -> TimeDelta {
    let plain = period.plain();
    let amount = i64::from(plain.amount());
    match plain.unit() {
        PeriodUnit::Minutes | PeriodUnit::Hours => TimeDelta::minutes(amount),
        PeriodUnit::Days | PeriodUnit::Weeks => TimeDelta::days(amount),
        // No timestamp has a period of these.
        PeriodUnit::Months | PeriodUnit::Years => TimeDelta::zero(),
    }
}

/// The last day on which someone was born who has completed `years` years by `today`.
///
/// Someone born on 29 February completes a year on 1 March in common years, since the day a whole number of years
/// before a 28 February is a 28 February.
pub(super) fn born_by(today: NaiveDate, years: i64) -> NaiveDate {
    let Ok(years) = i32::try_from(years) else {
        return if years < 0 { today } else { NaiveDate::MIN };
    };
    if years < 0 {
        return today;
    }
    let Some(year) = today.year().checked_sub(years) else {
        return NaiveDate::MIN;
    };
    let same_day = today.with_year(year);
    // Only 29 February is missing in another year.
    let same_day = same_day.or_else(|| today.with_day(28)?.with_year(year));
    same_day.unwrap_or(NaiveDate::MIN)
}

/// Whether `day` is an anniversary of `date`: one of its month and day, or 1 March of a common year for 29 February.
pub(super) fn is_anniversary(date: NaiveDate, day: NaiveDate) -> bool {
    let month_day = |date: NaiveDate| (date.month(), date.day());
    month_day(date) == month_day(day)
        || (month_day(date) == (2, 29) && month_day(day) == (3, 1) && !day.leap_year())
}

/// The days of the year from `today` to `days` days later, as a set of month-days.
///
/// 29 February is among them where that span holds a 1 March of a common year, too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Anniversaries {
    // A bit for each day of a leap year.
    days: [u64; 6],
}

/// 29 February in a leap year, counted from 0.
const LEAP_DAY: u32 = 59;

impl Anniversaries {
    pub(super) fn from(today: NaiveDate, days: u16) -> Self {
        let mut found = Self { days: [0; 6] };
        for day in today.iter_days().take(usize::from(days) + 1) {
            let day_of_year = day_of_leap_year(day);
            found.insert(day_of_year);
            if day_of_year == LEAP_DAY + 1 && !day.leap_year() {
                found.insert(LEAP_DAY);
            }
        }
        found
    }

    /// The months, from 1 on, and the days in them, in the order of the year.
    pub fn month_days(&self) -> impl Iterator<Item = (u32, u32)> {
        let first = NaiveDate::from_yo_opt(LEAP_YEAR, 1);
        let days = first
            .into_iter()
            .flat_map(|first| first.iter_days().take(366));
        let found = days.filter(|day| self.contains(*day));
        found.map(|day| (day.month(), day.day()))
    }

    fn insert(&mut self, day: u32) {
        if let Some(word) = self.days.get_mut(word(day)) {
            *word |= 1 << (day % 64);
        }
    }

    /// Whether the month and day of `date` are among them.
    #[must_use]
    pub fn contains(&self, date: NaiveDate) -> bool {
        let day = day_of_leap_year(date);
        self.days
            .get(word(day))
            .is_some_and(|word| word >> (day % 64) & 1 == 1)
    }
}

/// A year that has every day a year can have.
const LEAP_YEAR: i32 = 2000;

fn word(day: u32) -> usize {
    usize::try_from(day / 64).unwrap_or(usize::MAX)
}

/// The day of the year, counted from 0 as if every year had a 29 February.
fn day_of_leap_year(date: NaiveDate) -> u32 {
    let day = date.ordinal0();
    if !date.leap_year() && day >= LEAP_DAY {
        day + 1
    } else {
        day
    }
}

#[cfg(test)]
mod tests;
