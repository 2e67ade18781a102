use super::*;
use ErrorCode as E;

pub(super) const CASES: &[Case] = &[
    (
        E::Duration,
        r#"{"dob": {"$within_last": 30}}"#,
        "/dob/$within_last",
        "30",
        None,
    ),
    (
        E::Duration,
        r#"{"dob": {"$within_last": {}}}"#,
        "/dob/$within_last",
        "{}",
        None,
    ),
    (
        E::Duration,
        r#"{"dob": {"$older_than": {"days": 1, "weeks": 1}}}"#,
        "/dob/$older_than",
        r#"{"days": 1, "weeks": 1}"#,
        None,
    ),
    (
        E::Duration,
        r#"{"dob": {"$within_next": {"hours": 1}}}"#,
        "/dob/$within_next/hours",
        r#""hours""#,
        None,
    ),
    (
        E::Duration,
        r#"{"created_at": {"$within_last": {"months": 1}}}"#,
        "/created_at/$within_last/months",
        r#""months""#,
        None,
    ),
    (
        E::Duration,
        r#"{"dob": {"$within_last": {"day": 1}}}"#,
        "/dob/$within_last/day",
        r#""day""#,
        Some("days"),
    ),
    (
        E::Duration,
        r#"{"dob": {"$within_last": {"days": -1}}}"#,
        "/dob/$within_last/days",
        "-1",
        None,
    ),
    (
        E::Duration,
        r#"{"dob": {"$within_last": {"days": 1.5}}}"#,
        "/dob/$within_last/days",
        "1.5",
        None,
    ),
    (
        E::Duration,
        r#"{"dob": {"$within_last": {"days": "1"}}}"#,
        "/dob/$within_last/days",
        "\"1\"",
        None,
    ),
    (
        E::IntRange,
        r#"{"dob": {"$anniversary_within": {"days": 367}}}"#,
        "/dob/$anniversary_within/days",
        "367",
        None,
    ),
    (
        E::IntRange,
        r#"{"dob": {"$anniversary_within": {"days": -1}}}"#,
        "/dob/$anniversary_within/days",
        "-1",
        None,
    ),
    (
        E::Duration,
        r#"{"dob": {"$anniversary_within": 7}}"#,
        "/dob/$anniversary_within",
        "7",
        None,
    ),
    (
        E::Duration,
        r#"{"dob": {"$anniversary_within": {"weeks": 1}}}"#,
        "/dob/$anniversary_within/weeks",
        r#""weeks""#,
        None,
    ),
    (
        E::LiteralType,
        r#"{"dob": {"$age": "18"}}"#,
        "/dob/$age",
        "\"18\"",
        None,
    ),
    (
        E::IntFraction,
        r#"{"dob": {"$age": 18.5}}"#,
        "/dob/$age",
        "18.5",
        None,
    ),
    (
        E::IntRange,
        r#"{"a.set": {"$size": {"$lt": 9223372036854775808}}}"#,
        "/a.set/$size/$lt",
        "9223372036854775808",
        None,
    ),
    (
        E::EmptyTest,
        r#"{"dob": {"$age": {}}}"#,
        "/dob/$age",
        "{}",
        None,
    ),
    (
        E::MisplacedOperator,
        r#"{"dob": {"$age": {"$ne": 5}}}"#,
        "/dob/$age/$ne",
        r#""$ne""#,
        None,
    ),
    (
        E::UnknownOperator,
        r#"{"dob": {"$age": {"gte": 5}}}"#,
        "/dob/$age/gte",
        r#""gte""#,
        Some("$gte"),
    ),
];

#[test]
fn periods_and_numbers_are_whole_and_in_range() {
    are_refused(CASES);
}

#[test]
fn the_longest_periods_are_a_hundred_years_of_any_unit() {
    let longest = [
        ("dob", "days", 36_525),
        ("dob", "weeks", 5_217),
        ("dob", "months", 1_200),
        ("dob", "years", 100),
        ("created_at", "minutes", 52_596_000),
        ("created_at", "hours", 876_600),
        ("created_at", "days", 36_525),
        ("created_at", "weeks", 5_217),
    ];
    for (field, unit, amount) in longest {
        let document =
            |amount: u32| format!(r#"{{"{field}": {{"$older_than": {{"{unit}": {amount}}}}}}}"#);
        assert!(compile(&document(amount)).is_ok(), "{amount} {unit}");
        assert!(compile(&document(0)).is_ok(), "{unit}");
        let errors = refused(&document(amount + 1));
        assert_eq!(errors.first().unwrap().code(), E::Duration, "{unit}");
    }
}

#[test]
fn ages_and_sizes_may_be_any_whole_number() {
    for number in ["0", "-1", "9223372036854775807", "18.0", "1.8e1"] {
        assert!(
            compile(&format!(r#"{{"dob": {{"$age": {number}}}}}"#)).is_ok(),
            "{number}"
        );
        let text = format!(r#"{{"a.set": {{"$size": {{"$lt": {number}, "$gte": 0}}}}}}"#);
        assert!(compile(&text).is_ok(), "{number}");
    }
}
