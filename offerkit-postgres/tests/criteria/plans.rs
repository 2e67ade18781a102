//! Which index serves which leaf: planned with the values, and without them.

use offerkit_core::criteria::{FieldDefinition, FieldType};
use offerkit_postgres::{CriteriaSql, SchemaName, index_advice, index_for};
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection, Row as _};

use crate::world::{Outcome, World, catalog, compile, selection};

/// Enough for an index to be worth while.
const CUSTOMERS: &str = "INSERT INTO offerkit.customers (id, full_name, email, dob, segment, annual_income, credit_score,
        created_at, attributes)
    SELECT md5('customer ' || i)::UUID, md5('name ' || i), i || '@example.com', DATE '1930-01-01' + i,
        'segment ' || i % 2000, i, i, TIMESTAMPTZ '2026-01-31 04:00:00Z' - i * INTERVAL '1 hour',
        jsonb_build_object('a.text', md5('text ' || i), 'a.int', i, 'a.decimal', (i % 10000) / 4.0,
            'a.enum', CASE WHEN i % 2000 = 0 THEN 'gold' ELSE 'silver' END, 'a.bool', i % 2000 = 0,
            'a.date', (DATE '1930-01-01' + i)::TEXT, 'a.uuid', md5('uuid ' || i)::UUID,
            'a.timestamp', to_char(TIMESTAMP '2026-01-31 04:00:00' - i * INTERVAL '1 hour',
                'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"'),
            'a.set', jsonb_build_array('one ' || i % 2000, 'two ' || i % 3000))
    FROM generate_series(1, 30000) AS i";

/// A document, and the index that finds its customers.
const SERVED: [(&str, &str); 27] = [
    (
        r#"{"id": "018f4a2c-0000-7000-8000-000000000001"}"#,
        "customers_pkey",
    ),
    (r#"{"email": "7@example.com"}"#, "customers_email_key"),
    (
        r#"{"email": {"$in": ["7@example.com", "8@example.com"]}}"#,
        "customers_email_key",
    ),
    (
        r#"{"email": {"$starts_with": "77@"}}"#,
        "customers_email_key",
    ),
    (r#"{"segment": "segment 7"}"#, "customers_column_segment"),
    (
        r#"{"segment": {"$in": ["segment 7", "segment 8"]}}"#,
        "customers_column_segment",
    ),
    (
        r#"{"segment": {"$starts_with": "segment 77"}}"#,
        "customers_column_segment",
    ),
    (
        r#"{"segment": {"$gt": "segment 9999"}}"#,
        "customers_column_segment",
    ),
    (r#"{"segment": null}"#, "customers_column_segment"),
    (r#"{"credit_score": 7}"#, "customers_column_credit_score"),
    (
        r#"{"credit_score": {"$gt": 29900}}"#,
        "customers_column_credit_score",
    ),
    (
        r#"{"credit_score": {"$between": [7, 77]}}"#,
        "customers_column_credit_score",
    ),
    (
        r#"{"annual_income": {"$lte": 77.5}}"#,
        "customers_column_annual_income",
    ),
    (r#"{"dob": {"$age": {"$gte": 96}}}"#, "customers_column_dob"),
    (r#"{"dob": {"$age": 95}}"#, "customers_column_dob"),
    (
        r#"{"created_at": {"$within_last": {"days": 2}}}"#,
        "customers_column_created_at",
    ),
    (r#"{"a.enum": "gold"}"#, "customers_attributes"),
    (r#"{"a.int": 7}"#, "customers_attributes"),
    (r#"{"a.int": {"$in": [7, 8, 9]}}"#, "customers_attributes"),
    (r#"{"a.set": {"$has": "one 7"}}"#, "customers_attributes"),
    (
        r#"{"a.set": {"$has_any": ["one 7", "two 8"]}}"#,
        "customers_attributes",
    ),
    (
        r#"{"a.set": {"$has_all": ["one 7", "two 7"]}}"#,
        "customers_attributes",
    ),
    (r#"{"a.int": {"$gt": 29900}}"#, "customers_attribute_a.int"),
    (
        r#"{"a.decimal": {"$lt": 7.5}}"#,
        "customers_attribute_a.decimal",
    ),
    (
        r#"{"a.date": {"$age": {"$gte": 96}}}"#,
        "customers_attribute_a.date",
    ),
    (
        r#"{"a.timestamp": {"$within_last": {"days": 2}}}"#,
        "customers_attribute_a.timestamp",
    ),
    (
        r#"{"a.text": {"$starts_with": "77a"}}"#,
        "customers_attribute_a.text",
    ),
];

/// The plan, made with the values or for any values.
async fn plan(connection: &mut PgConnection, document: &str, mode: &str) -> Outcome<String> {
    let sql = CriteriaSql::new(&selection(compile(document)?)?, &SchemaName::default());
    let types: Vec<_> = sql
        .binds()
        .iter()
        .map(|bind| bind.sql_type().to_owned())
        .collect();
    let values = sql.binds().iter();
    let values: Vec<_> = values
        .map(|bind| format!("'{}'", bind.value().replace('\'', "''")))
        .collect();
    let setting = format!(
        "SET LOCAL plan_cache_mode = {mode}; SET LOCAL enable_seqscan = {}",
        mode == "force_custom_plan"
    );
    let listed = |items: Vec<String>| {
        if items.is_empty() {
            String::new()
        } else {
            format!("({})", items.join(", "))
        }
    };
    let prepare = format!("PREPARE asked {} AS {}", listed(types), sql.statement());
    let explain = format!("EXPLAIN EXECUTE asked {}", listed(values));
    let mut transaction = connection.begin().await?;
    for statement in [setting, prepare] {
        transaction.execute(AssertSqlSafe(statement)).await?;
    }
    let lines = sqlx::raw_sql(AssertSqlSafe(explain))
        .fetch_all(&mut *transaction)
        .await?;
    sqlx::raw_sql("DEALLOCATE asked")
        .execute(&mut *transaction)
        .await?;
    transaction.rollback().await?;
    let lines: Vec<String> = lines.iter().map(|line| line.get(0)).collect();
    Ok(lines.join("\n"))
}

/// Without the values PostgreSQL guesses how many customers a range holds, so that it may prefer to read the table; what is
/// shown then is that the index could be used, which a cast of the column or a value of another type would forbid.
#[tokio::test]
async fn indexes_serve_what_they_promise() -> Outcome {
    let world = World::new().await?;
    world.run(CUSTOMERS).await?;
    let catalog = catalog()?;
    let schema = SchemaName::default();
    let mut connection = world.beside().await?;
    for field in catalog.fields() {
        if let Some(statement) = index_for(field, &schema) {
            connection.execute(AssertSqlSafe(statement)).await?;
        }
    }
    connection
        .execute("VACUUM ANALYZE offerkit.customers")
        .await?;
    let mut failures = Vec::new();
    for (document, index) in SERVED {
        for mode in ["force_custom_plan", "force_generic_plan"] {
            let plan = plan(&mut connection, document, mode).await?;
            let names = [format!(" {index} "), format!("\"{index}\"")];
            let is_named = plan.lines().any(|line| {
                let line = format!("{line} ");
                names.iter().any(|name| line.contains(name))
            });
            if !is_named || !plan.contains("Index Cond") {
                failures.push(format!("{document} with {mode}:\n{plan}"));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
    Ok(())
}

#[tokio::test]
async fn what_a_customer_received_is_found_by_the_customer() -> Outcome {
    let world = World::new().await?;
    let document =
        r#"{"id": "018f4a2c-0000-7000-8000-000000000001", "$received": {"status": "sent"}}"#;
    let plan = world.store.explain(&selection(compile(document)?)?).await?;
    let plan = plan.join("\n");
    assert!(plan.contains("campaign_customers_"), "{plan}");
    assert!(!plan.contains("Seq Scan on campaign_customers"), "{plan}");
    Ok(())
}

/// The statements are run as they are given, twice.
#[tokio::test]
async fn advice_is_followed_once() -> Outcome {
    let world = World::new().await?;
    let visits = FieldDefinition::attribute("visits", FieldType::Int)?;
    let catalog = catalog()?.with_attribute(visits.indexed())?;
    let mut connection = world.beside().await?;
    for _ in 0..2 {
        for statement in index_advice(&catalog, &SchemaName::default()) {
            connection.execute(AssertSqlSafe(statement)).await?;
        }
    }
    let found = sqlx::query(
        "SELECT count(*) FROM pg_indexes WHERE schemaname = 'offerkit' AND indexname = 'customers_attribute_visits'",
    );
    assert_eq!(found.fetch_one(&mut connection).await?.get::<i64, _>(0), 1);
    Ok(())
}
