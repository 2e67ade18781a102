//! Whether an answer is what the OpenAPI document says. Here, other than there, objects have no more members than it names.

use std::{
    collections::BTreeMap,
    sync::{LazyLock, Mutex},
};

use axum::http::Method;
use jsonschema::Validator;
use serde_json::{Map, Value, json};

use crate::client::Answer;

/// The document, as it is committed.
pub(crate) static DOCUMENT: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(include_str!("../../openapi.json")).unwrap());

static STRICT: LazyLock<Value> = LazyLock::new(|| {
    let mut components = DOCUMENT["components"].clone();
    close(&mut components["schemas"]);
    components
});

static VALIDATORS: LazyLock<Mutex<BTreeMap<String, Validator>>> = LazyLock::new(Mutex::default);

/// Closes every object that names its members.
fn close(schema: &mut Value) {
    match schema {
        Value::Object(members) => {
            if members.get("properties").is_some_and(Value::is_object)
                && !members.contains_key("additionalProperties")
            {
                members.insert("additionalProperties".to_owned(), json!(false));
            }
            members.values_mut().for_each(close);
        }
        Value::Array(items) => items.iter_mut().for_each(close),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// The route of a path: the one with the most fixed segments, where several fit.
pub(crate) fn route(path: &str) -> Option<(&'static str, &'static Map<String, Value>)> {
    let paths = DOCUMENT["paths"].as_object().unwrap();
    let fits = |route: &str| {
        let (mut wanted, mut given) = (route.split('/'), path.split('/'));
        loop {
            match (wanted.next(), given.next()) {
                (None, None) => return true,
                (Some(wanted), Some(given)) if wanted == given || wanted.starts_with('{') => {}
                _ => return false,
            }
        }
    };
    let mut found: Vec<_> = paths.iter().filter(|(route, _)| fits(route)).collect();
    found.sort_by_key(|(route, _)| route.matches('{').count());
    let (route, item) = found.first()?;
    Some((route, item.as_object().unwrap()))
}

/// Holds an answer against the document.
pub(crate) fn check(method: &Method, path: &str, answer: &Answer) {
    let Some((route, item)) = route(path) else {
        return;
    };
    let Some(operation) = item.get(&method.as_str().to_lowercase()) else {
        return;
    };
    let status = answer.status.as_str();
    // What stands before every route: limits that the document leaves to the text.
    if matches!(status, "414" | "431") {
        return;
    }
    let mut response = &operation["responses"][status];
    if let Some(shared) = response["$ref"].as_str() {
        response = DOCUMENT.pointer(shared.trim_start_matches('#')).unwrap();
    }
    assert!(
        response.is_object(),
        "{method} {route} does not say {status}: {}",
        answer.text
    );
    let Some(content) = response["content"].as_object() else {
        assert_eq!(answer.text, "", "{method} {route} {status} has no body");
        return;
    };
    let kind = answer.header("content-type");
    let kind = kind.split(';').next().unwrap();
    let schema = &content
        .get(kind)
        .unwrap_or_else(|| panic!("{method} {route} {status}: {kind}"))["schema"];
    if matches!(
        kind,
        "text/event-stream" | "application/x-ndjson" | "text/html" | "text/csv"
    ) {
        return;
    }
    let name = format!("{method} {route} {status}");
    let mut validators = VALIDATORS.lock().unwrap();
    let validator = validators.entry(name.clone()).or_insert_with(|| {
        let mut whole = schema.clone();
        close(&mut whole);
        whole["components"] = STRICT.clone();
        jsonschema::options()
            .with_draft(jsonschema::Draft::Draft202012)
            .should_validate_formats(true)
            .build(&whole)
            .unwrap()
    });
    let body = answer.json();
    let errors: Vec<_> = validator
        .iter_errors(&body)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(
        errors.is_empty(),
        "{name}: {}\n{}",
        errors.join("\n"),
        answer.text
    );
}
