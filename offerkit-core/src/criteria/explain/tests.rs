use serde_json::json;

use super::*;
use crate::criteria::definition;
use crate::criteria::describe::tests::nest;
use crate::criteria::{
    Catalog, Compiler, FieldDefinition, FieldType, History, Limits, Moment, PastDelivery,
    References,
};
use crate::domain::DeliveryStatus;
use crate::domain::SegmentVersion;
use crate::domain::customer::{Customer, CustomerBuilder};
use crate::id::CustomerId;

const CAMPAIGN: &str = "018f4a2c-0000-7000-8000-0000000000c1";

struct TwoDeliveries;

impl History for TwoDeliveries {
    fn deliveries(&self, _: CustomerId, each: &mut dyn FnMut(&PastDelivery)) {
        for status in [
            DeliveryStatus::Sent,
            DeliveryStatus::Bounced,
            DeliveryStatus::Sent,
        ] {
            each(&PastDelivery {
                offer: "018f4a2c-0000-7000-8000-0000000000a1".parse().unwrap(),
                campaign: CAMPAIGN.parse().unwrap(),
                status,
                sent_at: None,
            });
        }
    }
}

fn catalog() -> Catalog {
    let fields = [("tags", FieldType::Set), ("joined", FieldType::Date)];
    fields
        .into_iter()
        .fold(Catalog::customers(), |catalog, (name, field_type)| {
            let field = FieldDefinition::attribute(name, field_type).unwrap();
            catalog.with_attribute(field).unwrap()
        })
}

fn compile(text: &str) -> Criteria {
    let locals = r#"{"$or": [{"city": "Pune"}, {"state": "Goa"}]}"#;
    let references = References::new()
        .with_campaign(CAMPAIGN.parse().unwrap())
        .with_segment(
            "locals".parse().unwrap(),
            SegmentVersion::new(2),
            locals,
            [],
        )
        .with_segment(
            "good".parse().unwrap(),
            SegmentVersion::new(7),
            r#"{"credit_score": {"$gte": 700}}"#,
            [],
        );
    Compiler::new(&catalog())
        .with_references(&references)
        .compile(text)
        .unwrap_or_else(|errors| panic!("{text}: {errors}"))
}

fn asha() -> Customer {
    let now = "2026-01-31T09:30:00Z".parse().unwrap();
    let id = "018f4a2c-0000-7000-8000-000000000001".parse().unwrap();
    let mut builder = CustomerBuilder::new(id, now);
    for (column, value) in [
        ("full_name", "Asha Rao"),
        ("segment", "premium"),
        ("city", "Delhi"),
        ("credit_score", "650"),
        ("dob", "1992-02-29"),
    ] {
        builder.set(column, value).unwrap();
    }
    let attributes = json!({"tags": ["vip", "new", "vip"], "joined": 20_240_229});
    let attributes = attributes.as_object().unwrap().clone();
    builder.attributes(attributes).build().unwrap()
}

/// The explanation for Asha, which is compared with the plain evaluation on the way.
fn explained(text: &str) -> Explanation {
    let (criteria, customer) = (compile(text), asha());
    let moment = Moment::in_utc("2026-02-28T09:30:00Z".parse().unwrap());
    let situation = moment.with_history(&TwoDeliveries);
    let explanation = criteria.explain(&customer, situation);
    assert_eq!(
        explanation.holds(),
        criteria.matches(&customer, situation),
        "{text}"
    );
    explanation
}

fn decisive(text: &str) -> Vec<String> {
    let explanation = explained(text);
    let decisive = explanation.decisive();
    decisive
        .into_iter()
        .map(|part| part.pointer().to_owned())
        .collect()
}

#[test]
fn every_clause_is_shown_with_its_outcome_and_what_was_found() {
    let text = r#"{
        "segment": {"$in": ["premium", "gold"]},
        "credit_score": {"$gte": 700, "$lt": 900},
        "$nor": [{"city": "Pune"}, {"tags": {"$has": "new"}}],
        "$not": {"dob": {"$age": {"$gte": 34}}},
        "joined": {"$not": {"$within_last": {"days": 30}}},
        "$segment": ["locals", "good"],
        "$and": [{"$received": {"campaign": "018f4a2c-0000-7000-8000-0000000000c1", "status": "sent", "at_least": 3}}],
        "$sample": {"percent": 20, "salt": "spring"},
        "$everyone": true
    }"#;
    let shown = r#"
no   all of these hold
yes    segment is "premium" or "gold" ["premium"]
no     all of these hold
no       credit_score is at least 700 [650]
yes      credit_score is less than 900 [650]
no     none of these holds
no       city is "Pune" ["Delhi"]
yes      tags include "new" ["vip" and "new"]
yes    this does not hold
no       age by dob is at least 34 years [1992-02-29]
yes    this does not hold
no       joined is in the last 30 days [no value]
no     any of these holds
no       is in segment locals (version 2)
no         any of these holds
no           city is "Pune" ["Delhi"]
no           state is "Goa" [no value]
no       is in segment good (version 7)
no         credit_score is at least 700 [650]
no     has at least 3 deliveries in campaign 018f4a2c-0000-7000-8000-0000000000c1 with status "sent" [2 deliveries]
yes    is in the 20 % sample (salt "spring") [bucket 1731 of 10000]
yes    every customer
"#;
    assert_eq!(explained(text).to_string(), shown.trim());
}

#[test]
fn a_line_names_its_place_in_the_text_it_stands_in() {
    let text = r#"{"city": "Pune", "$segment": "good", "credit_score": {"$not": {"$gt": 1}}}"#;
    let explanation = explained(text);
    let [city, segment, score] = explanation.parts() else {
        panic!("{explanation}")
    };
    assert_eq!(
        (city.pointer(), city.span().of(text)),
        ("/city", Some(r#""city": "Pune""#))
    );
    assert_eq!(
        (segment.segment(), segment.pointer()),
        (Some("good@7"), "/$segment")
    );
    let [inner] = segment.parts() else {
        panic!("{segment}")
    };
    assert_eq!(
        (inner.pointer(), inner.kind()),
        ("/credit_score/$gte", ExplanationKind::Test)
    );
    assert_eq!(
        (score.pointer(), score.kind()),
        ("/credit_score/$not", ExplanationKind::Not)
    );
    assert_eq!(score.parts()[0].pointer(), "/credit_score/$not/$gt");
}

#[test]
fn the_clauses_that_decided_are_found() {
    let cases: [(&str, &[&str]); 10] = [
        // All had to hold.
        (
            r#"{"segment": "premium", "city": "Pune", "state": "Goa"}"#,
            &["/city", "/state"],
        ),
        (
            r#"{"segment": "premium", "city": "Delhi"}"#,
            &["/segment", "/city"],
        ),
        // Any had to hold.
        (
            r#"{"$or": [{"segment": "premium"}, {"city": "Pune"}, {"city": "Delhi"}]}"#,
            &["/$or/0/segment", "/$or/2/city"],
        ),
        (
            r#"{"$or": [{"city": "Pune"}, {"state": "Goa"}]}"#,
            &["/$or/0/city", "/$or/1/state"],
        ),
        // None had to hold.
        (
            r#"{"$nor": [{"city": "Pune"}, {"city": "Delhi"}]}"#,
            &["/$nor/1/city"],
        ),
        (
            r#"{"$nor": [{"city": "Pune"}, {"state": "Goa"}]}"#,
            &["/$nor/0/city", "/$nor/1/state"],
        ),
        // Groups inside groups.
        (
            r#"{"segment": "premium", "$or": [{"city": "Pune"}, {"city": "Delhi", "state": "Goa"}]}"#,
            &["/$or/0/city", "/$or/1/state"],
        ),
        (
            r#"{"segment": "gold", "$not": {"city": "Delhi", "state": "Goa"}}"#,
            &["/segment"],
        ),
        (
            r#"{"$not": {"city": "Delhi", "state": "Goa"}}"#,
            &["/$not/state"],
        ),
        (
            r#"{"city": "Delhi", "$segment": "good"}"#,
            &["/credit_score/$gte"],
        ),
    ];
    for (text, pointers) in cases {
        assert_eq!(decisive(text), pointers, "{text}");
    }
}

#[test]
fn programs_read_stable_names() {
    let explanation = explained(r#"{"segment": "premium", "$nor": [{"state": "Goa"}]}"#);
    let expected = json!({
        "pointer": "", "span": {"start": 0, "end": 50}, "kind": "all", "asks": "all of these hold", "holds": true,
        "parts": [
            {
                "pointer": "/segment", "span": {"start": 1, "end": 21}, "kind": "test",
                "asks": "segment is \"premium\"", "holds": true, "found": {"value": "\"premium\""},
            },
            {
                "pointer": "/$nor", "span": {"start": 23, "end": 49}, "kind": "none",
                "asks": "none of these holds", "holds": true,
                "parts": [{
                    "pointer": "/$nor/0/state", "span": {"start": 33, "end": 47}, "kind": "test",
                    "asks": "state is \"Goa\"", "holds": false, "found": "no_value",
                }],
            },
        ],
    });
    assert_eq!(serde_json::to_value(&explanation).unwrap(), expected);
}

#[test]
fn a_record_without_an_id_received_nothing_and_is_in_no_sample() {
    struct Nobody;

    impl Record for Nobody {
        fn value(&self, _: &crate::criteria::Field) -> crate::criteria::FieldValue<'_> {
            crate::criteria::FieldValue::Absent
        }
    }

    let moment = Moment::in_utc("2026-02-28T09:30:00Z".parse().unwrap());
    for text in [
        r#"{"$received": {"status": "sent"}}"#,
        r#"{"$sample": {"percent": 100, "salt": "spring"}}"#,
    ] {
        let explanation = compile(text).explain(&Nobody, moment.with_history(&TwoDeliveries));
        assert_eq!(
            (explanation.holds(), explanation.found()),
            (false, Some(&Found::NoCustomer))
        );
    }
}

#[test]
fn long_values_are_clipped() {
    let long = |text: &str| {
        let attributes = json!({"tags": [text.repeat(1000)]})
            .as_object()
            .unwrap()
            .clone();
        let now = "2026-01-31T09:30:00Z".parse().unwrap();
        let mut builder =
            CustomerBuilder::new("018f4a2c-0000-7000-8000-000000000001".parse().unwrap(), now);
        builder.set("full_name", "Asha Rao").unwrap();
        let customer = builder.attributes(attributes).build().unwrap();
        let criteria = compile(r#"{"tags": {"$has": "vip"}}"#);
        criteria.explain(&customer, Moment::in_utc(now)).to_string()
    };
    assert_eq!(
        long("é"),
        format!("no   tags include \"vip\" [\"{}\"…]", "é".repeat(100))
    );
}

#[test]
fn the_deepest_document_is_explained_on_a_small_stack() {
    for (text, part) in [
        (
            r#"{"city": "Delhi", "$not": {"city": "Pune", "state": "Goa"}}"#,
            1,
        ),
        (r#"{"$nor": [{"city": "Pune"}, {"state": "Goa"}]}"#, 0),
        (
            r#"{"city": {"$not": {"$starts_with": "P"}, "$contains": "l"}}"#,
            0,
        ),
    ] {
        let mut clause = compile(text).clause().clone();
        for _ in 0..Limits::MAX_DEPTH {
            nest(&mut clause, part);
        }
        let explain = move || {
            let moment = Moment::in_utc("2026-02-28T09:30:00Z".parse().unwrap());
            let at = Situation::from(moment);
            let explanation = evaluate::explain(&clause, &asha(), &at);
            assert_eq!(
                explanation.holds(),
                definition::holds(&clause, &asha(), &at)
            );
            assert!(!explanation.decisive().is_empty());
            (explanation.to_string().lines().count(), explanation)
        };
        let small = std::thread::Builder::new().stack_size(512 * 1024);
        let (lines, explanation) = small.spawn(explain).unwrap().join().unwrap();
        assert!(lines > Limits::MAX_DEPTH, "{text}");
        // JSON is written on the stack that threads have by default: `serde_json` takes more of it.
        let json = serde_json::to_string(&explanation).unwrap();
        assert!(json.len() > lines, "{text}");
    }
}
