use super::*;
use ErrorCode as E;

pub(super) const CASES: &[Case] = &[
    (
        E::UnknownSegment,
        r#"{"$segment": "premum"}"#,
        "/$segment",
        "\"premum\"",
        Some("premium"),
    ),
    (
        E::UnknownSegment,
        r#"{"$segment": "Premium"}"#,
        "/$segment",
        "\"Premium\"",
        Some("premium"),
    ),
    (
        E::UnknownSegment,
        r#"{"$segment": "premium@"}"#,
        "/$segment",
        "\"premium@\"",
        Some("premium"),
    ),
    (
        E::UnknownSegment,
        r#"{"$segment": "premium@2"}"#,
        "/$segment",
        "\"premium@2\"",
        Some("premium@3"),
    ),
    (
        E::UnknownSegment,
        r#"{"$segment": ["premium@1", "nobody"]}"#,
        "/$segment/1",
        "\"nobody\"",
        None,
    ),
    (E::LiteralType, r#"{"$segment": 5}"#, "/$segment", "5", None),
    (E::EmptyList, r#"{"$segment": []}"#, "/$segment", "[]", None),
    (
        E::NullInList,
        r#"{"$segment": [null]}"#,
        "/$segment/0",
        "null",
        None,
    ),
    (
        E::UnknownField,
        r#"{"$segment": "broken@1"}"#,
        "/$segment",
        "\"broken@1\"",
        Some("city"),
    ),
    (
        E::UnknownField,
        r#"{"$or": [{"$segment": "outer@1"}]}"#,
        "/$or/0/$segment",
        "\"outer@1\"",
        Some("city"),
    ),
    (
        E::Json,
        r#"{"$segment": "unreadable@1"}"#,
        "/$segment",
        "\"unreadable@1\"",
        None,
    ),
    (
        E::SegmentCycle,
        r#"{"$segment": "circle@1"}"#,
        "/$segment",
        "\"circle@1\"",
        None,
    ),
    (
        E::SegmentCycle,
        r#"{"$segment": "again@2"}"#,
        "/$segment",
        "\"again@2\"",
        None,
    ),
];

#[test]
fn segments_are_known_and_sound() {
    are_refused(CASES);
}

#[test]
fn a_mistake_inside_a_segment_says_where_it_is() {
    let message = |text: &str| refused(text).first().unwrap().message().to_owned();
    assert_eq!(
        message(r#"{"$segment": "broken"}"#),
        "in segment `broken@1`, at `/citi`: there is no field `citi`"
    );
    assert_eq!(
        message(r#"{"$segment": "outer"}"#),
        "in segment `outer@1`, at `/$or/0/$segment`: in segment `broken@1`, at `/citi`: there is no field `citi`"
    );
    assert_eq!(
        message(r#"{"$segment": "again@2"}"#),
        "in segment `again@2`, at `/$segment`: the segment `again` would contain itself through `through`"
    );
}

#[test]
fn the_segment_that_is_written_may_not_contain_itself() {
    let (catalog, references) = (catalog(), tenant());
    let young = "young".parse().unwrap();
    let premium = "premium".parse().unwrap();
    let compiler = Compiler::new(&catalog).with_references(&references);
    let code = |errors: CriteriaErrors| errors.first().unwrap().code();
    for (defined, text) in [
        (&young, r#"{"$segment": "young@1"}"#),
        (&premium, r#"{"$not": {"$segment": "young"}}"#),
    ] {
        let errors = compiler.clone().defining(defined).compile(text);
        assert_eq!(code(errors.unwrap_err()), E::SegmentCycle, "{text}");
        assert!(compiler.compile(text).is_ok(), "{text}");
    }
}

#[test]
fn versions_are_those_named_then_those_pinned_then_the_latest() {
    let (catalog, references) = (catalog(), tenant());
    let pinned = references
        .clone()
        .with_pin("premium".parse().unwrap(), SegmentVersion::FIRST);
    let canonical = |references: &References, text: &str| {
        let compiler = Compiler::new(&catalog).with_references(references);
        compiler.compile(text).unwrap().canonical_text().to_owned()
    };
    let first = r#"{"segment":{"$eq":"premium"}}"#;
    let third = r#"{"$and":[{"is_active":{"$eq":true}},{"segment":{"$eq":"premium"}}]}"#;
    assert_eq!(canonical(&references, r#"{"$segment": "premium"}"#), third);
    assert_eq!(
        canonical(&references, r#"{"$segment": "premium@1"}"#),
        first
    );
    assert_eq!(canonical(&pinned, r#"{"$segment": "premium"}"#), first);
    assert_eq!(canonical(&pinned, r#"{"$segment": "premium@3"}"#), third);
    // `young` was saved with `premium@1`.
    let young = r#"{"$and":[{"dob":{"$age":{"$lt":30}}},{"segment":{"$eq":"premium"}}]}"#;
    assert_eq!(canonical(&references, r#"{"$segment": "young"}"#), young);
}

#[test]
fn inlined_versions_are_listed_once() {
    let criteria =
        compile(r#"{"$segment": ["young@1", "premium@3"], "$not": {"$segment": "young@1"}}"#);
    let listed: Vec<_> = criteria
        .unwrap()
        .segments()
        .iter()
        .map(|it| (it.name.to_string(), it.version.get(), it.is_direct))
        .collect();
    let expected = [
        ("premium", 1, false),
        ("premium", 3, true),
        ("young", 1, true),
    ];
    assert!(
        listed
            .iter()
            .map(|(n, v, d)| (n.as_str(), *v, *d))
            .eq(expected),
        "{listed:?}"
    );
}
