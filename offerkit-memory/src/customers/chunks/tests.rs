//! Seen to fail with columns that outlive a change, with the end of a divided chunk put before its beginning, and with
//! pages that begin a customer early, which then never end.

use offerkit_core::{
    criteria::{Catalog, Criteria, Moment},
    domain::customer::CustomerParts,
};

use super::*;
use crate::fixtures::{customer_id, moment};

fn customer(number: u32, segment: &str) -> Box<Customer> {
    let parts = CustomerParts {
        full_name: "Asha Rao".into(),
        segment: Some(segment.to_owned().into()),
        ..CustomerParts::new(customer_id(number), moment())
    };
    Box::new(Customer::from_parts(parts).unwrap())
}

fn matcher(text: &str) -> Matcher<'static> {
    let criteria = Criteria::parse(text, &Catalog::customers()).unwrap();
    criteria.at(Moment::in_utc(moment())).among_active()
}

fn ids(found: impl Iterator<Item = CustomerId>) -> Vec<u128> {
    found.map(|id| id.as_uuid().as_u128()).collect()
}

/// A prime, so that its multiples come to every place.
const MANY: u32 = 20_011;

fn in_any_order() -> Chunks {
    let mut chunks = Chunks::default();
    for place in 0..MANY {
        let number = u64::from(place) * 7919 % u64::from(MANY);
        let segment = if number.is_multiple_of(3) {
            "premium"
        } else {
            "regular"
        };
        chunks.put(customer(number.try_into().unwrap(), segment));
    }
    chunks
}

fn in_pages(chunks: &Chunks, matcher: &Matcher<'_>, size: usize) -> Vec<u128> {
    let (mut after, mut seen) = (None, Vec::new());
    loop {
        let page = chunks.select(matcher, after).map(Customer::id).take(size);
        let page: Vec<CustomerId> = page.collect();
        seen.extend(ids(page.iter().copied()));
        match page.last() {
            Some(last) => after = Some(*last),
            None => return seen,
        }
    }
}

#[test]
fn customers_added_in_any_order_are_found_in_theirs() {
    let chunks = in_any_order();
    let all: Vec<u128> = (0..MANY.into()).collect();
    let found = chunks.chunks.iter().flat_map(|it| &it.customers);
    assert_eq!(ids(found.map(|it| it.id())), all);
    let sizes = || chunks.chunks.iter().map(|it| it.customers.len());
    assert!(sizes().all(|size| (LIMIT / 4..=LIMIT).contains(&size)));
    for chunk in &chunks.chunks {
        assert_eq!(chunk.first, chunk.customers[0].id());
    }
    for number in (0..MANY).step_by(97) {
        assert_eq!(
            chunks.get(customer_id(number)).map(Customer::id),
            Some(customer_id(number))
        );
    }
    assert_eq!(chunks.get(customer_id(MANY)), None);
    assert_eq!(Chunks::default().get(customer_id(1)), None);
}

#[test]
fn customers_added_in_order_fill_their_chunks() {
    let mut chunks = Chunks::default();
    for number in 0..MANY {
        chunks.put(customer(number, "premium"));
    }
    let sizes: Vec<usize> = chunks.chunks.iter().map(|it| it.customers.len()).collect();
    assert_eq!(sizes, [LIMIT, LIMIT, 20_011 - 2 * LIMIT]);
}

#[test]
fn pages_of_any_size_find_everyone_once_whether_by_row_or_by_column() {
    let chunks = in_any_order();
    let premium = matcher(r#"{"segment": "premium"}"#);
    let expected: Vec<u128> = (0..MANY.into()).step_by(3).collect();
    // By row at first, and then by column.
    for size in [1000, usize::MAX, 1, 2048, 64] {
        assert_eq!(in_pages(&chunks, &premium, size), expected, "{size}");
        assert_eq!(chunks.count(&premium), expected.len());
    }
    assert!(chunks.chunks.iter().all(|it| it.columns.bytes() > 0));
}

#[test]
fn a_change_is_seen_by_the_next_reader() {
    let mut chunks = in_any_order();
    let premium = matcher(r#"{"segment": "premium"}"#);
    let mut expected = chunks.count(&premium);
    for (number, segment, change) in [(3, "regular", -1), (4, "premium", 1), (MANY, "premium", 1)] {
        for _ in 0..3 {
            assert_eq!(chunks.count(&premium), expected);
        }
        chunks.put(customer(number, segment));
        expected = expected.checked_add_signed(change).unwrap();
    }
    assert_eq!(chunks.count(&premium), expected);
    chunks.put(Box::new(customer(0, "premium").erased()));
    assert_eq!(chunks.count(&premium), expected - 1);
}
