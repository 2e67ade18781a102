use serde_json::json;

use super::*;
use crate::criteria::{Catalog, Compiler, Field, FieldValue, Moment, References};

/// A city and a credit score.
struct Row(&'static str, i64);

impl Record for Row {
    fn value(&self, field: &Field) -> FieldValue<'_> {
        match field.name() {
            "city" => FieldValue::Text(self.0),
            "credit_score" => FieldValue::Int(self.1),
            _ => FieldValue::Absent,
        }
    }
}

fn compile(text: &str) -> Criteria {
    let first = SegmentVersion::FIRST;
    let references = References::new()
        .with_segment(
            "good".parse().unwrap(),
            first,
            r#"{"credit_score": {"$gte": 700}}"#,
            [],
        )
        .with_segment(
            "best".parse().unwrap(),
            first,
            r#"{"$segment": "good", "city": "Pune"}"#,
            [],
        );
    Compiler::new(&Catalog::customers())
        .with_references(&references)
        .compile(text)
        .unwrap_or_else(|errors| panic!("{text}: {errors}"))
}

fn moment() -> Moment {
    Moment::in_utc("2026-01-31T09:30:00Z".parse().unwrap())
}

#[test]
fn each_step_is_the_clauses_up_to_it() {
    let text = r#"{"city": "Pune", "$and": [{"segment": "gold"}, {"$or": [{"state": "Goa"}, {"dob": null}]}], "credit_score": {"$gt": 1, "$lt": 9}}"#;
    let criteria = compile(text);
    let steps = criteria.steps();
    let pointers: Vec<_> = steps.iter().map(Step::pointer).collect();
    let expected = ["/city", "/$and/0/segment", "/$and/1/$or", "/credit_score"];
    assert_eq!(pointers, expected);
    assert_eq!(steps[0].description(), r#"customers whose city is "Pune""#);
    assert_eq!(
        steps[2].description(),
        r#"customers whose state is "Goa" or whose dob is not known"#
    );
    let texts = [
        r#"{"city": "Pune"}"#,
        r#"{"city": "Pune", "segment": "gold"}"#,
        r#"{"city": "Pune", "segment": "gold", "$or": [{"state": "Goa"}, {"dob": null}]}"#,
        text,
    ];
    for (step, text) in steps.iter().zip(texts) {
        assert_eq!(*step.criteria(), compile(text));
        assert_eq!(compile(step.criteria().source()), *step.criteria());
        assert_eq!(
            step.criteria().catalog_revision(),
            criteria.catalog_revision()
        );
    }
    assert_eq!(steps[3].criteria().source(), text);
}

#[test]
fn a_step_pins_the_segments_that_it_uses() {
    let criteria =
        compile(r#"{"city": "Pune", "$segment": "best", "$not": {"$segment": "good@1"}}"#);
    let pinned = |index: usize| {
        let steps = criteria.steps();
        let pinned = steps[index].criteria().segments().iter();
        pinned
            .map(|it| (it.name.to_string(), it.is_direct))
            .collect::<Vec<_>>()
    };
    let (best, good) = ("best".to_owned(), "good".to_owned());
    assert_eq!(pinned(0), []);
    assert_eq!(pinned(1), [(best.clone(), true), (good.clone(), false)]);
    assert_eq!(pinned(2), [(best, true), (good, true)]);
}

#[test]
fn everyone_is_a_step() {
    let steps = compile(r#"{"$everyone": true}"#).steps();
    assert_eq!((steps.len(), steps[0].description()), (1, "every customer"));
}

#[test]
fn the_last_step_takes_what_is_left_of_a_long_document() {
    let clauses = |range: std::ops::Range<usize>| {
        let clauses = range.map(|n| format!(r#"{{"credit_score": {{"$ne": {n}}}}}"#));
        clauses.collect::<Vec<_>>().join(",")
    };
    let criteria = compile(&format!(r#"{{"$and": [{}]}}"#, clauses(0..Step::MAX + 2)));
    let steps = criteria.steps();
    assert_eq!(steps.len(), Step::MAX);
    let last = &steps[Step::MAX - 1];
    assert_eq!(
        (last.criteria(), last.pointer()),
        (&criteria, "/$and/31/credit_score")
    );
    let rest = compile(&format!(
        r#"{{"$and": [{}]}}"#,
        clauses(Step::MAX - 1..Step::MAX + 2)
    ));
    assert_eq!(last.description(), rest.describe());

    let rows: Vec<Row> = (0..40).map(|n| Row("Pune", n)).collect();
    let waterfall = criteria.waterfall(&rows, moment());
    assert_eq!(waterfall.steps.len(), Step::MAX);
    assert_eq!(waterfall.steps[Step::MAX - 1].remaining, 40 - 34);
}

#[test]
fn a_waterfall_counts_what_each_step_selects() {
    let criteria = compile(
        r#"{"city": {"$in": ["Pune", "Goa"]}, "credit_score": {"$gte": 700}, "segment": null}"#,
    );
    let rows = [
        Row("Pune", 800),
        Row("Goa", 600),
        Row("Goa", 700),
        Row("Delhi", 800),
        Row("", 0),
    ];
    let waterfall = criteria.waterfall(&rows, moment());
    let steps = criteria.steps();
    let counts: Vec<u64> = waterfall.steps.iter().map(|step| step.remaining).collect();
    assert_eq!((waterfall.total, &counts), (5, &vec![3, 2, 2]));
    for (step, remaining) in steps.iter().zip(counts) {
        let selected = rows
            .iter()
            .filter(|row| step.criteria().matches(*row, moment()));
        assert_eq!(selected.count() as u64, remaining);
    }
    let expected = json!({
        "pointer": "/credit_score",
        "description": "customers whose credit_score is at least 700",
        "remaining": 2,
    });
    assert_eq!(
        serde_json::to_value(&waterfall).unwrap()["steps"][1],
        expected
    );
    assert_eq!(waterfall.steps[1], WaterfallStep::new(&steps[1], 2));
}
