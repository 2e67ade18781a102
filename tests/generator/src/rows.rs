//! Random customers: few values of each field, many of them hostile, some absent, some of another type than declared.

use proptest::prelude::*;
use serde_json::{Map, Value, json};

/// A customer as one JSON object of typed values.
pub type Row = Map<String, Value>;

/// The ids of customers, and the values of the attribute that holds one.
pub const UUIDS: [&str; 3] = [
    "018f4a2c-0000-7000-8000-000000000001",
    "018f4a2c-0000-7000-8000-000000000002",
    "ffffffff-ffff-7fff-bfff-ffffffffffff",
];

/// Texts that back ends are known to disagree on.
pub const HOSTILE: [&str; 20] = [
    "premium",
    "PREMIUM",
    "p\u{10ffff}x",
    "q",
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

/// The fields that documents ask for. Those that begin with `a.` are attributes, of each kind.
pub const FIELDS: [&str; 28] = [
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

/// The type of a field's values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Text.
    Text,
    /// `gold` or `silver`, or the built-in values.
    Enum,
    /// A whole number.
    Int,
    /// An exact number; of the attribute, with six digits, two of them behind the point.
    Decimal,
    /// True or false.
    Bool,
    /// A day.
    Date,
    /// A moment.
    Timestamp,
    /// A set of texts.
    Set,
    /// A UUID.
    Uuid,
}

/// The type of one of [`FIELDS`].
#[must_use]
pub fn kind(field: &str) -> Kind {
    match field {
        "id" | "a.uuid" => Kind::Uuid,
        "dob" | "a.date" => Kind::Date,
        "gender" | "kyc_status" | "marital_status" | "a.enum" => Kind::Enum,
        "annual_income" | "a.decimal" => Kind::Decimal,
        "credit_score" | "account_age_months" | "a.int" => Kind::Int,
        "is_active" | "a.bool" => Kind::Bool,
        "created_at" | "a.timestamp" => Kind::Timestamp,
        "a.set" => Kind::Set,
        _ => Kind::Text,
    }
}

/// One of the few values that documents and rows have for a field.
pub fn value_of(field: &'static str) -> BoxedStrategy<Value> {
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

/// A customer's values, some of them absent and some attributes of another type than their field.
pub fn row() -> impl Strategy<Value = Row> {
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

/// The row as the JSON form of a customer.
#[must_use]
pub fn customer_of(row: &Row) -> Value {
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
    Value::Object(columns)
}
