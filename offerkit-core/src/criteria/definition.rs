//! The definition of the language: what each form of a document means for one record.
//!
//! This is the specification that the faster evaluators are compared with, so it says everything in the plainest way.
//! It is total, and it has two values: a field without a value passes no positive test, and nothing fails.

use std::cmp::Ordering;

use chrono::NaiveDate;

use super::calendar;
use super::clause::{Clause, ClauseKind, FieldTest, Operation};
use super::comparison::Comparison;
use super::expr::TextMatch;
use super::literal::Literal;
use super::received::has_received;
use super::record::{self, FieldValue, Record, TextSet};
use super::situation::{Moment, Situation};
use crate::time::Timestamp;

/// Whether the condition holds for the record.
pub(super) fn holds<R: Record + ?Sized>(clause: &Clause, record: &R, at: &Situation<'_>) -> bool {
    match &clause.kind {
        ClauseKind::Everyone => true,
        ClauseKind::And(parts) => parts.iter().all(|part| holds(part, record, at)),
        ClauseKind::Or(parts) => parts.iter().any(|part| holds(part, record, at)),
        ClauseKind::Nor(parts) => !parts.iter().any(|part| holds(part, record, at)),
        ClauseKind::Not(part) => !holds(part, record, at),
        ClauseKind::Field(field, tests) => {
            let value = record::typed_value(record, field);
            passes_all(tests, &value, at.moment())
        }
        ClauseKind::Segment(any) => any.iter().any(|it| holds(&it.clause, record, at)),
        ClauseKind::Received(wanted) => record::customer(record)
            .is_some_and(|id| has_received(id, wanted, at.history(), at.moment())),
        ClauseKind::Sample(sample) => {
            record::customer(record).is_some_and(|id| sample.contains(id))
        }
    }
}

fn passes_all(tests: &[FieldTest], value: &FieldValue<'_>, moment: &Moment) -> bool {
    tests
        .iter()
        .all(|test| passes(&test.operation, value, moment))
}

/// Whether a value, of its field's type or absent, passes.
pub(super) fn passes(operation: &Operation, value: &FieldValue<'_>, moment: &Moment) -> bool {
    let is_present = *value != FieldValue::Absent;
    match operation {
        Operation::Equals(Some(literal)) => compares(value, Comparison::Eq, literal),
        Operation::Equals(None) => !is_present,
        Operation::NotEquals(Some(literal)) => !compares(value, Comparison::Eq, literal),
        Operation::NotEquals(None) => is_present,
        Operation::In(list) => is_in(value, list),
        Operation::NotIn(list) => !is_in(value, list),
        Operation::Compare(comparison, literal) => compares(value, *comparison, literal),
        Operation::Between(first, last) => {
            compares(value, Comparison::Gte, first) && compares(value, Comparison::Lte, last)
        }
        Operation::Exists(present) => is_present == *present,
        Operation::Not(tests) => !passes_all(tests, value, moment),
        Operation::Text {
            at,
            folded,
            pattern,
        } => text(value).is_some_and(|text| matches(text, *at, *folded, pattern)),
        Operation::FoldedIn(list) => text(value).is_some_and(|text| {
            list.iter()
                .any(|item| matches(text, TextMatch::Whole, true, item))
        }),
        Operation::Has(item) => set(value).is_some_and(|set| has(&set, item)),
        Operation::HasAny(items) => {
            set(value).is_some_and(|set| items.iter().any(|item| has(&set, item)))
        }
        Operation::HasAll(items) => {
            set(value).is_some_and(|set| items.iter().all(|item| has(&set, item)))
        }
        Operation::Size(all) => set(value).is_some_and(|set| {
            let size = i64::try_from(set.size()).unwrap_or(i64::MAX);
            all.iter().all(|(is, n)| is.holds(size.cmp(n)))
        }),
        Operation::Age(all) => all
            .iter()
            .all(|(is, years)| has_age(value, *is, *years, moment)),
        Operation::WithinLast(period) => {
            let (first_day, today) = (
                calendar::date_before(moment.today(), *period),
                moment.today(),
            );
            let (first, now) = (
                calendar::timestamp_before(moment.now(), *period),
                moment.now(),
            );
            is_date(value, |date| first_day <= date && date <= today)
                || is_timestamp(value, |at| first <= at && at <= now)
        }
        Operation::WithinNext(period) => {
            let (today, last_day) = (
                moment.today(),
                calendar::date_after(moment.today(), *period),
            );
            let (now, last) = (
                moment.now(),
                calendar::timestamp_after(moment.now(), *period),
            );
            is_date(value, |date| today <= date && date <= last_day)
                || is_timestamp(value, |at| now <= at && at <= last)
        }
        Operation::OlderThan(period) => {
            is_date(value, |date| {
                date < calendar::date_before(moment.today(), *period)
            }) || is_timestamp(value, |at| {
                at < calendar::timestamp_before(moment.now(), *period)
            })
        }
        Operation::AnniversaryWithin(days) => is_date(value, |date| {
            let mut span = moment.today().iter_days().take(usize::from(*days) + 1);
            span.any(|day| calendar::is_anniversary(date, day))
        }),
    }
}

fn compares(value: &FieldValue<'_>, comparison: Comparison, literal: &Literal) -> bool {
    order(value, literal).is_some_and(|order| comparison.holds(order))
}

fn is_in(value: &FieldValue<'_>, list: &[Literal]) -> bool {
    list.iter()
        .any(|literal| compares(value, Comparison::Eq, literal))
}

/// How the value stands to the literal, in code points for texts; nothing where it is absent.
fn order(value: &FieldValue<'_>, literal: &Literal) -> Option<Ordering> {
    match (value, literal) {
        (FieldValue::Text(value), Literal::Text(literal)) => Some((*value).cmp(literal)),
        (FieldValue::Int(value), Literal::Int(literal)) => Some(value.cmp(literal)),
        (FieldValue::Decimal(value), Literal::Decimal(literal)) => Some(value.cmp(literal)),
        (FieldValue::Bool(value), Literal::Bool(literal)) => Some(value.cmp(literal)),
        (FieldValue::Date(value), Literal::Date(literal)) => Some(value.cmp(literal)),
        (FieldValue::Timestamp(value), Literal::Timestamp(literal)) => Some(value.cmp(literal)),
        (FieldValue::Uuid(value), Literal::Uuid(literal)) => Some(value.cmp(literal)),
        _ => None,
    }
}

fn text<'a>(value: &FieldValue<'a>) -> Option<&'a str> {
    if let FieldValue::Text(text) = value {
        Some(text)
    } else {
        None
    }
}

fn set<'a>(value: &FieldValue<'a>) -> Option<TextSet<'a>> {
    if let FieldValue::Set(set) = value {
        Some(*set)
    } else {
        None
    }
}

fn is_date(value: &FieldValue<'_>, holds: impl Fn(NaiveDate) -> bool) -> bool {
    matches!(value, FieldValue::Date(date) if holds(*date))
}

fn is_timestamp(value: &FieldValue<'_>, holds: impl Fn(Timestamp) -> bool) -> bool {
    matches!(value, FieldValue::Timestamp(at) if holds(*at))
}

fn has(set: &TextSet<'_>, item: &str) -> bool {
    set.iter().any(|it| it == item)
}

fn matches(text: &str, at: TextMatch, folded: bool, pattern: &str) -> bool {
    if folded {
        let (text, pattern) = (text.to_ascii_lowercase(), pattern.to_ascii_lowercase());
        return matches(&text, at, false, &pattern);
    }
    match at {
        TextMatch::Whole => text == pattern,
        TextMatch::Start => text.starts_with(pattern),
        TextMatch::End => text.ends_with(pattern),
        TextMatch::Anywhere => text.contains(pattern),
    }
}

/// Compares the whole years from a date to today. At least `n` have passed on whom today lies `n` years later, and a
/// date after today has no age.
fn has_age(value: &FieldValue<'_>, is: Comparison, years: i64, moment: &Moment) -> bool {
    let FieldValue::Date(date) = value else {
        return false;
    };
    let today = moment.today();
    let at_least = |years: i64| *date <= calendar::born_by(today, years);
    *date <= today
        && match is {
            Comparison::Gte => at_least(years),
            Comparison::Lt => !at_least(years),
            Comparison::Gt => at_least(years.saturating_add(1)),
            Comparison::Lte => !at_least(years.saturating_add(1)),
            Comparison::Eq => at_least(years) && !at_least(years.saturating_add(1)),
        }
}
