mod fields;

use super::list::{LISTED_ITEMS, SHOWN_ITEMS};
use crate::criteria::clause::{Clause, ClauseKind, Operation};
use crate::criteria::{
    Catalog, Compiler, Criteria, FieldDefinition, FieldType, Limits, References,
};
use crate::domain::SegmentVersion;

const OFFER: &str = "018f4a2c-0000-7000-8000-0000000000a1";
const CAMPAIGN: &str = "018f4a2c-0000-7000-8000-0000000000c1";

fn catalog() -> Catalog {
    let attributes = [
        ("tags", FieldType::Set),
        ("joined", FieldType::Date),
        ("seen", FieldType::Timestamp),
        ("account", FieldType::Uuid),
    ];
    let catalog = Catalog::customers().allowing(&["gender"]).unwrap();
    let catalog = attributes
        .into_iter()
        .fold(catalog, |catalog, (name, field_type)| {
            let field = FieldDefinition::attribute(name, field_type).unwrap();
            catalog.with_attribute(field).unwrap()
        });
    let score = FieldDefinition::attribute("score", FieldType::Int).unwrap();
    catalog.with_attribute(score.required()).unwrap()
}

fn compile(text: &str) -> Criteria {
    let saved = |references: References, name: &str, version, text| {
        references.with_segment(
            name.parse().unwrap(),
            SegmentVersion::new(version),
            text,
            [],
        )
    };
    let references = References::new()
        .with_offer(OFFER.parse().unwrap())
        .with_campaign(CAMPAIGN.parse().unwrap());
    let references = saved(
        references,
        "premium",
        3,
        r#"{"segment": "premium", "score": {"$gte": 7}}"#,
    );
    let references = saved(
        references,
        "locals",
        1,
        r#"{"$or": [{"city": "Pune"}, {"state": "Goa"}]}"#,
    );
    let references = saved(references, "all", 2, r#"{"$everyone": true}"#);
    Compiler::new(&catalog())
        .with_references(&references)
        .compile(text)
        .unwrap_or_else(|errors| panic!("{text}: {errors}"))
}

fn said(text: &str) -> String {
    compile(text).describe()
}

/// What is said after `customers`.
fn assert_said(cases: &[(&str, &str)]) {
    for (text, sentence) in cases {
        assert_eq!(said(text), format!("customers {sentence}"), "{text}");
    }
}

#[test]
fn groups_can_be_read_in_one_way_only() {
    assert_said(&[
        (
            r#"{"segment": "gold", "city": "Pune", "score": 5}"#,
            r#"whose segment is "gold", whose city is "Pune", and whose score is 5"#,
        ),
        (
            r#"{"$or": [{"city": "Pune"}, {"state": "Goa"}]}"#,
            r#"whose city is "Pune" or whose state is "Goa""#,
        ),
        (
            r#"{"$or": [{"city": "a"}, {"city": "b"}, {"city": "c"}]}"#,
            r#"whose city is "a", or whose city is "b", or whose city is "c""#,
        ),
        (
            r#"{"score": 5, "$or": [{"city": "Pune"}, {"state": "Goa"}]}"#,
            r#"whose score is 5 and either whose city is "Pune" or whose state is "Goa""#,
        ),
        (
            r#"{"$or": [{"city": "Pune"}, {"state": "Goa"}], "score": 5}"#,
            r#"(either whose city is "Pune" or whose state is "Goa") and whose score is 5"#,
        ),
        (
            r#"{"$or": [{"city": "Pune", "score": 5}, {"state": "Goa"}]}"#,
            r#"(whose city is "Pune" and whose score is 5) or whose state is "Goa""#,
        ),
        // Groups of one part, and groups of the same kind, are not told apart.
        (
            r#"{"$and": [{"$and": [{"city": "Pune"}]}, {"$or": [{"score": 5}]}]}"#,
            r#"whose city is "Pune" and whose score is 5"#,
        ),
        (
            r#"{"$or": [{"score": 1}, {"$or": [{"score": 2}, {"score": 3}]}]}"#,
            "whose score is 1, or whose score is 2, or whose score is 3",
        ),
        (
            r#"{"$nor": [{"city": "Pune"}, {"state": "Goa"}]}"#,
            r#"who are neither those whose city is "Pune" nor those whose state is "Goa" (a missing city or state does not exclude)"#,
        ),
        (
            r#"{"$nor": [{"score": 1}, {"score": 2, "is_active": true}, {"score": 3}], "score": 5}"#,
            "(who are neither those whose score is 1, nor those (whose score is 2 and whose is_active is true), nor those \
             whose score is 3) and whose score is 5",
        ),
        (
            r#"{"$not": {"city": "Pune", "score": 5}}"#,
            r#"who are not among those (whose city is "Pune" and whose score is 5) (a missing city does not exclude)"#,
        ),
        (
            r#"{"city": {"$not": {"$starts_with": "P", "$ends_with": "e"}}}"#,
            r#"who are not among those (whose city starts with "P" and whose city ends with "e") (a missing city does not exclude)"#,
        ),
        (
            r#"{"$not": {"$or": [{"score": 1}, {"score": 2}]}}"#,
            "who are neither those whose score is 1 nor those whose score is 2",
        ),
        (
            r#"{"$not": {"$nor": [{"score": 1}, {"score": 2}]}}"#,
            "whose score is 1 or whose score is 2",
        ),
        // Of the two conditions on the city, the second holds where it is missing.
        (
            r#"{"$nor": [{"city": "Pune"}, {"city": {"$ne": "Goa"}}]}"#,
            r#"who are neither those whose city is "Pune" nor those whose city is not "Goa" (customers with no city included)"#,
        ),
        (
            r#"{"score": 1, "$or": [{"score": 2}, {"$and": [{"score": 3}, {"$or": [{"score": 4}, {"score": 5, "$nor": [{"score": 6}, {"score": 7}]}]}]}]}"#,
            "whose score is 1 and either whose score is 2 or (whose score is 3 and (either whose score is 4 or (whose \
             score is 5 and (who are neither those whose score is 6 nor those whose score is 7))))",
        ),
    ]);
}

#[test]
fn everyone_and_nobody_are_said_as_such() {
    assert_eq!(said(r#"{"$everyone": true}"#), "every customer");
    assert_eq!(said(r#"{"$not": {"$everyone": true}}"#), "no customer");
    assert_eq!(
        said(r#"{"$everyone": true, "score": 5}"#),
        "customers whose score is 5"
    );
    assert_eq!(
        said(r#"{"$or": [{"$everyone": true}, {"score": 5}]}"#),
        "customers whoever they are or whose score is 5"
    );
}

#[test]
fn segments_are_said_with_what_they_mean() {
    assert_said(&[
        (
            r#"{"$segment": "premium@3", "is_active": true}"#,
            r#"who are in segment premium (version 3, that is: customers whose segment is "premium" and whose score is at least 7) and whose is_active is true"#,
        ),
        (
            r#"{"$segment": ["all", "locals"]}"#,
            r#"who are in segment all (version 2, that is: every customer) or segment locals (version 1, that is: customers whose city is "Pune" or whose state is "Goa")"#,
        ),
        (
            r#"{"$not": {"$segment": "premium"}}"#,
            r#"who are not in segment premium (version 3, that is: customers whose segment is "premium" and whose score is at least 7) (a missing segment does not exclude)"#,
        ),
        (
            r#"{"$not": {"$segment": ["all", "locals"]}}"#,
            r#"who are in neither segment all (version 2, that is: every customer) nor segment locals (version 1, that is: customers whose city is "Pune" or whose state is "Goa") (a missing city or state does not exclude)"#,
        ),
        (
            r#"{"$not": {"$segment": "locals", "score": 5}}"#,
            r#"who are not among those (who are in segment locals (version 1, that is: customers whose city is "Pune" or whose state is "Goa") and whose score is 5) (a missing city or state does not exclude)"#,
        ),
    ]);
}

#[test]
fn deliveries_and_samples_are_said_with_all_their_parts() {
    let received = |parts: &str| said(&format!(r#"{{"$received": {{{parts}}}}}"#));
    assert_eq!(
        received(&format!(r#""offer": "{OFFER}""#)),
        format!("customers who have a delivery of offer {OFFER}")
    );
    assert_eq!(
        received(&format!(
            r#""at_least": 2, "campaign": "{CAMPAIGN}", "offer": ["{OFFER}"], "status": ["sent", "delivered"], "within_last": {{"days": 30}}"#
        )),
        format!(
            "customers who have at least 2 deliveries of offer {OFFER} in campaign {CAMPAIGN} with status \"sent\" or \
             \"delivered\" sent within the last 30 days"
        )
    );
    assert_said(&[
        (
            r#"{"$not": {"$received": {"status": ["failed", "bounced", "unknown"]}}}"#,
            r#"who have no delivery with one of the statuses "failed", "bounced" and "unknown""#,
        ),
        (
            r#"{"$not": {"$received": {"status": "sent", "at_least": 3}}}"#,
            r#"who have fewer than 3 deliveries with status "sent""#,
        ),
        (
            r#"{"$sample": {"percent": 10, "salt": "spring"}}"#,
            r#"who are in the 10 % sample (salt "spring")"#,
        ),
        (
            r#"{"$not": {"$sample": {"percent": 0.25, "salt": "spring"}}}"#,
            r#"who are not in the 0.25 % sample (salt "spring")"#,
        ),
    ]);
}

#[test]
fn long_lists_are_clipped_with_their_count() {
    let list = |count: usize| {
        let items: Vec<String> = (0..count).map(|n| format!("\"c{n}\"")).collect();
        said(&format!(r#"{{"city": {{"$in": [{}]}}}}"#, items.join(",")))
    };
    assert!(list(LISTED_ITEMS).ends_with(r#""c6" and "c7""#));
    assert_eq!(
        list(LISTED_ITEMS + 304),
        r#"customers whose city is one of 312 values, such as "c0", "c1" and "c2""#
    );
    assert_eq!((LISTED_ITEMS, SHOWN_ITEMS), (8, 3));
    let none = r#"{"city": {"$nin": ["a","b","c","d","e","f","g","h","i"]}}"#;
    assert_eq!(
        said(none),
        r#"customers whose city is none of 9 values, such as "a", "b" and "c" (customers with no city included)"#
    );
}

#[test]
fn a_text_cannot_disguise_the_sentence() {
    assert_said(&[
        (
            r#"{"city": "\u202egnp\n\"x"}"#,
            r#"whose city is "\u{202e}gnp\n\"x""#,
        ),
        (r#"{"city": "O'Brien पुणे"}"#, r#"whose city is "O'Brien पुणे""#),
    ]);
}

#[test]
fn the_deepest_document_is_described_on_a_small_stack() {
    for (text, pointer) in [
        (r#"{"score": 1, "$not": {"city": "x", "score": 2}}"#, 1),
        (r#"{"$nor": [{"score": {"$ne": 1}}, {"city": "x"}]}"#, 0),
        (r#"{"city": {"$not": {"$starts_with": "P"}}}"#, 0),
        (
            r#"{"city": {"$not": {"$starts_with": "P", "$ends_with": "e"}, "$contains": "u"}}"#,
            0,
        ),
    ] {
        let mut clause = compile(text).clause().clone();
        for _ in 0..Limits::MAX_DEPTH {
            nest(&mut clause, pointer);
        }
        let small = std::thread::Builder::new().stack_size(512 * 1024);
        let handle = small.spawn(move || super::describe(&clause)).unwrap();
        assert!(
            handle.join().unwrap().starts_with("customers who"),
            "{text}"
        );
    }
}

/// Puts a copy of the condition, or of the tests of its field, into its own part.
pub(in crate::criteria) fn nest(clause: &mut Clause, part: usize) {
    let copy = clause.clone();
    let ClauseKind::And(parts) = &mut clause.kind else {
        panic!("{clause:?} is no object")
    };
    match &mut parts[part].kind {
        ClauseKind::Nor(inner) => inner[0] = copy,
        ClauseKind::Not(inner) => **inner = copy,
        ClauseKind::Field(_, tests) => {
            let inner = tests.clone();
            tests[0].operation = Operation::Not(inner);
        }
        other @ (ClauseKind::Everyone
        | ClauseKind::And(_)
        | ClauseKind::Or(_)
        | ClauseKind::Segment(_)
        | ClauseKind::Received(_)
        | ClauseKind::Sample(_)) => panic!("{other:?} has no part"),
    }
}
