//! Pages, by key.

use offerkit_core::page::{Cursor, Order, Page, PageRequest};
use sqlx::{Postgres, QueryBuilder};
use uuid::Uuid;

/// Ends a statement over the table `it` with the rows of a page by id, and one more.
pub(crate) fn by_id(builder: &mut QueryBuilder<Postgres>, request: &PageRequest) {
    let [after, order] = match request.order() {
        Order::OldestFirst => [" AND it.id > ", " ORDER BY it.id LIMIT "],
        Order::NewestFirst => [" AND it.id < ", " ORDER BY it.id DESC LIMIT "],
    };
    if let Some(cursor) = request.cursor() {
        builder.push(after).push_bind(cursor.position());
    }
    builder.push(order).push_bind(rows(request));
}

/// As many rows as a page holds, and one more.
pub(crate) fn rows(request: &PageRequest) -> i64 {
    i64::try_from(request.size()).map_or(i64::MAX, |size| size.saturating_add(1))
}

pub(crate) const fn no_page<T>() -> Page<T> {
    Page {
        items: Vec::new(),
        next: None,
    }
}

/// The number that the cursor of numbered rows stands for.
pub(crate) fn number(cursor: Cursor) -> i64 {
    i64::try_from(cursor.position().as_u128()).unwrap_or(i64::MAX)
}

/// The cursor of a numbered row.
pub(crate) fn numbered(number: u64) -> Uuid {
    Uuid::from_u128(number.into())
}
