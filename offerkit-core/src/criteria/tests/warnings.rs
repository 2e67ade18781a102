//! Every warning: its code, its place and the text it covers.

use super::errors::tenant;
use super::*;
use WarningCode as W;

/// A document with one doubt: its code, the pointer, and the text that is covered.
type Case = (WarningCode, &'static str, &'static str, &'static str);

const CASES: &[Case] = &[
    (
        W::NullableNegation,
        r#"{"city": {"$ne": "x"}}"#,
        "/city/$ne",
        r#""$ne": "x""#,
    ),
    (
        W::NullableNegation,
        r#"{"city": {"$nin": ["x", "y"]}}"#,
        "/city/$nin",
        r#""$nin": ["x", "y"]"#,
    ),
    (
        W::NullableNegation,
        r#"{"dob": {"$not": {"$age": 18}}}"#,
        "/dob/$not",
        r#""$not": {"$age": 18}"#,
    ),
    (
        W::NullableNegation,
        r#"{"$not": {"city": "x"}}"#,
        "/$not/city",
        r#""city": "x""#,
    ),
    (
        W::NullableNegation,
        r#"{"$nor": [{"city": "x"}, {"is_active": true}]}"#,
        "/$nor/0/city",
        r#""city": "x""#,
    ),
    (
        W::NullableNegation,
        r#"{"$not": {"$or": [{"$nor": [{"city": {"$ne": "x"}}]}]}}"#,
        "/$not/$or/0/$nor/0/city/$ne",
        r#""$ne": "x""#,
    ),
    (
        W::AlwaysTrue,
        r#"{"id": {"$exists": true}}"#,
        "/id/$exists",
        r#""$exists": true"#,
    ),
    (
        W::AlwaysTrue,
        r#"{"id": {"$ne": null}}"#,
        "/id/$ne",
        r#""$ne": null"#,
    ),
    (
        W::AlwaysTrue,
        r#"{"$everyone": true, "city": "x"}"#,
        "/$everyone",
        r#""$everyone": true"#,
    ),
    (
        W::AlwaysTrue,
        r#"{"$or": [{"city": "x"}, {"$everyone": true}]}"#,
        "/$or",
        r#""$or": [{"city": "x"}, {"$everyone": true}]"#,
    ),
    (
        W::AlwaysTrue,
        r#"{"a.set": {"$size": {"$gte": 0}}}"#,
        "/a.set/$size",
        r#""$size": {"$gte": 0}"#,
    ),
    (
        W::AlwaysTrue,
        r#"{"$sample": {"percent": 100, "salt": "x"}}"#,
        "/$sample",
        r#""$sample": {"percent": 100, "salt": "x"}"#,
    ),
    (
        W::AlwaysFalse,
        r#"{"full_name": null}"#,
        "/full_name",
        r#""full_name": null"#,
    ),
    (
        W::AlwaysFalse,
        r#"{"city": {"$eq": "x", "$exists": false}}"#,
        "/city",
        r#""city": {"$eq": "x", "$exists": false}"#,
    ),
    (
        W::AlwaysFalse,
        r#"{"city": {"$eq": null, "$exists": true}}"#,
        "/city",
        r#""city": {"$eq": null, "$exists": true}"#,
    ),
    (
        W::AlwaysFalse,
        r#"{"city": {"$eq": "x", "$ne": "x"}}"#,
        "/city",
        r#""city": {"$eq": "x", "$ne": "x"}"#,
    ),
    (
        W::AlwaysFalse,
        r#"{"credit_score": {"$gt": 5, "$lt": 6}}"#,
        "/credit_score",
        r#""credit_score": {"$gt": 5, "$lt": 6}"#,
    ),
    (
        W::AlwaysFalse,
        r#"{"dob": {"$gt": "2000-01-31", "$lt": "2000-02-01"}}"#,
        "/dob",
        r#""dob": {"$gt": "2000-01-31", "$lt": "2000-02-01"}"#,
    ),
    (
        W::AlwaysFalse,
        r#"{"a.decimal": {"$between": [1, 2], "$gt": 2}}"#,
        "/a.decimal",
        r#""a.decimal": {"$between": [1, 2], "$gt": 2}"#,
    ),
    (
        W::AlwaysFalse,
        r#"{"city": "x", "$and": [{"is_active": true}, {"city": {"$in": ["y", "z"]}}]}"#,
        "/$and/1/city",
        r#""city": {"$in": ["y", "z"]}"#,
    ),
    (
        W::AlwaysFalse,
        r#"{"$nor": [{"$everyone": true}]}"#,
        "/$nor",
        r#""$nor": [{"$everyone": true}]"#,
    ),
    (
        W::AlwaysFalse,
        r#"{"$not": {"$everyone": true}}"#,
        "/$not",
        r#""$not": {"$everyone": true}"#,
    ),
    (
        W::AlwaysFalse,
        r#"{"a.set": {"$size": {"$lt": 0}}}"#,
        "/a.set/$size",
        r#""$size": {"$lt": 0}"#,
    ),
    (
        W::AlwaysFalse,
        r#"{"dob": {"$age": -1}}"#,
        "/dob/$age",
        r#""$age": -1"#,
    ),
    (
        W::AlwaysFalse,
        r#"{"dob": {"$age": {"$gt": 30, "$lt": 31}}}"#,
        "/dob/$age",
        r#""$age": {"$gt": 30, "$lt": 31}"#,
    ),
    (
        W::Unindexed,
        r#"{"city": "x", "email": {"$ends_with": "@x.in"}}"#,
        "/email/$ends_with",
        r#""$ends_with": "@x.in""#,
    ),
    (
        W::Unindexed,
        r#"{"$or": [{"email": "a@x.in"}, {"city": "x"}]}"#,
        "/$or/0/email",
        r#""email": "a@x.in""#,
    ),
    (
        W::DuplicateInList,
        r#"{"city": {"$in": ["x", "y", "x"]}}"#,
        "/city/$in/2",
        r#""x""#,
    ),
    (
        W::DuplicateInList,
        r#"{"credit_score": {"$in": [700, 7e2]}}"#,
        "/credit_score/$in/1",
        "7e2",
    ),
    (
        W::DuplicateInList,
        r#"{"city": {"$iin": ["Pune", "PUNE"]}}"#,
        "/city/$iin/1",
        r#""PUNE""#,
    ),
    (
        W::DuplicateInList,
        r#"{"$received": {"status": ["sent", "sent"]}}"#,
        "/$received/status/1",
        r#""sent""#,
    ),
    (
        W::DuplicateInList,
        r#"{"$segment": ["premium@1", "premium@1"]}"#,
        "/$segment/1",
        r#""premium@1""#,
    ),
    (
        W::NonAsciiFold,
        r#"{"city": {"$ieq": "ÉVRY"}}"#,
        "/city/$ieq",
        r#""$ieq": "ÉVRY""#,
    ),
    (
        W::NonAsciiFold,
        r#"{"city": {"$iin": ["x", "İ"]}}"#,
        "/city/$iin",
        r#""$iin": ["x", "İ"]"#,
    ),
    (
        W::UnpinnedSegment,
        r#"{"$segment": "premium"}"#,
        "/$segment",
        r#""premium""#,
    ),
    (
        W::UnpinnedSegment,
        r#"{"$segment": ["premium@1", "young"]}"#,
        "/$segment/1",
        r#""young""#,
    ),
];

fn warnings(text: &str) -> Vec<CriteriaWarning> {
    let (catalog, references) = (catalog(), tenant());
    let compiler = Compiler::new(&catalog).with_references(&references);
    let criteria = compiler
        .compile(text)
        .unwrap_or_else(|errors| panic!("{text}: {errors}"));
    criteria.warnings().to_vec()
}

#[test]
fn every_warning_says_where() {
    for (code, text, pointer, covered) in CASES {
        let found = warnings(text);
        let found: Vec<_> = found
            .iter()
            .map(|it| (it.code(), it.pointer(), it.span().of(text).unwrap()))
            .collect();
        assert_eq!(found, [(*code, *pointer, *covered)], "{text}");
    }
}

#[test]
fn every_warning_code_has_a_case() {
    for code in WarningCode::ALL {
        assert!(CASES.iter().any(|(shown, ..)| shown == code), "{code}");
    }
}

#[test]
fn sound_documents_are_not_warned_of() {
    let quiet = [
        r#"{"city": null}"#,
        r#"{"$everyone": true, "$v": 1}"#,
        r#"{"segment": "premium", "kyc_status": "verified"}"#,
        r#"{"city": {"$eq": "x", "$exists": true}}"#,
        // Whoever is selected has a value, or no value was asked for in so many words.
        r#"{"city": {"$ne": "x", "$exists": true}}"#,
        r#"{"city": {"$ne": null}}"#,
        r#"{"credit_score": {"$gt": 600, "$nin": [650]}}"#,
        r#"{"city": {"$exists": true}, "$nor": [{"city": "x"}, {"city": "y"}]}"#,
        r#"{"$nor": [{"city": null}, {"city": "x"}]}"#,
        r#"{"$not": {"city": {"$ne": "x"}}}"#,
        r#"{"$not": {"city": {"$exists": false}}}"#,
        r#"{"is_active": {"$ne": true}, "$not": {"full_name": "x"}}"#,
        r#"{"$not": {"$segment": "premium@1"}}"#,
        // The ends of ranges are values.
        r#"{"credit_score": {"$gte": 5, "$lte": 5}}"#,
        r#"{"credit_score": {"$gt": 4, "$lt": 6, "$in": [5, 9]}}"#,
        r#"{"$or": [{"city": "x"}, {"city": "y"}]}"#,
        r#"{"dob": {"$age": {"$gte": 0}}}"#,
        r#"{"a.set": {"$size": 0}}"#,
        // An index finds them, or there is none to find them.
        r#"{"email": "a@x.in", "city": {"$contains": "x"}}"#,
        r#"{"email": {"$exists": true}, "city": "x"}"#,
        r#"{"$or": [{"email": "a@x.in"}, {"id": "018f4a2c-0000-7000-8000-00000000000a"}]}"#,
        r#"{"email": {"$starts_with": "a"}}"#,
        // Letters without case, and patterns that are not folded.
        r#"{"city": {"$ieq": "पुणे"}}"#,
        r#"{"city": {"$contains": "É"}}"#,
    ];
    for text in quiet {
        assert_eq!(warnings(text), [], "{text}");
    }
}

#[test]
fn warnings_are_in_document_order_and_suggest_what_leaves_no_doubt() {
    let text = r#"{"$segment": "premium", "city": {"$ne": "x"}, "state": {"$in": ["y", "y"]}, "id": null}"#;
    let shown: Vec<String> = warnings(text).iter().map(ToString::to_string).collect();
    let expected = [
        "at `/$segment`: the segment `premium` is named without its version, and means version 3; did you mean `premium@3`?",
        "at `/city/$ne`: customers without a value of `city` are selected, too, unless `\"$exists\": true` stands beside it",
        "at `/state/$in/1`: the list holds `\"y\"` already",
        "at `/id`: every customer has a value of `id`",
    ];
    assert_eq!(shown, expected);
}

#[test]
fn no_more_than_the_limit_of_warnings_is_collected() {
    let parts: Vec<_> = (0..150)
        .map(|n| format!(r#"{{"city": {{"$ne": "{n}"}}}}"#))
        .collect();
    let text = format!(r#"{{"$or": [{}]}}"#, parts.join(","));
    let found = warnings(&text);
    assert_eq!(found.len(), 100);
    assert_eq!(found[99].pointer(), "/$or/99/city/$ne");
}
