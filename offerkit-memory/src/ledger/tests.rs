//! The books against a naive model: every count and every queue is what a look at all rows finds.

use std::{any::Any, collections::BTreeMap};

use async_trait::async_trait;
use chrono::TimeDelta;
use futures_executor::block_on;
use offerkit_core::{
    criteria::{Catalog, Criteria, Moment},
    digest::Digest,
    domain::{Channel, Customer, DeliveryKey, DeliveryStatus, RevisionNumber, Run, RunStatus},
    id::{CampaignId, ClaimToken, CustomerId, OfferId, RunId},
    page::{Order, PageRequest},
    ports::{
        ClaimRequest, CustomerSource, DeliveryFilter, Extension, Ledger as _, Selection,
        Settlement, StoreError,
    },
    time::Timestamp,
};
use proptest::prelude::*;

use crate::{
    MemoryStore,
    fixtures::{OTHER_TENANT, TENANT, customer_id, moment, uuid},
};

const CAMPAIGN: CampaignId = CampaignId::from_uuid(uuid(1));
const OFFER: OfferId = OfferId::from_uuid(uuid(2));
const CHANNELS: [Channel; 2] = [Channel::Sms, Channel::Email];

/// Customers 1 to `0`, or, on a step of 2, the odd ones.
struct Numbers(u32, usize);

#[async_trait]
impl CustomerSource for Numbers {
    async fn get_many(&self, _: &[CustomerId]) -> Result<Vec<Customer>, StoreError> {
        Ok(Vec::new())
    }

    async fn select(
        &self,
        _: &Selection,
        after: Option<CustomerId>,
        limit: usize,
    ) -> Result<Vec<CustomerId>, StoreError> {
        let all = (1..=self.0).step_by(self.1).map(customer_id);
        Ok(all.filter(|id| Some(*id) > after).take(limit).collect())
    }

    async fn count(&self, _: &Selection) -> Result<u64, StoreError> {
        Ok(0)
    }

    async fn sample(&self, _: &Selection, _: usize) -> Result<Vec<Customer>, StoreError> {
        Ok(Vec::new())
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

fn selection() -> Selection {
    let criteria = Criteria::parse(r#"{"$everyone": true}"#, &Catalog::customers()).unwrap();
    Selection::new(TENANT, criteria, Moment::in_utc(moment()))
}

fn run(number: u32) -> Run {
    Run {
        id: RunId::from_uuid(uuid(number)),
        tenant: TENANT,
        campaign: CAMPAIGN,
        offer: OFFER,
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

/// Fills from `source` until the run is over.
fn fill(store: &MemoryStore, number: u32, source: &Numbers, ceiling: u64) -> Run {
    block_on(store.start_run(&run(number))).unwrap();
    let selection = selection();
    let extension = Extension {
        run: run(number).id,
        selection: &selection,
        channels: &CHANNELS,
        is_one: false,
        ceiling,
        limit: 3,
        now: moment(),
    };
    loop {
        let run = block_on(store.extend(source, &extension)).unwrap();
        if run.status != RunStatus::Running {
            return run;
        }
    }
}

fn at(seconds: i64) -> Timestamp {
    moment().plus(TimeDelta::seconds(seconds))
}

fn request(token: u32, channel: Channel, now: i64) -> ClaimRequest {
    ClaimRequest {
        tenant: TENANT,
        campaign: CAMPAIGN,
        revision: RevisionNumber::FIRST,
        channel,
        token: ClaimToken::from_uuid(uuid(token)),
        limit: 2,
        now: at(now),
        deadline: at(now + 5),
    }
}

#[derive(Debug, Clone, Copy)]
enum Op {
    Claim(bool),
    Reclaim(bool),
    Settle(u32, u32, bool, usize, i64),
    Receipt(u32, bool, usize),
    Cancel,
    RetryFailed,
    Refresh,
}

fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        6 => any::<bool>().prop_map(Op::Claim),
        2 => any::<bool>().prop_map(Op::Reclaim),
        8 => (0_u32..40, 1_u32..9, any::<bool>(), 0_usize..9, 0_i64..9)
            .prop_map(|(token, customer, channel, to, wait)| Op::Settle(token, customer, channel, to, wait)),
        3 => (1_u32..9, any::<bool>(), 0_usize..9).prop_map(|(one, two, to)| Op::Receipt(one, two, to)),
        1 => Just(Op::Cancel),
        1 => Just(Op::RetryFailed),
        1 => Just(Op::Refresh),
    ]
}

const fn channel(is_email: bool) -> Channel {
    if is_email {
        Channel::Email
    } else {
        Channel::Sms
    }
}

/// One row of the model: its status, the token that holds it, its deadline, and from when on it may be claimed.
type Row = (DeliveryStatus, Option<u32>, i64, i64);
type Model = BTreeMap<(u32, Channel), Row>;

fn add_all(model: &mut Model, customers: impl Iterator<Item = u32>) {
    for number in customers {
        for channel in CHANNELS {
            model
                .entry((number, channel))
                .or_insert((DeliveryStatus::Pending, None, 0, i64::MIN));
        }
    }
}

fn move_all(model: &mut Model, from: DeliveryStatus, to: DeliveryStatus) -> u64 {
    let mut count = 0;
    for row in model.values_mut().filter(|row| row.0 == from) {
        *row = (to, None, 0, i64::MIN);
        count += 1;
    }
    count
}

fn claim(model: &mut Model, channel: Channel, is_due: impl Fn(&Row) -> bool, to: Row) -> Vec<u32> {
    let due = model
        .iter_mut()
        .filter(|((_, it), row)| *it == channel && is_due(row));
    let claim = |((number, _), row): (&(u32, Channel), &mut Row)| {
        *row = to;
        *number
    };
    due.take(2).map(claim).collect()
}

fn step(store: &MemoryStore, model: &mut Model, now: i64, number: u32, op: Op) {
    use DeliveryStatus::{Bounced, Cancelled, Delivered, Failed, Pending, Sending, Sent, Unknown};
    let customers = |claimed: Vec<offerkit_core::ports::Claimed>| {
        let ids = claimed.iter().map(|it| it.key.customer);
        ids.collect::<Vec<_>>()
    };
    let key = |customer: u32, is_email: bool| DeliveryKey {
        campaign: CAMPAIGN,
        customer: customer_id(customer),
        channel: channel(is_email),
    };
    let ids = |numbers: Vec<u32>| numbers.into_iter().map(customer_id).collect::<Vec<_>>();
    let held: Row = (Sending, Some(number), now + 5, 0);
    match op {
        Op::Claim(is_email) => {
            let real = block_on(store.claim(&request(number, channel(is_email), now))).unwrap();
            let is_due = |row: &Row| row.0 == Pending && row.3 <= now;
            let expected = claim(model, channel(is_email), is_due, held);
            assert_eq!(customers(real), ids(expected));
        }
        Op::Reclaim(is_email) => {
            let real = block_on(store.reclaim(&request(number, channel(is_email), now))).unwrap();
            let is_lapsed = |row: &Row| row.0 == Sending && row.2 < now;
            let expected = claim(model, channel(is_email), is_lapsed, held);
            assert_eq!(customers(real), ids(expected));
        }
        Op::Settle(token, customer, is_email, to, wait) => {
            let status = DeliveryStatus::ALL[to];
            let settlement = Settlement {
                key: key(customer, is_email),
                status,
                reason: None,
                not_before: Some(at(now + wait)),
                next: Vec::new(),
            };
            let token_id = ClaimToken::from_uuid(uuid(token));
            let real = block_on(store.settle(TENANT, token_id, &[settlement], at(now)));
            if !Sending.leads_to(status) {
                assert!(matches!(real, Err(StoreError::Refused(_))));
                return;
            }
            let row = model.get_mut(&(customer, channel(is_email)));
            let held = row.filter(|row| row.0 == Sending && row.1 == Some(token));
            assert_eq!(real.unwrap(), u64::from(held.is_some()));
            if let Some(row) = held {
                *row = (status, None, 0, now + wait);
            }
        }
        Op::Receipt(customer, is_email, to) => {
            let status = DeliveryStatus::ALL[to];
            let key = key(customer, is_email);
            let real = block_on(store.receipt(TENANT, key, status, at(now))).unwrap();
            let row = model.get_mut(&(customer, channel(is_email)));
            let moved = row.filter(|row| {
                matches!(row.0, Sending | Sent | Unknown)
                    && matches!(status, Sent | Delivered | Bounced)
                    && row.0.leads_to(status)
            });
            assert_eq!(real, moved.is_some());
            if let Some(row) = moved {
                (row.0, row.1) = (status, None);
            }
            let foreign = block_on(store.receipt(OTHER_TENANT, key, status, at(now))).unwrap();
            assert!(!foreign);
        }
        Op::Cancel => {
            let real = block_on(store.cancel(TENANT, CAMPAIGN, "over", at(now))).unwrap();
            assert_eq!(real, move_all(model, Pending, Cancelled));
        }
        Op::RetryFailed => {
            let real = block_on(store.retry_failed(TENANT, CAMPAIGN, at(now))).unwrap();
            assert_eq!(real, move_all(model, Failed, Pending));
        }
        Op::Refresh => {
            fill(store, number + 1_000, &Numbers(8, 1), 99);
            add_all(model, 1..=8);
        }
    }
}

proptest! {
    #[test]
    fn counts_queues_and_claims_are_what_a_look_at_all_rows_finds(
        ops in prop::collection::vec((op(), -3_i64..6), 0..80),
    ) {
        let store = MemoryStore::new();
        fill(&store, 1, &Numbers(8, 2), 99);
        let mut model = Model::new();
        add_all(&mut model, (1..=8).step_by(2));
        let mut now = 0;
        for (number, (op, later)) in (0..).zip(ops) {
            // Workers' clocks differ, so time may also go back.
            now += later;
            step(&store, &mut model, now, number, op);
            let progress = block_on(store.progress(TENANT, CAMPAIGN)).unwrap();
            let mut counts = BTreeMap::new();
            for ((_, channel), row) in &model {
                *counts.entry((*channel, row.0)).or_insert(0) += 1;
            }
            let real = progress.counts.iter().map(|it| ((it.channel, it.status), it.count));
            prop_assert_eq!(real.collect::<Vec<_>>(), counts.into_iter().collect::<Vec<_>>());
            prop_assert_eq!(progress.audience * 2, u64::try_from(model.len()).unwrap());
        }
    }
}

#[test]
fn a_run_past_the_ceiling_adds_none_beyond_it() {
    let store = MemoryStore::new();
    let over = fill(&store, 1, &Numbers(8, 1), 5);
    assert_eq!((over.status, over.added), (RunStatus::OverCeiling, 5));
    assert_eq!(over.finished_at, Some(moment()));
    let exact = fill(&store, 2, &Numbers(5, 1), 5);
    assert_eq!((exact.status, exact.added), (RunStatus::Finished, 0));
    let progress = block_on(store.progress(TENANT, CAMPAIGN)).unwrap();
    assert_eq!(
        (progress.audience, progress.of(DeliveryStatus::Pending)),
        (5, 10)
    );
}

#[test]
fn a_campaign_fills_by_one_run_at_a_time_and_an_ended_one_is_not_extended() {
    let store = MemoryStore::new();
    block_on(store.start_run(&run(1))).unwrap();
    let second = block_on(store.start_run(&run(2)));
    assert!(matches!(second, Err(StoreError::Conflict(_))));
    block_on(store.end_run(TENANT, run(1).id, RunStatus::Finished, at(1))).unwrap();
    let selection = selection();
    let extension = Extension {
        run: run(1).id,
        selection: &selection,
        channels: &CHANNELS,
        is_one: false,
        ceiling: 9,
        limit: 3,
        now: moment(),
    };
    let extended = block_on(store.extend(&Numbers(8, 1), &extension));
    assert!(matches!(extended, Err(StoreError::Conflict(_))));
    assert_eq!(
        block_on(store.unfinished_run(TENANT, CAMPAIGN)).unwrap(),
        None
    );
}

#[test]
fn the_first_claim_and_the_attempts_are_remembered() {
    let store = MemoryStore::new();
    fill(&store, 1, &Numbers(1, 1), 9);
    let first = block_on(store.claim(&request(1, Channel::Email, 10))).unwrap();
    let lapsed = block_on(store.reclaim(&request(2, Channel::Email, 20))).unwrap();
    assert_eq!((first[0].attempt, lapsed[0].attempt), (1, 1));
    let settlement = Settlement {
        key: first[0].key,
        status: DeliveryStatus::Pending,
        reason: Some("busy".into()),
        not_before: None,
        next: Vec::new(),
    };
    let settle = |token| {
        let token = ClaimToken::from_uuid(uuid(token));
        block_on(store.settle(TENANT, token, std::slice::from_ref(&settlement), at(21))).unwrap()
    };
    assert_eq!((settle(1), settle(2), settle(2)), (0, 1, 0));
    let again = block_on(store.claim(&request(3, Channel::Email, 30))).unwrap();
    assert_eq!((again[0].attempt, again[0].first_claimed_at), (2, at(10)));
}

#[test]
fn pages_of_recipients_end_between_customers() {
    let store = MemoryStore::new();
    fill(&store, 1, &Numbers(5, 1), 9);
    for (size, expected) in [
        (1, vec![2; 5]),
        (3, vec![2; 5]),
        (4, vec![4, 4, 2]),
        (10, vec![10]),
    ] {
        for order in [Order::OldestFirst, Order::NewestFirst] {
            let mut request = PageRequest::first(size).unwrap().ordered(order);
            let (mut sizes, mut seen) = (Vec::new(), Vec::new());
            loop {
                let filter = DeliveryFilter::default();
                let page = store.recipients(TENANT, CAMPAIGN, &filter, &request);
                let page = block_on(page).unwrap();
                sizes.push(page.items.len());
                seen.extend(page.items.into_iter().map(|it| it.key));
                match page.next {
                    Some(cursor) => request = request.after(cursor),
                    None => break,
                }
            }
            assert_eq!(sizes, expected);
            seen.sort_unstable();
            seen.dedup();
            assert_eq!(seen.len(), 10);
        }
    }
}
