use super::*;
use ErrorCode as E;

pub(super) const CASES: &[Case] = &[
    (
        E::UnknownField,
        r#"{"Segment": "x"}"#,
        "/Segment",
        r#""Segment""#,
        Some("segment"),
    ),
    (E::UnknownField, r#"{"": "x"}"#, "/", r#""""#, None),
    (
        E::UnknownField,
        r#"{"external_id": "x"}"#,
        "/external_id",
        r#""external_id""#,
        None,
    ),
    (
        E::FieldRetired,
        r#"{"a.retired": "x"}"#,
        "/a.retired",
        r#""a.retired""#,
        None,
    ),
    (
        E::OperatorType,
        r#"{"is_active": {"$gt": true}}"#,
        "/is_active/$gt",
        r#""$gt""#,
        None,
    ),
    (
        E::OperatorType,
        r#"{"created_at": {"$in": ["x"]}}"#,
        "/created_at/$in",
        r#""$in""#,
        None,
    ),
    (
        E::OperatorType,
        r#"{"a.set": "x"}"#,
        "/a.set",
        r#""a.set""#,
        None,
    ),
    (
        E::OperatorType,
        r#"{"a.set": {"$eq": null}}"#,
        "/a.set/$eq",
        r#""$eq""#,
        None,
    ),
    (
        E::OperatorType,
        r#"{"city": {"$not": {"$has": "x"}}}"#,
        "/city/$not/$has",
        r#""$has""#,
        None,
    ),
    (
        E::ReservedOperator,
        r#"{"city": {"$regex": "x"}}"#,
        "/city/$regex",
        r#""$regex""#,
        None,
    ),
    (
        E::ReservedOperator,
        r#"{"$semver_gt": "x"}"#,
        "/$semver_gt",
        r#""$semver_gt""#,
        None,
    ),
    (
        E::MisplacedOperator,
        r#"{"$eq": "x"}"#,
        "/$eq",
        r#""$eq""#,
        None,
    ),
    (
        E::MisplacedOperator,
        r#"{"city": {"$and": []}}"#,
        "/city/$and",
        r#""$and""#,
        None,
    ),
    (
        E::MisplacedOperator,
        r#"{"city": {"$v": 1}}"#,
        "/city/$v",
        r#""$v""#,
        None,
    ),
    (
        E::UnknownOperator,
        r#"{"$evryone": true}"#,
        "/$evryone",
        r#""$evryone""#,
        Some("$everyone"),
    ),
    (
        E::UnknownOperator,
        r#"{"city": {"$exist": true}}"#,
        "/city/$exist",
        r#""$exist""#,
        Some("$exists"),
    ),
    (
        E::UnknownOperator,
        r#"{"city": {"exists": true}}"#,
        "/city/exists",
        r#""exists""#,
        Some("$exists"),
    ),
    (
        E::UnknownOperator,
        r#"{"city": {"$nonsense": true}}"#,
        "/city/$nonsense",
        r#""$nonsense""#,
        None,
    ),
];

#[test]
fn names_are_known_or_refused() {
    are_refused(CASES);
}

#[test]
fn the_test_of_an_unknown_field_is_looked_through_for_other_names() {
    is_refused(
        r#"{"nobody": {"$eq": 1, "$not": {"$exist": 2}}}"#,
        &[
            (E::UnknownField, "/nobody", r#""nobody""#, None),
            (
                E::UnknownOperator,
                "/nobody/$not/$exist",
                r#""$exist""#,
                Some("$exists"),
            ),
        ],
    );
}

#[test]
fn a_protected_field_is_refused_until_it_is_allowed() {
    let text = r#"{"gender": "female"}"#;
    let errors = Criteria::parse(text, &Catalog::customers()).unwrap_err();
    let error = errors.first().unwrap();
    assert_eq!(
        (error.code(), error.pointer(), error.span().of(text)),
        (E::FieldProtected, "/gender", Some(r#""gender""#))
    );
    assert!(Criteria::parse(text, &catalog()).is_ok());
}
