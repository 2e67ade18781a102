//! Rows, counted by day.

use std::{collections::BTreeMap, ops::Bound};

use offerkit_core::{
    domain::Channel,
    ports::{DailyCounting, DayCount, DayCounts, StoreError},
};

use super::book::Book;

/// Whole customers, of as many rows as are asked for, and one at least.
pub(super) fn counted(
    book: Option<&Book>,
    counting: &DailyCounting<'_>,
) -> Result<DayCounts, StoreError> {
    if counting.days.is_empty() {
        return Err(StoreError::Refused("rows are counted by days"));
    }
    let Some(book) = book else {
        return Ok(DayCounts::default());
    };
    let from = counting.after.map_or(Bound::Unbounded, |customer| {
        Bound::Excluded((customer, Channel::Webhook))
    });
    let mut counts = BTreeMap::new();
    let (mut seen, mut last, mut next) = (0, None, None);
    for ((customer, channel), row) in book.rows().range((from, Bound::Unbounded)) {
        if seen >= counting.limit.max(1) && last != Some(*customer) {
            next = last;
            break;
        }
        let day = counting.days.partition_point(|day| *day <= row.dated());
        let key = (day.saturating_sub(1), *channel, row.status);
        *counts.entry(key).or_default() += 1;
        (seen, last) = (seen + 1, Some(*customer));
    }
    let counts = counts.into_iter();
    let counts = counts.map(|((day, channel, status), count)| DayCount {
        day,
        channel,
        status,
        count,
    });
    Ok(DayCounts {
        counts: counts.collect(),
        next,
    })
}
