//! The example `quickstart`, run as its command line runs it, against numbers that are counted here from the file.

#[path = "quickstart/aiosmtpd.rs"]
mod aiosmtpd;
#[path = "quickstart/postgres.rs"]
mod postgres;
#[path = "../examples/quickstart/main.rs"]
mod quickstart;
#[path = "quickstart/smtp.rs"]
mod smtp;

use std::{
    collections::{BTreeMap, BTreeSet},
    env, fs, io,
    path::{Path, PathBuf},
    process,
};

const CUSTOMERS: &str = "examples/data/customers.csv";

// The test runs what `main` runs.
const _: fn() -> process::ExitCode = quickstart::main;

/// What a run answered.
struct Told {
    code: u8,
    out: String,
    err: String,
}

impl Told {
    fn summary(&self) -> &str {
        self.out.lines().last().unwrap_or_default()
    }
}

fn tell(arguments: &[&str]) -> Told {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let arguments = ["quickstart"].iter().chain(arguments).map(Into::into);
    let code = quickstart::run(arguments, &mut out, &mut err, false);
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    Told {
        code,
        out: text(out),
        err: text(err),
    }
}

/// Customers, and how many of them have an e-mail address and a phone.
#[derive(Debug, Default)]
struct Counts {
    customers: usize,
    with_email: usize,
    with_phone: usize,
}

/// Counts the active customers of a file for whom every pair of column and value holds.
fn count(file: &Path, wanted: &[(&str, &str)]) -> csv::Result<Counts> {
    let mut counts = Counts::default();
    for row in csv::Reader::from_path(file)?.deserialize() {
        let row: BTreeMap<String, String> = row?;
        let is = |name: &str, value: &str| row.get(name).is_some_and(|found| found == value);
        if is("is_active", "true") && wanted.iter().all(|(name, value)| is(name, value)) {
            counts.customers += 1;
            counts.with_email += usize::from(!is("email", ""));
            counts.with_phone += usize::from(!is("phone", ""));
        }
    }
    Ok(counts)
}

fn expected_summary(counts: &Counts) -> String {
    let customers = counts.customers;
    let deliveries = 2 * customers;
    let sent = counts.with_email + counts.with_phone;
    let suppressed = deliveries - sent;
    format!(
        "{customers} customers selected, {deliveries} deliveries: {sent} sent, {suppressed} suppressed, 0 failed; "
    )
}

/// A file that is gone when the test ends.
struct Temporary(PathBuf);

impl Temporary {
    fn new(name: &str, content: &str) -> io::Result<Self> {
        let name = format!("offerkit-quickstart-{}-{name}", process::id());
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
fn the_story_ends_with_the_numbers_of_the_file() {
    let told = tell(&[]);
    assert_eq!((told.code, told.err.as_str()), (0, ""));
    let counts = count(
        Path::new(CUSTOMERS),
        &[("segment", "premium"), ("kyc_status", "verified")],
    )
    .unwrap();
    assert!(counts.customers > 100, "{counts:?}");
    let summary = told.summary();
    assert!(summary.starts_with(&expected_summary(&counts)), "{summary}");
    let refusals: BTreeSet<_> = told
        .out
        .lines()
        .filter_map(|line| line.split_once("REFUSED: "))
        .map(|(_, why)| why)
        .collect();
    for code in ["four_eyes", "missing_permission", "evidence", "job_only"] {
        assert!(refusals.contains(code), "no {code} in the audit trail");
    }
}

#[test]
fn other_criteria_reach_other_customers() {
    let told = tell(&[
        "--criteria",
        r#"{"segment": "student", "preferred_language": "hi"}"#,
    ]);
    assert_eq!((told.code, told.err.as_str()), (0, ""));
    let counts = count(
        Path::new(CUSTOMERS),
        &[("segment", "student"), ("preferred_language", "hi")],
    )
    .unwrap();
    assert!(counts.customers > 0);
    let summary = told.summary();
    assert!(summary.starts_with(&expected_summary(&counts)), "{summary}");
}

#[test]
fn criteria_that_select_nobody_are_told_to_the_end() {
    let told = tell(&["--criteria", r#"{"city": "Atlantis"}"#]);
    assert_eq!((told.code, told.err.as_str()), (0, ""));
    let summary = told.summary();
    assert!(
        summary.starts_with("0 customers selected, 0 deliveries: 0 sent, "),
        "{summary}"
    );
}

#[test]
fn rows_with_mistakes_are_named_and_do_not_stop_the_others() {
    let text = fs::read_to_string(CUSTOMERS).unwrap();
    let lines: Vec<_> = text.lines().collect();
    let (header, rows) = lines.split_first().unwrap();
    let broken = rows[0]
        .replacen(",verified,", ",maybe,", 1)
        .replacen(",pending,", ",maybe,", 1);
    assert_ne!(broken, rows[0]);
    let good = rows[1..500].join("\n");
    let again = rows[1].replacen(',', ",again", 1);
    let (id, rest) = again.split_once(',').unwrap();
    let same_email = format!("{},{rest}", id.replace('0', "1"));
    let file = Temporary::new(
        "mistakes.csv",
        &format!("{header}\n{broken}\n{good}\nonly one value\n{same_email}\n"),
    )
    .unwrap();
    let told = tell(&["--customers", file.path()]);
    assert_eq!((told.code, told.err.as_str()), (0, ""));
    let out = told.out.split_whitespace().collect::<Vec<_>>().join(" ");
    for part in [
        "502 rows, of them 499 new, 0 seen before and 3 with a mistake",
        "line 2: column 8 (kyc_status): expected `verified`, `pending` or `rejected`, found `maybe`",
        "line 502: the row has 1 value, and the header names 20 columns",
        "line 503: ",
    ] {
        assert!(out.contains(part), "`{part}` is not in:\n{}", told.out);
    }
    let kept = Temporary::new("kept.csv", &format!("{header}\n{good}\n")).unwrap();
    let counts = count(
        &kept.0,
        &[("segment", "premium"), ("kyc_status", "verified")],
    )
    .unwrap();
    assert!(counts.customers > 0);
    let summary = told.summary();
    assert!(summary.starts_with(&expected_summary(&counts)), "{summary}");
}

#[test]
fn another_offer_is_sent_under_the_permissive_schema_or_its_own() {
    let offer = Temporary::new("offer.json", r#"{"rate": 9.5, "product": "gold loan"}"#).unwrap();
    let told = tell(&["--offer", offer.path()]);
    assert_eq!((told.code, told.err.as_str()), (0, ""), "{}", told.out);
    assert!(told.out.contains("takes any JSON object"), "{}", told.out);

    let schema = Temporary::new(
        "schema.json",
        r#"{"type": "object", "properties": {"rate": {"maximum": 9}}}"#,
    )
    .unwrap();
    let told = tell(&["--offer", offer.path(), "--schema", schema.path()]);
    assert_eq!(told.code, 2);
    assert!(told.out.is_empty());
    assert!(told.err.contains("`/rate`: 9.5 is greater"), "{}", told.err);
}

#[test]
fn mistakes_in_the_criteria_are_shown_where_they_stand() {
    let told = tell(&[
        "--criteria",
        r#"{"segmnet": "premium", "kyc_status": "verifed"}"#,
    ]);
    assert_eq!(told.code, 2);
    assert!(told.out.is_empty());
    let err = &told.err;
    assert!(
        err.starts_with("error: --criteria has 2 mistakes\n"),
        "{err}"
    );
    assert!(err.contains("at `/segmnet`: "), "{err}");
    assert!(err.contains("did you mean `segment`?"), "{err}");
    assert!(err.contains("at `/kyc_status`: "), "{err}");
    let marked = "    {\"segmnet\": \"premium\", \"kyc_status\": \"verifed\"}\n     ^^^^^^^^^\n";
    assert!(err.contains(marked), "{err}");
}

#[test]
fn a_file_that_cannot_be_used_is_told_before_anything_happens() {
    let no_name = Temporary::new("no_name.csv", "id,email\n").unwrap();
    let no_json = Temporary::new("no_json.json", "{\"title\": }").unwrap();
    let no_object = Temporary::new("no_object.json", "[]").unwrap();
    for (arguments, problem) in [
        (["--customers", "no/such.csv"], "cannot read no/such.csv: "),
        (["--customers", no_name.path()], "has no column `full_name`"),
        (["--offer", "no/such.json"], "cannot read no/such.json: "),
        (["--offer", no_json.path()], "is no JSON: "),
        (
            ["--offer", no_object.path()],
            "an offer's data is a JSON object, not an array",
        ),
        (["--schema", no_json.path()], "is no JSON: "),
        (["--colour", "red"], "unexpected argument"),
    ] {
        let told = tell(&arguments);
        assert_eq!(told.code, 2, "{arguments:?}: {}", told.err);
        assert!(told.out.is_empty());
        assert!(told.err.starts_with("error: "), "{}", told.err);
        assert!(told.err.contains(problem), "{}", told.err);
    }
}

#[test]
fn the_help_text_teaches() {
    let told = tell(&["--help"]);
    assert_eq!((told.code, told.err.as_str()), (0, ""));
    for part in [
        "--customers",
        "--criteria",
        "--offer",
        "--schema",
        "--postgres",
        "--database",
        "--drop",
        "Exit codes: 0",
    ] {
        assert!(told.out.contains(part), "{}", told.out);
    }
}
