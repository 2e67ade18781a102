use proptest::prelude::*;
use serde_json::Value;

use super::*;

fn codes(text: &str, limits: &Limits) -> Vec<(ErrorCode, String, Span)> {
    let mut errors = ErrorLog::new(100);
    let node = read(text, limits, &mut errors);
    assert!(node.is_some() || !errors.is_empty());
    errors
        .into_errors()
        .iter()
        .map(|error| (error.code(), error.pointer().to_owned(), error.span()))
        .collect()
}

fn first(text: &str) -> (ErrorCode, String, Span) {
    codes(text, &Limits::default()).into_iter().next().unwrap()
}

#[test]
fn text_that_is_not_json_ends_the_reading_where_it_goes_wrong() {
    let cases = [
        ("", 0, 0),
        ("  ", 2, 2),
        ("{", 1, 1),
        ("{} x", 3, 4),
        ("{\"a\" 1}", 5, 6),
        ("{\"a\":1,}", 7, 8),
        ("{a:1}", 1, 2),
        ("{\"a\":01}", 6, 7),
        ("{\"a\":1.}", 7, 8),
        ("{\"a\":.5}", 5, 6),
        ("{\"a\":+1}", 5, 6),
        ("{\"a\":NaN}", 5, 6),
        ("{\"a\":truey}", 5, 6),
        ("{\"a\":\"x\ny\"}", 7, 8),
        ("{\"a\":\"\\x\"}", 7, 8),
        ("{\"a\":\"\\u12g4\"}", 10, 11),
        ("{\"a\":[1 2]}", 8, 9),
        ("{\"a\":é}", 5, 7),
        ("\u{a0}{}", 0, 2),
    ];
    for (text, start, end) in cases {
        let (code, _, span) = first(text);
        assert_eq!(
            (code, span),
            (ErrorCode::Json, Span::new(start, end)),
            "{text}"
        );
    }
}

#[test]
fn faults_inside_values_are_collected_with_their_places() {
    let text = r#"{"a": "x\u0000", "a": 1e99, "b": {"c/d": "\ud800"}, "e": "\udc00\ud83d\ude00"}"#;
    let found = codes(text, &Limits::default());
    let found: Vec<_> = found
        .iter()
        .map(|(code, pointer, _)| (*code, pointer.as_str()))
        .collect();
    let expected = [
        (ErrorCode::NulChar, "/a"),
        (ErrorCode::DuplicateKey, "/a"),
        (ErrorCode::NumberRange, "/a"),
        (ErrorCode::Utf8, "/b/c~1d"),
        (ErrorCode::Utf8, "/e"),
    ];
    assert_eq!(found, expected);
    assert_eq!(first("{\"a\": \"\0\"}").0, ErrorCode::NulChar);
    assert_eq!(first("\u{feff}{}").0, ErrorCode::Utf8);
}

#[test]
fn names_are_compared_after_their_escapes() {
    assert_eq!(
        first(r#"{"ab": 1, "\u0061b": 2}"#).0,
        ErrorCode::DuplicateKey
    );
}

#[test]
fn each_limit_has_its_code() {
    let limits = Limits {
        document_bytes: 200,
        depth: 3,
        nodes: 5,
        list_items: 4,
        list_items_in_all: 5,
        string_bytes: 4,
        name_bytes: 3,
        ..Limits::default()
    };
    let cases = [
        (" ".repeat(201), ErrorCode::TooLarge),
        ("[[[[]]]]".to_owned(), ErrorCode::TooDeep),
        (
            r#"{"a":1,"b":1,"c":1,"d":1,"e":1,"f":1}"#.to_owned(),
            ErrorCode::TooManyNodes,
        ),
        ("[1,2,3,4,5]".to_owned(), ErrorCode::ListTooLong),
        ("[[1,2],[3,4]]".to_owned(), ErrorCode::ListTooLong),
        (r#""12345""#.to_owned(), ErrorCode::StringTooLong),
        (r#"{"abcd":1}"#.to_owned(), ErrorCode::StringTooLong),
    ];
    for (text, code) in cases {
        assert_eq!(
            codes(&text, &limits).first().map(|found| found.0),
            Some(code),
            "{text}"
        );
    }
    let sound = [
        r#"[[["1234"]]]"#,
        "[1,2,3,4]",
        r#"{"abc":1,"b":1,"c":1,"d":1,"e":1}"#,
    ];
    for text in sound {
        assert_eq!(codes(text, &limits), [], "{text}");
    }
}

#[test]
fn deep_nesting_is_refused_under_any_limits() {
    let limits = Limits {
        depth: usize::MAX,
        nodes: usize::MAX,
        ..Limits::default()
    };
    assert_eq!(
        codes(&"[".repeat(200_000), &limits)[0].0,
        ErrorCode::TooDeep
    );
    assert_eq!(
        codes(&"{\"a\":".repeat(50_000), &limits)[0].0,
        ErrorCode::TooDeep
    );
}

fn same(node: &Node<'_>, value: &Value) -> bool {
    match (&node.json, value) {
        (Json::Null, Value::Null) => true,
        (Json::Bool(one), Value::Bool(other)) => one == other,
        (Json::Number(one), Value::Number(other)) => one.to_int().ok() == other.as_i64(),
        (Json::Text(one), Value::String(other)) => one == other,
        (Json::List(items), Value::Array(other)) => {
            items.len() == other.len()
                && items.iter().zip(other).all(|(one, other)| same(one, other))
        }
        (Json::Object(members), Value::Object(other)) => {
            members.len() == other.len()
                && members.iter().all(|member| {
                    other
                        .get(member.name.as_deref().unwrap())
                        .is_some_and(|value| same(&member.value, value))
                })
        }
        _ => false,
    }
}

fn values() -> impl Strategy<Value = Value> {
    let text = "[^\u{0}]{0,12}";
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        text.prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::btree_map(text, inner, 0..6)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn any_json_is_read_as_another_reader_reads_it(value in values(), pretty in any::<bool>()) {
        let text = if pretty { serde_json::to_string_pretty(&value).unwrap() } else { value.to_string() };
        let mut errors = ErrorLog::new(100);
        let node = read(&text, &Limits::default(), &mut errors);
        prop_assert!(errors.is_empty(), "{text}: {errors:?}");
        prop_assert!(same(&node.unwrap().root, &value), "{text}");
    }

    #[test]
    fn what_another_reader_refuses_is_refused(text in r#"([{}\[\],:"\\ue0-9.+\- ]|true|null|\\u00e9|\{"a":|\}){0,24}"#) {
        let mut errors = ErrorLog::new(100);
        let node = read(&text, &Limits::default(), &mut errors);
        if serde_json::from_str::<Value>(&text).is_err() {
            prop_assert!(node.is_none() || !errors.is_empty(), "{text}");
        }
    }
}
