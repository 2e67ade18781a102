use serde_json::{Value, json};

use super::*;
use crate::criteria::operator::Operator;
use crate::criteria::{
    Compiler, Criteria, CriteriaError, ErrorCode, Field, FieldValue, Moment, Record, References,
};
use crate::domain::SegmentVersion;

const ID: &str = "018f4a2c-0000-7000-8000-000000000001";

/// A field of each type, of which none but the enum is of the customers table.
fn catalog() -> Catalog {
    let decimal = FieldType::Decimal {
        precision: 6,
        scale: 2,
    };
    let fields = [
        ("text", FieldType::Text),
        ("int", FieldType::Int),
        ("decimal", decimal),
        ("bool", FieldType::Bool),
        ("date", FieldType::Date),
        ("timestamp", FieldType::Timestamp),
        ("set", FieldType::Set),
        ("uuid", FieldType::Uuid),
    ];
    let catalog = Catalog::customers().narrowed_to(&["kyc_status"]).unwrap();
    fields
        .into_iter()
        .fold(catalog, |catalog, (name, field_type)| {
            let field = FieldDefinition::attribute(name, field_type).unwrap();
            catalog.with_attribute(field).unwrap()
        })
}

fn literal(field_type: &FieldType) -> Value {
    match field_type {
        FieldType::Text => json!("Pune"),
        FieldType::Enum { values } => json!(values[0]),
        FieldType::Int => json!(700),
        FieldType::Decimal { .. } => json!(0.25),
        FieldType::Bool => json!(true),
        FieldType::Date => json!("2024-02-29"),
        FieldType::Timestamp => json!("2024-02-29T09:30:00Z"),
        FieldType::Set => json!("a set has no literal"),
        FieldType::Uuid => json!(ID),
    }
}

/// Operands that fit the form, and nothing else of the language.
fn operands(field: &FieldForm, operand: &OperandForm) -> Vec<Value> {
    let literal = literal(&field.field_type);
    match operand {
        OperandForm::Literal => vec![literal],
        OperandForm::List => vec![json!([literal])],
        OperandForm::Pair => vec![json!([literal, literal])],
        OperandForm::Text => vec![json!("vip")],
        OperandForm::TextList => vec![json!(["vip", "new"])],
        OperandForm::Bool => vec![json!(true), json!(false)],
        OperandForm::Comparison { operators } => {
            let tests = operators.iter().map(|name| json!({*name: 18}));
            tests.chain([json!(18)]).collect()
        }
        OperandForm::Period { units } => units.iter().map(|unit| json!({*unit: 2})).collect(),
        OperandForm::Days { min, max } => vec![json!({"days": min}), json!({"days": max})],
        OperandForm::Test => {
            let other = field
                .operators
                .iter()
                .find(|it| it.operand != *operand && it.name != "$exists");
            let other = other.unwrap();
            vec![json!({other.name: operands(field, &other.operand)[0]})]
        }
    }
}

#[test]
fn every_operand_that_the_form_allows_is_read() {
    let catalog = catalog();
    for field in catalog.form().fields {
        for operator in &field.operators {
            let operands = operands(&field, &operator.operand);
            assert!(!operands.is_empty(), "{operator:?}");
            for operand in operands {
                let document = json!({&*field.name: {operator.name: operand}}).to_string();
                let parsed = Criteria::parse(&document, &catalog);
                assert!(parsed.is_ok(), "{document}: {}", parsed.unwrap_err());
            }
        }
    }
}

#[test]
fn every_operator_appears_for_the_types_that_have_it() {
    let catalog = catalog();
    let form = catalog.form();
    for field in &form.fields {
        for operator in Operator::ALL {
            let name = operator.as_str();
            let document = json!({&*field.name: {name: "x"}}).to_string();
            let refused = Criteria::parse(&document, &catalog).err();
            let code = refused.and_then(|errors| errors.first().map(CriteriaError::code));
            let applies = code != Some(ErrorCode::OperatorType);
            let is_shown = field.operators.iter().any(|it| it.name == name);
            assert_eq!(is_shown, applies, "{document}");
        }
    }
    let counts = form.fields.iter().map(|it| (&*it.name, it.operators.len()));
    let expected = [
        ("bool", 4),
        ("date", 16),
        ("decimal", 11),
        ("int", 11),
        ("kyc_status", 6),
        ("set", 6),
        ("text", 19),
        ("timestamp", 12),
        ("uuid", 6),
    ];
    assert_eq!(counts.collect::<Vec<_>>(), expected);
}

#[test]
fn units_that_the_form_does_not_show_are_refused() {
    let catalog = catalog();
    for field in catalog.form().fields {
        for operator in &field.operators {
            let OperandForm::Period { units } = &operator.operand else {
                continue;
            };
            for unit in PeriodUnit::ALL.map(PeriodUnit::as_str) {
                let document = json!({&*field.name: {operator.name: {unit: 2}}}).to_string();
                let is_read = Criteria::parse(&document, &catalog).is_ok();
                assert_eq!(is_read, units.contains(&unit), "{document}");
            }
        }
    }
}

#[test]
fn what_is_said_of_absent_values_is_what_happens() {
    struct Nothing;

    impl Record for Nothing {
        fn value(&self, _: &Field) -> FieldValue<'_> {
            FieldValue::Absent
        }
    }

    let catalog = catalog();
    let moment = Moment::in_utc("2026-01-31T09:30:00Z".parse().unwrap());
    for field in catalog.form().fields {
        for operator in &field.operators {
            for operand in operands(&field, &operator.operand) {
                let document = json!({&*field.name: {operator.name: operand}}).to_string();
                let criteria = Criteria::parse(&document, &catalog).unwrap();
                let expected = match operator.absent {
                    AbsentForm::Positive => false,
                    AbsentForm::TrueOnAbsent => true,
                    AbsentForm::Asked => operand == json!(false),
                };
                assert_eq!(criteria.matches(&Nothing, moment), expected, "{document}");
            }
        }
    }
}

#[test]
fn every_part_of_a_clause_is_read() {
    let references = References::new()
        .with_offer(ID.parse().unwrap())
        .with_campaign(ID.parse().unwrap())
        .with_segment(
            "good".parse().unwrap(),
            SegmentVersion::FIRST,
            r#"{"int": 1}"#,
            [],
        );
    let part = |operand: &PartOperand| match operand {
        PartOperand::Ids => json!([ID]),
        PartOperand::Values { values } => json!(values),
        PartOperand::Period { units } => json!({units[0]: 1}),
        PartOperand::Count { max, .. } => json!(max),
        PartOperand::Percent { .. } => json!(0.25),
        PartOperand::Text => json!("spring"),
    };
    let catalog = catalog();
    let form = catalog.form();
    for clause in &form.clauses {
        let operand = match &clause.operand {
            ClauseOperand::Conditions => json!([{"int": 1}]),
            ClauseOperand::Condition => json!({"int": 1}),
            ClauseOperand::True => json!(true),
            ClauseOperand::Segments => json!(["good", "good@1"]),
            ClauseOperand::Parts { parts, .. } => parts
                .iter()
                .map(|it| (it.name.to_owned(), part(&it.operand)))
                .collect(),
        };
        let document = json!({clause.name: operand}).to_string();
        let compiler = Compiler::new(&catalog).with_references(&references);
        let criteria = compiler.compile(&document);
        assert!(criteria.is_ok(), "{document}: {}", criteria.unwrap_err());
    }
    let names: Vec<_> = form.clauses.iter().map(|clause| clause.name).collect();
    let expected = [
        "$and",
        "$or",
        "$nor",
        "$not",
        "$everyone",
        "$segment",
        "$received",
        "$sample",
    ];
    assert_eq!(names, expected);
}

#[test]
fn programs_read_stable_names() {
    let catalog = Catalog::customers().narrowed_to(&["gender", "id"]).unwrap();
    let joined = FieldDefinition::attribute("joined", FieldType::Timestamp).unwrap();
    let catalog = catalog.with_attribute(joined.required().retired()).unwrap();
    let form = serde_json::to_value(catalog.form()).unwrap();
    let literal = |name, label, absent| json!({"name": name, "label": label, "operand": {"kind": "literal"}, "absent": absent});
    let list = |name, label, absent| json!({"name": name, "label": label, "operand": {"kind": "list"}, "absent": absent});
    let exists = json!({"name": "$exists", "label": "is known", "operand": {"kind": "bool"}, "absent": "asked"});
    let not = json!({
        "name": "$not", "label": "is not such that it", "operand": {"kind": "test"}, "absent": "true_on_absent",
    });
    let period = |name, label| {
        let operand = json!({"kind": "period", "units": ["minutes", "hours", "days", "weeks"]});
        json!({"name": name, "label": label, "operand": operand, "absent": "positive"})
    };
    let gender = json!({
        "name": "gender", "type": "enum", "values": form["fields"][0]["values"],
        "nullable": true, "indexed": false, "retired": false, "protected": true,
        "operators": [
            literal("$eq", "is", "positive"), literal("$ne", "is not", "true_on_absent"),
            list("$in", "is one of", "positive"), list("$nin", "is none of", "true_on_absent"),
            exists, not,
        ],
    });
    let joined = json!({
        "name": "joined", "type": "timestamp",
        "nullable": false, "indexed": false, "retired": true, "protected": false,
        "operators": [
            literal("$eq", "is", "positive"), literal("$ne", "is not", "true_on_absent"),
            literal("$gt", "is after", "positive"), literal("$gte", "is or is after", "positive"),
            literal("$lt", "is before", "positive"), literal("$lte", "is or is before", "positive"),
            {"name": "$between", "label": "is from … to …", "operand": {"kind": "pair"}, "absent": "positive"},
            exists, not,
            period("$within_last", "is in the last"), period("$within_next", "is in the next"),
            period("$older_than", "is longer ago than"),
        ],
    });
    assert_eq!(form["fields"][0], gender);
    assert!(
        form["fields"][0]["values"]
            .as_array()
            .is_some_and(|values| values.len() > 1)
    );
    assert_eq!(form["fields"][2], joined);
    assert_eq!(
        (&form["version"], &form["revision"]),
        (&json!(1), &json!(2))
    );
    assert_eq!(
        form["clauses"][7],
        json!({
            "name": "$sample", "label": "is in a sample",
            "operand": {
                "kind": "parts",
                "parts": [
                    {"name": "percent", "required": true, "operand": {"kind": "percent", "scale": 2}},
                    {"name": "salt", "required": true, "operand": {"kind": "text"}},
                ],
                "one_of": [],
            },
        })
    );
    assert_eq!(form["limits"]["nodes"], 512);
}
