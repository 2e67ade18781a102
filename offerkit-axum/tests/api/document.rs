//! The document is what is committed, complete, and what the routes do.

use std::{collections::BTreeSet, fs, path::Path};

use serde_json::Value;

use crate::{contract::DOCUMENT, host::NameHeader, world::World};

/// `OFFERKIT_BLESS=1` writes it anew.
#[tokio::test]
async fn the_committed_document_is_the_one_that_is_served() {
    let world = World::new().await;
    let served = world.anonymous().get("/openapi.json").await.expect(200);
    let text = format!("{:#}\n", served.json());
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("openapi.json");
    if std::env::var_os("OFFERKIT_BLESS").is_some() {
        fs::write(&file, &text).unwrap();
    }
    let committed = fs::read_to_string(&file).unwrap();
    assert!(
        committed == text,
        "the routes say otherwise; OFFERKIT_BLESS=1 writes openapi.json anew"
    );
}

fn operations() -> impl Iterator<Item = (&'static String, &'static String, &'static Value)> {
    let paths = DOCUMENT["paths"].as_object().unwrap();
    paths.iter().flat_map(|(path, item)| {
        let methods = item.as_object().unwrap().iter();
        methods.map(move |(method, operation)| (path, method, operation))
    })
}

/// What needs no login.
const OPEN: [&str; 3] = ["login", "show_opt_out", "opt_out"];

#[test]
fn every_operation_has_a_name_a_summary_a_tag_and_its_errors() {
    assert_eq!(DOCUMENT["openapi"], "3.1.0");
    let mut names = BTreeSet::new();
    let tags: Vec<_> = DOCUMENT["tags"]
        .as_array()
        .unwrap()
        .iter()
        .map(|tag| &tag["name"])
        .collect();
    for (path, method, operation) in operations() {
        let name = operation["operationId"].as_str().unwrap();
        assert!(names.insert(name), "{name} names two operations");
        assert!(
            operation["summary"]
                .as_str()
                .is_some_and(|text| !text.is_empty()),
            "{name}"
        );
        assert!(tags.contains(&&operation["tags"][0]), "{name}");
        let responses = operation["responses"].as_object().unwrap();
        assert!(
            responses.keys().any(|status| status.starts_with('2')),
            "{name}"
        );
        if path.starts_with("/v1/") && !OPEN.contains(&name) {
            assert!(operation["security"].is_array(), "{name}");
            for status in ["401", "403", "404", "500", "503"] {
                assert!(responses.contains_key(status), "{method} {path}: {status}");
            }
        }
        for (status, response) in responses {
            if status.starts_with(['4', '5']) {
                assert_eq!(
                    response["$ref"],
                    format!("#/components/responses/Problem{status}"),
                    "{name}"
                );
            }
        }
    }
}

#[test]
fn every_reference_leads_somewhere_and_every_field_says_what_it_is() {
    fn references<'a>(value: &'a Value, found: &mut BTreeSet<&'a str>) {
        match value {
            Value::Object(members) => {
                if let Some(Value::String(target)) = members.get("$ref") {
                    found.insert(target);
                }
                members.values().for_each(|value| references(value, found));
            }
            Value::Array(items) => items.iter().for_each(|value| references(value, found)),
            _ => {}
        }
    }
    let mut found = BTreeSet::new();
    references(&DOCUMENT, &mut found);
    assert!(found.len() > 40);
    for target in found {
        let pointer = target.strip_prefix('#').unwrap();
        assert!(DOCUMENT.pointer(pointer).is_some(), "{target}");
    }
    for (name, schema) in DOCUMENT["components"]["schemas"].as_object().unwrap() {
        let members = schema["properties"].as_object();
        for (member, schema) in members.into_iter().flatten() {
            let choice = &schema["oneOf"];
            let is_told = [
                &schema["description"],
                &schema["$ref"],
                &choice[0]["description"],
                &choice[1]["description"],
            ];
            let is_told = is_told.iter().any(|text| text.is_string());
            assert!(is_told, "{name}.{member} has no description");
        }
    }
}

#[tokio::test]
async fn without_passwords_their_routes_are_absent() {
    let world = World::with(|kit| offerkit_axum::Api::new(kit).authenticate(NameHeader)).await;
    let served = world
        .anonymous()
        .get("/openapi.json")
        .await
        .expect(200)
        .json();
    let paths = served["paths"].as_object().unwrap();
    for path in [
        "/v1/login",
        "/v1/logout",
        "/v1/me/password",
        "/v1/me/sessions",
        "/v1/users/{user}/temporary-password",
    ] {
        assert!(!paths.contains_key(path), "{path}");
        assert!(
            DOCUMENT["paths"].as_object().unwrap().contains_key(path),
            "{path}"
        );
    }
    assert!(served["components"]["securitySchemes"]["cookie"].is_null());
}

#[tokio::test]
async fn a_nested_document_names_its_place_and_the_page_loads_nothing_from_elsewhere() {
    let world = World::new().await;
    let nested = axum::Router::new().nest("/offers", world.router.clone());
    let client = crate::client::Client::new(nested);
    let document = client.get("/offers/openapi.json").await.expect(200).json();
    assert_eq!(document["servers"][0]["url"], "/offers");
    let moved = client.get("/offers/docs").await.expect(308);
    assert_eq!(moved.header("location"), "/offers/docs/");
    let page = client.get("/offers/docs/").await.expect(200);
    assert!(page.header("content-type").starts_with("text/html"));
    assert!(
        page.header("content-security-policy")
            .contains("default-src 'none'")
    );
    let mut files = 0;
    for part in page
        .text
        .split(['"', '\''])
        .filter(|part| part.starts_with("./") || part.contains("://"))
    {
        let file = part
            .strip_prefix("./")
            .unwrap_or_else(|| panic!("the page names {part}"));
        client
            .get(&format!("/offers/docs/{file}"))
            .await
            .expect(200);
        files += 1;
    }
    assert!(files > 3);
    let begin = client
        .get("/offers/docs/swagger-initializer.js")
        .await
        .expect(200);
    assert!(begin.text.contains("../openapi.json"));
    client.get("/offers/docs/absent.js").await.expect(404);
}
