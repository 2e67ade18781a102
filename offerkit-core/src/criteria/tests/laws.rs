//! The laws of the language, on random documents and random customers.
//!
//! `OFFERKIT_PROPERTY_CASES` asks for more cases than the 20,000 of an ordinary run; proptest prints the seed of a
//! failure.

use std::sync::LazyLock;

use offerkit_generator::{CAMPAIGNS, FIELDS, OFFERS, document, row};
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::documents::references;
use super::model::World;
use super::rows::{CATALOG, customer};
use super::*;
use crate::domain::customer::Customer;
use crate::id::CustomerId;

static REFERENCES: LazyLock<References> = LazyLock::new(references);

/// How many cases a property is tried on.
pub(super) fn cases(ordinary: u32) -> ProptestConfig {
    let wanted = std::env::var("OFFERKIT_PROPERTY_CASES").ok();
    let wanted = wanted.and_then(|wanted| wanted.parse().ok());
    ProptestConfig::with_cases(wanted.unwrap_or(0).max(ordinary))
}

fn compile(document: &Value) -> Criteria {
    compile_text(&document.to_string())
}

fn compile_text(text: &str) -> Criteria {
    let compiler = Compiler::new(&CATALOG).with_references(&REFERENCES);
    compiler
        .compile(text)
        .unwrap_or_else(|errors| panic!("{text}: {errors}"))
}

fn compile_canonical(text: &str) -> Criteria {
    let compiler = Compiler::new(&CATALOG).with_references(&REFERENCES);
    compiler
        .with_limits(Limits::CANONICAL)
        .compile(text)
        .unwrap_or_else(|errors| panic!("{text}: {errors}"))
}

fn moment() -> Moment {
    Moment::in_utc("2026-01-31T04:00:00Z".parse().unwrap())
}

/// The same deliveries for every customer.
struct Sent(Vec<PastDelivery>);

impl History for Sent {
    fn deliveries(&self, _: CustomerId, each: &mut dyn FnMut(&PastDelivery)) {
        self.0.iter().for_each(each);
    }
}

static WORLD: LazyLock<World> = LazyLock::new(|| World {
    today: moment().today(),
    now: moment().now().as_datetime(),
    history: vec![
        (
            OFFERS[0],
            CAMPAIGNS[0],
            "sent",
            Some("2026-01-31T04:00:00.000000Z"),
        ),
        (
            OFFERS[0],
            CAMPAIGNS[1],
            "delivered",
            Some("2026-01-30T04:00:00.000000Z"),
        ),
        (OFFERS[0], CAMPAIGNS[1], "failed", None),
        (
            OFFERS[1],
            CAMPAIGNS[1],
            "delivered",
            Some("2026-01-24T03:59:59.999999Z"),
        ),
    ],
});

static SENT: LazyLock<Sent> = LazyLock::new(|| {
    let sent = WORLD.history.iter();
    let sent = sent.map(|(offer, campaign, status, at)| PastDelivery {
        offer: offer.parse().unwrap(),
        campaign: campaign.parse().unwrap(),
        status: serde_json::from_value(json!(status)).unwrap(),
        sent_at: at.map(|at| at.parse().unwrap()),
    });
    Sent(sent.collect())
});

fn selects(document: &Value, customer: &Customer) -> bool {
    compile(document).matches(customer, moment().with_history(&*SENT))
}

proptest! {
    #![proptest_config(cases(20_000))]

    #[test]
    fn evaluation_is_what_the_language_says(document in document(), row in row()) {
        let (criteria, customer, at) = (compile(&document), customer(&row), moment().with_history(&*SENT));
        let selected = criteria.matches(&customer, at);
        prop_assert_eq!(selected, WORLD.selects(&document, &row), "{} on {:?}", document, row);
        prop_assert_eq!(criteria.at(at).matches(&customer), selected, "compiled: {}", document);
        prop_assert_eq!(criteria.explain(&customer, at).holds(), selected, "explained: {}", document);
    }

    #[test]
    fn a_customer_is_selected_by_a_document_or_by_its_negation(document in document(), row in row()) {
        let mut part = document.clone();
        part.as_object_mut().unwrap().remove("$v");
        let customer = customer(&row);
        prop_assert_ne!(selects(&document, &customer), selects(&json!({"$not": part}), &customer), "{}", document);
    }
}

proptest! {
    #![proptest_config(cases(3_000))]

    #[test]
    fn normalising_keeps_the_meaning(document in document(), row in row()) {
        let criteria = compile(&document);
        let canonical = compile_canonical(criteria.canonical_text());
        let (customer, at) = (customer(&row), moment().with_history(&*SENT));
        prop_assert_eq!(criteria.matches(&customer, at), canonical.matches(&customer, at), "{}", document);
    }

    #[test]
    fn the_canonical_document_reads_as_the_same_criteria(document in document()) {
        let criteria = compile(&document);
        let again = compile_canonical(criteria.canonical_text());
        prop_assert_eq!(again.canonical_text(), criteria.canonical_text());
        prop_assert_eq!(again.digest(), criteria.digest());
        prop_assert_eq!(again, criteria);
    }
}

proptest! {
    #![proptest_config(cases(1_000))]

    #[test]
    fn equivalent_documents_have_one_canonical_form(
        a in document(), b in document(), c in document(), row in row(),
    ) {
        let [a, b, c] = [a, b, c].map(|mut document| {
            document.as_object_mut().unwrap().remove("$v");
            document
        });
        let same = [
            (json!({"$not": {"$not": &a}}), json!({"$and": [&a]})),
            (json!({"$not": {"$and": [&a, &b]}}), json!({"$or": [{"$not": &a}, {"$not": &b}]})),
            (json!({"$not": {"$or": [&a, &b]}}), json!({"$and": [{"$not": &a}, {"$not": &b}]})),
            (json!({"$nor": [&a, &b]}), json!({"$not": {"$or": [&a, &b]}})),
            (json!({"$and": [&a, &b, &a]}), json!({"$and": [&b, &a]})),
            (json!({"$or": [&a, {"$or": [&b, &c]}]}), json!({"$or": [{"$or": [&c, &a]}, &b]})),
        ];
        for (left, right) in same {
            prop_assert_eq!(compile(&left).digest(), compile(&right).digest(), "{} and {}", left, right);
        }
        // Distributivity holds, but the two sides are not brought to one form.
        let (left, right) = (
            json!({"$and": [&a, {"$or": [&b, &c]}]}),
            json!({"$or": [{"$and": [&a, &b]}, {"$and": [&a, &c]}]}),
        );
        let customer = customer(&row);
        prop_assert_eq!(selects(&left, &customer), selects(&right, &customer));
    }

    #[test]
    fn a_customer_is_selected_by_each_of_its_own_values(row in row()) {
        let customer = customer(&row);
        for name in FIELDS.into_iter().filter(|name| *name != "a.set") {
            let document = json!({name: row[name]});
            if let Ok(criteria) = Criteria::parse(&document.to_string(), &CATALOG) {
                prop_assert!(criteria.matches(&customer, moment()), "{}", document);
            }
        }
    }

    #[test]
    fn a_larger_sample_contains_a_smaller_one(percent in 1_u32..9999, id in any::<u128>()) {
        let sample = |buckets| Sample { buckets, salt: "spring".into() };
        let customer = CustomerId::from_uuid(uuid::Uuid::from_u128(id));
        prop_assert!(!sample(percent).contains(customer) || sample(percent + 1).contains(customer));
        prop_assert!(sample(10_000).contains(customer));
    }

    #[test]
    fn arbitrary_bytes_are_read_or_refused(bytes in vec(any::<u8>(), 0..200)) {
        if let Err(errors) = Compiler::new(&CATALOG).compile_bytes(&bytes) {
            prop_assert!(errors.first().is_some());
        }
    }

    #[test]
    fn refused_documents_say_where(
        members in btree_map("(\\$?[a-z_.]{0,8}|city|dob|\\$v|\\$eq|\u{1f600}~/)", any_json(), 0..6),
        cut in 0_usize..80,
        noise in "[{}\\[\\]\",:\\\\u0d8-9e.]{0,2}",
    ) {
        let mut text = json!(members).to_string();
        let cut = text.floor_char_boundary(cut);
        text.insert_str(cut, &noise);
        refusals_say_where(&text)?;
    }

    #[test]
    fn documents_with_a_slip_say_where(document in document(), cut in 0_usize..400, noise in "[{}\\[\\]\",:$a0-9n]{0,2}") {
        let mut text = document.to_string();
        let cut = text.floor_char_boundary(cut.min(text.len()));
        text.insert_str(cut, &noise);
        refusals_say_where(&text)?;
    }
}

fn refusals_say_where(text: &str) -> Result<(), TestCaseError> {
    let Err(errors) = Criteria::parse(text, &CATALOG) else {
        return Ok(());
    };
    prop_assert!(errors.first().is_some());
    for error in &errors {
        prop_assert!(error.span().of(text).is_some(), "{}: {:?}", text, error);
        prop_assert!(error.pointer().is_empty() || error.pointer().starts_with('/'));
        prop_assert!(!error.message().is_empty());
    }
    Ok(())
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
        let names = "(\\$[a-z]{0,6}|\\$eq|\\$exists|\\$in|\\$and|\\$not|\\$age|.{0,3})";
        prop_oneof![
            vec(inner.clone(), 0..3).prop_map(Value::from),
            btree_map(names, inner, 0..3).prop_map(|map| json!(map)),
        ]
    })
}
