use super::*;
use ErrorCode as E;

pub(super) const CASES: &[Case] = &[
    (
        E::EmptyList,
        r#"{"city": {"$in": []}}"#,
        "/city/$in",
        "[]",
        None,
    ),
    (
        E::EmptyList,
        r#"{"a.set": {"$has_any": []}}"#,
        "/a.set/$has_any",
        "[]",
        None,
    ),
    (
        E::EmptyList,
        r#"{"city": {"$between": []}}"#,
        "/city/$between",
        "[]",
        None,
    ),
    (
        E::NullInList,
        r#"{"city": {"$nin": ["x", null]}}"#,
        "/city/$nin/1",
        "null",
        None,
    ),
    (
        E::NullInList,
        r#"{"credit_score": {"$between": [null, 5]}}"#,
        "/credit_score/$between/0",
        "null",
        None,
    ),
    (
        E::LiteralType,
        r#"{"city": {"$in": "x"}}"#,
        "/city/$in",
        "\"x\"",
        None,
    ),
    (
        E::LiteralType,
        r#"{"city": {"$in": ["x", 5]}}"#,
        "/city/$in/1",
        "5",
        Some("\"5\""),
    ),
    (
        E::LiteralType,
        r#"{"city": {"$in": [["x"]]}}"#,
        "/city/$in/0",
        "[\"x\"]",
        None,
    ),
    (
        E::EnumValue,
        r#"{"kyc_status": {"$in": ["pending", "verfied"]}}"#,
        "/kyc_status/$in/1",
        "\"verfied\"",
        Some("verified"),
    ),
    (
        E::LiteralType,
        r#"{"city": {"$iin": [true]}}"#,
        "/city/$iin/0",
        "true",
        None,
    ),
    (
        E::LiteralType,
        r#"{"a.set": {"$has_all": [1]}}"#,
        "/a.set/$has_all/0",
        "1",
        None,
    ),
    (
        E::LiteralType,
        r#"{"credit_score": {"$between": [1]}}"#,
        "/credit_score/$between",
        "[1]",
        None,
    ),
    (
        E::LiteralType,
        r#"{"credit_score": {"$between": [1, 2, 3]}}"#,
        "/credit_score/$between",
        "[1, 2, 3]",
        None,
    ),
    (
        E::RangeInverted,
        r#"{"credit_score": {"$between": [9, 5]}}"#,
        "/credit_score/$between",
        "[9, 5]",
        Some("[5, 9]"),
    ),
    (
        E::RangeInverted,
        r#"{"dob": {"$between": ["2000-02-01", "2000-01-31"]}}"#,
        "/dob/$between",
        r#"["2000-02-01", "2000-01-31"]"#,
        Some(r#"["2000-01-31", "2000-02-01"]"#),
    ),
    (
        E::EmptyPattern,
        r#"{"city": {"$starts_with": ""}}"#,
        "/city/$starts_with",
        r#""""#,
        None,
    ),
    (
        E::EmptyPattern,
        r#"{"city": {"$icontains": ""}}"#,
        "/city/$icontains",
        r#""""#,
        None,
    ),
    (
        E::LiteralType,
        r#"{"city": {"$ends_with": 5}}"#,
        "/city/$ends_with",
        "5",
        None,
    ),
];

#[test]
fn lists_and_patterns_have_values_of_one_type() {
    are_refused(CASES);
}

#[test]
fn every_item_that_is_wrong_is_reported() {
    is_refused(
        r#"{"city": {"$in": [1, "x", null, true]}}"#,
        &[
            (E::LiteralType, "/city/$in/0", "1", Some("\"1\"")),
            (E::NullInList, "/city/$in/2", "null", None),
            (E::LiteralType, "/city/$in/3", "true", Some("\"true\"")),
        ],
    );
}

#[test]
fn a_range_of_one_value_and_an_empty_folded_text_are_accepted() {
    assert!(compile(r#"{"credit_score": {"$between": [5, 5.0]}}"#).is_ok());
    assert!(compile(r#"{"city": {"$ieq": "", "$iin": [""]}, "a.set": {"$has": ""}}"#).is_ok());
}
