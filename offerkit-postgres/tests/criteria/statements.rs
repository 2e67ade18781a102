//! The statements, leaf by leaf, and that nothing of a document but its fields' names stands in them.

use offerkit_generator::document;
use offerkit_postgres::{CriteriaSql, SchemaName};
use proptest::prelude::*;
use serde_json::Value;

use crate::world::{Outcome, compile, selection};

const BEFORE: &str =
    r#"SELECT c."id" AS id FROM "offerkit".customers AS c WHERE c."is_active" AND "#;

fn sql(document: &str) -> Outcome<CriteriaSql> {
    let selection = selection(compile(document)?)?;
    Ok(CriteriaSql::new(&selection, &SchemaName::default()))
}

/// The condition of a document, and its values with their types.
fn condition(document: &str) -> Outcome<(String, String)> {
    let sql = sql(document)?;
    let condition = sql.statement().strip_prefix(BEFORE);
    let condition = condition.ok_or("another statement")?.to_owned();
    let binds = sql.binds().iter();
    let binds: Vec<_> = binds
        .map(|bind| format!("{}::{}", bind.value(), bind.sql_type()))
        .collect();
    Ok((condition, binds.join(" ")))
}

/// Each document with its condition, the condition of its negation, and the values.
fn assert_conditions(cases: &[(&str, &str, &str, &str)]) -> Outcome {
    for (document, positive, negated, binds) in cases {
        let expected = |text: &str| (text.to_owned(), (*binds).to_owned());
        assert_eq!(condition(document)?, expected(positive), "{document}");
        let negation = format!(r#"{{"$not": {document}}}"#);
        assert_eq!(condition(&negation)?, expected(negated), "{negation}");
    }
    Ok(())
}

#[test]
fn columns_are_compared_as_they_are() -> Outcome {
    assert_conditions(&[
        (
            r#"{"city": "Pune"}"#,
            r#"c."city" = $1"#,
            r#"c."city" IS DISTINCT FROM $1"#,
            "Pune::text",
        ),
        (
            r#"{"full_name": "Asha"}"#,
            r#"c."full_name" = $1"#,
            r#"c."full_name" <> $1"#,
            "Asha::text",
        ),
        (
            r#"{"is_active": true}"#,
            r#"c."is_active""#,
            r#"NOT c."is_active""#,
            "",
        ),
        (
            r#"{"is_active": false}"#,
            r#"NOT c."is_active""#,
            r#"c."is_active""#,
            "",
        ),
        (
            r#"{"city": {"$in": ["Pune", "Agra"]}}"#,
            r#"c."city" = ANY ($1)"#,
            r#"(c."city" IS NULL OR c."city" <> ALL ($1))"#,
            r#"{"Agra","Pune"}::text[]"#,
        ),
        (
            r#"{"credit_score": {"$gt": 700}}"#,
            r#"c."credit_score" > $1"#,
            r#"(c."credit_score" IS NULL OR c."credit_score" <= $1)"#,
            "700::int8",
        ),
        (
            r#"{"annual_income": {"$lte": 0.50}}"#,
            r#"c."annual_income" <= $1"#,
            r#"(c."annual_income" IS NULL OR c."annual_income" > $1)"#,
            "0.5::numeric",
        ),
        (
            r#"{"city": {"$exists": true}}"#,
            r#"c."city" IS NOT NULL"#,
            r#"c."city" IS NULL"#,
            "",
        ),
        (r#"{"full_name": {"$exists": true}}"#, "TRUE", "FALSE", ""),
        (
            r#"{"city": {"$starts_with": "Pu"}}"#,
            r#"(c."city" >= $1 AND c."city" < $2)"#,
            r#"(c."city" IS NULL OR c."city" < $1 OR c."city" >= $2)"#,
            "Pu::text Pv::text",
        ),
        (
            r#"{"city": {"$contains": "un"}}"#,
            r#"strpos(c."city", $1) > 0"#,
            r#"(c."city" IS NULL OR strpos(c."city", $1) = 0)"#,
            "un::text",
        ),
        (
            r#"{"city": {"$ends_with": "ne"}}"#,
            r#"(right(c."city", length($1)) = $2)"#,
            r#"(right(c."city", length($1)) = $2) IS NOT TRUE"#,
            "ne::text ne::text",
        ),
        (
            r#"{"city": {"$ieq": "PUNE"}}"#,
            r#"(lower(c."city") = $1)"#,
            r#"(lower(c."city") = $1) IS NOT TRUE"#,
            "pune::text",
        ),
        (
            r#"{"id": "018f4a2c-0000-7000-8000-000000000001"}"#,
            r#"c."id" = $1"#,
            r#"c."id" <> $1"#,
            "018f4a2c-0000-7000-8000-000000000001::uuid",
        ),
    ])
}

#[test]
fn times_are_bounds() -> Outcome {
    assert_conditions(&[
        (
            r#"{"dob": {"$age": {"$gte": 18}}}"#,
            r#"c."dob" <= $1"#,
            r#"(c."dob" IS NULL OR c."dob" > $1)"#,
            "2008-01-31::date",
        ),
        (
            r#"{"dob": {"$age": 18}}"#,
            r#"(c."dob" > $1 AND c."dob" <= $2)"#,
            r#"(c."dob" IS NULL OR c."dob" <= $1 OR c."dob" > $2)"#,
            "2007-01-31::date 2008-01-31::date",
        ),
        (
            r#"{"created_at": {"$within_last": {"days": 1}}}"#,
            r#"(c."created_at" >= $1 AND c."created_at" <= $2)"#,
            r#"(c."created_at" < $1 OR c."created_at" > $2)"#,
            "2026-01-30T04:00:00.000000Z::timestamptz 2026-01-31T04:00:00.000000Z::timestamptz",
        ),
        (
            r#"{"created_at": {"$older_than": {"days": 1}}}"#,
            r#"c."created_at" < $1"#,
            r#"c."created_at" >= $1"#,
            "2026-01-30T04:00:00.000000Z::timestamptz",
        ),
        (
            r#"{"dob": {"$anniversary_within": {"days": 1}}}"#,
            r#"((extract(month FROM c."dob") * 100 + extract(day FROM c."dob"))::BIGINT = ANY ($1))"#,
            r#"((extract(month FROM c."dob") * 100 + extract(day FROM c."dob"))::BIGINT = ANY ($1)) IS NOT TRUE"#,
            r#"{"131","201"}::int8[]"#,
        ),
    ])
}

#[test]
fn attributes_are_contained_or_guarded() -> Outcome {
    let number = "(CASE jsonb_typeof(c.\"attributes\" -> 'a.int') WHEN 'number' THEN CASE WHEN (c.\"attributes\" -> 'a.int')::NUMERIC % 1 = 0 AND (c.\"attributes\" -> 'a.int')::NUMERIC BETWEEN -9223372036854775808 AND 9223372036854775807 THEN (c.\"attributes\" -> 'a.int')::BIGINT END END)";
    let is_set = r#"(jsonb_typeof(c."attributes" -> 'a.set') = 'array' AND NOT jsonb_path_exists((c."attributes" -> 'a.set'), 'strict $[*] ? (@.type() != "string")', '{}', TRUE))"#;
    assert_conditions(&[
        (
            r#"{"a.enum": "gold"}"#,
            r#"c."attributes" @> $1"#,
            r#"NOT (c."attributes" @> $1)"#,
            r#"{"a.enum":"gold"}::jsonb"#,
        ),
        (
            r#"{"a.int": {"$in": [7e2, 1]}}"#,
            r#"c."attributes" @> ANY ($1)"#,
            r#"NOT (c."attributes" @> ANY ($1))"#,
            r#"{"{\"a.int\":1}","{\"a.int\":700}"}::jsonb[]"#,
        ),
        (
            r#"{"a.int": {"$gte": 700}}"#,
            &format!("({number} >= $1)"),
            &format!("({number} >= $1) IS NOT TRUE"),
            "700::int8",
        ),
        (
            r#"{"a.text": {"$exists": true}}"#,
            r#"jsonb_typeof(c."attributes" -> 'a.text') = 'string'"#,
            r#"jsonb_typeof(c."attributes" -> 'a.text') IS DISTINCT FROM 'string'"#,
            "",
        ),
        (
            r#"{"a.set": {"$has": "x"}}"#,
            &format!(r#"(c."attributes" @> $1 AND {is_set})"#),
            &format!(r#"(c."attributes" @> $1 AND {is_set}) IS NOT TRUE"#),
            r#"{"a.set":["x"]}::jsonb"#,
        ),
        (
            r#"{"a.set": {"$has_any": ["x", "y"]}}"#,
            &format!(r#"(c."attributes" @> ANY ($1) AND {is_set})"#),
            &format!(r#"(c."attributes" @> ANY ($1) AND {is_set}) IS NOT TRUE"#),
            r#"{"{\"a.set\":[\"x\"]}","{\"a.set\":[\"y\"]}"}::jsonb[]"#,
        ),
        (
            r#"{"a.set": {"$has_all": ["x", "y"]}}"#,
            &format!(r#"(c."attributes" @> $1 AND {is_set})"#),
            &format!(r#"(c."attributes" @> $1 AND {is_set}) IS NOT TRUE"#),
            r#"{"a.set":["x","y"]}::jsonb"#,
        ),
    ])
}

#[test]
fn clauses_ask_the_ledger_and_the_hash() -> Outcome {
    let deliveries = r#"FROM "offerkit".campaign_customers AS delivery
    JOIN "offerkit".audience_runs AS run ON run.number = delivery.run_number AND run.tenant_id = $1 WHERE delivery.tenant_number = (SELECT tenant.number FROM "offerkit".tenants AS tenant
    WHERE tenant.id = $2) AND delivery.customer_id = c."id" AND delivery.delivery_status::TEXT = ANY ($3)"#;
    let tenant = "018f4a2c-0000-7000-8000-00ff00000001::uuid";
    let binds = format!(r#"{tenant} {tenant} {{"sent"}}::text[]"#);
    let counted = format!("{binds} 2::int8");
    let bucket = r#"('x' || substr(md5($1 || c."id"::TEXT), 1, 8))::BIT(32)::BIGINT % 10000"#;
    assert_conditions(&[
        (
            r#"{"$received": {"status": "sent"}}"#,
            &format!("EXISTS (SELECT {deliveries})"),
            &format!("NOT EXISTS (SELECT {deliveries})"),
            &binds,
        ),
        (
            r#"{"$received": {"status": "sent", "at_least": 2}}"#,
            &format!("(SELECT count(*) {deliveries}) >= $4"),
            &format!("(SELECT count(*) {deliveries}) < $4"),
            &counted,
        ),
        (
            r#"{"$sample": {"percent": 12.5, "salt": "spring"}}"#,
            &format!("{bucket} < $2"),
            &format!("{bucket} >= $2"),
            "spring:::text 1250::int8",
        ),
        (r#"{"$everyone": true}"#, "TRUE", "FALSE", ""),
        (
            r#"{"city": "Pune", "$or": [{"credit_score": 1}, {"segment": "x"}]}"#,
            r#"((c."credit_score" = $1 OR c."segment" = $2) AND c."city" = $3)"#,
            r#"((c."credit_score" IS DISTINCT FROM $1 AND c."segment" IS DISTINCT FROM $2) OR c."city" IS DISTINCT FROM $3)"#,
            "1::int8 x::text Pune::text",
        ),
    ])
}

/// What texts of statements have anyway: words of the ledger, and the limits of whole numbers.
const ANYWAY: [&str; 3] = ["sent", "-9223372036854775808", "9223372036854775807"];

/// The literals of a document that are long enough not to stand in any statement by chance.
fn literals(value: &Value, found: &mut Vec<String>) {
    let text = match value {
        Value::Object(members) => {
            return members.values().for_each(|it| literals(it, found));
        }
        Value::Array(items) => return items.iter().for_each(|it| literals(it, found)),
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Null | Value::Bool(_) => return,
    };
    if (text.len() > 3 || !text.is_ascii()) && !ANYWAY.contains(&text.as_str()) {
        found.push(text);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(1_000) })]

    #[test]
    fn no_literal_of_a_document_stands_in_its_statement(document in document()) {
        let sql = sql(&document.to_string()).map_err(|error| TestCaseError::fail(error.to_string()))?;
        prop_assert!(sql.statement().is_ascii());
        let mut found = Vec::new();
        literals(&document, &mut found);
        for literal in found {
            prop_assert!(!sql.statement().contains(&literal), "{} in {}", literal, sql.statement());
        }
    }
}
