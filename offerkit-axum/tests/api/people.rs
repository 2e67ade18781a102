//! Users, passwords and sessions.

use axum::http::Method;
use serde_json::{Value, json};

use crate::{
    client::Client,
    world::{ROOT_PASSWORD, World},
};

async fn log_in(world: &World, name: &str, password: &str) -> Client {
    let body = json!({"name": name, "password": password});
    let login = world
        .anonymous()
        .post("/v1/login", body)
        .await
        .expect(200)
        .json();
    world.anonymous().with(
        "authorization",
        &format!("Bearer {}", login["token"].as_str().unwrap()),
    )
}

#[tokio::test]
async fn a_new_user_changes_the_first_password_and_works() {
    let world = World::new().await;
    let root = world.logged_in("root").await;
    let user =
        json!({"name": "asha", "full_name": "Asha Rao", "temporary_password": "to be changed"});
    let made = root.post("/v1/users", user).await.expect(201);
    assert_eq!(made.header("location"), "users/asha");
    let asha = log_in(&world, "asha", "to be changed").await;
    let short = asha
        .post(
            "/v1/me/password",
            json!({"current": "to be changed", "new": "short"}),
        )
        .await;
    assert_eq!(
        short.problem(422, "password")["errors"][0]["pointer"],
        "/new"
    );
    let wrong = json!({"current": "not this one", "new": "chosen by asha"});
    asha.post("/v1/me/password", wrong)
        .await
        .problem(401, "wrong-credentials");
    let right = json!({"current": "to be changed", "new": "chosen by asha"});
    asha.post("/v1/me/password", right).await.expect(204);
    asha.get("/v1/me").await.problem(401, "session-ended");
    let asha = log_in(&world, "asha", "chosen by asha").await;
    assert_eq!(
        asha.get("/v1/me").await.expect(200).json()["must_change_password"],
        false
    );
    assert_eq!(
        asha.get("/v1/me/tenants").await.expect(200).json()["items"],
        json!([])
    );
}

#[tokio::test]
async fn no_answer_bears_a_password_or_its_hash() {
    let world = World::new().await;
    let root = world.logged_in("root").await;
    for path in ["/v1/me", "/v1/users", "/v1/me/sessions", "/v1/audit"] {
        let text = root.get(path).await.expect(200).text;
        assert!(
            !text.contains("token_hash") && !text.contains(ROOT_PASSWORD),
            "{path}"
        );
    }
}

#[tokio::test]
async fn failed_logins_wait_and_do_not_tell_accounts_apart() {
    let world = World::new().await;
    let client = world.anonymous().with("x-request-id", "same");
    let mut answers = Vec::new();
    for name in ["root", "ghost", "Not A Name"] {
        let body = json!({"name": name, "password": "not the password"});
        for _ in 0..5 {
            answers.push(
                client
                    .post("/v1/login", body.clone())
                    .await
                    .expect(401)
                    .text,
            );
        }
        let limited = client.post("/v1/login", body).await;
        assert_eq!(limited.header("retry-after"), "1");
        limited.problem(429, "too-many-attempts");
    }
    answers.dedup();
    assert_eq!(answers.len(), 1);
}

#[tokio::test]
async fn sessions_are_listed_and_ended() {
    let world = World::new().await;
    let (here, there) = (
        world.logged_in("loan.creator").await,
        world.logged_in("loan.creator").await,
    );
    let sessions = here.get("/v1/me/sessions").await.expect(200).json();
    let sessions = sessions["items"].as_array().unwrap();
    let current: Vec<_> = sessions
        .iter()
        .map(|session| session["is_current"] == true)
        .collect();
    assert_eq!(current, [true, false]);
    let other = sessions[1]["id"].as_str().unwrap();
    let path = format!("/v1/me/sessions/{other}");
    let stranger = world.logged_in("loan.admin").await;
    stranger
        .send(Method::DELETE, &path, None)
        .await
        .problem(404, "not-found");
    here.send(Method::DELETE, &path, None).await.expect(204);
    there.get("/v1/me").await.problem(401, "session-ended");
    here.get("/v1/me").await.expect(200);
}

#[tokio::test]
async fn a_change_of_a_user_tells_null_from_what_is_left_out() {
    let world = World::new().await;
    let root = world.logged_in("root").await;
    let user = json!({"name": "asha", "full_name": "Asha Rao", "email": "asha@example.com"});
    root.post("/v1/users", user).await.expect(201);
    let change = root.with("if-match", "\"1\"");
    let changed = change
        .send(
            Method::PATCH,
            "/v1/users/asha",
            Some(json!({"email": null})),
        )
        .await
        .expect(200)
        .json();
    assert_eq!(changed["full_name"], "Asha Rao");
    assert_eq!(changed["email"], Value::Null);
    root.post("/v1/users", json!({"name": "asha"}))
        .await
        .problem(409, "taken");
    let own = root
        .with("if-match", "\"1\"")
        .send(Method::PATCH, "/v1/users/root", Some(json!({})))
        .await;
    own.problem(403, "own-account");
}

#[tokio::test]
async fn a_bad_token_is_no_login() {
    let world = World::new().await;
    for value in ["Bearer nothing", "bearer "] {
        world
            .anonymous()
            .with("authorization", value)
            .get("/v1/me")
            .await
            .problem(401, "session-ended");
    }
    for value in ["Basic cm9vdDpyb290", "nothing"] {
        world
            .anonymous()
            .with("authorization", value)
            .get("/v1/me")
            .await
            .problem(401, "unauthenticated");
    }
}
