use super::*;
use ErrorCode as E;

pub(super) const CASES: &[Case] = &[
    (
        E::LiteralType,
        r#"{"city": {"$eq": {}}}"#,
        "/city/$eq",
        "{}",
        None,
    ),
    (
        E::LiteralType,
        r#"{"city": {"$gt": null}}"#,
        "/city/$gt",
        "null",
        None,
    ),
    (
        E::IntFraction,
        r#"{"credit_score": {"$lt": 0.5}}"#,
        "/credit_score/$lt",
        "0.5",
        None,
    ),
    (
        E::IntRange,
        r#"{"credit_score": 1e28}"#,
        "/credit_score",
        "1e28",
        None,
    ),
    (
        E::NumberRange,
        r#"{"credit_score": 1e29}"#,
        "/credit_score",
        "1e29",
        None,
    ),
    (
        E::Scale,
        r#"{"annual_income": {"$gte": 0.00001}}"#,
        "/annual_income/$gte",
        "0.00001",
        None,
    ),
    (
        E::EnumValue,
        r#"{"kyc_status": {"$ne": "verfied"}}"#,
        "/kyc_status/$ne",
        "\"verfied\"",
        Some("verified"),
    ),
    (
        E::DateFormat,
        r#"{"dob": "29-02-1992"}"#,
        "/dob",
        "\"29-02-1992\"",
        None,
    ),
    (
        E::DateRange,
        r#"{"dob": "1993-02-29"}"#,
        "/dob",
        "\"1993-02-29\"",
        None,
    ),
    (
        E::TimestampFormat,
        r#"{"created_at": "2026-01-31"}"#,
        "/created_at",
        "\"2026-01-31\"",
        None,
    ),
    (
        E::TimestampOffset,
        r#"{"created_at": "2026-01-31T09:30:00"}"#,
        "/created_at",
        "\"2026-01-31T09:30:00\"",
        None,
    ),
    (
        E::TimestampPrecision,
        r#"{"created_at": "2026-01-31T09:30:00.1234567Z"}"#,
        "/created_at",
        "\"2026-01-31T09:30:00.1234567Z\"",
        None,
    ),
];

#[test]
fn single_literals_are_of_their_fields_type() {
    are_refused(CASES);
}

#[test]
fn shorthand_and_operators_refuse_the_same_literals() {
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
}
