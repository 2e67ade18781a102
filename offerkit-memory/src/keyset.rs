//! Pages of a table, by key.

use std::{collections::BTreeMap, ops::Bound};

use offerkit_core::page::{Cursor, Order, Page, PageRequest};
use uuid::Uuid;

use crate::state::Table;

/// The rows of a page and one more, in its order, of those whose keys lie between `low` and `high` of some id.
pub(crate) fn rows<'a, K: Ord, V>(
    table: &'a BTreeMap<K, V>,
    request: &PageRequest,
    low: impl Fn(Uuid) -> K,
    high: impl Fn(Uuid) -> K,
) -> Box<dyn Iterator<Item = (&'a K, &'a V)> + 'a> {
    let cursor = request.cursor().map(Cursor::position);
    match request.order() {
        Order::OldestFirst => {
            let from = cursor.map_or_else(
                || Bound::Included(low(Uuid::nil())),
                |last| Bound::Excluded(high(last)),
            );
            Box::new(table.range((from, Bound::Included(high(Uuid::max())))))
        }
        Order::NewestFirst => {
            let to = cursor.map_or_else(
                || Bound::Included(high(Uuid::max())),
                |last| Bound::Excluded(low(last)),
            );
            Box::new(table.range((Bound::Included(low(Uuid::nil())), to)).rev())
        }
    }
}

/// A page of the wanted rows, whose ids `id` tells and `key` makes keys of.
pub(crate) fn page<K: Ord, V: Clone>(
    table: &Table<K, V>,
    request: &PageRequest,
    key: impl Fn(Uuid) -> K,
    id: impl Fn(&V) -> Uuid,
    is_wanted: impl Fn(&V) -> bool,
) -> Page<V> {
    let items = rows(table, request, &key, &key)
        .map(|(_, row)| row)
        .filter(|row| is_wanted(row))
        .take(request.size().saturating_add(1))
        .cloned()
        .collect();
    Page::from_surplus(items, request, id)
}

pub(crate) const fn no_page<T>() -> Page<T> {
    Page {
        items: Vec::new(),
        next: None,
    }
}

/// The number that a cursor of numbered rows stands for.
pub(crate) fn number(id: Uuid) -> u64 {
    u64::try_from(id.as_u128()).unwrap_or(u64::MAX)
}

/// The cursor of a numbered row.
pub(crate) fn numbered(number: u64) -> Uuid {
    Uuid::from_u128(number.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn walk(size: u16, order: Order) -> Vec<u64> {
        let table: Table<u64, u64> = (1..=7).map(|n| (n, n)).collect();
        let mut request = PageRequest::first(size).unwrap().ordered(order);
        let mut seen = Vec::new();
        loop {
            let page = page(&table, &request, number, |n| numbered(*n), |n| *n != 4);
            seen.extend(page.items);
            match page.next {
                Some(cursor) => request = request.after(cursor),
                None => return seen,
            }
        }
    }

    #[test]
    fn pages_of_every_size_hold_every_wanted_row_once_and_in_order() {
        for size in 1..=8 {
            assert_eq!(walk(size, Order::OldestFirst), [1, 2, 3, 5, 6, 7]);
            assert_eq!(walk(size, Order::NewestFirst), [7, 6, 5, 3, 2, 1]);
        }
    }

    #[test]
    fn a_made_up_cursor_is_no_error() {
        let table: Table<u64, u64> = (1..=7).map(|n| (n, n)).collect();
        for id in [Uuid::nil(), Uuid::max()] {
            for order in [Order::OldestFirst, Order::NewestFirst] {
                let cursor = Cursor::after(id);
                let request = PageRequest::default().ordered(order).after(cursor);
                let page = page(&table, &request, number, |n| numbered(*n), |_| true);
                assert!(page.items.is_empty() || page.items.len() == 7);
            }
        }
    }
}
