//! What holds for any input. The fuzz targets look for one for which it does not; the tests repeat what they found.

use std::sync::LazyLock;

use offerkit_core::criteria::{
    Catalog, Columns, Compiler, Criteria, Field, FieldDefinition, FieldType, FieldValue, Limits,
    Moment, Record, References,
};
use offerkit_core::domain::SegmentVersion;
use offerkit_core::domain::customer::{Customer, CustomerBuilder};
use serde_json::{Map, Value};

static CATALOG: LazyLock<Catalog> = LazyLock::new(|| {
    let values = vec!["gold".into(), "silver".into()];
    let types = [
        ("text", FieldType::Text),
        ("enum", FieldType::Enum { values }),
        ("int", FieldType::Int),
        (
            "decimal",
            FieldType::Decimal {
                precision: 15,
                scale: 4,
            },
        ),
        ("bool", FieldType::Bool),
        ("date", FieldType::Date),
        ("timestamp", FieldType::Timestamp),
        ("set", FieldType::Set),
        ("uuid", FieldType::Uuid),
    ];
    types
        .into_iter()
        .fold(Catalog::customers(), |catalog, (name, field_type)| {
            let field =
                FieldDefinition::attribute(name, field_type).expect("the field is well formed");
            catalog.with_attribute(field).expect("the name is free")
        })
});

static REFERENCES: LazyLock<References> = LazyLock::new(|| {
    let saved = [
        (
            "loyal",
            r#"{"account_age_months": {"$gte": 24}, "text": {"$ne": "x"}}"#,
        ),
        (
            "adult",
            r#"{"dob": {"$age": {"$gte": 18}}, "$not": {"$segment": "loyal"}}"#,
        ),
    ];
    saved
        .into_iter()
        .fold(References::new(), |references, (name, source)| {
            let name = name.parse().expect("the name is well formed");
            references.with_segment(name, SegmentVersion::FIRST, source, [])
        })
});

fn compile(bytes: &[u8], limits: Limits) -> Option<Criteria> {
    let compiler = Compiler::new(&CATALOG)
        .with_references(&REFERENCES)
        .with_limits(limits);
    match compiler.compile_bytes(bytes) {
        Ok(criteria) => Some(criteria),
        Err(errors) => {
            assert!((1..=limits.errors).contains(&errors.as_slice().len()));
            for error in &errors {
                let span = error.span();
                assert!(span.start() <= span.end() && span.end() <= bytes.len());
                assert!(error.pointer().is_empty() || error.pointer().starts_with('/'));
            }
            None
        }
    }
}

/// Any bytes are read or refused, and what was read is read again from its canonical form.
pub fn parse(bytes: &[u8]) {
    let Some(criteria) = compile(bytes, Limits::VERSION_1) else {
        return;
    };
    assert!(!criteria.describe().is_empty());
    let canonical = criteria.canonical_text();
    let again =
        compile(canonical.as_bytes(), Limits::CANONICAL).expect("a canonical document is read");
    assert_eq!(again, criteria);
    assert_eq!(again.canonical_text(), canonical);
}

/// A document and, behind a line end, a list of JSON objects of attributes: all evaluators agree on all rows.
pub fn evaluate(bytes: &[u8]) {
    let mut parts = bytes.splitn(2, |byte| *byte == b'\n');
    let (document, rows) = (
        parts.next().unwrap_or_default(),
        parts.next().unwrap_or_default(),
    );
    let Some(criteria) = compile(document, Limits::VERSION_1) else {
        return;
    };
    let rows: Vec<Map<String, Value>> = serde_json::from_slice(rows).unwrap_or_default();
    let mut customers: Vec<Customer> = rows.into_iter().filter_map(customer).collect();
    customers.extend(customer(Map::new()));

    let moment = Moment::in_utc("2026-02-28T23:59:59.999999Z".parse().expect("a moment"));
    let matcher = criteria.at(moment);
    let selected = matcher.select(&customers, &Columns::new());
    for (index, customer) in customers.iter().enumerate() {
        let expected = criteria.matches(customer, moment);
        assert_eq!(
            matcher.matches(customer),
            expected,
            "the row program on {:?}",
            customer.attributes()
        );
        assert_eq!(
            selected.contains(index),
            expected,
            "the batch on {:?}",
            customer.attributes()
        );
        assert_eq!(criteria.explain(customer, moment).holds(), expected);
        assert_eq!(
            matcher.matches(&Own(customer)),
            expected,
            "the host's own record"
        );
    }
}

/// A customer of these attributes, of which some also stand in columns where they fit.
fn customer(attributes: Map<String, Value>) -> Option<Customer> {
    let id = "018f4a2c-0000-7000-8000-000000000001".parse().ok()?;
    let mut builder = CustomerBuilder::new(id, "2026-01-31T04:00:00Z".parse().ok()?);
    builder.set("full_name", "Asha Rao").ok()?;
    for (column, attribute) in [
        ("city", "text"),
        ("dob", "date"),
        ("account_age_months", "int"),
    ] {
        let value = attributes.get(attribute).map(|value| match value {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        });
        // What does not fit stays absent.
        drop(builder.set(column, &value.unwrap_or_default()));
    }
    builder.attributes(attributes).build().ok()
}

/// A record of a host's own type.
struct Own<'c>(&'c Customer);

impl Record for Own<'_> {
    fn value(&self, field: &Field) -> FieldValue<'_> {
        self.0.value(field)
    }
}
