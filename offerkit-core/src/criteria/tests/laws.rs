use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::*;
use crate::domain::customer::{Column, Customer, CustomerParts};

const UUID: &str = "018f4a2c-0000-7000-8000-000000000001";
const OTHER_UUID: &str = "018f4a2c-0000-7000-8000-000000000002";

/// Texts that back ends are known to disagree on.
const TEXTS: [&str; 10] = [
    "premium",
    "É",
    "E\u{301}",
    "İ",
    "ß",
    "50%_off",
    "back\\slash",
    "O'Brien",
    "\u{d7ff}\u{e000}",
    "\u{10ffff}",
];

/// Few values of each field, so that they often meet.
fn value_of(field: &'static str) -> BoxedStrategy<Value> {
    let values = match field {
        "id" | "a.uuid" => vec![json!(UUID), json!(OTHER_UUID)],
        "dob" | "a.date" => vec![
            json!("1992-02-29"),
            json!("0001-01-01"),
            json!("9999-12-31"),
        ],
        "gender" => vec![json!("male"), json!("female"), json!("other")],
        "kyc_status" => vec![json!("verified"), json!("pending")],
        "marital_status" => vec![json!("single"), json!("married")],
        "credit_score" | "account_age_months" => vec![json!(-1), json!(0), json!(i32::MAX)],
        "a.int" => vec![
            json!(9_007_199_254_740_993_i64),
            json!(9_007_199_254_740_992_i64),
            json!(i64::MIN),
        ],
        "annual_income" => vec![json!(0), json!(0.5), json!(-12.25)],
        "a.decimal" => vec![json!(0), json!(0.1), json!(-9999.99)],
        "is_active" | "a.bool" => vec![json!(true), json!(false)],
        "created_at" | "a.timestamp" => {
            vec![
                json!("2026-01-31T04:00:00.500000Z"),
                json!("2026-01-31T04:00:00.500001Z"),
            ]
        }
        "a.enum" => vec![json!("gold"), json!("silver")],
        // An address has one shape.
        "email" => vec![json!("asha@example.in"), json!("o'brien@example.com")],
        _ => TEXTS.iter().map(|text| json!(text)).collect(),
    };
    prop::sample::select(values).boxed()
}

fn field_names() -> Vec<&'static str> {
    let columns = Column::ALL.iter().map(|column| column.as_str());
    let attributes = [
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
    columns
        .filter(|name| *name != "external_id")
        .chain(attributes)
        .collect()
}

fn member() -> impl Strategy<Value = (String, Value)> {
    prop::sample::select(field_names()).prop_flat_map(|field| {
        let exists = any::<bool>().prop_map(|present| json!({"$exists": present}));
        let condition = if field == "a.set" {
            exists.boxed()
        } else {
            prop_oneof![
                4 => value_of(field),
                2 => value_of(field).prop_map(|value| json!({"$eq": value})),
                1 => Just(Value::Null),
                1 => Just(json!({"$eq": null})),
                1 => exists,
                1 => (value_of(field), any::<bool>()).prop_map(|(v, b)| json!({"$exists": b, "$eq": v})),
                1 => any::<bool>().prop_map(|b| json!({"$exists": b, "$eq": null})),
            ]
            .boxed()
        };
        condition.prop_map(move |condition| (field.to_owned(), condition))
    })
}

fn document() -> impl Strategy<Value = Value> {
    let members =
        vec(member(), 1..4).prop_map(|members| members.into_iter().collect::<Map<_, _>>());
    (members, any::<bool>(), any::<bool>()).prop_map(|(mut members, everyone, versioned)| {
        if everyone {
            members.insert("$everyone".into(), json!(true));
        }
        if versioned {
            members.insert("$v".into(), json!(1));
        }
        Value::Object(members)
    })
}

/// A customer as one JSON object of typed values, of which some attributes have another type than declared.
fn row() -> impl Strategy<Value = Map<String, Value>> {
    let fields = field_names().into_iter().map(|field| {
        let odd = prop::sample::select(vec![
            json!([1]),
            json!({}),
            Value::Null,
            json!("x"),
            json!(0.125),
        ]);
        let sets = vec![Value::Null, json!([]), json!(["x"]), json!(["x", 1])];
        let value = match field {
            "id" | "full_name" | "is_active" | "created_at" => value_of(field),
            "a.set" => prop::sample::select(sets).boxed(),
            _ if field.starts_with("a.") => prop_oneof![3 => value_of(field), 1 => odd].boxed(),
            _ => prop_oneof![3 => value_of(field), 1 => Just(Value::Null)].boxed(),
        };
        value
            .prop_map(move |value| (field.to_owned(), value))
            .boxed()
    });
    fields
        .collect::<Vec<_>>()
        .prop_map(|fields| fields.into_iter().collect())
}

fn customer(row: &Map<String, Value>) -> Customer {
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

/// The meaning of the language, on JSON and without any of its machinery.
fn model(document: &Value, row: &Map<String, Value>) -> bool {
    let present = |name: &str| {
        let value = &row[name];
        let typed = match name {
            "a.int" => value.is_i64(),
            "a.decimal" => value.is_number() && *value != json!(0.125),
            "a.bool" => value.is_boolean(),
            "a.set" => value
                .as_array()
                .is_some_and(|items| items.iter().all(Value::is_string)),
            "a.date" | "a.timestamp" | "a.uuid" => value.is_string() && value != "x",
            "a.enum" | "a.text" => value.is_string(),
            _ => !value.is_null(),
        };
        typed.then_some(value)
    };
    let equals = |name: &str, wanted: &Value| present(name).unwrap_or(&Value::Null) == wanted;
    let mut conditions = document
        .as_object()
        .unwrap()
        .iter()
        .filter(|(name, _)| !name.starts_with('$'));
    conditions.all(|(name, condition)| {
        let Some(test) = condition.as_object() else {
            return equals(name, condition);
        };
        test.iter()
            .all(|(operator, operand)| match operator.as_str() {
                "$exists" => present(name).is_some() == operand.as_bool().unwrap(),
                _ => equals(name, operand),
            })
    })
}

fn moment() -> Moment {
    Moment::in_utc("2026-01-31T04:00:00Z".parse().unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn evaluation_is_what_the_language_says(document in document(), row in row()) {
        let selected = parse(&document.to_string()).matches(&customer(&row), &moment());
        prop_assert_eq!(selected, model(&document, &row), "{} on {:?}", document, row);
    }

    #[test]
    fn a_customer_is_selected_by_each_of_its_own_values(row in row()) {
        let customer = customer(&row);
        for name in field_names().into_iter().filter(|name| *name != "a.set") {
            let document = json!({name: row[name]});
            if let Ok(criteria) = Criteria::parse(&document.to_string(), &catalog()) {
                prop_assert!(criteria.matches(&customer, &moment()), "{}", document);
            }
        }
    }

    #[test]
    fn the_canonical_document_reads_as_the_same_criteria(document in document()) {
        let criteria = parse(&document.to_string());
        let again = parse(criteria.canonical_text());
        prop_assert_eq!(again.canonical_text(), criteria.canonical_text());
        prop_assert_eq!(again.digest(), criteria.digest());
        prop_assert_eq!(again, criteria);
    }

    #[test]
    fn arbitrary_bytes_are_read_or_refused(bytes in vec(any::<u8>(), 0..200)) {
        if let Err(errors) = Criteria::parse_bytes(&bytes, &catalog(), &Limits::default()) {
            prop_assert!(errors.first().is_some());
        }
    }

    #[test]
    fn refused_documents_say_where(
        members in btree_map("(\\$?[a-z_.]{0,8}|city|dob|\\$v|\\$eq|\u{1f600}~/)", any_json(), 0..6),
        cut in 0_usize..80,
        noise in "[{}\\[\\]\",:\\\\u0d8-9e.]{0,2}",
    ) {
        let mut text = Value::Object(members.into_iter().collect()).to_string();
        let cut = text.floor_char_boundary(cut);
        text.insert_str(cut, &noise);
        if let Err(errors) = Criteria::parse(&text, &catalog()) {
            prop_assert!(errors.first().is_some());
            for error in &errors {
                prop_assert!(error.span().of(&text).is_some(), "{}: {:?}", text, error);
                prop_assert!(error.pointer().is_empty() || error.pointer().starts_with('/'));
                prop_assert!(!error.message().is_empty());
            }
        }
    }
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        ".{0,6}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..3).prop_map(Value::from),
            btree_map("(\\$[a-z]{0,6}|\\$eq|\\$exists|.{0,3})", inner, 0..3)
                .prop_map(|map| json!(map)),
        ]
    })
}
