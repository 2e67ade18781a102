//! The readers against a look at every row.

use std::collections::BTreeSet;

use offerkit_core::{
    criteria::{History as _, PastDelivery},
    digest::Digest,
    domain::{Channel, DeliveryStatus, RevisionNumber, Run, RunStatus},
    id::{CampaignId, OfferId, RunId, TenantId},
};
use proptest::{collection, prelude::*};

use super::Books;
use crate::{
    fixtures::{OTHER_TENANT, TENANT, customer_id, moment, uuid},
    ledger::book::Lanes,
};

const CHANNELS: [Channel; 2] = [Channel::Sms, Channel::Email];

/// Customers far enough apart that a reader must both step and search.
const MOST: u32 = 200;

fn run(tenant: TenantId, number: u32) -> Run {
    Run {
        id: RunId::from_uuid(uuid(number)),
        tenant,
        campaign: CampaignId::from_uuid(uuid(number)),
        offer: OfferId::from_uuid(uuid(number + 100)),
        revision: RevisionNumber::FIRST,
        criteria_digest: Digest::of(b""),
        now: moment(),
        today: moment().date(),
        position: None,
        added: 0,
        kept: 0,
        status: RunStatus::Running,
        finished_at: None,
    }
}

fn keep(books: &mut Books, tenant: TenantId, number: u32, customers: &BTreeSet<u32>) {
    let run = run(tenant, number);
    let book = books.shelves.entry((tenant, run.campaign)).or_default();
    book.runs.push(run);
    for customer in customers {
        let channels = Lanes {
            order: &CHANNELS,
            is_one: false,
        };
        book.select(customer_id(*customer), &channels, 0, moment());
    }
}

fn expected(campaigns: &[BTreeSet<u32>], customer: u32) -> Vec<PastDelivery> {
    let numbers = (1..).zip(campaigns);
    let of_customer = numbers.filter(|(_, customers)| customers.contains(&customer));
    of_customer
        .flat_map(|(number, _)| {
            let run = run(TENANT, number);
            CHANNELS.map(|_| PastDelivery {
                offer: run.offer,
                campaign: run.campaign,
                status: DeliveryStatus::Pending,
                sent_at: None,
            })
        })
        .collect()
}

proptest! {
    // Seen to fail without the search for a customer before the last one, and with every later row told too.
    #[test]
    fn customers_may_be_asked_for_in_any_order(
        campaigns in collection::vec(collection::btree_set(0..MOST, 0..120), 0..4),
        others in collection::btree_set(0..MOST, 0..50),
        mut asked in collection::vec(0..MOST, 1..60),
        is_sorted: bool,
    ) {
        let mut books = Books::default();
        for (number, customers) in (1..).zip(&campaigns) {
            keep(&mut books, TENANT, number, customers);
        }
        keep(&mut books, OTHER_TENANT, 9, &others);
        if is_sorted {
            asked.sort_unstable();
        }
        let history = books.history(TENANT);
        for customer in asked {
            let mut told = Vec::new();
            history.deliveries(customer_id(customer), &mut |delivery| told.push(*delivery));
            prop_assert_eq!(told, expected(&campaigns, customer));
        }
    }
}
