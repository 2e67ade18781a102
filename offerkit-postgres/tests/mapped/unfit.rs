//! What keeps a mapping from being read is told at once, with what to do.

use offerkit_core::{
    domain::{Customer, customer::Column},
    ports::CustomerSource as _,
};
use offerkit_postgres::{CustomerMapping, CustomersError, KeyType};

use crate::world::{Outcome, World, selection};

const HOST: &str = r#"
    CREATE SCHEMA "Other ""Bank";
    CREATE COLLATION crm.any_case (provider = icu, locale = 'und-u-ks-level2', deterministic = FALSE);
    CREATE DOMAIN crm.money_like AS DOUBLE PRECISION;
    CREATE TABLE "Other ""Bank"."Käufer" (
        no CHAR(8), name TEXT COLLATE crm.any_case, born TIMESTAMP, income crm.money_like, score TEXT,
        since TIMESTAMP, live INTEGER, extra JSON, seen TIME);
"#;

fn mapping() -> Outcome<CustomerMapping> {
    Ok(CustomerMapping::builder("Other \"Bank", "Käufer")
        .key("no", KeyType::Text)
        .column(Column::FullName, "name")
        .column(Column::Dob, "born")
        .column(Column::AnnualIncome, "income")
        .column(Column::CreditScore, "score")
        .column(Column::CreatedAt, "since")
        .column(Column::IsActive, "live")
        .column(Column::City, "town")
        .attribute("seen", "seen")
        .attributes("extra", ["tier", "points"])
        .build()?)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_problem_is_named_at_once_with_its_remedy() -> Outcome {
    let world = World::new().await?;
    world.run(HOST).await?;
    let Err(CustomersError::Unfit(problems)) = world.store.customers_of(&mapping()?).await else {
        return Err("the mapping fits".into());
    };
    let shown: Vec<String> = problems.iter().map(ToString::to_string).collect();
    let of = "of `Other \"Bank.Käufer`";
    let is = |column: &str, is: &str, field: &str, remedy: &str| {
        format!("the column `{column}` {of} is `{is}`, from which `{field}` is not read; {remedy}")
    };
    let right = |statement: &str| {
        format!("the role may not read the customers; have the owner run `{statement}`")
    };
    assert_eq!(
        shown,
        [
            right("GRANT USAGE ON SCHEMA \"Other \"\"Bank\" TO \"offerkit_app\""),
            right("GRANT SELECT ON \"Other \"\"Bank\".\"Käufer\" TO \"offerkit_app\""),
            is(
                "no",
                "character(8)",
                "key",
                "cast it to `text` or `varchar` in a view, since `char` knows no white space at its end"
            ),
            format!(
                "the column `name` {of} has the nondeterministic collation `any_case`, under which different texts are \
                 equal; give it another in a view, such as `COLLATE \"C\"`"
            ),
            is(
                "born",
                "timestamp without time zone",
                "dob",
                "say in a view in which time zone it is, such as `AT TIME ZONE 'UTC'`, and make it `date`"
            ),
            is(
                "income",
                "crm.money_like",
                "annual_income",
                "cast it to `numeric` in a view, so that it is seen how it is rounded"
            ),
            is(
                "score",
                "text",
                "credit_score",
                "cast it to `integer` or `bigint` in a view"
            ),
            "`Other \"Bank.Käufer` has no column `town`".to_owned(),
            is(
                "live",
                "integer",
                "is_active",
                "cast it to `boolean` in a view"
            ),
            is(
                "since",
                "timestamp without time zone",
                "created_at",
                "say in a view in which time zone it is, such as `AT TIME ZONE 'UTC'`, and make it `timestamptz`"
            ),
            is(
                "extra",
                "json",
                "attributes",
                "cast it to `jsonb` in a view"
            ),
            is(
                "seen",
                "time without time zone",
                "seen",
                "cast it to `text`, `bigint`, `numeric`, `boolean`, `date`, `timestamptz`, `uuid`, `text[]` or `jsonb` \
                 in a view"
            ),
        ]
    );
    Ok(())
}

/// What was asked for is enough.
#[tokio::test(flavor = "multi_thread")]
async fn a_view_and_the_grants_are_remedies() -> Outcome {
    let world = World::new().await?;
    world.run(HOST).await?;
    world
        .run(
            r#"
        INSERT INTO "Other ""Bank"."Käufer" VALUES ('A-1  ', 'Asha Rao', '1990-05-05', 12.5, '700', '2024-01-01', 1,
            '{"tier": "gold"}', '10:00');
        CREATE VIEW crm.buyer AS SELECT no::TEXT AS no, name COLLATE "C" AS name, born::DATE AS born,
            income::NUMERIC AS income, score::INTEGER AS score, since AT TIME ZONE 'Asia/Kolkata' AS since, live = 1 AS live,
            extra::JSONB AS extra, seen::TEXT AS seen, 'Pune'::TEXT AS town FROM "Other ""Bank"."Käufer";
        "#,
        )
        .await?;
    let mapping = CustomerMapping::builder("crm", "buyer")
        .key("no", KeyType::Text)
        .column(Column::FullName, "name")
        .column(Column::Dob, "born")
        .column(Column::AnnualIncome, "income")
        .column(Column::CreditScore, "score")
        .column(Column::CreatedAt, "since")
        .column(Column::IsActive, "live")
        .column(Column::City, "town")
        .attribute("seen", "seen")
        .attributes("extra", ["tier", "points"])
        .build()?;
    let Err(CustomersError::Unfit(problems)) = world.store.customers_of(&mapping).await else {
        return Err("nobody was granted anything".into());
    };
    let shown = problems.iter().map(ToString::to_string).collect::<String>();
    let statement = shown.split('`').nth(1).unwrap_or_default();
    assert_eq!(
        statement,
        "GRANT SELECT ON \"crm\".\"buyer\" TO \"offerkit_app\""
    );
    world.run(statement).await?;
    let customers = world.customers(&mapping).await?;
    let found = customers
        .sample(&selection(r#"{"city": "Pune"}"#)?, 5)
        .await?;
    let [asha] = &found[..] else {
        return Err(format!("{} found", found.len()).into());
    };
    assert_eq!(mapping.customer_id("A-1"), Some(asha.id()));
    assert_eq!(
        (asha.full_name(), asha.credit_score()),
        ("Asha Rao", Some(700))
    );
    assert_eq!(asha.created_at().to_string(), "2023-12-31T18:30:00.000000Z");
    let tier = asha.attribute("tier").and_then(|it| it.as_str());
    let seen = asha.attribute("seen").and_then(|it| it.as_str());
    assert_eq!(
        (tier, seen, asha.attributes().len()),
        (Some("gold"), Some("10:00:00"), 2)
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_relation_that_is_not_there_is_named() -> Outcome {
    let world = World::new().await?;
    let mapping = CustomerMapping::builder("crm", "Client").key("no", KeyType::BigInt);
    let mapping = mapping.column(Column::FullName, "name").build()?;
    let error = world.store.customers_of(&mapping).await.err();
    let shown = error.map(|it| it.to_string()).unwrap_or_default();
    assert_eq!(
        shown,
        "the customers cannot be read: there is no table, view or foreign table `crm.Client` in the database; names are \
         written as the catalog has them, in small letters unless they were quoted"
    );
    Ok(())
}

/// A column is granted by itself, too.
#[tokio::test(flavor = "multi_thread")]
async fn only_what_is_mapped_has_to_be_granted() -> Outcome {
    let world = World::new().await?;
    world
        .run(
            "CREATE TABLE crm.person (no INTEGER, name TEXT, salary NUMERIC);
            INSERT INTO crm.person VALUES (1, 'Asha Rao', 1), (2, '  ', 2), (NULL, 'Ben', 3);
            GRANT SELECT (no, name) ON crm.person TO offerkit_app;",
        )
        .await?;
    let mapping = CustomerMapping::builder("crm", "person").key("no", KeyType::BigInt);
    let mapping = mapping.column(Column::FullName, "name").build()?;
    let customers = world.customers(&mapping).await?;
    let active =
        selection(r#"{"is_active": true, "created_at": "1970-01-01T00:00:00Z", "city": null}"#)?;
    assert_eq!(customers.count(&active).await?, 1);
    assert_eq!(customers.left_out().await?, 2, "without a key or a name");
    let found = customers.sample(&active, 5).await?;
    assert_eq!(found.first().map(Customer::full_name), Some("Asha Rao"));
    Ok(())
}
