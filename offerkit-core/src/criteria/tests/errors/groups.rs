use super::*;
use ErrorCode as E;

pub(super) const CASES: &[Case] = &[
    (E::EmptyGroup, r#"{"$or": []}"#, "/$or", "[]", None),
    (
        E::GroupNotArray,
        r#"{"$and": {"city": "x"}}"#,
        "/$and",
        r#"{"city": "x"}"#,
        None,
    ),
    (E::GroupNotArray, r#"{"$nor": null}"#, "/$nor", "null", None),
    (
        E::NotObject,
        r#"{"$or": [{"city": "x"}, "y"]}"#,
        "/$or/1",
        "\"y\"",
        None,
    ),
    (
        E::NotObject,
        r#"{"$not": [{"city": "x"}]}"#,
        "/$not",
        r#"[{"city": "x"}]"#,
        None,
    ),
    (E::EmptyCriteria, r#"{"$or": [{}]}"#, "/$or/0", "{}", None),
    (E::EmptyCriteria, r#"{"$not": {}}"#, "/$not", "{}", None),
    (
        E::MisplacedOperator,
        r#"{"$and": [{"$v": 1}]}"#,
        "/$and/0/$v",
        r#""$v""#,
        None,
    ),
    (
        E::UnknownField,
        r#"{"$nor": [{"$not": {"citi": 1}}]}"#,
        "/$nor/0/$not/citi",
        r#""citi""#,
        Some("city"),
    ),
];

#[test]
fn groups_are_lists_of_objects_of_conditions() {
    are_refused(CASES);
}

#[test]
fn mistakes_are_found_at_any_depth() {
    let text = r#"{"$or": [{"$and": [5, {"dob": {"$not": {"$gt": "x"}}}]}, {"$nor": []}]}"#;
    is_refused(
        text,
        &[
            (E::NotObject, "/$or/0/$and/0", "5", None),
            (E::DateFormat, "/$or/0/$and/1/dob/$not/$gt", "\"x\"", None),
            (E::EmptyGroup, "/$or/1/$nor", "[]", None),
        ],
    );
}
