//! Walking lists page by page.

use std::fmt::Debug;

use offerkit_core::page::{Order, Page, PageRequest};

use crate::{Failure, Outcome};

/// Asserts that the pages of a list, whatever their size and order, are `expected`, the oldest first.
///
/// # Errors
///
/// What the list answers.
pub(crate) async fn pages_are<T, K, E>(
    expected: &[K],
    key: impl Fn(&T) -> K,
    list: impl AsyncFn(PageRequest) -> Result<Page<T>, E>,
) -> Outcome
where
    K: PartialEq + Debug + Clone,
    E: Into<Failure>,
{
    let sizes = u16::try_from(expected.len())?.saturating_add(1);
    for order in [Order::OldestFirst, Order::NewestFirst] {
        let mut wanted = expected.to_vec();
        if order == Order::NewestFirst {
            wanted.reverse();
        }
        for size in 1..=sizes {
            let request = PageRequest::first(size)?.ordered(order);
            let walked: Vec<_> = walk(request, &list).await?.iter().map(&key).collect();
            assert_eq!(walked, wanted, "pages of {size}, {order:?}");
        }
    }
    Ok(())
}

/// Everything in a list, page by page. No page holds more than was asked for, and none but the only one is empty.
///
/// # Errors
///
/// What the list answers.
pub(crate) async fn walk<T, E: Into<Failure>>(
    mut request: PageRequest,
    list: impl AsyncFn(PageRequest) -> Result<Page<T>, E>,
) -> Result<Vec<T>, Failure> {
    let mut walked = Vec::new();
    loop {
        let page = list(request).await.map_err(Into::into)?;
        assert!(page.items.len() <= request.size(), "a page is too long");
        assert!(
            request.cursor().is_none() || !page.items.is_empty(),
            "an empty page follows another"
        );
        walked.extend(page.items);
        assert!(walked.len() < 10_000, "the list has no end");
        match page.next {
            Some(cursor) => request = request.after(cursor),
            None => return Ok(walked),
        }
    }
}

/// Asserts that a list holds what was there once and in its order, while `add` adds a row after every page.
///
/// # Errors
///
/// What the list and `add` answer.
pub(crate) async fn is_stable_while_rows_are_added<T, K, E>(
    before: &[K],
    key: impl Fn(&T) -> K,
    list: impl AsyncFn(PageRequest) -> Result<Page<T>, E>,
    add: impl AsyncFn() -> Outcome,
) -> Outcome
where
    K: PartialEq + Debug + Clone,
    E: Into<Failure>,
{
    let mut request = PageRequest::first(2)?.ordered(Order::NewestFirst);
    let mut walked = Vec::new();
    loop {
        let page = list(request).await.map_err(Into::into)?;
        walked.extend(page.items.iter().map(&key));
        add().await?;
        match page.next {
            Some(cursor) => request = request.after(cursor),
            None => break,
        }
    }
    let wanted: Vec<_> = before.iter().rev().cloned().collect();
    assert_eq!(walked, wanted, "newest first");

    let mut request = PageRequest::first(2)?.ordered(Order::OldestFirst);
    let mut walked = Vec::new();
    for _ in 0..before.len() {
        let page = list(request).await.map_err(Into::into)?;
        walked.extend(page.items.iter().map(&key));
        add().await?;
        match page.next {
            Some(cursor) => request = request.after(cursor),
            None => break,
        }
    }
    assert!(walked.starts_with(before), "oldest first: {walked:?}");
    let mut seen = walked.clone();
    seen.dedup();
    assert_eq!(seen, walked, "a row was listed twice");
    Ok(())
}
