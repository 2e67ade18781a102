use super::*;
use crate::digest::Digest;

mod errors;
mod laws;

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
            r#"{"city":{"$exists":false},"segment":{"$eq":"premium"}}"#,
        ),
        (
            r#"{"$everyone": true, "city": {"$eq": "\u0041\n\""}}"#,
            r#"{"city":{"$eq":"A\n\""}}"#,
        ),
        (r#"{"$everyone": true, "$v": 1.0}"#, r#"{"$everyone":true}"#),
        (
            r#"{"credit_score": 7.0e2, "annual_income": -12.50e1}"#,
            r#"{"annual_income":{"$eq":-125},"credit_score":{"$eq":700}}"#,
        ),
        (
            r#"{"annual_income": 0.5000, "a.decimal": -0.0}"#,
            r#"{"a.decimal":{"$eq":0},"annual_income":{"$eq":0.5}}"#,
        ),
        (
            r#"{"annual_income": 1e-4}"#,
            r#"{"annual_income":{"$eq":0.0001}}"#,
        ),
        (
            r#"{"created_at": "2026-01-31T09:30:00.5+05:30", "dob": "1992-02-29", "is_active": false}"#,
            r#"{"created_at":{"$eq":"2026-01-31T04:00:00.500000Z"},"dob":{"$eq":"1992-02-29"},"is_active":{"$eq":false}}"#,
        ),
        (
            r#"{"city": {"$exists": false, "$eq": null}}"#,
            r#"{"city":{"$exists":false}}"#,
        ),
        (
            r#"{"city": {"$exists": true, "$eq": null}}"#,
            r#"{"city":{"$eq":null,"$exists":true}}"#,
        ),
        (
            r#"{"city": {"$exists": true, "$eq": "x"}}"#,
            r#"{"city":{"$eq":"x","$exists":true}}"#,
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
fn a_document_is_described_in_one_sentence() {
    let cases = [
        (r#"{"$everyone": true}"#, "every customer"),
        (
            r#"{"segment": "premium"}"#,
            r#"customers whose segment is "premium""#,
        ),
        (
            r#"{"is_active": true, "email": null, "city": {"$exists": true}}"#,
            "customers whose city is known, email is not known and is_active is true",
        ),
    ];
    for (text, sentence) in cases {
        assert_eq!(parse(text).describe(), sentence);
    }
}

#[test]
fn what_makes_no_difference_is_warned_of() {
    let cases = [
        (
            r#"{"full_name": null}"#,
            WarningCode::AlwaysFalse,
            "/full_name",
            "null",
        ),
        (
            r#"{"id": {"$exists": true}}"#,
            WarningCode::AlwaysTrue,
            "/id/$exists",
            "true",
        ),
        (
            r#"{"city": {"$eq": "x", "$exists": false}}"#,
            WarningCode::AlwaysFalse,
            "/city",
            r#"{"$eq": "x", "$exists": false}"#,
        ),
        (
            r#"{"city": {"$eq": null, "$exists": true}}"#,
            WarningCode::AlwaysFalse,
            "/city",
            r#"{"$eq": null, "$exists": true}"#,
        ),
        (
            r#"{"$everyone": true, "city": "x"}"#,
            WarningCode::AlwaysTrue,
            "/$everyone",
            r#""$everyone""#,
        ),
    ];
    for (text, code, pointer, covered) in cases {
        let criteria = parse(text);
        let [warning] = criteria.warnings() else {
            panic!("{text}: {:?}", criteria.warnings())
        };
        assert_eq!(
            (warning.code(), warning.pointer(), warning.span().of(text)),
            (code, pointer, Some(covered))
        );
    }
    for text in [
        r#"{"city": null}"#,
        r#"{"$everyone": true, "$v": 1}"#,
        r#"{"city": {"$eq": "x", "$exists": true}}"#,
    ] {
        assert_eq!(parse(text).warnings(), [], "{text}");
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
        assert!(!known.matches(&Always(of_another_type), &moment), "{name}");
        assert!(
            !known.matches(&Always(FieldValue::Absent), &moment),
            "{name}"
        );
    }
}
