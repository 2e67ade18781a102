//! The example `criteria`, run as its command line runs it.

#[path = "../examples/criteria/main.rs"]
mod criteria;
#[path = "criteria_cli/mistakes.rs"]
mod mistakes;
#[path = "criteria_cli/sql.rs"]
mod sql;

use std::{collections::BTreeMap, env, fs, io, path::PathBuf, process};

use serde_json::Value;

const CUSTOMERS: &str = "examples/data/customers.csv";
const NOW: &str = "2026-03-01T00:00:00Z";

// The test runs what `main` runs.
const _: fn() -> process::ExitCode = criteria::main;

/// What a run answered.
struct Told {
    code: u8,
    out: String,
    err: String,
}

fn tell_of(input: &[u8], arguments: &[&str]) -> Told {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let mut streams = criteria::Streams {
        input: &mut &*input,
        out: &mut out,
        err: &mut err,
        is_terminal: false,
    };
    let arguments = ["criteria"].iter().chain(arguments).map(Into::into);
    let code = criteria::run(arguments, &mut streams);
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    Told {
        code,
        out: text(out),
        err: text(err),
    }
}

fn tell(input: &str, arguments: &[&str]) -> Told {
    tell_of(input.as_bytes(), arguments)
}

/// A run that succeeds and has nothing to complain of.
fn done(input: &str, arguments: &[&str]) -> String {
    let told = tell(input, arguments);
    assert_eq!((told.code, told.err.as_str()), (0, ""), "{}", told.out);
    told.out
}

/// A file that is gone when the test ends.
struct Temporary(PathBuf);

impl Temporary {
    fn new(name: &str, content: &str) -> io::Result<Self> {
        let name = format!("offerkit-criteria-{}-{name}", process::id());
        let path = env::temp_dir().join(name);
        fs::write(&path, content)?;
        Ok(Self(path))
    }

    fn path(&self) -> &str {
        self.0.to_str().unwrap_or_default()
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        fs::remove_file(&self.0).ok();
    }
}

#[test]
fn a_document_is_described_and_printed_canonically() {
    let file = Temporary::new("describe.json", r#"{"city": "Pune", "credit_score": 7e2}"#).unwrap();
    let out = done("", &["describe", file.path()]);
    assert!(
        out.contains(r#"city is "Pune""#) && out.contains("700"),
        "{out}"
    );
    let out = done("", &["canonical", file.path()]);
    let (text, digest) = out.trim_end().split_once('\n').unwrap();
    assert_eq!(
        text,
        r#"{"$and":[{"city":{"$eq":"Pune"}},{"credit_score":{"$eq":700}}]}"#
    );
    assert_eq!(digest.len(), 64);
    assert_eq!(done(text, &["canonical", "-"]), out);
}

#[test]
fn a_decision_is_explained() {
    let document = r#"{"segment": "premium", "dob": {"$age": {"$gte": 26}}}"#;
    let explain = |customer: &str| {
        let arguments = ["explain", "-", "--now", NOW, "--customer", customer];
        done(document, &arguments)
    };
    let selected = explain(r#"{"segment": "premium", "dob": "2000-02-29"}"#);
    assert!(selected.ends_with("\nselected\n"), "{selected}");
    let refused = explain(r#"{"segment": "premium", "dob": "2000-03-02"}"#);
    assert!(refused.ends_with("\nnot selected\n"), "{refused}");
    assert!(refused.contains("2000-03-02"), "{refused}");
    let absent = explain("{}");
    assert!(absent.contains("no value"), "{absent}");

    let file = Temporary::new("customer.json", r#"{"segment": "premium"}"#).unwrap();
    let from_file = format!("@{}", file.path());
    let out = done(
        document,
        &["explain", "-", "--json", "--customer", &from_file],
    );
    let found: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(found["holds"], false);
    assert_eq!(found["parts"].as_array().map(Vec::len), Some(2));
}

#[test]
fn the_time_zone_says_which_day_it_is() {
    let document = r#"{"dob": {"$age": {"$gte": 26}}}"#;
    let explain = |zone: &str| {
        let evening = "2026-02-28T20:00:00Z";
        let customer = r#"{"dob": "2000-02-29"}"#;
        let arguments = [
            "explain",
            "-",
            "--now",
            evening,
            "--time-zone",
            zone,
            "--customer",
            customer,
        ];
        done(document, &arguments)
    };
    assert!(explain("UTC").ends_with("\nnot selected\n"));
    assert!(explain("+05:30").ends_with("\nselected\n"));
}

/// How many rows of the customers' file satisfy `holds`.
fn rows(holds: impl Fn(&BTreeMap<String, String>) -> bool) -> csv::Result<usize> {
    let rows = csv::Reader::from_path(CUSTOMERS)?.into_deserialize();
    let rows: Vec<BTreeMap<String, String>> = rows.collect::<csv::Result<_>>()?;
    Ok(rows.iter().filter(|row| holds(row)).count())
}

#[test]
fn customers_of_a_file_are_counted_step_by_step() {
    let document =
        r#"{"segment": "premium", "city": {"$ne": "Pune"}, "credit_score": {"$gte": 700}}"#;
    let arguments = [
        "count",
        "-",
        "--customers",
        CUSTOMERS,
        "--now",
        NOW,
        "--waterfall",
    ];
    let out = done(document, &arguments);
    let is_premium = |row: &BTreeMap<String, String>| row["segment"] == "premium";
    let lives_elsewhere = |row: &BTreeMap<String, String>| is_premium(row) && row["city"] != "Pune";
    let has_score = |row: &BTreeMap<String, String>| {
        lives_elsewhere(row)
            && row["credit_score"]
                .parse::<u32>()
                .is_ok_and(|score| score >= 700)
    };
    let counts = [
        rows(|_| true).unwrap(),
        rows(is_premium).unwrap(),
        rows(lives_elsewhere).unwrap(),
        rows(has_score).unwrap(),
    ];
    assert!(
        counts.is_sorted_by(|more, fewer| more > fewer),
        "{counts:?}"
    );
    let shown = out
        .lines()
        .filter_map(|line| line.split_whitespace().next()?.parse().ok());
    let [total, .., selected] = counts;
    assert_eq!(
        shown.collect::<Vec<usize>>(),
        [&counts[..], &[selected]].concat()
    );
    assert!(
        out.ends_with(&format!("\n{selected} of {total} customers selected\n")),
        "{out}"
    );
    assert_eq!(done(document, &arguments), out);

    let json = done(document, &[&arguments[..], &["--json"]].concat());
    let found: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(found["selected"], selected);
    assert_eq!(found["steps"][1]["pointer"], "/city");
}

#[test]
fn rows_with_mistakes_are_told_and_left_out() {
    let text = "full_name,credit_score,attributes.last_login\n\
                Asha Rao,712,2026-02-28T23:30:00+05:30\n\
                Ben Ito,high,\n\
                Chitra Nair,650,yesterday\n";
    let file = Temporary::new("customers.csv", text).unwrap();
    let arguments = ["count", "-", "--customers", file.path(), "--now", NOW];
    let attribute = ["--attribute", "last_login:timestamp"];
    let document = r#"{"last_login": {"$within_last": {"hours": 6}}}"#;
    let told = tell(document, &[&arguments[..], &attribute].concat());
    assert_eq!(
        (told.code, told.out.as_str()),
        (0, "1 of 1 customers selected\n")
    );
    let mistakes: Vec<_> = told.err.lines().collect();
    assert_eq!(mistakes.len(), 2);
    assert!(
        mistakes[0].starts_with("left out: line 3, column 2 (credit_score): "),
        "{}",
        told.err
    );
    assert!(
        mistakes[1].starts_with("left out: line 4: ") && mistakes[1].contains("`yesterday`"),
        "{}",
        told.err
    );
}

#[test]
fn ages_depend_on_now_alone() {
    let count = |now: &str| {
        let document = r#"{"dob": {"$age": {"$gte": 60}}}"#;
        done(
            document,
            &["count", "-", "--customers", CUSTOMERS, "--now", now],
        )
    };
    assert_eq!(count(NOW), count(NOW));
    assert_ne!(count(NOW), count("2036-03-01T00:00:00Z"));
}

#[test]
fn fields_are_listed_with_those_that_are_declared() {
    let arguments = [
        "fields",
        "--attribute",
        "tier:enum(gold,silver)",
        "--attribute",
        "rate:decimal(6,3)",
    ];
    let out = done("", &arguments);
    let line = |name: &str| {
        out.lines()
            .find(|line| line.split(' ').next() == Some(name))
    };
    assert!(line("gender").unwrap().ends_with("protected"), "{out}");
    assert!(line("tier").unwrap().contains("enum(gold,silver)"), "{out}");
    assert!(line("rate").unwrap().contains("decimal(6,3)"), "{out}");
    assert!(line("bool:").unwrap().contains("$eq $ne"), "{out}");
    assert!(!line("bool:").unwrap().contains("$gt"), "{out}");

    let out = done("", &["fields", "--json", "--allow", "gender"]);
    let form: Value = serde_json::from_str(&out).unwrap();
    let fields = form["fields"].as_array().unwrap();
    let gender = fields
        .iter()
        .find(|field| field["name"] == "gender")
        .unwrap();
    assert_eq!(gender["protected"], false);
}

#[test]
fn segments_and_offers_are_known_where_they_are_named() {
    let segment = Temporary::new("premium.json", r#"{"segment": "premium"}"#).unwrap();
    let named = format!("premium@3={}", segment.path());
    let document = r#"{"$segment": "premium@3"}"#;
    assert_eq!(tell(document, &["check", "-"]).code, 2);
    done(document, &["check", "-", "--segment", &named]);
    let offer = "018f4a2c-0000-7000-8000-0000000000a1";
    let document = format!(r#"{{"$received": {{"offer": "{offer}"}}}}"#);
    assert_eq!(tell(&document, &["check", "-"]).code, 2);
    done(&document, &["check", "-", "--offer", offer]);
}

#[test]
fn cases_that_fail_are_told_and_counted() {
    let text = r#"{"id": "right", "fields": {"a": "int"}, "row": {"a": 1}, "criteria": {"a": 1}, "expected": true}
{"id": "wrong", "fields": {"a": "int"}, "row": {"a": 2}, "criteria": {"a": 1}, "expected": true}

{"id": "a slip", "fields": {"a": "int"}, "criteria": {"b": 1}, "error": "unknown_field"}
"#;
    let file = Temporary::new("cases.jsonl", text).unwrap();
    let told = tell("", &["cases", file.path()]);
    assert_eq!((told.code, told.err.as_str()), (1, ""));
    let lines: Vec<_> = told.out.lines().collect();
    let place = format!("{}:2: wrong: answered false", file.path());
    assert!(lines[0].starts_with(&place), "{}", told.out);
    assert_eq!(lines[1..], ["2 passed, 1 failed"]);

    let good = "tests/cases/operators/and.jsonl";
    let told = done("", &["cases", good, "tests/cases/errors/json.jsonl"]);
    assert!(
        told.ends_with(" passed, 0 failed\n") && told.lines().count() == 1,
        "{told}"
    );

    let broken = Temporary::new("broken.jsonl", "\n{\"id\": 1}\n").unwrap();
    let told = tell("", &["cases", good, broken.path()]);
    assert_eq!((told.code, told.out.as_str()), (2, ""));
    let place = format!("error: {}:2: no case: ", broken.path());
    assert!(told.err.starts_with(&place), "{}", told.err);
}

#[test]
fn wrong_input_is_answered_with_what_is_wrong() {
    for (arguments, problem) in [
        (&["check", "no/such.json"][..], "cannot read no/such.json: "),
        (&["cases", "no/such.jsonl"], "cannot read no/such.jsonl: "),
        (
            &["count", "-", "--customers", "no/such.csv"],
            "cannot read no/such.csv: ",
        ),
        (
            &["explain", "-", "--customer", "[]"],
            "a JSON object is expected",
        ),
        (
            &["explain", "-", "--customer", r#"{"kyc_status": "maybe"}"#],
            "kyc_status",
        ),
        (&["check", "-", "--now", "today"], "RFC 3339"),
        (&["check", "-", "--attribute", "tier"], "NAME:TYPE"),
        (
            &["check", "-", "--attribute", "tier:number"],
            "`number` is no type",
        ),
        (
            &["check", "-", "--attribute", "city:text"],
            "already has a field `city`",
        ),
        (&["check", "-", "--allow", "gendre"], "no field `gendre`"),
        (
            &["check", "-", "--segment", "premium=x.json"],
            "NAME@VERSION=FILE",
        ),
        (&["check"], "required"),
        (&["prove", "-"], "unrecognized subcommand"),
    ] {
        let told = tell(r#"{"city": "Pune"}"#, arguments);
        assert_eq!(
            (told.code, told.out.as_str()),
            (2, ""),
            "{arguments:?}: {}",
            told.err
        );
        assert!(told.err.starts_with("error: "), "{}", told.err);
        assert!(told.err.contains(problem), "{arguments:?}: {}", told.err);
    }
}

#[test]
fn the_help_text_teaches() {
    let out = done("", &["--help"]);
    for part in ["check", "explain", "--attribute", "--now", "Exit codes: 0"] {
        assert!(out.contains(part), "{out}");
    }
}
