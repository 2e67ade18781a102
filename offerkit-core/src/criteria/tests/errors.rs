//! Every refusal: its code, its place, the text it covers and what it suggests.

use super::*;
use crate::domain::SegmentVersion;

mod groups;
mod limits;
mod lists;
mod literals;
mod names;
mod parts;
mod periods;
mod segments;
mod shown;
mod structure;

/// A document with one mistake: its code, the pointer, the text that is covered, and what is suggested.
type Case = (
    ErrorCode,
    &'static str,
    &'static str,
    &'static str,
    Option<&'static str>,
);

const OFFER: &str = "018f4a2c-0000-7000-8000-00000000000a";
const CAMPAIGN: &str = "018f4a2c-0000-7000-8000-00000000000c";

/// Two versions of `premium`, a sound and some unsound segments, an offer and a campaign.
pub(super) fn tenant() -> References {
    let version = SegmentVersion::new;
    let saved = [
        ("premium", 1, r#"{"segment": "premium"}"#),
        ("premium", 3, r#"{"segment": "premium", "is_active": true}"#),
        (
            "young",
            1,
            r#"{"dob": {"$age": {"$lt": 30}}, "$segment": "premium"}"#,
        ),
        ("broken", 1, r#"{"city": "x", "citi": 1}"#),
        ("outer", 1, r#"{"$or": [{"$segment": "broken@1"}]}"#),
        ("unreadable", 1, r#"{"city": "#),
        ("circle", 1, r#"{"$segment": "other@1"}"#),
        ("other", 1, r#"{"$segment": "circle@1"}"#),
        ("again", 1, r#"{"city": "x"}"#),
        ("again", 2, r#"{"$segment": "through"}"#),
        ("through", 1, r#"{"$segment": "again@1"}"#),
    ];
    let mut references = References::new();
    for (name, number, source) in saved {
        let pins = (name == "young").then(|| ("premium".parse().unwrap(), version(1)));
        references = references.with_segment(name.parse().unwrap(), version(number), source, pins);
    }
    references
        .with_offer(OFFER.parse().unwrap())
        .with_campaign(CAMPAIGN.parse().unwrap())
}

fn compile(text: &str) -> Result<Criteria, CriteriaErrors> {
    let (catalog, references) = (catalog(), tenant());
    let compiler = Compiler::new(&catalog).with_references(&references);
    compiler.compile(text)
}

fn refused(text: &str) -> CriteriaErrors {
    compile(text).expect_err(text)
}

type Found<'t> = (ErrorCode, &'t str, &'t str, Option<&'t str>);

fn is_refused(text: &str, expected: &[Found<'_>]) {
    let errors = refused(text);
    let found = errors.iter().map(|error| {
        let covered = error.span().of(text).unwrap();
        (error.code(), error.pointer(), covered, error.suggestion())
    });
    assert_eq!(found.collect::<Vec<_>>(), expected, "{text}\n{errors}");
}

fn are_refused(cases: &[Case]) {
    for (code, text, pointer, covered, suggestion) in cases {
        is_refused(text, &[(*code, pointer, covered, *suggestion)]);
    }
}

#[test]
fn every_code_has_a_case() {
    let themes = [
        groups::CASES,
        lists::CASES,
        literals::CASES,
        names::CASES,
        parts::CASES,
        periods::CASES,
        segments::CASES,
        structure::CASES,
    ];
    let mut shown: Vec<ErrorCode> = themes
        .into_iter()
        .flatten()
        .map(|(code, ..)| *code)
        .collect();
    shown.extend(limits::CODES);
    for code in ErrorCode::ALL {
        assert!(shown.contains(code), "{code}");
    }
}
