use super::*;
use crate::digest::Digest;

mod depth;
mod documents;
mod errors;
mod evaluators;
mod laws;
mod model;
mod rows;
mod warnings;

/// The built-in fields, one attribute of each type, and the protected fields allowed.
fn catalog() -> Catalog {
    let attributes = [
        ("a.text", FieldType::Text),
        (
            "a.enum",
            FieldType::Enum {
                values: vec!["gold".into(), "silver".into()],
            },
        ),
        ("a.int", FieldType::Int),
        (
            "a.decimal",
            FieldType::Decimal {
                precision: 6,
                scale: 2,
            },
        ),
        ("a.bool", FieldType::Bool),
        ("a.date", FieldType::Date),
        ("a.timestamp", FieldType::Timestamp),
        ("a.set", FieldType::Set),
        ("a.uuid", FieldType::Uuid),
    ];
    let mut catalog = Catalog::customers()
        .allowing(&["gender", "marital_status"])
        .unwrap();
    for (name, field_type) in attributes {
        catalog = catalog
            .with_attribute(FieldDefinition::attribute(name, field_type).unwrap())
            .unwrap();
    }
    let retired = FieldDefinition::attribute("a.retired", FieldType::Text)
        .unwrap()
        .retired();
    catalog.with_attribute(retired).unwrap()
}

fn parse(text: &str) -> Criteria {
    Criteria::parse(text, &catalog()).unwrap_or_else(|errors| panic!("{text}: {errors}"))
}

#[test]
fn the_canonical_document_has_one_form_for_one_meaning() {
    let cases = [
        (
            r#" { "segment" : "premium" , "city" : null , "$v" : 1 } "#,
            r#"{"$and":[{"city":{"$exists":false}},{"segment":{"$eq":"premium"}}]}"#,
        ),
        (
            r#"{"$everyone": true, "city": {"$eq": "\u0041\n\""}}"#,
            r#"{"city":{"$eq":"A\n\""}}"#,
        ),
        (r#"{"$everyone": true, "$v": 1.0}"#, r#"{"$everyone":true}"#),
        (
            r#"{"credit_score": 7.0e2, "annual_income": -12.50e1}"#,
            r#"{"$and":[{"annual_income":{"$eq":-125}},{"credit_score":{"$eq":700}}]}"#,
        ),
        (
            r#"{"annual_income": 0.5000, "a.decimal": -0.0}"#,
            r#"{"$and":[{"a.decimal":{"$eq":0}},{"annual_income":{"$eq":0.5}}]}"#,
        ),
        (
            r#"{"annual_income": 1e-4}"#,
            r#"{"annual_income":{"$eq":0.0001}}"#,
        ),
        (
            r#"{"created_at": "2026-01-31T09:30:00.5+05:30", "dob": "1992-02-29", "is_active": false}"#,
            r#"{"$and":[{"created_at":{"$eq":"2026-01-31T04:00:00.500000Z"}},{"dob":{"$eq":"1992-02-29"}},{"is_active":{"$eq":false}}]}"#,
        ),
        (
            r#"{"city": {"$exists": false, "$eq": null}}"#,
            r#"{"city":{"$exists":false}}"#,
        ),
        (
            r#"{"city": {"$exists": true, "$eq": null}}"#,
            r#"{"$and":[{"city":{"$exists":false}},{"city":{"$exists":true}}]}"#,
        ),
        (
            r#"{"city": {"$exists": true, "$eq": "x"}}"#,
            r#"{"$and":[{"city":{"$eq":"x"}},{"city":{"$exists":true}}]}"#,
        ),
    ];
    for (text, canonical) in cases {
        let criteria = parse(text);
        assert_eq!(criteria.canonical_text(), canonical, "{text}");
        assert_eq!(criteria.source(), text);
        let again = parse(canonical);
        assert_eq!(
            (&again, again.digest()),
            (&criteria, Digest::of(canonical.as_bytes())),
            "{text}"
        );
    }
}

#[test]
fn debug_shows_no_value() {
    assert!(!format!("{:?}", parse(r#"{"email": "asha@example.in"}"#)).contains("asha"));
}

#[test]
fn criteria_cross_threads() {
    fn crosses<T: Send + Sync + Clone + 'static>() {}
    crosses::<Criteria>();
    crosses::<Catalog>();
    crosses::<CriteriaErrors>();
}

#[test]
fn a_value_of_another_type_than_the_field_is_absent() {
    struct Always(FieldValue<'static>);

    impl Record for Always {
        fn value(&self, _: &Field) -> FieldValue<'_> {
            self.0
        }
    }

    let moment = Moment::in_utc("2026-01-31T09:30:00Z".parse().unwrap());
    for name in [
        "a.text",
        "a.enum",
        "a.int",
        "a.decimal",
        "a.bool",
        "a.date",
        "a.timestamp",
        "a.set",
        "a.uuid",
    ] {
        let known = parse(&format!(r#"{{"{name}": {{"$exists": true}}}}"#));
        let of_another_type = if name == "a.int" {
            FieldValue::Bool(true)
        } else {
            FieldValue::Int(5)
        };
        assert!(!known.matches(&Always(of_another_type), moment), "{name}");
        assert!(
            !known.matches(&Always(FieldValue::Absent), moment),
            "{name}"
        );
    }
}
