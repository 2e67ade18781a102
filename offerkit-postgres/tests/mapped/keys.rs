//! Ids made from keys: the same here and in the database, in the same order, and found again.

use offerkit_core::{
    domain::{Customer, customer::Column},
    id::CustomerId,
    ports::CustomerSource as _,
};
use offerkit_postgres::{CustomerMapping, KeyType};
use proptest::{prelude::*, strategy::ValueTree as _, test_runner::TestRunner};
use sqlx::{Row as _, types::Uuid};

use crate::{
    client::{KEYS, by},
    world::{Outcome, World, selection},
};

const CASES: usize = 2_000;

fn drawn<S: Strategy>(strategy: S) -> Outcome<Vec<S::Value>> {
    let mut runner = TestRunner::default();
    let drawn = (0..CASES).map(|_| Ok(strategy.new_tree(&mut runner)?.current()));
    let drawn: Result<_, proptest::test_runner::Reason> = drawn.collect();
    drawn.map_err(|why| why.to_string().into())
}

fn mapping(key_type: KeyType, source: &str) -> Outcome<CustomerMapping> {
    let mapping = CustomerMapping::builder("crm", "client").key("k", key_type);
    let mapping = mapping.column(Column::FullName, "name").source(source);
    Ok(mapping.build()?)
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_give_the_same_ids_in_the_same_order_in_the_database() -> Outcome {
    let world = World::new().await?;
    let mut numbers = drawn(prop_oneof![any::<i64>(), -70_000_i64..70_000])?;
    numbers.extend([i64::MIN, i64::MIN + 1, -1, 0, 1, i64::MAX]);
    numbers.sort_unstable();
    numbers.dedup();
    let rows = sqlx::query(
        "SELECT it.key, offerkit.customer_id_of_number(it.key) AS id FROM unnest($1::BIGINT[]) AS it (key)
        ORDER BY offerkit.customer_id_of_number(it.key)",
    )
    .bind(&numbers)
    .fetch_all(&mut world.host().await?)
    .await?;
    let mapping = mapping(KeyType::BigInt, "crm")?;
    for (number, row) in numbers.iter().zip(&rows) {
        assert_eq!(row.try_get::<i64, _>("key")?, *number, "the order");
        let id = CustomerId::from_uuid(row.try_get("id")?);
        assert_eq!(
            mapping.customer_id(&number.to_string()),
            Some(id),
            "{number}"
        );
    }
    assert_eq!(rows.len(), numbers.len());
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn texts_give_the_same_ids_in_the_database_byte_for_byte() -> Outcome {
    let world = World::new().await?;
    let any_text = || "[^\u{0}]{0,12}|[\\\\x0-9a-f'\" ]{0,8}";
    let texts = drawn((any_text(), any_text()))?;
    for (source, key) in texts
        .into_iter()
        .filter(|(source, _)| !source.is_empty())
        .take(500)
    {
        let id: Uuid = sqlx::query_scalar("SELECT offerkit.customer_id_of_text($1, $2)")
            .bind(&source)
            .bind(&key)
            .fetch_one(&mut world.host().await?)
            .await?;
        let made = mapping(KeyType::Text, &source)?.customer_id(&key);
        assert_eq!(made, Some(CustomerId::from_uuid(id)), "{source:?} {key:?}");
    }
    Ok(())
}

/// Clients whose keys of each type are in different orders.
async fn with_clients(count: i32) -> Outcome<World> {
    let world = World::new().await?;
    world
        .run(&format!(
            "INSERT INTO crm.client (client_no, guid, code, name, live)
            SELECT (n - 20) * 1000, md5('c' || n)::UUID, 'C-' || n * 7919 % 1000, 'Client ' || n, n % 10 <> 9
            FROM generate_series(1, {count}) AS n"
        ))
        .await?;
    Ok(world)
}

/// First seen to fail with an id's bits taken for a number whatever its version and variant are.
#[tokio::test(flavor = "multi_thread")]
async fn pages_are_in_the_order_of_ids_behind_any_id() -> Outcome {
    let world = with_clients(100).await?;
    let everyone = selection(r#"{"$everyone": true}"#)?;
    for (key, key_type) in KEYS {
        let customers = world.customers(&by(key, key_type)?).await?;
        let all = customers.select(&everyone, None, 1_000).await?;
        assert_eq!(all.len(), 90, "{key}");
        assert!(all.is_sorted(), "{key}");
        assert_eq!(customers.count(&everyone).await?, 90);
        let mut paged: Vec<CustomerId> = Vec::new();
        loop {
            let page = customers
                .select(&everyone, paged.last().copied(), 7)
                .await?;
            paged.extend(&page);
            if page.len() < 7 {
                break;
            }
        }
        assert_eq!(paged, all, "{key}");
        // Ids that are nobody's.
        for near in all.iter().flat_map(|id| {
            let id = id.as_uuid().as_u128();
            [id - 1, id + 1, id ^ 1 << 76, id ^ 1 << 61, id ^ 1 << 63]
        }) {
            let near = CustomerId::from_uuid(Uuid::from_u128(near));
            let behind = all.iter().filter(|id| **id > near).count();
            let found = customers.select(&everyone, Some(near), 1_000).await?;
            assert_eq!(found.len(), behind, "{key} {near}");
        }
    }
    Ok(())
}

/// First seen to fail with no key kept.
#[tokio::test(flavor = "multi_thread")]
async fn customers_are_got_by_id_whether_or_not_their_keys_were_kept() -> Outcome {
    let world = with_clients(50).await?;
    let some = selection(r#"{"full_name": {"$starts_with": "Client 1"}}"#)?;
    for (key, key_type) in KEYS {
        let mapping = by(key, key_type)?;
        let customers = world.customers(&mapping).await?;
        // The first time, nothing was kept of any key; then, of some.
        for _ in 0..2 {
            let keys = world
                .texts(&format!(
                    "SELECT {key}::TEXT FROM crm.client ORDER BY md5(code)"
                ))
                .await?;
            let mut ids: Vec<CustomerId> = keys
                .iter()
                .filter_map(|key| mapping.customer_id(key))
                .collect();
            assert_eq!(ids.len(), 50);
            ids.insert(7, CustomerId::from_uuid(Uuid::from_u128(7)));
            let found = customers.get_many(&ids).await?;
            ids.remove(7);
            let found: Vec<_> = found.iter().map(Customer::id).collect();
            assert_eq!(found, ids, "{key}");
            customers.select(&some, None, 1_000).await?;
        }
    }
    let kept = "SELECT key FROM offerkit.customer_keys WHERE source = 'crm.client'";
    let names = "SELECT code FROM crm.client WHERE name LIKE 'Client 1%' AND live";
    let (mut kept, mut names) = (world.texts(kept).await?, world.texts(names).await?);
    kept.sort_unstable();
    names.sort_unstable();
    assert_eq!(kept, names, "of those whom a filling selects");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_id_and_a_sample_are_asked_for_as_in_memory() -> Outcome {
    let world = with_clients(200).await?;
    for (key, key_type) in KEYS {
        let customers = world.customers(&by(key, key_type)?).await?;
        let everyone = selection(r#"{"$everyone": true}"#)?;
        let all = customers.select(&everyone, None, 1_000).await?;
        let all = customers.get_many(&all).await?;
        let (first, other) = (all[3].id(), all[5].id());
        for document in [
            format!(r#"{{"id": "{first}"}}"#),
            format!(
                r#"{{"id": {{"$in": ["{other}", "{first}", "{}"]}}}}"#,
                Uuid::nil()
            ),
            format!(r#"{{"id": {{"$nin": ["{other}", "{first}"]}}}}"#),
            format!(r#"{{"id": {{"$ne": "{}"}}}}"#, Uuid::nil()),
            format!(r#"{{"id": "{}"}}"#, Uuid::nil()),
            r#"{"id": {"$exists": true}}"#.to_owned(),
            r#"{"id": null}"#.to_owned(),
            r#"{"$sample": {"percent": 25, "salt": "s"}}"#.to_owned(),
            r#"{"$not": {"$sample": {"percent": 25, "salt": "s"}}}"#.to_owned(),
            r#"{"$received": {"status": ["sent"]}}"#.to_owned(),
        ] {
            let selection = selection(&document)?;
            let history = offerkit_core::criteria::NoHistory;
            let expected = all.iter().filter(|it| selection.selects(it, &history));
            let expected: Vec<_> = expected.map(Customer::id).collect();
            assert_eq!(
                customers.select(&selection, None, 1_000).await?,
                expected,
                "{key} {document}"
            );
        }
        let sample = customers.sample(&everyone, 20).await?;
        assert_eq!(sample.len(), 20);
        assert!(sample.iter().all(|it| all.contains(it)), "{key}");
        assert_eq!(
            customers.sample(&everyone, 20).await?,
            sample,
            "the same each time"
        );
        assert_eq!(customers.sample(&everyone, 5).await?, sample[..5]);
    }
    Ok(())
}
