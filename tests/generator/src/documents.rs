//! Random documents that use all of the language, over few values, so that rows often meet them.

use std::cmp::Ordering;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::strategy::Union;
use serde_json::{Map, Value, json};

use crate::rows::{FIELDS, HOSTILE, Kind, kind, value_of};

/// The offers that are asked for.
pub const OFFERS: [&str; 2] = [
    "018f4a2c-0000-7000-8000-0000000000a1",
    "018f4a2c-0000-7000-8000-0000000000a2",
];
/// The campaigns that are asked for.
pub const CAMPAIGNS: [&str; 2] = [
    "018f4a2c-0000-7000-8000-0000000000c1",
    "018f4a2c-0000-7000-8000-0000000000c2",
];
/// The saved segments, by name, each at version 1.
pub const SEGMENTS: [(&str, &str); 3] = [
    (
        "premium",
        r#"{"segment": "premium", "a.set": {"$has": "x"}}"#,
    ),
    ("anybody", r#"{"$everyone": true}"#),
    (
        "nested",
        r#"{"$not": {"$segment": ["premium", "anybody@1"]}, "city": {"$ne": "É"}}"#,
    ),
];

/// A document with a few members, nested a few times.
pub fn document() -> impl Strategy<Value = Value> {
    // Made once: the closure is called for every document.
    let leaf = leaf();
    let condition = members(vec(leaf.clone(), 1..4)).prop_recursive(3, 16, 3, move |inner| {
        let group = (
            select(vec!["$and", "$or", "$nor"]),
            vec(inner.clone(), 1..4),
        );
        members(vec(
            prop_oneof![
                3 => group.prop_map(|(name, parts)| (name.to_owned(), json!(parts))),
                1 => inner.prop_map(|part| ("$not".to_owned(), part)),
                2 => leaf.clone(),
            ],
            1..3,
        ))
        .boxed()
    });
    (condition, any::<bool>()).prop_map(|(mut document, versioned)| {
        if let (true, Some(members)) = (versioned, document.as_object_mut()) {
            members.insert("$v".to_owned(), json!(1));
        }
        document
    })
}

fn select<T: Clone + std::fmt::Debug + 'static>(values: Vec<T>) -> impl Strategy<Value = T> {
    prop::sample::select(values)
}

/// One object of these members; of those with the same name, the last one.
fn members(list: impl Strategy<Value = Vec<(String, Value)>> + 'static) -> BoxedStrategy<Value> {
    list.prop_map(|members| Value::Object(members.into_iter().collect()))
        .boxed()
}

fn leaf() -> BoxedStrategy<(String, Value)> {
    let field = Union::new(FIELDS.map(|field| {
        condition(field)
            .prop_map(move |condition| (field.to_owned(), condition))
            .boxed()
    }));
    let percent = select(vec![json!(0.01), json!(50), json!(99.99), json!(100)]);
    let salt = select(vec!["spring", "ß"]);
    let sample =
        (percent, salt).prop_map(|(percent, salt)| json!({"percent": percent, "salt": salt}));
    let segments = select(vec![
        json!("premium"),
        json!(["nested@1", "premium@1"]),
        json!(["anybody"]),
    ]);
    prop_oneof![
        16 => field,
        1 => Just(("$everyone".to_owned(), json!(true))),
        1 => sample.prop_map(|sample| ("$sample".to_owned(), sample)),
        1 => segments.prop_map(|segments| ("$segment".to_owned(), segments)),
        2 => received().prop_map(|received| ("$received".to_owned(), received)),
    ]
    .boxed()
}

fn received() -> impl Strategy<Value = Value> {
    let part = prop_oneof![
        select(OFFERS.to_vec()).prop_map(|id| ("offer", json!(id))),
        Just(("offer", json!(OFFERS))),
        select(CAMPAIGNS.to_vec()).prop_map(|id| ("campaign", json!([id]))),
        select(vec![json!("sent"), json!(["failed", "delivered"])]).prop_map(|it| ("status", it)),
    ];
    let more = prop_oneof![
        Just(Vec::new()),
        (1_u32..4).prop_map(|n| vec![("at_least", json!(n))]),
        period(false).prop_map(|period| vec![("within_last", period)]),
    ];
    (vec(part, 1..3), more).prop_map(|(parts, more)| {
        let parts = parts.into_iter().chain(more);
        parts
            .map(|(name, value)| (name.to_owned(), value))
            .collect::<Map<_, _>>()
            .into()
    })
}

fn period(of_dates: bool) -> BoxedStrategy<Value> {
    let units = if of_dates {
        vec!["days", "weeks", "months", "years"]
    } else {
        vec!["minutes", "hours", "days", "weeks"]
    };
    let amount = select(vec![0_u32, 1, 2, 7, 12, 30, 100]);
    (select(units), amount)
        .prop_map(|(unit, amount)| json!({unit: amount}))
        .boxed()
}

/// What stands behind a field's name.
fn condition(field: &'static str) -> BoxedStrategy<Value> {
    let tests =
        vec(operation(field), 1..3).prop_map(|tests| Value::Object(tests.into_iter().collect()));
    if kind(field) == Kind::Set {
        return tests.boxed();
    }
    prop_oneof![2 => value_of(field), 1 => Just(Value::Null), 9 => tests].boxed()
}

/// An operator that the type has, with an operand.
fn operation(field: &'static str) -> BoxedStrategy<(String, Value)> {
    let of = |names: &[&'static str], operand: BoxedStrategy<Value>| {
        (select(names.to_vec()), operand)
            .prop_map(|(name, operand)| (name.to_owned(), operand))
            .boxed()
    };
    let value = || value_of(field);
    let or_null = prop_oneof![4 => value(), 1 => Just(Value::Null)].boxed();
    let list = || vec(value(), 1..5).prop_map(Value::from).boxed();
    let exists = of(&["$exists"], any::<bool>().prop_map(Value::from).boxed());
    let equality = of(&["$eq", "$ne"], or_null);
    let lists = of(&["$in", "$nin"], list());
    let ranges = of(&["$gt", "$gte", "$lt", "$lte"], value());
    let pair = (value(), value()).prop_map(|(a, b)| match order(&a, &b) {
        Ordering::Greater => json!([b, a]),
        Ordering::Less | Ordering::Equal => json!([a, b]),
    });
    let between = of(&["$between"], pair.boxed());
    let number = || select(vec![-1_i64, 0, 1, 2, 3, 18, 33, 34, 2025]);
    let numbers = || {
        let comparison = (select(vec!["$eq", "$gt", "$gte", "$lt", "$lte"]), number());
        let all = vec(comparison, 1..3).prop_map(|all| {
            let all = all.into_iter().map(|(name, n)| (name.to_owned(), json!(n)));
            Value::Object(all.collect())
        });
        prop_oneof![number().prop_map(Value::from), all].boxed()
    };
    let windows = |of_dates| {
        of(
            &["$within_last", "$within_next", "$older_than"],
            period(of_dates),
        )
    };
    let found = match kind(field) {
        Kind::Text => vec![
            equality,
            lists,
            ranges,
            between,
            of(&PATTERN_OPERATORS, pattern()),
            of(&["$iin"], texts()),
        ],
        Kind::Enum | Kind::Uuid => vec![equality, lists],
        Kind::Int | Kind::Decimal => vec![equality, lists, ranges, between],
        Kind::Bool => vec![equality],
        Kind::Date => {
            let days =
                select(vec![0_u32, 1, 28, 29, 30, 365, 366]).prop_map(|days| json!({"days": days}));
            let anniversary = of(&["$anniversary_within"], days.boxed());
            vec![
                equality,
                lists,
                ranges,
                between,
                of(&["$age"], numbers()),
                windows(true),
                anniversary,
            ]
        }
        Kind::Timestamp => vec![equality, ranges, between, windows(false)],
        Kind::Set => vec![
            of(&["$has"], text().boxed()),
            of(&["$has_any", "$has_all"], texts()),
            of(&["$size"], numbers()),
        ],
    };
    let positive = Union::new(found.into_iter().chain([exists]));
    let positive = positive.boxed();
    let negated = vec(positive.clone(), 1..3).prop_map(|tests| {
        (
            "$not".to_owned(),
            Value::Object(tests.into_iter().collect()),
        )
    });
    prop_oneof![5 => positive, 1 => negated].boxed()
}

/// How the values stand to each other, which are of one kind.
fn order(a: &Value, b: &Value) -> Ordering {
    if let (Some(a), Some(b)) = (a.as_i64(), b.as_i64()) {
        return a.cmp(&b);
    }
    if let (Some(a), Some(b)) = (a.as_f64(), b.as_f64()) {
        return a.total_cmp(&b);
    }
    a.as_str().cmp(&b.as_str())
}

const PATTERN_OPERATORS: [&str; 7] = [
    "$starts_with",
    "$ends_with",
    "$contains",
    "$istarts_with",
    "$iends_with",
    "$icontains",
    "$ieq",
];

fn pattern() -> BoxedStrategy<Value> {
    let patterns = [
        "p",
        "PREM",
        "mium",
        "É",
        "\u{301}",
        "50%",
        "_",
        "\\",
        "'",
        "\u{10ffff}",
        "ß",
    ];
    select(patterns.map(Value::from).to_vec()).boxed()
}

fn text() -> impl Strategy<Value = Value> {
    select(HOSTILE.map(Value::from).to_vec())
}

fn texts() -> BoxedStrategy<Value> {
    vec(text(), 1..4).prop_map(Value::from).boxed()
}
