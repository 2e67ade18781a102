//! Recipients, page by page.

use offerkit_core::{
    domain::{Channel, Delivery},
    id::CustomerId,
    page::{Cursor, Page, PageRequest},
    ports::DeliveryFilter,
};

use super::{Shelf, book::Book};
use crate::keyset::rows;

/// Whole customers, as many as the page has room for, and one at least.
pub(super) fn recipients(
    book: &Book,
    shelf: Shelf,
    filter: DeliveryFilter,
    request: &PageRequest,
) -> Page<Delivery> {
    let low = |id| (CustomerId::from_uuid(id), Channel::Email);
    let high = |id| (CustomerId::from_uuid(id), Channel::Webhook);
    let mut page = Page {
        items: Vec::new(),
        next: None,
    };
    let mut last = None;
    for ((customer, _), _) in rows(book.rows(), request, low, high) {
        if last == Some(*customer) {
            continue;
        }
        let wanted = book
            .of_customer(*customer)
            .filter(|(_, channel, row)| row.is_wanted(*channel, filter))
            .filter_map(|row| book.delivery(shelf, row));
        let wanted: Vec<_> = wanted.collect();
        if !page.items.is_empty() && page.items.len() + wanted.len() > request.size() {
            page.next = last.map(|id| Cursor::after(id.as_uuid()));
            break;
        }
        page.items.extend(wanted);
        last = Some(*customer);
    }
    page
}
