//! Cases of the criteria language: the project's own, in `tests/cases`, and those of other implementations, where
//! `OFFERKIT_CRITERIA_CASES` names a folder of them.
//!
//! Every case is put to the definition of the language and to every evaluator, as `criteria cases` does it.

#[path = "../examples/criteria/main.rs"]
mod criteria;

use std::{
    collections::BTreeSet,
    error::Error,
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    process,
};

use criteria::{
    case::Case,
    judge::{Verdict, codes, judge},
};
use offerkit::criteria::{
    Catalog, Compiler, CriteriaError, ErrorCode, FieldDefinition, FieldType, Limits, Moment,
    WarningCode,
};
use serde_json::json;

type Failure = Box<dyn Error>;

// The test judges as `main` does.
const _: fn() -> process::ExitCode = criteria::main;

/// The codes of documents too large for a file of cases, which are made below.
const GENERATED: [ErrorCode; 3] = [
    ErrorCode::TooLarge,
    ErrorCode::TooManyNodes,
    ErrorCode::ListTooLong,
];

fn moment() -> Result<Moment, Failure> {
    Ok(Moment::in_utc("2026-01-01T00:00:00Z".parse()?))
}

fn own(folder: &str) -> PathBuf {
    Path::new("tests/cases").join(folder)
}

/// The files of a folder, by the names that they have without their ending.
fn files(folder: &Path) -> Result<Vec<(String, PathBuf)>, Failure> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path
            .extension()
            .is_some_and(|extension| extension == "jsonl")
        {
            let stem = path.file_stem().unwrap_or_default();
            files.push((stem.to_string_lossy().into_owned(), path));
        }
    }
    files.sort();
    Ok(files)
}

fn cases(file: &Path) -> Result<Vec<Case>, Failure> {
    let text = fs::read_to_string(file)?;
    let read = |(index, line)| {
        Case::read(line).map_err(|error| format!("{}:{}: {error}", file.display(), index + 1))
    };
    Ok(text
        .lines()
        .enumerate()
        .map(read)
        .collect::<Result<_, _>>()?)
}

/// Runs every case of a folder, and answers how many there were.
fn all_pass(folder: &Path) -> Result<usize, Failure> {
    let (mut count, mut failures) = (0, Vec::new());
    for (name, file) in files(folder)? {
        for case in cases(&file)? {
            count += 1;
            if let Verdict::Failed(why) = judge(&case, moment()?)? {
                failures.push(format!("{name}: {}: {why}", case.id));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    Ok(count)
}

#[test]
fn shared_cases_are_answered_as_expected() -> Result<(), Failure> {
    let Ok(folder) = std::env::var("OFFERKIT_CRITERIA_CASES") else {
        let skipped = "skipped: OFFERKIT_CRITERIA_CASES names no folder of cases";
        writeln!(std::io::stderr(), "{skipped}")?;
        return Ok(());
    };
    let count = all_pass(Path::new(&folder))?;
    assert!(count > 0, "there is no case in {folder}");
    Ok(())
}

#[test]
fn cases_of_operators_are_answered_as_expected() -> Result<(), Failure> {
    assert!(all_pass(&own("operators"))? > 900);
    Ok(())
}

#[test]
fn cases_of_errors_are_refused_for_the_expected_reason() -> Result<(), Failure> {
    all_pass(&own("errors"))?;
    for (code, file) in files(&own("errors"))? {
        for case in cases(&file)? {
            let found = codes(&case)?;
            assert_eq!(found.first().copied(), Some(code.as_str()), "{}", case.id);
        }
    }
    Ok(())
}

#[test]
fn cases_of_warnings_are_warned_of() -> Result<(), Failure> {
    all_pass(&own("warnings"))?;
    for (code, file) in files(&own("warnings"))? {
        for case in cases(&file)? {
            assert_eq!(case.warning.as_deref(), Some(code.as_str()), "{}", case.id);
        }
    }
    Ok(())
}

/// So no case passes whatever the answer.
#[test]
fn no_case_passes_with_the_opposite_answer() -> Result<(), Failure> {
    for (name, file) in files(&own("operators"))? {
        for mut case in cases(&file)? {
            case.expected = case.expected.map(|expected| !expected);
            let verdict = judge(&case, moment()?)?;
            assert_ne!(verdict, Verdict::Passed, "{name}: {}", case.id);
        }
    }
    Ok(())
}

#[test]
fn every_operator_and_clause_has_a_file_with_both_answers() -> Result<(), Failure> {
    let catalog = every_type()?;
    let form = serde_json::to_value(catalog.form())?;
    let operators = form["fields"].as_array().unwrap().iter();
    let operators = operators.flat_map(|field| field["operators"].as_array().unwrap());
    let names = operators.chain(form["clauses"].as_array().unwrap());
    let names = names.filter_map(|named| named["name"].as_str()?.strip_prefix('$'));
    let expected: BTreeSet<_> = names.collect();
    let files = files(&own("operators"))?;
    let found: BTreeSet<_> = files.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(found, expected);
    for (name, file) in &files {
        let cases = cases(file)?;
        assert!(cases.len() >= 7, "{name} has {} cases", cases.len());
        for answer in [true, false] {
            let has_it = |case: &Case| case.expected == Some(answer);
            assert!(cases.iter().any(has_it), "no case of {name} is {answer}");
        }
        let operator = format!("\"${name}\"");
        let naming = cases
            .iter()
            .filter(|case| case.document().contains(&operator));
        // `$eq` and `$exists` are mostly written in short.
        assert!(naming.count() >= 5, "{name} is hardly named in its cases");
    }
    Ok(())
}

#[test]
fn every_code_has_a_file() -> Result<(), Failure> {
    let errors = ErrorCode::ALL
        .iter()
        .filter(|code| !GENERATED.contains(code));
    let errors: BTreeSet<_> = errors.map(ToString::to_string).collect();
    let found = files(&own("errors"))?.into_iter().map(|(name, _)| name);
    assert_eq!(found.collect::<BTreeSet<_>>(), errors);
    let warnings: BTreeSet<_> = WarningCode::ALL.iter().map(ToString::to_string).collect();
    let found = files(&own("warnings"))?.into_iter().map(|(name, _)| name);
    assert_eq!(found.collect::<BTreeSet<_>>(), warnings);
    Ok(())
}

#[test]
fn what_is_just_within_a_limit_is_accepted_and_what_is_beyond_it_refused() -> Result<(), Failure> {
    let catalog = every_type()?;
    let numbers = |count: u64| json!({"an_int": {"$in": (0..count).collect::<Vec<_>>()}});
    let lists = |count: u64| {
        let items: Vec<_> = (0..10_000).collect();
        let rest: Vec<_> = (0..count - 10_000).collect();
        json!({"an_int": {"$in": items, "$nin": rest}})
    };
    let alternatives = |count: u64| {
        let one = |number: u64| json!({"an_int": number});
        json!({"$or": (0..count).map(one).collect::<Vec<_>>()})
    };
    let nested = |count: usize| {
        let part = r#"{"$or":["#.repeat(count);
        format!(r#"{part}{{"an_int":1}}{}"#, "]}".repeat(count))
    };
    let padded = |bytes: usize| {
        let text = r#"{"an_int":1}"#;
        format!("{text}{}", " ".repeat(bytes - text.len()))
    };
    let text = |bytes: usize| json!({"a_text": "x".repeat(bytes)}).to_string();
    let pattern = |bytes: usize| json!({"a_text": {"$contains": "x".repeat(bytes)}}).to_string();
    let sample =
        |bytes: usize| json!({"$sample": {"percent": 1, "salt": "x".repeat(bytes)}}).to_string();
    let digits = |count: usize| format!(r#"{{"a_decimal":{{"$lt":{}}}}}"#, "1".repeat(count));
    let exponent = |number: u32| format!(r#"{{"a_decimal":{{"$lt":0e{number}}}}}"#);
    let limits = Limits::VERSION_1;
    // A part of a group is a condition beside its members, and the group is one too.
    let most_alternatives = u64::try_from(limits.nodes / 2)? - 1;
    let pairs = [
        (ErrorCode::TooLarge, padded(262_144), padded(262_145)),
        (
            ErrorCode::ListTooLong,
            numbers(10_000).to_string(),
            numbers(10_001).to_string(),
        ),
        (
            ErrorCode::ListTooLong,
            lists(20_000).to_string(),
            lists(20_001).to_string(),
        ),
        (
            ErrorCode::TooManyNodes,
            alternatives(most_alternatives).to_string(),
            alternatives(most_alternatives + 1).to_string(),
        ),
        (ErrorCode::TooDeep, nested(7), nested(8)),
        (ErrorCode::StringTooLong, text(1024), text(1025)),
        (ErrorCode::StringTooLong, pattern(256), pattern(257)),
        (ErrorCode::Salt, sample(64), sample(65)),
        (ErrorCode::NumberRange, digits(15), digits(16)),
        (ErrorCode::NumberRange, exponent(28), exponent(29)),
    ];
    let compiler = Compiler::new(&catalog);
    for (code, within, beyond) in pairs {
        if let Err(errors) = compiler.compile(&within) {
            return Err(format!("{code}: what is within the limit was refused: {errors}").into());
        }
        let errors = compiler.compile(&beyond).unwrap_err();
        assert_eq!(errors.first().map(CriteriaError::code), Some(code));
    }
    Ok(())
}

#[test]
fn what_is_no_case_is_told() {
    for (line, problem) in [
        ("{", "EOF"),
        (r#"{"id": "x"}"#, "missing field `fields`"),
        (
            r#"{"id": "x", "fields": {}, "expected": true}"#,
            "one of `criteria` and `text`",
        ),
        (
            r#"{"id": "x", "fields": {}, "criteria": {}}"#,
            "either `error` or `expected`",
        ),
        (
            r#"{"id": "x", "fields": {}, "criteria": {}, "expected": true, "error": "json"}"#,
            "either `error` or `expected`",
        ),
    ] {
        let error = Case::read(line).unwrap_err();
        assert!(error.contains(problem), "{line}: {error}");
    }
    let case = r#"{"id": "x", "fields": {"a": "number"}, "criteria": {"a": 1}, "expected": true}"#;
    let error = judge(&Case::read(case).unwrap(), moment().unwrap()).unwrap_err();
    assert!(error.contains("`number` is no type"), "{error}");
}

#[test]
fn a_wrong_answer_and_a_wrong_code_fail() {
    for (members, problem) in [
        (
            r#""criteria": {"a": 1}, "expected": true"#,
            "answered false",
        ),
        (r#""criteria": {"b": 1}, "expected": true"#, "was refused"),
        (r#""criteria": {"a": 1}, "error": "json""#, "was accepted"),
        (
            r#""criteria": {"b": 1}, "error": "json""#,
            "not with `json`",
        ),
        (
            r#""criteria": {"a": 1}, "warning": "always_true""#,
            "not warned of `always_true`",
        ),
    ] {
        let line = format!(r#"{{"id": "x", "fields": {{"a": "int"}}, {members}}}"#);
        match judge(&Case::read(&line).unwrap(), moment().unwrap()).unwrap() {
            Verdict::Failed(why) => assert!(why.contains(problem), "{why}"),
            Verdict::Passed => panic!("{line} passed"),
        }
    }
}

/// A catalog with a field of every type.
fn every_type() -> Result<Catalog, Failure> {
    let values = vec!["a".into(), "b".into()];
    let mut catalog = Catalog::empty();
    let decimal = FieldType::Decimal {
        precision: 15,
        scale: 0,
    };
    for (name, field_type) in [
        ("a_decimal", decimal),
        ("a_text", FieldType::Text),
        ("an_enum", FieldType::Enum { values }),
        ("an_int", FieldType::Int),
        ("a_bool", FieldType::Bool),
        ("a_date", FieldType::Date),
        ("a_timestamp", FieldType::Timestamp),
        ("a_set", FieldType::Set),
        ("a_uuid", FieldType::Uuid),
    ] {
        catalog = catalog.with_attribute(FieldDefinition::attribute(name, field_type)?)?;
    }
    Ok(catalog)
}
