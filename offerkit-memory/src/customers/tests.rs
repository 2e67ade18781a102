use std::sync::Arc;

use futures_executor::block_on;
use offerkit_core::{
    criteria::{Catalog, Criteria, Moment},
    domain::{Customer, Scope, customer::CustomerParts},
    id::CustomerId,
    ports::{
        CustomerSource as _, CustomerStore as _, ImportBatch, ImportReport, MergeBy, RowRefusal,
        Selection, StoreError,
    },
};

use crate::{
    MemoryStore,
    fixtures::{SCOPE, TENANT, customer_id, event, moment},
};

fn customer(number: u32, external_id: Option<&str>, email: Option<&str>) -> Customer {
    let parts = CustomerParts {
        full_name: "Asha Rao".into(),
        external_id: external_id.map(Into::into),
        email: email.map(Into::into),
        ..CustomerParts::new(customer_id(number), moment())
    };
    Customer::from_parts(parts).unwrap()
}

fn import(store: &MemoryStore, operation: u32, customers: Vec<Customer>) -> ImportReport {
    let batch = Arc::new(customers.into_iter().collect());
    block_on(store.import(batch, event(Scope::Platform, operation))).unwrap()
}

fn everyone() -> Selection {
    let criteria = Criteria::parse(r#"{"$everyone": true}"#, &Catalog::customers()).unwrap();
    Selection::new(TENANT, criteria, Moment::in_utc(moment()))
}

#[test]
fn a_taken_text_is_refused_until_its_holder_gives_it_up() {
    let store = MemoryStore::new();
    let first = vec![
        customer(2, Some("a"), None),
        customer(3, Some("a"), Some("x@y")),
        customer(2, Some("b"), None),
        customer(4, Some("a"), None),
    ];
    let report = import(&store, 1, first);
    let refused = (1, "another customer has this external id".to_owned());
    assert_eq!((report.added, report.updated), (2, 1));
    assert_eq!(report.refused, [refused]);
    let again = import(&store, 2, vec![customer(3, Some("b"), None)]);
    assert_eq!(again.refused.len(), 1);
    let erased = block_on(store.erase(customer_id(2), event(Scope::Platform, 3))).unwrap();
    assert!(erased.is_some());
    let again = import(&store, 4, vec![customer(3, Some("b"), None)]);
    assert_eq!(again.added, 1);
}

#[test]
fn texts_of_one_hash_are_told_apart() {
    let mut customers = super::Customers::default();
    customers.put(customer(1, Some("a"), None));
    let hash = std::hash::BuildHasher::hash_one(&customers.hasher, super::Unique::ExternalId("b"));
    customers.index.insert((hash, customer_id(1)));
    let refusal = |customer: Customer| customers.accepted(customer.into(), MergeBy::Id).err();
    assert_eq!(refusal(customer(2, Some("b"), None)), None);
    let taken = refusal(customer(2, Some("a"), None));
    assert_eq!(taken, Some(RowRefusal::ExternalIdTaken));
    assert_eq!(refusal(customer(2, None, Some("a@b"))), None);
}

#[test]
fn an_erased_customer_is_a_row_without_a_person() {
    let store = MemoryStore::new();
    import(
        &store,
        1,
        vec![customer(1, Some("a"), Some("a@b")), customer(2, None, None)],
    );
    let erased = block_on(store.erase(customer_id(1), event(Scope::Platform, 2))).unwrap();
    assert!(erased.is_some());
    let absent = block_on(store.erase(customer_id(9), event(Scope::Platform, 3))).unwrap();
    assert!(absent.is_none());
    let rows = block_on(store.get_many(&[customer_id(2), customer_id(9), customer_id(1)])).unwrap();
    let [other, erased] = rows.as_slice() else {
        panic!("two rows are there");
    };
    assert_eq!(other.id(), customer_id(2));
    assert_eq!(
        (erased.external_id(), erased.email(), erased.is_active()),
        (None, None, false)
    );
    assert_eq!(
        block_on(store.select(&everyone(), None, 9)).unwrap(),
        [customer_id(2)]
    );
}

#[test]
fn a_repeated_import_does_nothing_and_answers_what_the_first_did() {
    let store = MemoryStore::new();
    let report = import(&store, 1, vec![customer(1, None, None)]);
    let batch: Arc<ImportBatch> = Arc::new([customer(2, None, None)].into_iter().collect());
    let again = store.import(Arc::clone(&batch), event(Scope::Platform, 1));
    match block_on(again) {
        Err(StoreError::AlreadyDone(record)) => {
            assert_eq!(record.result, serde_json::to_value(report).unwrap());
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(block_on(store.count(&everyone())).unwrap(), 1);
    let tenant = store.import(batch, event(SCOPE, 2));
    assert!(matches!(
        block_on(tenant),
        Err(StoreError::WrongScope { .. })
    ));
}

#[test]
fn selecting_in_chunks_finds_everyone_once_and_a_sample_stays_the_same() {
    let store = MemoryStore::new();
    import(
        &store,
        1,
        (1..=20).rev().map(|n| customer(n, None, None)).collect(),
    );
    let (mut after, mut seen) = (None, Vec::<CustomerId>::new());
    loop {
        let chunk = block_on(store.select(&everyone(), after, 3)).unwrap();
        seen.extend(&chunk);
        match chunk.last() {
            Some(last) => after = Some(*last),
            None => break,
        }
    }
    assert_eq!(seen, (1..=20).map(customer_id).collect::<Vec<_>>());
    let sample = |limit| block_on(store.sample(&everyone(), limit)).unwrap();
    assert_eq!(sample(5), sample(5));
    assert_eq!(sample(7)[..5], sample(5)[..]);
    assert_eq!((sample(0).len(), sample(99).len()), (0, 20));
}
