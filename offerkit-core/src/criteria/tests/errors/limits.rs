use super::*;
use ErrorCode as E;

/// The codes of limits, which short documents do not reach.
pub(super) const CODES: [ErrorCode; 9] = [
    E::TooLarge,
    E::TooDeep,
    E::TooManyNodes,
    E::ListTooLong,
    E::StringTooLong,
    E::SegmentDepth,
    // These have tests of their own.
    E::Version,
    E::FieldProtected,
    E::Salt,
];

fn code(text: &str) -> ErrorCode {
    refused(text).first().unwrap().code()
}

#[test]
fn documents_are_accepted_up_to_their_limits() {
    let spaces = |count: usize| format!("{}{}", r#"{"city": "x"}"#, " ".repeat(count));
    let nested = |depth: usize| {
        format!(
            "{}{}{}",
            "{\"$not\":".repeat(depth - 1),
            r#"{"city": "x"}"#,
            "}".repeat(depth - 1)
        )
    };
    let members = |count: usize| {
        let parts: Vec<_> = (1..count / 2)
            .map(|n| format!(r#"{{"credit_score": {n}}}"#))
            .collect();
        format!(r#"{{"$or": [{}], "city": "x"}}"#, parts.join(","))
    };
    let list = |count: usize| {
        let items: Vec<_> = (0..count).map(|n| n.to_string()).collect();
        format!(r#"{{"credit_score": {{"$in": [{}]}}}}"#, items.join(","))
    };
    let lists = |count: usize| {
        let list = list(count);
        format!(r#"{{"$or": [{list}, {list}]}}"#)
    };
    let text = |operator: &str, length: usize| {
        format!(r#"{{"city": {{"{operator}": "{}"}}}}"#, "x".repeat(length))
    };
    let salt = |length: usize| {
        format!(
            r#"{{"$sample": {{"percent": 5, "salt": "{}"}}}}"#,
            "x".repeat(length)
        )
    };
    let cases = [
        (
            spaces(256 * 1024 - 13),
            spaces(256 * 1024 - 12),
            E::TooLarge,
        ),
        (nested(16), nested(17), E::TooDeep),
        (members(512), members(514), E::TooManyNodes),
        (list(10_000), list(10_001), E::ListTooLong),
        (lists(9_999), lists(10_000), E::ListTooLong),
        (text("$eq", 1024), text("$eq", 1025), E::StringTooLong),
        (
            text("$contains", 256),
            text("$contains", 257),
            E::StringTooLong,
        ),
        (
            text("$starts_with", 1024),
            text("$ends_with", 1025),
            E::StringTooLong,
        ),
        (salt(64), salt(65), E::Salt),
    ];
    for (accepted, refused, expected) in cases {
        assert!(compile(&accepted).is_ok(), "{expected}");
        assert_eq!(code(&refused), expected);
    }
}

/// Segments `s1` to `s9`, each of which names the next one so many times.
fn chain(times: usize) -> References {
    let mut references = References::new();
    for level in 1..=9 {
        let part = format!(r#"{{"$segment": "s{}"}}"#, level + 1);
        let source = if level == 9 {
            r#"{"city": "x"}"#.to_owned()
        } else {
            format!(r#"{{"$or": [{}]}}"#, vec![part; times].join(","))
        };
        let name = format!("s{level}").parse().unwrap();
        references = references.with_segment(name, SegmentVersion::FIRST, &source, []);
    }
    references
}

#[test]
fn segments_nest_up_to_their_limit() {
    let name = "z".parse().unwrap();
    let references =
        chain(1).with_segment(name, SegmentVersion::FIRST, r#"{"$segment": "s2"}"#, []);
    let catalog = catalog();
    let compiler = Compiler::new(&catalog).with_references(&references);
    assert_eq!(
        compiler
            .compile(r#"{"$segment": "s2"}"#)
            .unwrap()
            .segments()
            .len(),
        8
    );
    for text in [
        r#"{"$segment": "s1"}"#,
        r#"{"$segment": ["s2", "s1"]}"#,
        r#"{"$segment": ["s2", "z"]}"#,
    ] {
        let errors = compiler.compile(text).unwrap_err();
        assert_eq!(errors.first().unwrap().code(), E::SegmentDepth);
        assert_eq!(errors.as_slice().len(), 1);
    }
}

#[test]
fn inlined_segments_count_as_often_as_they_are_named() {
    let catalog = catalog();
    let references = chain(200);
    let compiler = Compiler::new(&catalog).with_references(&references);
    assert!(compiler.compile(r#"{"$segment": "s8"}"#).is_ok());
    // 200 to the power of 8 conditions, if they were built.
    let text = r#"{"$segment": "s2"}"#;
    let errors = compiler.compile(text).unwrap_err();
    assert_eq!(errors.first().unwrap().code(), E::TooManyNodes);

    let items: Vec<_> = (0..9_000).map(|n| n.to_string()).collect();
    let long = format!(r#"{{"credit_score": {{"$in": [{}]}}}}"#, items.join(","));
    let large = format!("{}{}", r#"{"city": "x"}"#, " ".repeat(200 * 1024));
    let name = |text: &str| text.parse().unwrap();
    let references = References::new()
        .with_segment(name("long"), SegmentVersion::FIRST, &long, [])
        .with_segment(name("large"), SegmentVersion::FIRST, &large, []);
    let compiler = Compiler::new(&catalog).with_references(&references);
    let named = |segment: &str, times: usize| {
        let part = format!(r#"{{"$segment": "{segment}@1"}}"#);
        compiler.compile(&format!(r#"{{"$or": [{}]}}"#, vec![part; times].join(",")))
    };
    assert!(named("long", 2).is_ok() && named("large", 10).is_ok());
    let errors = named("long", 5).unwrap_err();
    assert_eq!(errors.as_slice().len(), 1, "{errors}");
    assert_eq!(errors.first().unwrap().code(), E::ListTooLong);
    let errors = named("large", 15).unwrap_err();
    assert_eq!(errors.as_slice().len(), 1, "{errors}");
    assert_eq!(errors.first().unwrap().code(), E::TooLarge);
}

#[test]
fn the_canonical_text_of_the_largest_documents_is_read_again() {
    let between: Vec<_> = (1..250)
        .map(|n| format!(r#"{{"a.decimal": {{"$between": [{n}, {n}.5]}}}}"#))
        .collect();
    let large = format!(r#"{{"$or": [{}]}}"#, between.join(","));
    let name = "large".parse().unwrap();
    let references = References::new().with_segment(name, SegmentVersion::FIRST, &large, []);
    let catalog = catalog();
    let compiler = Compiler::new(&catalog).with_references(&references);
    let parts: Vec<_> = (1..9)
        .map(|n| format!(r#"{{"credit_score": {n}, "$segment": "large@1"}}"#))
        .collect();
    let criteria = compiler
        .compile(&format!(r#"{{"$or": [{}]}}"#, parts.join(",")))
        .unwrap();
    let compiler = compiler.with_limits(Limits::CANONICAL);
    assert_eq!(
        compiler.compile(criteria.canonical_text()).unwrap(),
        criteria
    );
}
