use super::*;
use ErrorCode as E;

pub(super) const CASES: &[Case] = &[
    (
        E::NotObject,
        r#"{"$received": "x"}"#,
        "/$received",
        "\"x\"",
        None,
    ),
    (
        E::EmptyTest,
        r#"{"$received": {}}"#,
        "/$received",
        "{}",
        None,
    ),
    (
        E::EmptyTest,
        r#"{"$received": {"at_least": 2}}"#,
        "/$received",
        r#"{"at_least": 2}"#,
        None,
    ),
    (
        E::UnknownOperator,
        r#"{"$received": {"offers": "x"}}"#,
        "/$received/offers",
        r#""offers""#,
        Some("offer"),
    ),
    (
        E::LiteralType,
        r#"{"$received": {"offer": "x"}}"#,
        "/$received/offer",
        "\"x\"",
        None,
    ),
    (
        E::LiteralType,
        r#"{"$received": {"offer": 5}}"#,
        "/$received/offer",
        "5",
        None,
    ),
    (
        E::LiteralType,
        r#"{"$received": {"campaign": "018F4A2C-0000-7000-8000-00000000000C"}}"#,
        "/$received/campaign",
        "\"018F4A2C-0000-7000-8000-00000000000C\"",
        Some(CAMPAIGN),
    ),
    (
        E::UnknownOffer,
        r#"{"$received": {"offer": ["018f4a2c-0000-7000-8000-00000000000a", "018f4a2c-0000-7000-8000-00000000000c"]}}"#,
        "/$received/offer/1",
        "\"018f4a2c-0000-7000-8000-00000000000c\"",
        None,
    ),
    (
        E::UnknownCampaign,
        r#"{"$received": {"campaign": "018f4a2c-0000-7000-8000-00000000000a"}}"#,
        "/$received/campaign",
        "\"018f4a2c-0000-7000-8000-00000000000a\"",
        None,
    ),
    (
        E::EnumValue,
        r#"{"$received": {"status": ["sent", "deliverd"]}}"#,
        "/$received/status/1",
        "\"deliverd\"",
        Some("delivered"),
    ),
    (
        E::EmptyList,
        r#"{"$received": {"status": []}}"#,
        "/$received/status",
        "[]",
        None,
    ),
    (
        E::NullInList,
        r#"{"$received": {"status": [null]}}"#,
        "/$received/status/0",
        "null",
        None,
    ),
    (
        E::Duration,
        r#"{"$received": {"status": "sent", "within_last": {"months": 1}}}"#,
        "/$received/within_last/months",
        r#""months""#,
        None,
    ),
    (
        E::IntRange,
        r#"{"$received": {"status": "sent", "at_least": 0}}"#,
        "/$received/at_least",
        "0",
        None,
    ),
    (
        E::IntRange,
        r#"{"$received": {"status": "sent", "at_least": 4294967296}}"#,
        "/$received/at_least",
        "4294967296",
        None,
    ),
    (E::NotObject, r#"{"$sample": 10}"#, "/$sample", "10", None),
    (
        E::Percent,
        r#"{"$sample": {"salt": "x"}}"#,
        "/$sample",
        r#"{"salt": "x"}"#,
        None,
    ),
    (
        E::Percent,
        r#"{"$sample": {"percent": 0, "salt": "x"}}"#,
        "/$sample/percent",
        "0",
        None,
    ),
    (
        E::Percent,
        r#"{"$sample": {"percent": 100.01, "salt": "x"}}"#,
        "/$sample/percent",
        "100.01",
        None,
    ),
    (
        E::Percent,
        r#"{"$sample": {"percent": 0.001, "salt": "x"}}"#,
        "/$sample/percent",
        "0.001",
        None,
    ),
    (
        E::Percent,
        r#"{"$sample": {"percent": "5", "salt": "x"}}"#,
        "/$sample/percent",
        "\"5\"",
        None,
    ),
    (
        E::Salt,
        r#"{"$sample": {"percent": 5}}"#,
        "/$sample",
        r#"{"percent": 5}"#,
        None,
    ),
    (
        E::Salt,
        r#"{"$sample": {"percent": 5, "salt": ""}}"#,
        "/$sample/salt",
        r#""""#,
        None,
    ),
    (
        E::Salt,
        r#"{"$sample": {"percent": 5, "salt": 7}}"#,
        "/$sample/salt",
        "7",
        None,
    ),
    (
        E::UnknownOperator,
        r#"{"$sample": {"percent": 5, "salt": "x", "seed": 7}}"#,
        "/$sample/seed",
        r#""seed""#,
        None,
    ),
];

#[test]
fn received_and_samples_have_their_parts() {
    are_refused(CASES);
}

#[test]
fn every_part_can_be_said_in_one_document() {
    let text = format!(
        r#"{{"$received": {{"offer": "{OFFER}", "campaign": ["{CAMPAIGN}"], "status": ["sent", "delivered"],
        "within_last": {{"hours": 36}}, "at_least": 2}}, "$sample": {{"percent": 12.50, "salt": "spring"}}}}"#
    );
    let canonical = format!(
        r#"{{"$and":[{{"$received":{{"at_least":2,"campaign":["{CAMPAIGN}"],"offer":["{OFFER}"],"status":["sent","delivered"],"within_last":{{"minutes":2160}}}}}},{{"$sample":{{"percent":12.5,"salt":"spring"}}}}]}}"#
    );
    assert_eq!(compile(&text).unwrap().canonical_text(), canonical);
}
