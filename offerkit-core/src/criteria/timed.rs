//! What depends on the moment, computed for one: the one place where ages, periods and anniversaries become bounds.

use std::ops::Bound;

use chrono::NaiveDate;

use super::calendar::{self, Anniversaries};
use super::comparison::Comparison;
use super::expr::{Predicate, Test};
use super::field_type::FieldType;
use super::period::Period;
use super::received::Received;
use super::situation::Moment;
use crate::time::Timestamp;

/// What a test asks of a date or a moment, with everything that depends on the time computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Timed {
    /// The date lies between a lower and an upper bound. There may be no date between them.
    Dates(Bound<NaiveDate>, Bound<NaiveDate>),
    /// The moment lies between a lower and an upper bound. There may be no moment between them.
    Timestamps(Bound<Timestamp>, Bound<Timestamp>),
    /// The day of the year is one of these.
    Anniversaries(Anniversaries),
}

impl Test {
    /// What the test asks at `moment`, where that depends on the moment: ages, periods and anniversaries of a field that
    /// has such a type. Nothing for every other test.
    ///
    /// A bound that leaves the calendar stops at its end, which is earlier or later than any date that a customer has.
    ///
    /// ```
    /// use std::ops::Bound;
    ///
    /// use offerkit_core::criteria::{Catalog, Criteria, Expr, Leaf, Moment, Timed};
    ///
    /// let criteria = Criteria::parse(r#"{"dob": {"$age": {"$gte": 18}}}"#, &Catalog::customers())?;
    /// let moment = Moment::in_utc("2026-01-31T09:30:00.000000Z".parse()?);
    /// let Expr::Holds(Leaf::Field(test)) = criteria.expr() else { unreachable!() };
    /// let until = Bound::Included("2008-01-31".parse()?);
    /// assert_eq!(test.timed(&moment), Some(Timed::Dates(Bound::Unbounded, until)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn timed(&self, moment: &Moment) -> Option<Timed> {
        let field_type = self.field().field_type();
        let is_date = matches!(field_type, FieldType::Date);
        match self.predicate() {
            Predicate::Age(is, years) if is_date => Some(born(*is, *years, moment.today())),
            Predicate::AnniversaryWithin(days) if is_date => Some(Timed::Anniversaries(
                Anniversaries::from(moment.today(), *days),
            )),
            Predicate::WithinLast(period) => window(field_type, Window::Last, *period, moment),
            Predicate::WithinNext(period) => window(field_type, Window::Next, *period, moment),
            Predicate::OlderThan(period) => window(field_type, Window::Before, *period, moment),
            Predicate::Exists
            | Predicate::Equals(_)
            | Predicate::In(_)
            | Predicate::Compare(..)
            | Predicate::Text(..)
            | Predicate::FoldedIn(_)
            | Predicate::HasAny(_)
            | Predicate::HasAll(_)
            | Predicate::Size(..)
            | Predicate::Age(..)
            | Predicate::AnniversaryWithin(_) => None,
        }
    }
}

impl Received {
    /// The first and the last moment of the period in which deliveries count, both included, if there is one.
    #[must_use]
    pub fn period(&self, moment: &Moment) -> Option<(Timestamp, Timestamp)> {
        let period = self.within_last()?;
        let first = calendar::timestamp_before(moment.now(), period);
        Some((first, moment.now()))
    }
}

#[derive(Clone, Copy)]
enum Window {
    Last,
    Next,
    Before,
}

fn window(
    field_type: &FieldType,
    window: Window,
    period: Period,
    moment: &Moment,
) -> Option<Timed> {
    let (today, now) = (moment.today(), moment.now());
    match field_type {
        FieldType::Date => {
            let before = calendar::date_before(today, period);
            let after = calendar::date_after(today, period);
            let (low, high) = bounds(window, before, today, after);
            Some(Timed::Dates(low, high))
        }
        FieldType::Timestamp => {
            let before = calendar::timestamp_before(now, period);
            let after = calendar::timestamp_after(now, period);
            let (low, high) = bounds(window, before, now, after);
            Some(Timed::Timestamps(low, high))
        }
        FieldType::Text
        | FieldType::Enum { .. }
        | FieldType::Int
        | FieldType::Decimal { .. }
        | FieldType::Bool
        | FieldType::Set
        | FieldType::Uuid => None,
    }
}

fn bounds<T>(window: Window, before: T, now: T, after: T) -> (Bound<T>, Bound<T>) {
    match window {
        Window::Last => (Bound::Included(before), Bound::Included(now)),
        Window::Next => (Bound::Included(now), Bound::Included(after)),
        Window::Before => (Bound::Unbounded, Bound::Excluded(before)),
    }
}

/// The days on which those were born whose age compares like this with `years`. Nobody is born after today.
fn born(is: Comparison, years: i64, today: NaiveDate) -> Timed {
    let until = |years| Bound::Included(calendar::born_by(today, years));
    let after = |years| Bound::Excluded(calendar::born_by(today, years));
    let next = years.saturating_add(1);
    let (low, high) = match is {
        Comparison::Gte => (Bound::Unbounded, until(years)),
        Comparison::Gt => (Bound::Unbounded, until(next)),
        Comparison::Lt => (after(years), Bound::Included(today)),
        Comparison::Lte => (after(next), Bound::Included(today)),
        Comparison::Eq => (after(next), until(years)),
    };
    Timed::Dates(low, high)
}
