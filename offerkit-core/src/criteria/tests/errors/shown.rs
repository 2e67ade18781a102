use super::*;
use ErrorCode as E;

#[test]
fn ten_mistakes_are_told_in_ten_sentences() {
    let text = r#"{
        "segmnet": "premium",
        "credit_score": {"$between": [900, 650]},
        "dob": {"$age": {"$gte": "18"}, "$within_last": {"hours": 3}},
        "city": {"$in": ["Pune", null], "$contain": "x"},
        "$or": [],
        "$sample": {"percent": 250, "salt": "spring"},
        "kyc_status": "verfied",
        "$segment": "premum"
    }"#;
    let shown = [
        "at `/segmnet`: there is no field `segmnet`; expected a field of the catalog; did you mean `segment`?",
        "at `/credit_score/$between`: 900 is greater than 650, so that no value is between; did you mean `[650, 900]`?",
        "at `/dob/$age/$gte`: `$age` is text; expected a whole number",
        "at `/dob/$within_last/hours`: a date has no period in hours; expected a period, such as `{\"days\": 30}` or `{\"weeks\": 30}` or `{\"months\": 30}` or `{\"years\": 30}`",
        "at `/city/$in/1`: null is no value of a list; expected a value; customers without one are selected by `{\"$exists\": false}`",
        "at `/city/$contain`: there is no operator `$contain`; did you mean `$contains`?",
        "at `/$or`: `$or` has no parts; expected at least one object of conditions",
        "at `/$sample/percent`: a sample cannot be `250` percent; expected a number above 0 and up to 100, with at most 2 digits behind the point",
        "at `/kyc_status`: there is no value `verfied`; expected one of `verified`, `pending`, `rejected`; did you mean `verified`?",
        "at `/$segment`: there is no segment `premum`; expected the name of a segment, such as `premium` or `premium@3`; did you mean `premium`?",
    ];
    assert_eq!(refused(text).to_string(), shown.join("\n"));
}

#[test]
fn all_errors_are_collected_in_document_order() {
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
    let texts = [
        format!(r#"{{"{long}": 1}}"#),
        format!(r#"{{"city": {{"{long}": 1}}}}"#),
        format!(r#"{{"$received": {{"{long}": 1}}}}"#),
        format!(
            r#"{{"$sample": {{"percent": 5, "salt": "{}"}}}}"#,
            "x".repeat(1025)
        ),
        format!("\"{}\"", "x".repeat(1025)),
        r#"{"$v": 1e99, "city": 1}"#.to_owned(),
        r#"{"city": {"$in": ["x\u0000"]}}"#.to_owned(),
        r#"{"$and": ["x\u0000"]}"#.to_owned(),
        r#"{"dob": {"$within_last": {"days": 1e99}}}"#.to_owned(),
        r#"{"dob": {"$age": {"$gt": 1e99}}}"#.to_owned(),
        r#"{"$segment": ["x\u0000"]}"#.to_owned(),
    ];
    for text in texts {
        let errors = refused(&text);
        assert_eq!(errors.as_slice().len(), 1, "{text}\n{errors}");
    }
}

#[test]
fn no_more_than_the_limit_of_errors_is_collected() {
    let members: Vec<String> = (0..300)
        .map(|index| format!(r#""unknown_{index}": "\u0000""#))
        .collect();
    let errors = refused(&format!("{{{}}}", members.join(",")));
    let errors = errors.as_slice();
    assert_eq!(errors.len(), 100);
    assert_eq!(errors[0].pointer(), "/unknown_0");
    assert_eq!(errors[99].pointer(), "/unknown_49");
}

#[test]
fn errors_are_shown_and_serialised() {
    let errors = refused(r#"{"credit_score": "x", "citi": 1}"#);
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
