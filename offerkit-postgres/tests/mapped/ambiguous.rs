//! Two rows with one key: noticed, and never two messages.

use offerkit_core::{
    domain::customer::Column,
    ports::{CustomerSource as _, StoreError},
};
use offerkit_postgres::{CustomerMapping, KeyType};

use crate::{
    client::KEYS,
    world::{Outcome, World, selection},
};

const TWICE: &str = "INSERT INTO crm.client (client_no, guid, code, name)
        VALUES (1, md5('1')::UUID, 'one', 'Asha'), (2, md5('2')::UUID, 'two', 'Ben'), (3, md5('3')::UUID, 'three', '');
    CREATE VIEW crm.twice AS SELECT client_no, guid, code, name FROM crm.client
        UNION ALL SELECT client_no, guid, code, 'Other ' || name FROM crm.client WHERE name = 'Ben'
        UNION ALL SELECT client_no, guid, code, ' ' || name FROM crm.client WHERE name = '';
    GRANT SELECT ON crm.twice TO offerkit_app";

/// First seen to fail with the comparison of a page's neighbours left out.
#[tokio::test(flavor = "multi_thread")]
async fn two_rows_with_one_key_are_an_error_wherever_both_are_seen() -> Outcome {
    let world = World::new().await?;
    world.run(TWICE).await?;
    for (key, key_type) in KEYS {
        let mapping = CustomerMapping::builder("crm", "twice").key(key, key_type);
        let mapping = mapping.column(Column::FullName, "name").build()?;
        let customers = world.customers(&mapping).await?;
        let everyone = selection(r#"{"$everyone": true}"#)?;
        let is_told = |error: Option<StoreError>| match error {
            Some(StoreError::Backend(why)) => {
                assert_eq!(
                    why.to_string(),
                    "two rows of \"crm\".\"twice\" have the same key; a customer has one row"
                );
            }
            other => panic!("{key}: {other:?}"),
        };
        is_told(customers.select(&everyone, None, 10).await.err());
        is_told(customers.count(&everyone).await.err());
        is_told(customers.sample(&everyone, 10).await.err());
        let ids = ["1", "2"].map(|it| match key_type {
            KeyType::BigInt => mapping.customer_id(it),
            KeyType::Uuid => offerkit_core::id::CustomerId::from_uuid(md5(it)).into(),
            KeyType::Text => mapping.customer_id(if it == "1" { "one" } else { "two" }),
        });
        let ids: Vec<_> = ids.into_iter().flatten().collect();
        is_told(customers.get_many(&ids).await.err());
        // A page that ends between the two is no page either.
        let first = ids.iter().min().copied();
        let behind = selection(r#"{"full_name": {"$ends_with": "Ben"}}"#)?;
        is_told(customers.select(&behind, None, 1).await.err());
        // Where one of them alone is seen, nothing is ambiguous; the third is nobody, since neither row has a name.
        let one = selection(r#"{"full_name": "Ben"}"#)?;
        assert_eq!(customers.count(&one).await?, 1);
        assert_eq!(customers.get_many(&ids[..1]).await?.len(), 1);
        assert!(first.is_some());
    }
    Ok(())
}

fn md5(text: &str) -> sqlx::types::Uuid {
    // `md5('1')` and `md5('2')`.
    sqlx::types::Uuid::from_u128(match text {
        "1" => 0xc4ca_4238_a0b9_2382_0dcc_509a_6f75_849b,
        _ => 0xc81e_728d_9d4c_2f63_6f06_7f89_cc14_862c,
    })
}
