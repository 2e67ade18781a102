//! Mistakes in documents, as `criteria check` shows them.

use serde_json::Value;

use super::{CUSTOMERS, done, tell, tell_of};

/// Ten mistakes, with tabs and letters of several bytes.
const TEN_MISTAKES: &str = "{
\t\"segmnet\": \"premium\",
\t\"kyc_status\": \"verifed\",
\t\"credit_score\": {\"$gtr\": 700, \"$lte\": \"900\"},
\t\"city\": {\"$in\": [\"München\", \"東京\", null]},
\t\"dob\": {\"$age\": {\"$gte\": 17.5}, \"$gte\": \"2001-02-29\"},
\t\"created_at\": {\"$within_last\": {\"months\": 1}},
\t\"gender\": \"female\",
\t\"$or\": [{\"state\": \"Goa\"}, \"Kerala\"]
}
";

#[test]
fn ten_mistakes_are_shown_under_their_lines() {
    let told = tell(TEN_MISTAKES, &["check", "-"]);
    assert_eq!((told.code, told.err.as_str()), (2, ""));
    let shown: Vec<_> = told.out.lines().collect();
    let codes = shown
        .iter()
        .filter_map(|line| line.strip_prefix("error[")?.split(']').next());
    let expected = [
        "unknown_field",
        "enum_value",
        "unknown_operator",
        "literal_type",
        "null_in_list",
        "int_fraction",
        "date_range",
        "duration",
        "field_protected",
        "not_object",
    ];
    assert_eq!(codes.collect::<Vec<_>>(), expected);
    assert_eq!(shown.last().copied(), Some("<standard input>: 10 errors"));
    let places = shown
        .iter()
        .filter_map(|line| line.trim().strip_prefix("--> <standard input>:"));
    let expected = [
        "2:2", "3:16", "4:19", "4:40", "5:36", "6:27", "6:42", "7:34", "8:2", "9:28",
    ];
    assert_eq!(places.collect::<Vec<_>>(), expected);
    for part in [
        "2 |     \"segmnet\": \"premium\",\n  |     ^^^^^^^^^\n",
        // Each of 東 and 京 takes two places on the screen.
        "\"東京\", null]},\n  |                                         ^^^^\n",
        "= help: did you mean `segment`?",
        "= note: at `/credit_score/$lte`",
        "= note: expected one of `verified`, `pending`, `rejected`",
    ] {
        assert!(told.out.contains(part), "no {part} in:\n{}", told.out);
    }
    let carets = shown.iter().filter(|line| line.trim_end().ends_with('^'));
    assert_eq!(carets.count(), 10);
}

#[test]
fn mistakes_are_answered_as_json() {
    let told = tell(TEN_MISTAKES, &["check", "-", "--json"]);
    assert_eq!((told.code, told.err.as_str()), (2, ""));
    let found: Value = serde_json::from_str(&told.out).unwrap();
    assert_eq!(found["errors"].as_array().map(Vec::len), Some(10));
    assert_eq!(found["errors"][0]["suggestion"], "segment");
    assert_eq!(found["errors"][2]["pointer"], "/credit_score/$gtr");
    assert_eq!(found["warnings"], Value::Array(Vec::new()));
}

/// Whatever is cut off, in the middle of a character too, is answered.
#[test]
fn a_document_that_ends_anywhere_is_refused_where_it_ends() {
    for end in 0..TEN_MISTAKES.trim_end().len() {
        let told = tell_of(&TEN_MISTAKES.as_bytes()[..end], &["check", "-"]);
        assert_eq!(told.code, 2, "{end}");
        assert!(told.out.contains("error["), "{end}: {}", told.out);
        assert!(told.out.contains('^'), "{end}: {}", told.out);
    }
    let told = tell("{\"city\": \"Pune\"", &["check", "-"]);
    let marked = "1 | {\"city\": \"Pune\"\n  |                ^\n";
    assert!(told.out.contains(marked), "{}", told.out);
}

#[test]
fn bytes_that_are_no_text_are_shown_where_they_stand() {
    let told = tell_of(b"{\"city\": \"P\xffne\"}", &["check", "-"]);
    assert_eq!(told.code, 2);
    assert!(told.out.contains("error[utf8]"), "{}", told.out);
    assert!(told.out.contains("<standard input>:1:12"), "{}", told.out);
}

#[test]
fn a_document_without_mistakes_is_warned_of_what_is_doubtful() {
    let out = done(r#"{"city": {"$ne": "Pune"}}"#, &["check", "-"]);
    assert!(out.starts_with("warning[nullable_negation]: "), "{out}");
    assert!(
        out.ends_with("<standard input>: no errors, 1 warning\n"),
        "{out}"
    );
    let out = done(r#"{"city": "Pune"}"#, &["check", "-"]);
    assert_eq!(out, "<standard input>: no errors, no warnings\n");
}

#[test]
fn a_mistake_ends_every_other_command_with_the_same_report() {
    let shown = tell(TEN_MISTAKES, &["check", "-"]).out;
    let customer = r#"{"city": "Pune"}"#;
    for arguments in [
        &["describe", "-"][..],
        &["canonical", "-"],
        &["explain", "-", "--customer", customer],
        &["count", "-", "--customers", CUSTOMERS],
    ] {
        let told = tell(TEN_MISTAKES, arguments);
        assert_eq!((told.code, told.out.as_str()), (2, ""), "{arguments:?}");
        assert_eq!(told.err, shown);
    }
}
