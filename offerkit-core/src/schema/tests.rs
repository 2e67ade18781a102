use std::{thread, time::Instant};

use serde_json::json;

use super::*;
use crate::{domain::RevisionNumber, id::OfferId};

fn refusal(schema: &Value) -> String {
    OfferSchema::compile(schema).unwrap_err().to_string()
}

fn violations(schema: &Value, data: &Value) -> SchemaViolations {
    OfferSchema::compile(schema)
        .unwrap()
        .check(data)
        .unwrap_err()
}

fn pointers(violations: &SchemaViolations) -> Vec<&str> {
    violations
        .iter()
        .map(|violation| violation.pointer.as_str())
        .collect()
}

#[test]
fn data_is_checked_against_its_schema() {
    let schema = OfferSchema::compile(&json!({
        "type": "object",
        "properties": {
            "rate": { "$ref": "#/$defs/rate%20in%20percent" },
            "until": { "type": "string", "format": "date" },
            "code": { "pattern": "^[A-Z]{3}$" },
            "fee": { "$ref": "#money" },
        },
        "required": ["rate"],
        "additionalProperties": false,
        "$defs": {
            "rate in percent": { "type": "number", "minimum": 0, "maximum": 100 },
            "money": { "$anchor": "money", "type": "integer" },
        },
    }))
    .unwrap();
    let good = json!({ "rate": 12, "until": "2027-01-31", "code": "ABC", "fee": 1 });
    assert_eq!(schema.check(&good), Ok(()));
    assert_eq!(schema.clone().check(&good), Ok(()));
    let bad = json!({ "rate": 120, "until": "31.1.2027", "code": "abc", "fee": 1.5, "x": 1 });
    assert_eq!(
        schema.check(&bad).unwrap_err().to_string(),
        "at the top: additional properties are not allowed ('x' was unexpected)\n\
         at `/code`: \"abc\" does not match \"^[A-Z]{3}$\"\n\
         at `/fee`: 1.5 is not of type \"integer\"\n\
         at `/rate`: 120 is greater than the maximum of 100\n\
         at `/until`: \"31.1.2027\" is not a \"date\""
    );
    assert_eq!(format!("{schema:?}"), "OfferSchema { .. }");
}

#[test]
fn violations_stand_in_the_order_of_the_data() {
    let schema = json!({
        "properties": {
            "b": { "items": { "type": "string", "minLength": 9 } },
            "a~/": { "properties": { "c": { "type": "string" } } },
        },
        "required": ["z"],
    });
    let data = json!({ "a~/": { "c": 1 }, "b": (0..12).collect::<Vec<_>>() });
    let found = violations(&schema, &data);
    let mut expected = vec![String::new(), "/a~0~1/c".to_owned()];
    expected.extend((0..12).map(|index| format!("/b/{index}")));
    assert_eq!(pointers(&found), expected);
    assert_eq!(found.as_slice().first().unwrap().keyword, "required");
    assert!(found.iter().all(
        |violation| violation.pointer.is_empty() || data.pointer(&violation.pointer).is_some()
    ));
}

#[test]
fn violations_are_a_short_list_of_short_sentences() {
    let schema = json!({ "additionalProperties": { "maxLength": 5 } });
    let data: Value = (0..500)
        .map(|index| (format!("m{index:03}"), json!("é".repeat(5_000))))
        .collect();
    let found = violations(&schema, &data);
    assert_eq!(found.as_slice().len(), SchemaViolations::MAX);
    assert_eq!(pointers(&found).last(), Some(&"/m099"));
    let first = found.into_iter().next().unwrap();
    assert_eq!(
        first.message,
        format!("\"{}… is longer than 5 characters", "é".repeat(199))
    );

    let many = json!({ "properties": { "a": { "const": "x".repeat(100_000) } } });
    let found = violations(&many, &json!({ "a": 1 }));
    assert_eq!(
        found.as_slice().first().unwrap().message.chars().count(),
        601
    );
}

#[test]
fn violations_are_serialised_as_a_list() {
    let found = violations(&json!({ "required": ["rate"] }), &json!({}));
    assert_eq!(
        serde_json::to_value(&found).unwrap(),
        json!([{ "pointer": "", "keyword": "required", "message": "\"rate\" is a required property" }])
    );
    let _: &dyn std::error::Error = &found;
}

#[test]
fn a_report_names_what_breaks() {
    let offer: OfferId = "01890a5d-ac96-774b-bcce-b302099a8057".parse().unwrap();
    let report = CompatibilityReport {
        breaks: vec![Break {
            offer,
            revision: RevisionNumber::new(3),
            violations: violations(&json!({ "required": ["rate"] }), &json!({})),
        }],
    };
    assert!(!report.is_compatible());
    assert_eq!(
        report.to_string(),
        "1 live offer breaks\noffer 01890a5d-ac96-774b-bcce-b302099a8057, revision 3\n  at the top: \"rate\" is a required property"
    );
}

#[test]
fn a_wrong_schema_is_refused_with_its_place() {
    for schema in [json!(true), json!([]), json!("object"), Value::Null] {
        assert_eq!(
            OfferSchema::compile(&schema).unwrap_err(),
            SchemaError::NotAnObject
        );
    }
    assert_eq!(
        refusal(&json!({ "properties": { "a/b": { "type": "objekt" } } })),
        "the schema is wrong at `/properties/a~1b/type`: \"objekt\" is not one of \"array\", \"boolean\" or 5 other candidates"
    );
    assert_eq!(
        refusal(&json!({ "properties": { "a": { "minimum": "x" } } })),
        "the schema is wrong at `/properties/a/minimum`: \"x\" is not of type \"number\""
    );
    assert!(
        refusal(&json!({ "$schema": "http://example.test/meta" })).starts_with(
            "the schema is wrong at `/$schema`: \"http://example.test/meta\" is not supported"
        )
    );
    assert!(
        OfferSchema::compile(&json!({ "$schema": "http://json-schema.org/draft-07/schema#" }))
            .is_ok()
    );
    assert!(OfferSchema::compile(&json!({ "$id": "https://example.test/offer", "$ref": "#/$defs/a", "$defs": { "a": true } })).is_ok());
}

#[test]
fn the_draft_decides_what_a_list_of_items_means() {
    let data = json!({ "a": ["x", 1] });
    let tuple = json!({ "properties": { "a": { "prefixItems": [{}, { "type": "string" }] } } });
    assert_eq!(pointers(&violations(&tuple, &data)), ["/a/1"]);
    let older = json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "properties": { "a": { "items": [{}, { "type": "string" }] } },
    });
    assert_eq!(pointers(&violations(&older, &data)), ["/a/1"]);
}

#[test]
fn nothing_outside_of_the_schema_is_loaded() {
    for reference in [
        "http://127.0.0.1:1/a.json",
        "https://example.test/a.json#/x",
        "file:///etc/passwd",
        "other.json",
        "//example.test/a",
        "urn:uuid:01890a5d-ac96-774b-bcce-b302099a8057",
        "http://json-schema.org/draft-07/schema#",
    ] {
        assert_eq!(
            refusal(&json!({ "properties": { "a": { "$ref": reference } } })),
            format!(
                "the reference `{reference}` at `/properties/a/$ref` leads outside of the schema: put its target under `$defs`"
            )
        );
    }
    for schema in [
        json!({ "$id": "file:///etc/", "properties": { "a": { "$ref": "passwd" } } }),
        json!({ "properties": { "a": { "$id": "http://example.test/", "$ref": "#/x" } } }),
        json!({ "$dynamicRef": "http://example.test/a#x" }),
        json!({ "$recursiveRef": "http://example.test/a" }),
        json!({ "$ref": "#/x", "x": { "$ref": "http://example.test/a" } }),
        json!({ "$ref": "#/const", "const": { "not": { "$ref": "http://example.test/a" } } }),
        json!({ "$ref": "#/x", "x": { "$id": "http://example.test/", "$ref": "a" } }),
        json!({ "$schema": "file:///etc/passwd" }),
    ] {
        assert!(OfferSchema::compile(&schema).is_err(), "{schema}");
    }
    // A member of the data may have any name, and a constant any value.
    let schema = json!({
        "properties": { "$ref": { "const": { "$ref": "http://example.test/a" } } },
        "enum": [{ "$ref": { "$ref": "http://example.test/a" } }],
    });
    let data = json!({ "$ref": { "$ref": "http://example.test/a" } });
    assert_eq!(OfferSchema::compile(&schema).unwrap().check(&data), Ok(()));
}

#[test]
fn a_reference_that_leads_nowhere_or_back_is_refused() {
    assert_eq!(
        refusal(&json!({ "properties": { "a": { "$ref": "#/$defs/none" } } })),
        "the reference `#/$defs/none` at `/properties/a/$ref` leads nowhere"
    );
    assert!(refusal(&json!({ "$ref": "#anchor" })).ends_with("leads nowhere"));
    assert!(refusal(&json!({ "$ref": "#/%zz" })).ends_with("leads nowhere"));
    for schema in [
        json!({ "$ref": "#" }),
        json!({ "properties": { "a": { "$ref": "#" } } }),
        json!({ "properties": { "a": { "items": { "$ref": "#/properties/a" } } } }),
        json!({ "$ref": "#a", "$defs": { "x": { "$anchor": "a", "not": { "$ref": "#/$defs/y" } }, "y": { "$ref": "#a" } } }),
    ] {
        assert!(
            refusal(&schema).ends_with("leads back to itself: a schema is not recursive"),
            "{schema}"
        );
    }
}

#[test]
fn a_pattern_runs_in_linear_time() {
    for pattern in ["(?=a)b", "(a)\\1", "((a{1000}){1000}){1000}", "(a+"] {
        let error = refusal(&json!({ "properties": { "a": { "pattern": pattern } } }));
        assert!(
            error.starts_with("the schema is wrong at `/properties/a/pattern`: "),
            "{error}"
        );
        assert!(error.contains("is not a pattern of linear time"), "{error}");
        assert!(OfferSchema::compile(&json!({ "patternProperties": { pattern: {} } })).is_err());
    }
    let schema =
        OfferSchema::compile(&json!({ "properties": { "a": { "pattern": "^(x+x+)+y$" } } }))
            .unwrap();
    let begin = Instant::now();
    assert!(schema.check(&json!({ "a": "x".repeat(60_000) })).is_err());
    assert!(begin.elapsed().as_secs() < 10);
}

#[test]
fn a_schema_has_a_largest_size_and_depth() {
    let error = OfferSchema::compile(&json!({ "description": "x".repeat(OfferSchema::MAX_BYTES) }));
    assert!(
        matches!(error, Err(SchemaError::TooLarge { bytes }) if bytes == OfferSchema::MAX_BYTES + 18)
    );
    let mut deep = json!({});
    for _ in 1..OfferSchema::MAX_DEPTH {
        deep = json!({ "not": deep });
    }
    assert!(OfferSchema::compile(&deep).is_ok());
    assert!(
        refusal(&json!({ "not": deep }))
            .starts_with("the schema is nested deeper than 64 levels at `/not/not/")
    );
}

#[test]
fn a_large_list_under_many_alternatives_yields_the_first_violation() {
    let alternatives: Vec<_> = (0..2_000)
        .map(|length| json!({ "type": "string", "minLength": length }))
        .collect();
    let schema = json!({ "properties": { "a": { "items": { "anyOf": alternatives } } } });
    let found = violations(&schema, &json!({ "a": vec![1; 10_000] }));
    assert_eq!(pointers(&found), ["/a/0"]);
}

/// Definitions that each refer to the next, `times` times.
fn definitions(count: usize, keyword: &str, times: usize) -> Value {
    let mut defs = serde_json::Map::new();
    for index in 0..count {
        let next = json!({ "$ref": format!("#/$defs/d{}", index + 1) });
        defs.insert(format!("d{index}"), json!({ keyword: vec![next; times] }));
    }
    defs.insert(format!("d{count}"), json!({ "type": "string" }));
    json!({ "$ref": "#/$defs/d0", "$defs": defs })
}

#[test]
fn a_schema_that_would_take_years_or_the_stack_is_refused() {
    for schema in [
        definitions(30, "allOf", 2),
        definitions(30, "anyOf", 2),
        definitions(30, "prefixItems", 2),
        definitions(3_000, "allOf", 1),
    ] {
        assert_eq!(
            OfferSchema::compile(&schema).unwrap_err(),
            SchemaError::TooComplex
        );
    }
    let mut unevaluated = json!({ "type": "object" });
    for _ in 0..25 {
        unevaluated = json!({ "allOf": [unevaluated], "unevaluatedProperties": false });
    }
    assert_eq!(
        OfferSchema::compile(&unevaluated).unwrap_err(),
        SchemaError::TooComplex
    );
}

#[test]
fn what_the_limits_allow_is_checked_on_a_small_stack_and_soon() {
    let work = || {
        for keyword in ["allOf", "anyOf", "oneOf"] {
            for schema in [definitions(84, keyword, 1), definitions(9, keyword, 2)] {
                let schema = OfferSchema::compile(&schema).unwrap();
                assert!(schema.check(&json!({})).is_err());
            }
        }
        let mut unevaluated = json!({ "properties": { "a": true } });
        for _ in 0..8 {
            unevaluated = json!({ "allOf": [unevaluated], "unevaluatedProperties": false });
        }
        assert!(
            OfferSchema::compile(&unevaluated)
                .unwrap()
                .check(&json!({ "b": 1 }))
                .is_err()
        );
    };
    let begin = Instant::now();
    thread::Builder::new()
        .stack_size(1 << 20)
        .spawn(work)
        .unwrap()
        .join()
        .unwrap();
    assert!(begin.elapsed().as_secs() < 20);
}
