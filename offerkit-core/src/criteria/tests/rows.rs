//! Random customers: few values of each field, many of them hostile, some absent, some of another type than declared.

use std::sync::LazyLock;

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::{Catalog, catalog};
use crate::domain::customer::{Customer, CustomerParts};

pub(super) static CATALOG: LazyLock<Catalog> = LazyLock::new(catalog);

/// A customer as one JSON object of typed values.
pub(super) type Row = Map<String, Value>;

pub(super) const UUIDS: [&str; 3] = [
    "018f4a2c-0000-7000-8000-000000000001",
    "018f4a2c-0000-7000-8000-000000000002",
    "ffffffff-ffff-7fff-bfff-ffffffffffff",
];

/// Texts that back ends are known to disagree on.
pub(super) const HOSTILE: [&str; 18] = [
    "premium",
    "PREMIUM",
    "x",
    "É",
    "E\u{301}",
    "é",
    "İ",
    "ß",
    "ſ",
    "K",
    "Σ",
    "ς",
    "50%_off",
    "back\\slash",
    "O'Brien",
    "\u{d7ff}",
    "\u{e000}",
    "\u{10ffff}",
];

pub(super) const FIELDS: [&str; 28] = [
    "id",
    "full_name",
    "email",
    "phone",
    "dob",
    "gender",
    "kyc_status",
    "segment",
    "occupation",
    "annual_income",
    "credit_score",
    "state",
    "city",
    "pin_code",
    "marital_status",
    "account_age_months",
    "preferred_language",
    "is_active",
    "created_at",
    "a.text",
    "a.enum",
    "a.int",
    "a.decimal",
    "a.bool",
    "a.date",
    "a.timestamp",
    "a.uuid",
    "a.set",
];

pub(super) fn value_of(field: &'static str) -> BoxedStrategy<Value> {
    let values = match field {
        "id" | "a.uuid" => UUIDS.map(Value::from).to_vec(),
        "dob" | "a.date" => [
            "1992-02-29",
            "1992-03-01",
            "2008-01-31",
            "2008-02-01",
            "2026-01-31",
            "2026-02-01",
            "2025-12-31",
            "0001-01-01",
            "9999-12-31",
        ]
        .map(Value::from)
        .to_vec(),
        "gender" => vec![json!("male"), json!("female"), json!("other")],
        "kyc_status" => vec![json!("verified"), json!("pending")],
        "marital_status" => vec![json!("single"), json!("married")],
        "credit_score" | "account_age_months" => {
            vec![json!(i32::MIN), json!(-1), json!(0), json!(i32::MAX)]
        }
        "a.int" => vec![
            json!(9_007_199_254_740_993_i64),
            json!(9_007_199_254_740_992_i64),
            json!(9_007_199_254_740_991_i64),
            json!(i64::MIN),
            json!(i64::MAX),
        ],
        "annual_income" => vec![json!(0), json!(0.5), json!(-12.25)],
        "a.decimal" => vec![json!(0), json!(0.1), json!(-9999.99), json!(9999.99)],
        "is_active" | "a.bool" => vec![json!(true), json!(false)],
        "created_at" | "a.timestamp" => [
            "2026-01-31T04:00:00.500000Z",
            "2026-01-31T04:00:00.000000Z",
            "2026-01-31T03:59:59.999999Z",
            "2026-01-30T04:00:00.000000Z",
            "2026-02-01T04:00:00.000001Z",
            "0001-01-01T00:00:00.000000Z",
        ]
        .map(Value::from)
        .to_vec(),
        "a.enum" => vec![json!("gold"), json!("silver")],
        // An address has one shape.
        "email" => vec![json!("asha@example.in"), json!("o'brien@example.com")],
        _ => HOSTILE.map(Value::from).to_vec(),
    };
    prop::sample::select(values).boxed()
}

pub(super) fn row() -> impl Strategy<Value = Row> {
    let fields = FIELDS.into_iter().map(|field| {
        let odd = vec![
            json!([1]),
            json!({}),
            Value::Null,
            json!("?"),
            json!(0.125),
            json!([["x"]]),
        ];
        let sets = vec![
            Value::Null,
            json!([]),
            json!(["x"]),
            json!(["x", 1]),
            json!(["x", null]),
            json!(["x", "ß", "x"]),
            json!(["PREMIUM", "ß", "É"]),
            json!("x"),
        ];
        let value = match field {
            "id" | "full_name" | "is_active" | "created_at" => value_of(field),
            "a.set" => prop::sample::select(sets).boxed(),
            _ if field.starts_with("a.") => {
                prop_oneof![4 => value_of(field), 1 => prop::sample::select(odd)].boxed()
            }
            _ => prop_oneof![4 => value_of(field), 1 => Just(Value::Null)].boxed(),
        };
        value
            .prop_map(move |value| (field.to_owned(), value))
            .boxed()
    });
    fields
        .collect::<Vec<_>>()
        .prop_map(|fields| fields.into_iter().collect())
}

pub(super) fn customer(row: &Row) -> Customer {
    let mut columns = Map::new();
    let mut attributes = Map::new();
    for (name, value) in row {
        if name.starts_with("a.") {
            attributes.insert(name.clone(), value.clone());
        } else if name == "annual_income" && !value.is_null() {
            columns.insert(name.clone(), json!(value.to_string()));
        } else {
            columns.insert(name.clone(), value.clone());
        }
    }
    columns.insert("attributes".into(), Value::Object(attributes));
    let parts: CustomerParts<'static> = serde_json::from_value(Value::Object(columns)).unwrap();
    Customer::from_parts(parts).unwrap()
}
