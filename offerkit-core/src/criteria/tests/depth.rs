//! The deepest and largest documents.

use std::thread;

use super::*;

/// A quarter of what Rust gives a thread, so that hosts may call from where they like.
const SMALL_STACK: usize = 512 * 1024;

fn with_a_small_stack(work: impl FnOnce() + Send + 'static) {
    let thread = thread::Builder::new().stack_size(SMALL_STACK).spawn(work);
    thread.unwrap().join().unwrap();
}

/// Objects inside each other, each a part of the negation around it: as deep as a text can be.
fn alternating(depth: usize, innermost: &str) -> String {
    let mut text = innermost.to_owned();
    for level in 1..depth {
        text = format!(r#"{{"credit_score": {level}, "$not": {text}}}"#);
    }
    text
}

fn segments_inside_each_other() -> References {
    let mut references = References::new();
    for level in 1..=8 {
        let (depth, innermost) = if level == 8 {
            (
                14,
                r#"{"city": "x", "a.set": {"$not": {"$size": 1}}}"#.to_owned(),
            )
        } else {
            (
                16,
                format!(r#"{{"city": "{level}", "$segment": "s{}"}}"#, level + 1),
            )
        };
        references = references.with_segment(
            format!("s{level}").parse().unwrap(),
            crate::domain::SegmentVersion::FIRST,
            &alternating(depth, &innermost),
            [],
        );
    }
    references
}

#[test]
fn the_deepest_document_needs_little_stack() {
    with_a_small_stack(|| {
        let (catalog, references) = (catalog(), segments_inside_each_other());
        let compiler = Compiler::new(&catalog).with_references(&references);
        let text = alternating(16, r#"{"city": "0", "$segment": "s1@1"}"#);
        let criteria = compiler.compile(&text).unwrap();
        assert_eq!(criteria.segments().len(), 8);
        let moment = Moment::in_utc("2026-01-31T09:30:00Z".parse().unwrap());
        assert!(!criteria.matches(&Absent, moment));
        assert!(!criteria.describe().is_empty());

        let compiler = compiler.with_limits(Limits::CANONICAL);
        let again = compiler.compile(criteria.canonical_text()).unwrap();
        assert_eq!(again, criteria);
        assert_eq!(again.canonical_text(), criteria.canonical_text());
    });
}

struct Absent;

impl Record for Absent {
    fn value(&self, _: &Field) -> FieldValue<'_> {
        FieldValue::Absent
    }
}

#[test]
fn no_limits_let_a_document_overflow_the_stack() {
    with_a_small_stack(|| {
        let limits = Limits {
            document_bytes: usize::MAX,
            inlined_bytes: usize::MAX,
            depth: usize::MAX,
            nodes: usize::MAX,
            inlined_nodes: usize::MAX,
            segment_depth: usize::MAX,
            ..Limits::default()
        };
        let catalog = catalog();
        let compiler = Compiler::new(&catalog).with_limits(limits);
        let deepest = Limits::MAX_DEPTH;
        let shapes = [
            ("{\"$not\":", "{\"city\":\"x\"}", "}"),
            ("{\"$or\":[", "{\"city\":\"x\"}", "]}"),
            ("{\"city\":\"x\",\"$nor\":[", "{\"city\":\"x\"}", "]}"),
            ("[", "1", "]"),
        ];
        for (open, innermost, close) in shapes {
            for depth in [deepest / 4, deepest / 3, deepest / 2, deepest, 50_000] {
                let text = format!("{}{innermost}{}", open.repeat(depth), close.repeat(depth));
                match compiler.compile(&text) {
                    Ok(criteria) => assert!(!criteria.describe().is_empty()),
                    Err(errors) => {
                        let code = errors.first().unwrap().code();
                        assert!(
                            [ErrorCode::TooDeep, ErrorCode::NotObject].contains(&code),
                            "{errors}"
                        );
                    }
                }
            }
        }
        let tests = format!(
            r#"{{"city":{}{{"$eq":"x"}}{}}}"#,
            r#"{"$ne":"y","$not":"#.repeat(deepest - 3),
            "}".repeat(deepest - 3)
        );
        let criteria = compiler.compile(&tests).unwrap();
        assert!(!criteria.describe().is_empty());
    });
}

#[test]
fn nesting_is_counted_through_segments_and_negations() {
    with_a_small_stack(|| {
        let limits = Limits {
            depth: Limits::MAX_DEPTH,
            nodes: usize::MAX,
            inlined_nodes: usize::MAX,
            ..Limits::default()
        };
        let catalog = catalog();
        let mut references = References::new();
        for level in 1..=8 {
            let innermost = format!(r#"{{"city": "{level}", "$segment": "s{}"}}"#, level + 1);
            let innermost = if level == 8 {
                r#"{"city": "x"}"#
            } else {
                &innermost
            };
            let source = alternating(100, innermost);
            let name = format!("s{level}").parse().unwrap();
            let first = crate::domain::SegmentVersion::FIRST;
            references = references.with_segment(name, first, &source, []);
        }
        let compiler = Compiler::new(&catalog).with_limits(limits);
        let compiler = compiler.with_references(&references);
        // An object and a negation for each of 100 levels.
        assert!(compiler.compile(r#"{"$segment": "s8"}"#).is_ok());
        let shapes = [
            r#"{"$segment": "s7"}"#.to_owned(),
            r#"{"$segment": "s1"}"#.to_owned(),
            alternating(200, r#"{"city": "x"}"#),
            alternating(100, r#"{"$segment": "s8"}"#),
        ];
        for text in shapes {
            let errors = compiler.compile(&text).unwrap_err();
            assert_eq!(
                errors.first().unwrap().code(),
                ErrorCode::TooDeep,
                "{text:.40}"
            );
        }
    });
}
