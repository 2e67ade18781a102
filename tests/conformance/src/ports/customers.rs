//! Customers in a store.

use std::sync::Arc;

use offerkit_core::{
    audit::{Subject, SubjectKind},
    criteria::NoHistory,
    domain::{Customer, ErasureReport, Scope, Trace},
    id::CustomerId,
    ports::{ImportBatch, ImportReport, StoreError},
};
use serde_json::json;

use crate::{
    Adapter, Failure, Outcome,
    cases::{cases, fails},
    world::World,
};

cases! { ports::customers:
    an_imported_customer_is_read_back_as_imported,
    customers_are_got_in_the_order_asked_for,
    an_import_replaces_customers_of_the_same_id,
    a_taken_external_id_or_address_is_refused_and_the_rest_imported,
    what_a_replaced_customer_gave_up_is_free,
    an_import_is_recorded_with_its_report,
    a_repeated_import_changes_nothing,
    customers_change_in_the_platforms_scope_alone,
    an_erased_customer_keeps_nothing_personal,
    an_erased_customer_is_not_imported_again,
    an_absent_customer_is_not_erased,
    selection_count_and_sample_agree,
    a_selection_is_paged_in_the_order_of_ids,
    inactive_customers_are_never_selected,
    a_sample_is_the_same_for_the_same_data,
}

const CUSTOMERS: Subject = Subject::the(SubjectKind::Customer);

async fn import<B: Adapter>(
    w: &World<B>,
    customers: Vec<Customer>,
) -> Result<ImportReport, Failure> {
    let event = w.event(Scope::Platform, CUSTOMERS)?;
    let batch = Arc::new(customers.into_iter().collect());
    Ok(w.store.import(batch, event).await?)
}

fn one(customer: &Customer) -> Arc<ImportBatch> {
    Arc::new([customer.clone()].into_iter().collect())
}

async fn get<B: Adapter>(w: &World<B>, id: CustomerId) -> Result<Option<Customer>, Failure> {
    Ok(w.store.get_many(&[id]).await?.pop())
}

fn report(added: u64, updated: u64) -> ImportReport {
    ImportReport {
        added,
        updated,
        refused: Vec::new(),
    }
}

async fn an_imported_customer_is_read_back_as_imported<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let full = w.platform.customer(&[
        ("external_id", "C-1"),
        ("full_name", "Ünï Rao ✓"),
        ("dob", "1990-02-28"),
        ("gender", "female"),
        ("kyc_status", "verified"),
        ("occupation", "salaried"),
        ("annual_income", "1234567.89"),
        ("credit_score", "742"),
        ("state", "Karnataka"),
        ("city", "Bengaluru"),
        ("pin_code", "560001"),
        ("marital_status", "married"),
        ("account_age_months", "36"),
        ("preferred_language", "kn"),
    ])?;
    let bare = w
        .platform
        .customer(&[("email", ""), ("phone", ""), ("segment", "")])?;
    let attributes = json!({ "tier": "gold", "push_token": "t", "n": 1.5 });
    let mut parts = full.to_parts();
    let attributes = attributes.as_object().cloned().unwrap_or_default();
    parts.attributes = std::borrow::Cow::Owned(attributes);
    let full = Customer::from_parts(parts)?;
    let imported = import(&w, vec![full.clone(), bare.clone()]).await?;
    assert_eq!(imported, report(2, 0));
    assert_eq!(get(&w, full.id()).await?, Some(full));
    assert_eq!(get(&w, bare.id()).await?, Some(bare));
    Ok(())
}

async fn customers_are_got_in_the_order_asked_for<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let mut ids = w.platform.customers(3).await?;
    ids.reverse();
    let absent = CustomerId::from_uuid(w.uuid());
    let mut asked = ids.clone();
    asked.insert(1, absent);
    let got = store.get_many(&asked).await?;
    let got: Vec<_> = got.iter().map(Customer::id).collect();
    assert_eq!(got, ids);
    assert_eq!(store.get_many(&[]).await?, []);
    Ok(())
}

async fn an_import_replaces_customers_of_the_same_id<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let first = w.platform.customer(&[("city", "Pune")])?;
    let id = first.id().to_string();
    import(&w, vec![first]).await?;
    let again = w.platform.customer(&[("id", &id), ("city", "Delhi")])?;
    let new = w.platform.customer(&[])?;
    let imported = import(&w, vec![again.clone(), new]).await?;
    assert_eq!(imported, report(1, 1));
    assert_eq!(get(&w, again.id()).await?, Some(again));
    Ok(())
}

async fn a_taken_external_id_or_address_is_refused_and_the_rest_imported<B: Adapter>(
    store: &B,
) -> Outcome {
    let w = World::new(store).await?;
    let taken = [("external_id", "C-1"), ("email", "asha@example.com")];
    import(&w, vec![w.platform.customer(&taken)?]).await?;
    let batch = vec![
        w.platform.customer(&[])?,
        w.platform.customer(&[("external_id", "C-1")])?,
        w.platform.customer(&[("email", "asha@example.com")])?,
        w.platform.customer(&[("email", "ben@example.com")])?,
        w.platform.customer(&[("email", "ben@example.com")])?,
    ];
    let ids: Vec<_> = batch.iter().map(Customer::id).collect();
    let imported = import(&w, batch).await?;
    assert_eq!((imported.added, imported.updated), (2, 0));
    let places: Vec<_> = imported.refused.iter().map(|(place, _)| *place).collect();
    assert_eq!(places, [1, 2, 4]);
    assert!(imported.refused.iter().all(|(_, why)| !why.is_empty()));
    let there = store.get_many(&ids).await?;
    assert_eq!(there.len(), 2, "the refused ones are not there");
    Ok(())
}

async fn what_a_replaced_customer_gave_up_is_free<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let first = w.platform.customer(&[("email", "asha@example.com")])?;
    let id = first.id().to_string();
    import(&w, vec![first]).await?;
    let moved = w.platform.customer(&[("id", &id)])?;
    let heir = w.platform.customer(&[("email", "asha@example.com")])?;
    assert_eq!(import(&w, vec![moved, heir]).await?, report(1, 1));
    Ok(())
}

async fn an_import_is_recorded_with_its_report<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let before = w.records(Scope::Platform).await?.len();
    let event = w.event(Scope::Platform, CUSTOMERS)?;
    let operation = event.operation();
    let batch = ImportBatch {
        candidates: vec![
            Err("a date that is none".to_owned()),
            Ok(w.platform.customer(&[])?.into()),
        ],
        ..ImportBatch::default()
    };
    let imported = store.import(Arc::new(batch), event).await?;
    let records = w.records(Scope::Platform).await?;
    assert_eq!(records.len(), before + 1);
    let last = records.last().ok_or("no record")?;
    assert_eq!(last.operation, operation);
    assert_eq!(last.result, serde_json::to_value(&imported)?);
    let refused = vec![(0, "a date that is none".to_owned())];
    let expected = ImportReport {
        refused,
        ..report(1, 0)
    };
    assert_eq!(imported, expected);
    Ok(())
}

async fn a_repeated_import_changes_nothing<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let operation = w.operation();
    let event = || w.event_of(Scope::Platform, CUSTOMERS, operation);
    store
        .import(one(&w.platform.customer(&[])?), event()?)
        .await?;
    let second = w.platform.customer(&[])?;
    fails!(
        store.import(one(&second), event()?).await,
        StoreError::AlreadyDone(record) if record.operation == operation
    );
    fails!(
        store.erase(second.id(), event()?).await,
        StoreError::AlreadyDone(_)
    );
    assert_eq!(get(&w, second.id()).await?, None);
    Ok(())
}

async fn customers_change_in_the_platforms_scope_alone<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let customer = w.platform.customer(&[])?;
    let event = w.event(w.scope(), CUSTOMERS)?;
    fails!(
        store.import(one(&customer), event).await,
        StoreError::WrongScope { .. }
    );
    let event = w.event(w.scope(), CUSTOMERS)?;
    fails!(
        store.erase(customer.id(), event).await,
        StoreError::WrongScope { .. }
    );
    assert_eq!(get(&w, customer.id()).await?, None);
    Ok(())
}

async fn an_erased_customer_keeps_nothing_personal<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let taken = [("external_id", "C-1"), ("email", "asha@example.com")];
    let customer = w.platform.customer(&taken)?;
    import(&w, vec![customer.clone()]).await?;
    let event = w.event(Scope::Platform, customer.id())?;
    let scrubbed = ErasureReport::default().with(Trace::Customer, 1);
    let erased = store.erase(customer.id(), event).await?;
    assert_eq!(erased.as_ref(), Some(&scrubbed));
    let left = serde_json::to_value(get(&w, customer.id()).await?)?;
    assert_eq!(left, serde_json::to_value(customer.erased())?);
    let record = w.records(Scope::Platform).await?.pop();
    assert_eq!(
        record.map(|record| record.result),
        Some(json!({ "customer": 1 }))
    );
    // There is nothing left to scrub.
    let event = w.event(Scope::Platform, customer.id())?;
    let again = store.erase(customer.id(), event).await?;
    assert_eq!(again, Some(ErasureReport::default()));
    let heir = w.platform.customer(&taken)?;
    assert_eq!(import(&w, vec![heir]).await?, report(1, 0));
    Ok(())
}

async fn an_erased_customer_is_not_imported_again<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let customer = w.platform.customer(&[])?;
    import(&w, vec![customer.clone()]).await?;
    let event = w.event(Scope::Platform, customer.id())?;
    store.erase(customer.id(), event).await?;
    let imported = import(&w, vec![customer.clone()]).await?;
    assert_eq!((imported.added, imported.updated), (0, 0));
    assert_eq!(imported.refused.len(), 1);
    let left = serde_json::to_value(get(&w, customer.id()).await?)?;
    assert_eq!(left, serde_json::to_value(customer.erased())?);
    Ok(())
}

async fn an_absent_customer_is_not_erased<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let absent = CustomerId::from_uuid(w.uuid());
    let event = w.event(Scope::Platform, absent)?;
    assert_eq!(store.erase(absent, event).await?, None, "it was not there");
    assert_eq!(get(&w, absent).await?, None);
    Ok(())
}

/// Customers of three cities in turn, every fourth of them inactive.
async fn mixed<B: Adapter>(w: &World<B>) -> Result<Vec<Customer>, Failure> {
    let cities = ["Pune", "Delhi", ""].iter().cycle();
    let activity = ["true", "true", "true", "false"].iter().cycle();
    let customers: Result<Vec<_>, _> = cities
        .zip(activity)
        .take(24)
        .map(|(city, active)| {
            w.platform
                .customer(&[("city", city), ("is_active", active)])
        })
        .collect();
    let customers = customers?;
    import(w, customers.clone()).await?;
    Ok(customers)
}

async fn selection_count_and_sample_agree<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let customers = mixed(&w).await?;
    for criteria in [
        r#"{"$everyone": true}"#,
        r#"{"city": "Pune"}"#,
        r#"{"city": null}"#,
        r#"{"city": {"$exists": true}, "segment": "premium"}"#,
        r#"{"segment": "basic"}"#,
    ] {
        let selection = w.selection(criteria)?;
        let expected: Vec<_> = customers
            .iter()
            .filter(|customer| selection.selects(customer, &NoHistory))
            .map(Customer::id)
            .collect();
        let selected = store.select(&selection, None, 100).await?;
        assert_eq!(selected, expected, "{criteria}");
        let count = usize::try_from(store.count(&selection).await?)?;
        assert_eq!(count, expected.len(), "{criteria}");
        let sample = store.sample(&selection, 100).await?;
        let mut sample: Vec<_> = sample.iter().map(Customer::id).collect();
        sample.sort_unstable();
        assert_eq!(sample, expected, "{criteria}");
    }
    Ok(())
}

async fn a_selection_is_paged_in_the_order_of_ids<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    mixed(&w).await?;
    let selection = w.selection(r#"{"city": "Pune"}"#)?;
    let all = store.select(&selection, None, 100).await?;
    assert!(all.is_sorted(), "{all:?}");
    for limit in 1..=all.len() + 1 {
        let mut walked: Vec<CustomerId> = Vec::new();
        loop {
            let after = walked.last().copied();
            let chunk = store.select(&selection, after, limit).await?;
            assert!(chunk.len() <= limit, "a chunk is too long");
            if chunk.is_empty() {
                break;
            }
            walked.extend(chunk);
            assert!(walked.len() <= all.len(), "the selection has no end");
        }
        assert_eq!(walked, all, "chunks of {limit}");
    }
    Ok(())
}

async fn inactive_customers_are_never_selected<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let gone = w.platform.customer(&[("is_active", "false")])?;
    let there = w.platform.customer(&[])?;
    import(&w, vec![gone, there.clone()]).await?;
    let selection = w.selection(r#"{"$everyone": true}"#)?;
    let selected = store.select(&selection, None, 10).await?;
    assert_eq!(selected, [there.id()]);
    assert_eq!(store.count(&selection).await?, 1);
    assert_eq!(store.sample(&selection, 10).await?, [there]);
    Ok(())
}

async fn a_sample_is_the_same_for_the_same_data<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    w.platform.customers(50).await?;
    let selection = w.selection(r#"{"$everyone": true}"#)?;
    let sample = store.sample(&selection, 7).await?;
    assert_eq!(sample.len(), 7);
    assert_eq!(store.sample(&selection, 7).await?, sample);
    Ok(())
}
