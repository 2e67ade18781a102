use super::*;
use ErrorCode as E;

pub(super) const CASES: &[Case] = &[
    (E::Json, r#"{"city": x}"#, "/city", "x", None),
    (
        E::NulChar,
        r#"{"city": "x\u0000"}"#,
        "/city",
        "\\u0000",
        None,
    ),
    (E::Utf8, r#"{"city": "\ud800"}"#, "/city", "\\ud800", None),
    (
        E::DuplicateKey,
        r#"{"city": "x", "city": "y"}"#,
        "/city",
        r#""city""#,
        None,
    ),
    (E::NotObject, "[]", "", "[]", None),
    (E::NotObject, "\"x\"", "", "\"x\"", None),
    (E::EmptyCriteria, "{}", "", "{}", None),
    (E::EmptyCriteria, r#"{"$v": 1}"#, "", r#"{"$v": 1}"#, None),
    (E::EmptyTest, r#"{"city": {}}"#, "/city", "{}", None),
    (
        E::EmptyTest,
        r#"{"city": {"$not": {}}}"#,
        "/city/$not",
        "{}",
        None,
    ),
    (
        E::MixedTest,
        r#"{"city": {"$eq": "x", "ne": 1}}"#,
        "/city/ne",
        r#""ne""#,
        Some("$ne"),
    ),
    (
        E::LiteralType,
        r#"{"city": {"$exists": null}}"#,
        "/city/$exists",
        "null",
        None,
    ),
    (
        E::LiteralType,
        r#"{"$everyone": false}"#,
        "/$everyone",
        "false",
        None,
    ),
    (
        E::NotObject,
        r#"{"city": {"$not": "x"}}"#,
        "/city/$not",
        "\"x\"",
        None,
    ),
];

#[test]
fn a_document_is_an_object_of_conditions() {
    are_refused(CASES);
}

#[test]
fn another_version_is_refused_before_anything_else() {
    for version in [
        "2",
        "0",
        "-1",
        "1.5",
        "\"1\"",
        "null",
        "99999999999999999999",
        "[1]",
    ] {
        let text = format!(r#"{{"nonsense": 1, "$v": {version}, "$new": []}}"#);
        is_refused(&text, &[(E::Version, "/$v", version, None)]);
    }
}

#[test]
fn bytes_that_are_not_utf_8_are_refused() {
    let catalog = catalog();
    let compiler = Compiler::new(&catalog);
    let errors = compiler.compile_bytes(b"{\"city\": \"\xff\"}").unwrap_err();
    let error = errors.first().unwrap();
    assert_eq!((error.code(), error.span()), (E::Utf8, Span::new(10, 11)));
    assert!(compiler.compile_bytes(b"{\"city\": \"x\"}").is_ok());
}
