//! The host's own indexes find its customers. The server's counts of scans are what is asserted, since they tell of the
//! statements that were run.

use std::time::Duration;

use offerkit_core::{domain::customer::Column, id::CustomerId, ports::CustomerSource as _};
use offerkit_postgres::{CustomerMapping, KeyType, MappedCustomers, PgStore, SchemaName};
use sqlx::postgres::PgConnectOptions;

use crate::{
    client::by,
    world::{Outcome, World, selection},
};

const MANY: &str = "INSERT INTO crm.client (client_no, guid, code, name, grade, income)
        SELECT n, md5('c' || n)::UUID, 'C-' || n, 'Client ' || n, 'g' || n % 5000, n
        FROM generate_series(1, 50000) AS n;
    CREATE VIEW crm.buyer AS SELECT client_no AS no, upper(name) AS name FROM crm.client;
    GRANT SELECT ON crm.buyer TO offerkit_app";

/// What every index, and reading every row, of the host's table was used for.
struct Scans {
    whole: i64,
    keys: i64,
    codes: i64,
    grades: i64,
    incomes: i64,
}

impl Scans {
    async fn of(world: &World) -> Outcome<Self> {
        let count = async |query: &str| -> Outcome<i64> {
            let answer = world.texts(query).await?;
            Ok(answer.first().map_or(Ok(0), |it| it.parse())?)
        };
        // A server process tells its counts when it ends at the latest.
        let others =
            "SELECT count(*)::TEXT FROM pg_stat_activity WHERE datname = current_database()
            AND application_name = 'scans'";
        while count(others).await? > 0 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        let of = async |index: &str| {
            count(&format!(
                "SELECT idx_scan::TEXT FROM pg_stat_user_indexes WHERE indexrelid = 'crm.{index}'::REGCLASS"
            ))
            .await
        };
        Ok(Self {
            whole: count(
                "SELECT seq_scan::TEXT FROM pg_stat_user_tables WHERE relid = 'crm.client'::REGCLASS",
            )
            .await?,
            keys: of("client_pkey").await?,
            codes: of("client_code_key").await?,
            grades: of("client_grade").await?,
            incomes: of("client_income").await?,
        })
    }
}

/// Does something with the customers of a mapping, over a pool that is closed then.
async fn scans<T>(
    world: &World,
    mapping: &CustomerMapping,
    what: impl AsyncFnOnce(MappedCustomers) -> Outcome<T>,
) -> Outcome<(Scans, T)> {
    let before = Scans::of(world).await?;
    let pool = PgStore::pool_options()
        .max_connections(1)
        .connect_lazy_with(
            world
                .url()
                .parse::<PgConnectOptions>()?
                .application_name("scans"),
        );
    let store = PgStore::from_pool(pool.clone(), SchemaName::default());
    let done = what(store.customers_of(mapping).await?).await?;
    drop(store);
    pool.close().await;
    let after = Scans::of(world).await?;
    let scans = Scans {
        whole: after.whole - before.whole,
        keys: after.keys - before.keys,
        codes: after.codes - before.codes,
        grades: after.grades - before.grades,
        incomes: after.incomes - before.incomes,
    };
    Ok((scans, done))
}

async fn with_many() -> Outcome<World> {
    let world = World::new().await?;
    world.run(MANY).await?;
    world.run("VACUUM ANALYZE crm.client").await?;
    Ok(world)
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_are_paged_and_got_by_the_hosts_index() -> Outcome {
    let world = with_many().await?;
    let buyers = CustomerMapping::builder("crm", "buyer").key("no", KeyType::BigInt);
    let buyers = buyers.column(Column::FullName, "name").build()?;
    for mapping in [by("client_no", KeyType::BigInt)?, buyers] {
        let after = mapping.customer_id("30000");
        let everyone = if mapping == by("client_no", KeyType::BigInt)? {
            selection(r#"{"annual_income": {"$exists": true}, "is_active": {"$ne": null}}"#)?
        } else {
            selection(r#"{"$everyone": true}"#)?
        };
        world.run("UPDATE crm.client SET live = TRUE WHERE live IS NULL AND client_no BETWEEN 30001 AND 30100").await?;
        let (paging, page) = scans(&world, &mapping, async |customers| {
            Ok(customers.select(&everyone, after, 100).await?)
        })
        .await?;
        assert_eq!(
            (page.len(), page.first().copied()),
            (100, mapping.customer_id("30001"))
        );
        assert_eq!((paging.whole, paging.keys), (0, 1));
        let (getting, found) = scans(&world, &mapping, async |customers| {
            Ok(customers.get_many(&page).await?)
        })
        .await?;
        assert_eq!((found.len(), getting.whole), (100, 0));
        assert!(getting.keys > 0);
        let document = format!(
            r#"{{"id": "{}"}}"#,
            page.first().map_or(String::new(), CustomerId::to_string)
        );
        let one = selection(&document)?;
        let (asking, count) = scans(&world, &mapping, async |customers| {
            Ok(customers.count(&one).await?)
        })
        .await?;
        assert_eq!((count, asking.whole, asking.keys), (1, 0, 1));
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn words_and_numbers_are_found_by_the_hosts_indexes() -> Outcome {
    let world = with_many().await?;
    world
        .run("UPDATE crm.client SET live = TRUE WHERE client_no <= 50")
        .await?;
    world.run("VACUUM ANALYZE crm.client").await?;
    let mapping = by("client_no", KeyType::BigInt)?;
    let one = async |document: &str| {
        let selection = selection(document)?;
        scans(&world, &mapping, async |customers| {
            Ok(customers.count(&selection).await?)
        })
        .await
    };
    for document in [
        r#"{"segment": "g7"}"#,
        r#"{"segment": {"$in": ["g7", "g5001"]}}"#,
    ] {
        let (scans, count) = one(document).await?;
        assert_eq!((count, scans.whole), (1, 0), "{document}");
        assert!(scans.grades > 0, "{document}");
    }
    for document in [
        r#"{"annual_income": 7}"#,
        r#"{"annual_income": {"$gt": 6, "$lte": 7}}"#,
    ] {
        let (scans, count) = one(document).await?;
        assert_eq!((count, scans.whole), (1, 0), "{document}");
        assert!(scans.incomes > 0, "{document}");
    }
    let customers = world.customers(&mapping).await?;
    let plan = customers
        .explain(&selection(r#"{"segment": "g7"}"#)?)
        .await?
        .join("\n");
    assert!(plan.contains("client_grade"), "{plan}");
    Ok(())
}

/// Those who were selected are found by their keys; the ids of others are made of every row, unless the host has an index
/// over them, which then serves for paging too.
#[tokio::test(flavor = "multi_thread")]
async fn kept_texts_are_got_by_the_hosts_index() -> Outcome {
    let world = with_many().await?;
    world.run("UPDATE crm.client SET live = TRUE").await?;
    world.run("VACUUM ANALYZE crm.client").await?;
    let mapping = by("code", KeyType::Text)?;
    let some = selection(r#"{"segment": "g7"}"#)?;
    let (_, ids) = scans(&world, &mapping, async |customers| {
        Ok(customers.select(&some, None, 100).await?)
    })
    .await?;
    assert_eq!(ids.len(), 10);
    let (getting, found) = scans(&world, &mapping, async |customers| {
        Ok(customers.get_many(&ids).await?)
    })
    .await?;
    assert_eq!((found.len(), getting.whole), (10, 0));
    assert!(getting.codes > 0);
    let unknown: Vec<_> = mapping.customer_id("C-9").into_iter().collect();
    let (getting, found) = scans(&world, &mapping, async |customers| {
        Ok(customers.get_many(&unknown).await?)
    })
    .await?;
    assert_eq!(found.len(), 1);
    assert!(getting.whole > 0, "every row's id is made");

    world.run("CREATE INDEX client_id ON crm.client (offerkit.customer_id_of_text('crm.client', code))").await?;
    world.run("VACUUM ANALYZE crm.client").await?;
    let everyone = selection(r#"{"$everyone": true}"#)?;
    let (getting, found) = scans(&world, &mapping, async |customers| {
        let page = customers
            .select(&everyone, unknown.first().copied(), 100)
            .await?;
        Ok((customers.get_many(&unknown).await?, page))
    })
    .await?;
    assert_eq!((found.0.len(), found.1.len(), getting.whole), (1, 100, 0));
    Ok(())
}
