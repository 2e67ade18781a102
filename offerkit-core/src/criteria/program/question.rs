//! What a step asks of the value of a field, with every bound computed.

use std::cmp::Ordering;

use chrono::NaiveDate;
use rust_decimal::Decimal;
use uuid::Uuid;

use super::asks::Asks;
use crate::criteria::calendar::Anniversaries;
use crate::criteria::comparison::Comparison;
use crate::criteria::expr::{Pattern, TextMatch};
use crate::criteria::field::Field;
use crate::criteria::record::{FieldValue, TextSet};
use crate::time::Timestamp;

/// A question about a value. All but the first have the answer no for every value that is not of their type, and are
/// asked of no field of another type.
#[derive(Clone, Debug)]
pub(in crate::criteria) enum Question {
    /// Is there a value, of the field's type?
    Present,
    /// The answer is no.
    Never,
    Text(Asks<Box<str>>),
    Int(Asks<i64>),
    Decimal(Asks<Decimal>),
    Bool(Asks<bool>),
    Date(Asks<NaiveDate>),
    Timestamp(Asks<Timestamp>),
    Uuid(Asks<Uuid>),
    Anniversary(Anniversaries),
    Pattern(TextMatch, Pattern),
    /// Sorted and folded.
    FoldedIn(Box<[Box<str>]>),
    HasAny(Box<[Box<str>]>),
    HasAll(Box<[Box<str>]>),
    Size(Comparison, i64),
}

impl Question {
    /// The answer for the value a record gives for the field.
    #[inline]
    pub(in crate::criteria) fn holds(&self, field: &Field, value: &FieldValue<'_>) -> bool {
        match (self, value) {
            (Self::Present, value) => value.is_a(field.field_type()),
            (Self::Text(asks), FieldValue::Text(text)) => asks.holds::<str>(text),
            (Self::Int(asks), FieldValue::Int(int)) => asks.holds(int),
            (Self::Decimal(asks), FieldValue::Decimal(decimal)) => asks.holds(decimal),
            (Self::Bool(asks), FieldValue::Bool(bool)) => asks.holds(bool),
            (Self::Date(asks), FieldValue::Date(date)) => asks.holds(date),
            (Self::Timestamp(asks), FieldValue::Timestamp(at)) => asks.holds(at),
            (Self::Uuid(asks), FieldValue::Uuid(uuid)) => asks.holds(uuid),
            (Self::Anniversary(days), FieldValue::Date(date)) => days.contains(*date),
            (Self::Pattern(at, pattern), FieldValue::Text(text)) => stands(text, *at, pattern),
            (Self::FoldedIn(list), FieldValue::Text(text)) => list
                .binary_search_by(|item| item.bytes().cmp(folded(text)))
                .is_ok(),
            (Self::HasAny(items), FieldValue::Set(set)) => items.iter().any(|it| has(set, it)),
            (Self::HasAll(items), FieldValue::Set(set)) => items.iter().all(|it| has(set, it)),
            (Self::Size(is, size), FieldValue::Set(set)) => {
                is.holds(i64::try_from(set.size()).unwrap_or(i64::MAX).cmp(size))
            }
            _ => false,
        }
    }

    /// In how many regions of the values of the field's type, each of values side by side, the answer is yes; nothing
    /// where they may lie anywhere.
    pub(in crate::criteria) fn regions(&self) -> Option<usize> {
        match self {
            Self::Never => Some(0),
            Self::Present | Self::Pattern(TextMatch::Start, Pattern::Exact(_)) => Some(1),
            Self::Text(asks) => Some(asks.regions()),
            Self::Int(asks) => Some(asks.regions()),
            Self::Decimal(asks) => Some(asks.regions()),
            Self::Bool(asks) => Some(asks.regions()),
            Self::Date(asks) => Some(asks.regions()),
            Self::Timestamp(asks) => Some(asks.regions()),
            Self::Uuid(asks) => Some(asks.regions()),
            Self::Anniversary(_)
            | Self::Pattern(..)
            | Self::FoldedIn(_)
            | Self::HasAny(_)
            | Self::HasAll(_)
            | Self::Size(..) => None,
        }
    }

    /// Whether a value of the field's type lies before, in or behind one of the regions, which are in order.
    pub(in crate::criteria) fn side(&self, region: usize, value: &FieldValue<'_>) -> Ordering {
        match (self, value) {
            (Self::Text(asks), FieldValue::Text(text)) => asks.side::<str>(region, text),
            (Self::Int(asks), FieldValue::Int(int)) => asks.side(region, int),
            (Self::Decimal(asks), FieldValue::Decimal(decimal)) => asks.side(region, decimal),
            (Self::Bool(asks), FieldValue::Bool(bool)) => asks.side(region, bool),
            (Self::Date(asks), FieldValue::Date(date)) => asks.side(region, date),
            (Self::Timestamp(asks), FieldValue::Timestamp(at)) => asks.side(region, at),
            (Self::Uuid(asks), FieldValue::Uuid(uuid)) => asks.side(region, uuid),
            (Self::Pattern(TextMatch::Start, Pattern::Exact(prefix)), FieldValue::Text(text))
                if !text.starts_with(&**prefix) =>
            {
                (*text).cmp(prefix)
            }
            // Every value is present, and this one has the prefix.
            _ => Ordering::Equal,
        }
    }

    /// Asks both questions at once, where they ask for two intervals; otherwise the other one comes back.
    pub(super) fn join(&mut self, other: Self) -> Option<Self> {
        match (&mut *self, other) {
            (Self::Text(one), Self::Text(other)) => one.join(other).map(Self::Text),
            (Self::Int(one), Self::Int(other)) => one.join(other).map(Self::Int),
            (Self::Decimal(one), Self::Decimal(other)) => one.join(other).map(Self::Decimal),
            (Self::Date(one), Self::Date(other)) => one.join(other).map(Self::Date),
            (Self::Timestamp(one), Self::Timestamp(other)) => one.join(other).map(Self::Timestamp),
            (_, other) => Some(other),
        }
    }
}

fn has(set: &TextSet<'_>, item: &str) -> bool {
    set.iter().any(|it| it == item)
}

fn folded(text: &str) -> impl Iterator<Item = u8> {
    text.bytes().map(|byte| byte.to_ascii_lowercase())
}

/// Whether the pattern stands there in the text.
///
/// Folded texts are compared byte by byte: what is folded is ASCII, and in UTF-8 no part of a longer sequence is.
fn stands(text: &str, at: TextMatch, pattern: &Pattern) -> bool {
    match pattern {
        Pattern::Exact(pattern) => match at {
            TextMatch::Whole => text == &**pattern,
            TextMatch::Start => text.starts_with(&**pattern),
            TextMatch::End => text.ends_with(&**pattern),
            TextMatch::Anywhere => text.contains(&**pattern),
        },
        Pattern::Folded(pattern) => {
            let (text, pattern) = (text.as_bytes(), pattern.as_bytes());
            let is_pattern = |part: &[u8]| part.eq_ignore_ascii_case(pattern);
            match at {
                TextMatch::Whole => is_pattern(text),
                TextMatch::Start => text.get(..pattern.len()).is_some_and(is_pattern),
                TextMatch::End => {
                    let start = text.len().checked_sub(pattern.len());
                    start
                        .and_then(|start| text.get(start..))
                        .is_some_and(is_pattern)
                }
                // A window has one byte at least.
                TextMatch::Anywhere => {
                    pattern.is_empty() || text.windows(pattern.len()).any(is_pattern)
                }
            }
        }
    }
}
