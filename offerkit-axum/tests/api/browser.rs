//! A session in a cookie.

use axum::http::Method;
use serde_json::json;

use crate::{
    client::Client,
    world::{ROOT_PASSWORD, World},
};

/// A browser in which root is logged in, and the CSRF token of its page.
async fn browser(world: &World) -> (Client, String) {
    let body = json!({"name": "root", "password": ROOT_PASSWORD, "cookie": true});
    let login = world.anonymous().post("/v1/login", body).await.expect(200);
    assert!(login.json()["token"].is_null(), "no script reads the token");
    let cookie = login.header("set-cookie").to_owned();
    let (pair, flags) = cookie.split_once(';').unwrap();
    assert!(pair.starts_with("__Host-offerkit="));
    for flag in ["Path=/", "Secure", "HttpOnly", "SameSite=Strict"] {
        assert!(flags.contains(flag), "{flags}");
    }
    let token = login.json()["csrf_token"].as_str().unwrap().to_owned();
    (world.anonymous().with("cookie", pair), token)
}

#[tokio::test]
async fn a_forged_request_changes_nothing() {
    let world = World::new().await;
    let (browser, token) = browser(&world).await;
    browser.get("/v1/me").await.expect(200);
    let user = json!({"name": "new"});
    browser
        .post("/v1/users", user.clone())
        .await
        .problem(403, "csrf-token");
    let wrong = browser.with("x-csrf-token", &"0".repeat(64));
    wrong
        .post("/v1/users", user.clone())
        .await
        .problem(403, "csrf-token");
    wrong.step("/v1/logout").await.problem(403, "csrf-token");
    browser.get("/v1/users/new").await.problem(404, "not-found");
    browser
        .with("x-csrf-token", &token)
        .post("/v1/users", user)
        .await
        .expect(201);
}

#[tokio::test]
async fn a_page_that_was_loaded_anew_learns_its_token() {
    let world = World::new().await;
    let (browser, token) = browser(&world).await;
    assert_eq!(
        browser.get("/v1/session").await.expect(200).json()["csrf_token"],
        token
    );
    let bearer = world.logged_in("root").await;
    assert_eq!(
        bearer.get("/v1/session").await.expect(200).json(),
        json!({})
    );
}

#[tokio::test]
async fn logging_out_ends_the_session_and_takes_the_cookie() {
    let world = World::new().await;
    let (browser, token) = browser(&world).await;
    let out = browser
        .with("x-csrf-token", &token)
        .step("/v1/logout")
        .await
        .expect(204);
    assert!(out.header("set-cookie").contains("Max-Age=0"));
    browser.get("/v1/me").await.problem(401, "session-ended");
    let bearer = world.logged_in("root").await;
    bearer
        .send(Method::POST, "/v1/logout", None)
        .await
        .expect(204);
    bearer.get("/v1/me").await.problem(401, "session-ended");
}
