//! What is the same on every route.

use axum::{
    body::Body,
    http::{Method, Request},
};
use offerkit_axum::Api;
use serde_json::{Value, json};

use crate::{client::Client, world::World};

const OFFERS: &str = "/v1/tenants/loan/offers";

fn draft(title: &str) -> Value {
    json!({"data": {"title": title}})
}

#[tokio::test]
async fn a_change_says_what_it_has_seen() {
    let world = World::new().await;
    let creator = world.logged_in("loan.creator").await;
    let made = creator.post(OFFERS, draft("Gold")).await.expect(201);
    assert_eq!(made.header("etag"), "\"1.1\"");
    let path = format!("{OFFERS}/{}", made.id());
    assert_eq!(made.header("location"), format!("offers/{}", made.id()));
    creator
        .put(&path, draft("Silver"))
        .await
        .problem(428, "precondition-required");
    let seen = creator.with("if-match", made.header("etag"));
    let edited = seen.put(&path, draft("Silver")).await.expect(200);
    assert_eq!(edited.header("etag"), "\"2.2\"");
    seen.put(&path, draft("Bronze")).await.problem(412, "stale");
    // Tags that are none of ours, weak ones among them, match nothing; what is no single tag is a mistake.
    for tag in ["W/\"2.2\"", "\"x\"", "2", "\"\""] {
        creator
            .with("if-match", tag)
            .put(&path, draft("Bronze"))
            .await
            .problem(412, "stale");
    }
    for tag in ["*", "\"1.1\", \"2.2\""] {
        creator
            .with("if-match", tag)
            .put(&path, draft("Bronze"))
            .await
            .problem(400, "malformed");
    }
    let root = world.logged_in("root").await;
    let body = json!({"description": "Loans"});
    let tenant = "/v1/tenants/loan";
    let stale = root.with("if-match", "\"7\"");
    stale
        .send(Method::PATCH, tenant, Some(body))
        .await
        .problem(412, "stale");
}

#[tokio::test]
async fn pages_lead_to_the_end_and_keep_their_filter() {
    let world = World::new().await;
    let creator = world.logged_in("loan.creator").await;
    for number in 0..5 {
        creator
            .post(OFFERS, draft(&format!("Gold {number}")))
            .await
            .expect(201);
    }
    let mut query = "?status=draft&size=2&order=oldest_first".to_owned();
    let mut titles = Vec::new();
    loop {
        let page = creator.get(&format!("{OFFERS}{query}")).await.expect(200);
        let items = page.json()["items"].as_array().unwrap().clone();
        assert!(items.len() <= 2);
        titles.extend(
            items
                .iter()
                .map(|offer| offer["working"]["proposal"]["content"]["title"].clone()),
        );
        let link = page.header("link").to_owned();
        assert_eq!(link.is_empty(), page.json()["next"].is_null());
        let Some(next) = link
            .strip_prefix('<')
            .and_then(|link| link.strip_suffix(">; rel=\"next\""))
        else {
            break;
        };
        assert!(next.contains("status=draft") && next.contains("order=oldest_first"));
        query = next.to_owned();
    }
    assert_eq!(titles, ["Gold 0", "Gold 1", "Gold 2", "Gold 3", "Gold 4"]);
}

#[tokio::test]
async fn offers_are_found_by_their_data() {
    let world = World::new().await;
    let creator = world.logged_in("loan.creator").await;
    for title in ["Gold", "Silver"] {
        creator.post(OFFERS, draft(title)).await.expect(201);
    }
    let found = creator
        .get(&format!("{OFFERS}?data=%7B%22title%22%3A%22Silver%22%7D"))
        .await
        .expect(200)
        .json();
    assert_eq!(found["items"].as_array().unwrap().len(), 1);
    creator
        .get(&format!("{OFFERS}?data=Silver"))
        .await
        .problem(400, "malformed");
}

#[tokio::test]
async fn what_is_not_known_is_refused() {
    let world = World::new().await;
    let creator = world.logged_in("loan.creator").await;
    for query in [
        "?stauts=draft",
        "?status=drafted",
        "?size=0",
        "?after=x",
        "?status=draft&status=draft",
    ] {
        creator
            .get(&format!("{OFFERS}{query}"))
            .await
            .problem(400, "malformed");
    }
    let body = json!({"data": {}, "validity": {"form": "2026-01-01"}});
    let problem = creator.post(OFFERS, body).await.problem(422, "invalid");
    assert_eq!(problem["errors"][0]["pointer"], "/validity/form");
    // What serde derives would take these for objects.
    for body in [
        json!([{"title": "Gold"}]),
        json!({"data": {}, "validity": [null, null]}),
    ] {
        creator.post(OFFERS, body).await.problem(422, "invalid");
    }
    let raw = |body: &'static str, kind: &'static str| {
        Request::post(OFFERS)
            .header("content-type", kind)
            .body(Body::from(body))
            .unwrap()
    };
    creator
        .raw(raw("{", "application/json"))
        .await
        .problem(400, "malformed");
    creator
        .raw(raw("{}", "text/plain"))
        .await
        .problem(415, "unsupported-media-type");
    creator
        .raw(raw("{\"data\": {}}", "application/json; charset=utf-8"))
        .await
        .expect(201);
}

#[tokio::test]
async fn what_is_not_there_is_a_problem_too() {
    let world = World::new().await;
    let creator = world.logged_in("loan.creator").await;
    creator.get("/v1/nothing").await.problem(404, "not-found");
    creator
        .get(&format!("{OFFERS}/42"))
        .await
        .problem(404, "not-found");
    creator
        .get(&format!("{OFFERS}/01890000-0000-7000-8000-00000000dead"))
        .await
        .problem(404, "not-found");
    let answer = creator.send(Method::PUT, "/v1/me", None).await;
    assert_eq!(answer.header("allow"), "GET,HEAD");
    answer.problem(405, "method-not-allowed");
    // A nested router answers as it does alone.
    let nested = Client {
        router: axum::Router::new().nest("/offers", world.router.clone()),
        ..creator
    };
    nested
        .get("/offers/v1/nothing")
        .await
        .problem(404, "not-found");
    nested.get("/offers/v1/me").await.expect(200);
}

#[tokio::test]
async fn every_answer_bears_its_name_and_nobody_keeps_or_frames_it() {
    let world = World::new().await;
    let client = world.anonymous();
    for path in [
        "/healthz",
        "/readyz",
        "/v1/me",
        "/v1/nothing",
        "/openapi.json",
    ] {
        let answer = client.with("x-request-id", "req-42").get(path).await;
        assert_eq!(answer.header("x-request-id"), "req-42");
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert_eq!(answer.header("cache-control"), "no-store");
        assert_eq!(answer.header("referrer-policy"), "no-referrer");
        assert_eq!(answer.header("x-frame-options"), "DENY");
        assert!(
            answer
                .header("content-security-policy")
                .contains("frame-ancestors 'none'")
        );
        assert!(
            answer
                .header("strict-transport-security")
                .starts_with("max-age=")
        );
    }
    let (one, other) = (client.get("/healthz").await, client.get("/healthz").await);
    assert_ne!(one.header("x-request-id"), other.header("x-request-id"));
    let forged = client.with("x-request-id", "a b").get("/healthz").await;
    assert_ne!(forged.header("x-request-id"), "a b");
}

#[tokio::test]
async fn the_audit_log_knows_request_and_source() {
    let world =
        World::with(|kit| Api::new(kit).source_header("x-forwarded-for".parse().unwrap())).await;
    let creator = world.logged_in("loan.creator").await;
    let creator = creator
        .with("x-request-id", "req-42")
        .with("x-forwarded-for", "10.1.1.1, 203.0.113.7");
    creator.post(OFFERS, draft("Gold")).await.expect(201);
    let admin = world.logged_in("loan.admin").await;
    let records = admin
        .get("/v1/tenants/loan/audit?action=offer.create")
        .await
        .expect(200)
        .json();
    assert_eq!(records["items"][0]["request"], "req-42");
    assert_eq!(records["items"][0]["source"], "203.0.113.7");
}

#[tokio::test]
async fn other_origins_are_let_in_by_name_alone() {
    let origin = "https://desk.bank.example";
    let closed = World::new().await.anonymous().with("origin", origin);
    assert_eq!(
        closed
            .get("/v1/me")
            .await
            .header("access-control-allow-origin"),
        ""
    );
    let world = World::with(|kit| Api::new(kit).allow_origins([origin.parse().unwrap()])).await;
    let open = world.anonymous().with("origin", origin);
    let answer = open.get("/v1/me").await;
    assert_eq!(answer.header("access-control-allow-origin"), origin);
    assert_eq!(answer.header("access-control-allow-credentials"), "");
    let preflight = open
        .with("access-control-request-method", "PUT")
        .with("access-control-request-headers", "if-match");
    let answer = preflight
        .send(Method::OPTIONS, "/v1/me", None)
        .await
        .expect(200);
    assert!(
        answer
            .header("access-control-allow-headers")
            .contains("if-match")
    );
    let stranger = world.anonymous().with("origin", "https://evil.example");
    assert_eq!(
        stranger
            .get("/v1/me")
            .await
            .header("access-control-allow-origin"),
        ""
    );
}

#[tokio::test]
async fn long_answers_are_compressed_for_those_who_ask() {
    let world = World::new().await;
    let client = world.anonymous().with("accept-encoding", "gzip");
    let answer = client.get("/openapi.json").await.expect(200);
    assert_eq!(answer.header("content-encoding"), "gzip");
}
