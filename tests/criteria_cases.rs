//! Cases of other implementations of languages like ours, where a folder of them is given by `OFFERKIT_CRITERIA_CASES`:
//! JSON lines of `{"id", "fields": {name: type}, "row", "criteria", "expected"}` or `{"id", "fields", "criteria", "error"}`.
//!
//! An operator that this release refuses cannot be judged, so such a case counts as open; it may never be answered
//! with a wrong match.

use std::{error::Error, fs, io::Write as _, path::Path};

use offerkit::{
    criteria::{Catalog, Criteria, ErrorCode, FieldDefinition, FieldType, Moment},
    domain::customer::{Customer, CustomerBuilder},
};
use serde_json::{Map, Value};

type Failure = Box<dyn Error>;

enum Verdict {
    Passed,
    Open,
    Failed(String),
}

#[test]
fn shared_cases_are_answered_as_expected_or_refused() -> Result<(), Failure> {
    let Ok(folder) = std::env::var("OFFERKIT_CRITERIA_CASES") else {
        writeln!(
            std::io::stderr(),
            "skipped: OFFERKIT_CRITERIA_CASES names no folder of cases"
        )?;
        return Ok(());
    };
    let (mut passed, mut open, mut failures) = (0, 0, Vec::new());
    for entry in fs::read_dir(Path::new(&folder))? {
        let path = entry?.path();
        if path
            .extension()
            .is_none_or(|extension| extension != "jsonl")
        {
            continue;
        }
        for line in fs::read_to_string(&path)?.lines() {
            let case: Value = serde_json::from_str(line)?;
            match judge(&case)? {
                Verdict::Passed => passed += 1,
                Verdict::Open => open += 1,
                Verdict::Failed(why) => failures.push(format!("{}: {why}", case["id"])),
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    writeln!(
        std::io::stdout(),
        "{passed} passed, {open} need operators of later releases"
    )?;
    assert!(
        passed > 0,
        "no case in {folder} could be judged ({open} are open)"
    );
    Ok(())
}

fn judge(case: &Value) -> Result<Verdict, Failure> {
    let catalog = catalog(&case["fields"])?;
    let criteria = Criteria::parse(&case["criteria"].to_string(), &catalog);
    let open = |errors: &offerkit::criteria::CriteriaErrors| {
        errors
            .iter()
            .any(|error| error.code() == ErrorCode::UnsupportedOperator)
    };
    Ok(match (criteria, case["error"].as_str()) {
        (Err(errors), _) if open(&errors) => Verdict::Open,
        (Err(errors), Some(code)) if errors.iter().any(|error| error.code().as_str() == code) => {
            Verdict::Passed
        }
        (Err(errors), _) => Verdict::Failed(errors.to_string()),
        (Ok(_), Some(code)) => Verdict::Failed(format!("was accepted, {code} was expected")),
        (Ok(criteria), None) => {
            let moment = Moment::in_utc("2026-01-01T00:00:00Z".parse()?);
            let got = criteria.matches(&customer(&case["row"])?, &moment);
            if Some(got) == case["expected"].as_bool() {
                Verdict::Passed
            } else {
                Verdict::Failed(format!("answered {got}"))
            }
        }
    })
}

fn catalog(fields: &Value) -> Result<Catalog, Failure> {
    let fields = fields.as_object().ok_or("`fields` is no object")?;
    // Some cases declare an attribute under the name of a built-in column, so those are left out.
    let mut catalog = Catalog::customers().narrowed_to(&[])?;
    for (name, kind) in fields {
        let field_type = match kind.as_str() {
            Some("text") => FieldType::Text,
            Some("bool") => FieldType::Bool,
            Some("set") => FieldType::Set,
            Some("date") => FieldType::Date,
            Some("timestamp") => FieldType::Timestamp,
            Some("decimal") => FieldType::Decimal {
                precision: 15,
                scale: 6,
            },
            _ => return Err(format!("`{kind}` is no field type").into()),
        };
        catalog = catalog.with_attribute(FieldDefinition::attribute(name, field_type)?)?;
    }
    Ok(catalog)
}

fn customer(row: &Value) -> Result<Customer, Failure> {
    let row: Map<String, Value> = row.as_object().cloned().unwrap_or_default();
    let id = "01890000-0000-7000-8000-000000000001".parse()?;
    let mut builder = CustomerBuilder::new(id, "2026-01-01T00:00:00Z".parse()?);
    builder.set("full_name", "A case")?;
    Ok(builder.attributes(row).build()?)
}
