use super::*;

type Found<'t> = (ErrorCode, &'t str, &'t str, Option<&'t str>);

fn found(text: &str) -> Vec<(ErrorCode, String, String, Option<String>)> {
    let errors = Criteria::parse(text, &catalog()).expect_err(text);
    let found = errors.iter().map(|error| {
        let covered = error.span().of(text).unwrap().to_owned();
        (
            error.code(),
            error.pointer().to_owned(),
            covered,
            error.suggestion().map(str::to_owned),
        )
    });
    found.collect()
}

fn is_refused(text: &str, expected: &[Found<'_>]) {
    let found = found(text);
    let found: Vec<Found<'_>> = found
        .iter()
        .map(|(code, pointer, text, near)| (*code, &**pointer, &**text, near.as_deref()))
        .collect();
    assert_eq!(found, expected, "{text}");
}

#[test]
fn structure() {
    use ErrorCode as E;
    is_refused("[]", &[(E::NotObject, "", "[]", None)]);
    is_refused("\"x\"", &[(E::NotObject, "", "\"x\"", None)]);
    is_refused("{}", &[(E::EmptyCriteria, "", "{}", None)]);
    is_refused(
        r#"{"$v": 1}"#,
        &[(E::EmptyCriteria, "", r#"{"$v": 1}"#, None)],
    );
    is_refused(
        r#"{"$everyone": false}"#,
        &[(E::LiteralType, "/$everyone", "false", None)],
    );
    is_refused(r#"{"city": {}}"#, &[(E::EmptyTest, "/city", "{}", None)]);
    is_refused(
        r#"{"city": {"$eq": "x", "ne": 1}}"#,
        &[(E::MixedTest, "/city/ne", r#""ne""#, Some("$ne"))],
    );
    is_refused(
        r#"{"city": {"$exists": null}}"#,
        &[(E::LiteralType, "/city/$exists", "null", None)],
    );
}

#[test]
fn another_version_is_refused_before_anything_else() {
    for version in [
        "2",
        "0",
        "-1",
        "1.5",
        "\"1\"",
        "null",
        "99999999999999999999",
        "[1]",
    ] {
        let text = format!(r#"{{"nonsense": 1, "$v": {version}, "$new": []}}"#);
        is_refused(&text, &[(ErrorCode::Version, "/$v", version, None)]);
    }
}

#[test]
fn operators_are_never_ignored() {
    use ErrorCode as E;
    for clause in [
        "$and",
        "$or",
        "$nor",
        "$not",
        "$segment",
        "$received",
        "$sample",
    ] {
        let text = format!(r#"{{"city": "x", "{clause}": [{{"nonsense": {{}}}}]}}"#);
        is_refused(
            &text,
            &[(
                E::UnsupportedOperator,
                &format!("/{clause}"),
                &format!("\"{clause}\""),
                None,
            )],
        );
    }
    is_refused(
        r#"{"city": {"$in": ["x"]}}"#,
        &[(E::UnsupportedOperator, "/city/$in", r#""$in""#, None)],
    );
    is_refused(
        r#"{"dob": {"$age": {"$gte": 18}}}"#,
        &[(E::UnsupportedOperator, "/dob/$age", r#""$age""#, None)],
    );
    is_refused(
        r#"{"is_active": {"$gt": true}}"#,
        &[(E::OperatorType, "/is_active/$gt", r#""$gt""#, None)],
    );
    is_refused(
        r#"{"a.set": "x"}"#,
        &[(E::OperatorType, "/a.set", r#""a.set""#, None)],
    );
    is_refused(
        r#"{"city": {"$regex": "x"}}"#,
        &[(E::ReservedOperator, "/city/$regex", r#""$regex""#, None)],
    );
    is_refused(
        r#"{"$semver_gt": "x"}"#,
        &[(E::ReservedOperator, "/$semver_gt", r#""$semver_gt""#, None)],
    );
    is_refused(
        r#"{"$eq": "x"}"#,
        &[(E::MisplacedOperator, "/$eq", r#""$eq""#, None)],
    );
    is_refused(
        r#"{"city": {"$and": []}}"#,
        &[(E::MisplacedOperator, "/city/$and", r#""$and""#, None)],
    );
    is_refused(
        r#"{"city": {"$v": 1}}"#,
        &[(E::MisplacedOperator, "/city/$v", r#""$v""#, None)],
    );
    is_refused(
        r#"{"$evryone": true}"#,
        &[(
            E::UnknownOperator,
            "/$evryone",
            r#""$evryone""#,
            Some("$everyone"),
        )],
    );
    let cases = [
        ("$exist", Some("$exists")),
        ("exists", Some("$exists")),
        ("$nonsense", None),
    ];
    for (name, suggestion) in cases {
        let text = format!(r#"{{"city": {{"{name}": true}}}}"#);
        let (pointer, covered) = (format!("/city/{name}"), format!("\"{name}\""));
        is_refused(
            &text,
            &[(E::UnknownOperator, &pointer, &covered, suggestion)],
        );
    }
}

#[test]
fn names() {
    use ErrorCode as E;
    is_refused(
        r#"{"Segment": "x"}"#,
        &[(E::UnknownField, "/Segment", r#""Segment""#, Some("segment"))],
    );
    is_refused(r#"{"": "x"}"#, &[(E::UnknownField, "/", r#""""#, None)]);
    is_refused(
        r#"{"external_id": "x"}"#,
        &[(E::UnknownField, "/external_id", r#""external_id""#, None)],
    );
    is_refused(
        r#"{"a.retired": "x"}"#,
        &[(E::FieldRetired, "/a.retired", r#""a.retired""#, None)],
    );
    is_refused(
        r#"{"nobody": {"$eq": 1, "$exist": 2}}"#,
        &[
            (E::UnknownField, "/nobody", r#""nobody""#, None),
            (
                E::UnknownOperator,
                "/nobody/$exist",
                r#""$exist""#,
                Some("$exists"),
            ),
        ],
    );
    let errors = Criteria::parse(r#"{"gender": "female"}"#, &Catalog::customers()).unwrap_err();
    assert_eq!(errors.first().unwrap().code(), E::FieldProtected);
}

#[test]
fn literals() {
    use ErrorCode as E;
    let uuid = "018f4a2c-0000-7000-8000-00000000000a";
    let upper = format!("\"{}\"", uuid.to_uppercase());
    let cases = [
        ("city", "5", E::LiteralType, Some("\"5\"")),
        ("city", "1e2", E::LiteralType, Some("\"1e2\"")),
        ("city", "[\"x\"]", E::LiteralType, None),
        ("credit_score", "\"700\"", E::LiteralType, Some("700")),
        ("credit_score", "true", E::LiteralType, None),
        ("credit_score", "700.5", E::IntFraction, None),
        ("credit_score", "9223372036854775808", E::IntRange, None),
        ("credit_score", "1e29", E::NumberRange, None),
        ("annual_income", "0.00001", E::Scale, None),
        ("annual_income", "1e24", E::NumberRange, None),
        ("a.decimal", "12345", E::NumberRange, None),
        ("is_active", "\"true\"", E::LiteralType, Some("true")),
        ("is_active", "1", E::LiteralType, None),
        ("kyc_status", "\"verfied\"", E::EnumValue, Some("verified")),
        ("kyc_status", "\"\"", E::EnumValue, None),
        ("gender", "1", E::LiteralType, None),
        ("dob", "\"29-02-1992\"", E::DateFormat, None),
        ("dob", "\"1993-02-29\"", E::DateRange, None),
        ("created_at", "\"2026-01-31\"", E::TimestampFormat, None),
        (
            "created_at",
            "\"2026-01-31T09:30:00\"",
            E::TimestampOffset,
            None,
        ),
        (
            "created_at",
            "\"2026-01-31T09:30:00.1234567Z\"",
            E::TimestampPrecision,
            None,
        ),
        ("id", "\"me\"", E::LiteralType, None),
        ("id", upper.as_str(), E::LiteralType, Some(uuid)),
    ];
    for (field, literal, code, suggestion) in cases {
        // What cannot be read at all is refused before its field is known.
        let suggestion = if code == E::NumberRange {
            None
        } else {
            suggestion
        };
        is_refused(
            &format!(r#"{{"{field}": {literal}}}"#),
            &[(code, &format!("/{field}"), literal, suggestion)],
        );
        let pointer = format!("/{field}/$eq");
        is_refused(
            &format!(r#"{{"{field}": {{"$eq": {literal}}}}}"#),
            &[(code, &pointer, literal, suggestion)],
        );
    }
    is_refused(
        r#"{"city": {"$eq": {}}}"#,
        &[(E::LiteralType, "/city/$eq", "{}", None)],
    );
}

#[test]
fn all_errors_are_collected_in_document_order() {
    use ErrorCode as E;
    let text =
        r#"{"segmnet": 1, "city": 5, "city": "x\u0000", "dob": {"$eq": "x"}, "phone": 1e99}"#;
    is_refused(
        text,
        &[
            (E::UnknownField, "/segmnet", r#""segmnet""#, Some("segment")),
            (E::LiteralType, "/city", "5", Some("\"5\"")),
            (E::DuplicateKey, "/city", r#""city""#, None),
            (E::NulChar, "/city", "\\u0000", None),
            (E::DateFormat, "/dob/$eq", r#""x""#, None),
            (E::NumberRange, "/phone", "1e99", None),
        ],
    );
}

#[test]
fn a_fault_is_reported_once() {
    let long = "n".repeat(65);
    assert_eq!(found(&format!(r#"{{"{long}": 1}}"#)).len(), 1);
    assert_eq!(found(&format!(r#"{{"city": {{"{long}": 1}}}}"#)).len(), 1);
    assert_eq!(found(&format!("\"{}\"", "x".repeat(1025))).len(), 1);
    assert_eq!(found(r#"{"$v": 1e99, "city": 1}"#).len(), 1);
}

#[test]
fn no_more_than_the_limit_of_errors_is_collected() {
    let members: Vec<String> = (0..300)
        .map(|index| format!(r#""unknown_{index}": "\u0000""#))
        .collect();
    let errors = found(&format!("{{{}}}", members.join(",")));
    assert_eq!(errors.len(), 100);
    assert_eq!(errors[0].1, "/unknown_0");
    assert_eq!(errors[99].1, "/unknown_49");
}

#[test]
fn bytes_that_are_not_utf_8_are_refused() {
    let limits = Limits::default();
    let errors = Criteria::parse_bytes(b"{\"city\": \"\xff\"}", &catalog(), &limits).unwrap_err();
    let error = errors.first().unwrap();
    assert_eq!(
        (error.code(), error.span()),
        (ErrorCode::Utf8, Span::new(10, 11))
    );
    assert!(Criteria::parse_bytes(b"{\"city\": \"x\"}", &catalog(), &limits).is_ok());
}

#[test]
fn errors_are_shown_and_serialised() {
    let errors = Criteria::parse(r#"{"credit_score": "x", "citi": 1}"#, &catalog()).unwrap_err();
    let lines = [
        "at `/credit_score`: the field `credit_score` is compared with text; expected a whole number",
        "at `/citi`: there is no field `citi`; expected a field of the catalog; did you mean `city`?",
    ];
    assert_eq!(errors.to_string(), lines.join("\n"));
    let json = serde_json::to_value(&errors).unwrap();
    assert_eq!(json[1]["code"], "unknown_field");
    assert_eq!(json[1]["span"], serde_json::json!({"start": 22, "end": 28}));
    assert_eq!(json[1]["suggestion"], "city");
}
