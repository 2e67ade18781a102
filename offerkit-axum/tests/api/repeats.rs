//! Changes that are sent again under one `Idempotency-Key`.

use std::{collections::BTreeSet, sync::Arc};

use async_trait::async_trait;
use offerkit_axum::Api;
use offerkit_core::{
    domain::PasswordHash,
    ports::{HashError, PasswordHasher},
    testing::PlainHasher,
};
use serde_json::{Value, json};
use tokio::sync::Semaphore;

use crate::{
    client::{Answer, Client},
    world::World,
};

const OFFERS: &str = "/v1/tenants/loan/offers";

fn draft(title: &str) -> Value {
    json!({"data": {"title": title}})
}

async fn offers(client: &Client) -> usize {
    let list = client.get(OFFERS).await.expect(200).json();
    list["items"].as_array().unwrap().len()
}

#[tokio::test]
async fn a_repeat_under_one_key_gets_the_first_answer() {
    let world = World::new().await;
    let creator = world.logged_in("loan.creator").await;
    let keyed = creator.with("idempotency-key", "a form, sent twice");
    let first = keyed.post(OFFERS, draft("Gold")).await.expect(201);
    let path = format!("{OFFERS}/{}", first.id());
    let seen = creator.with("if-match", first.header("etag"));
    seen.put(&path, draft("Silver")).await.expect(200);
    let again = keyed.post(OFFERS, draft("Gold")).await.expect(201);
    assert_eq!(first.text, again.text, "whatever happened since");
    assert_eq!(first.header("location"), again.header("location"));
    assert_eq!(first.header("etag"), again.header("etag"));
    assert_eq!(offers(&creator).await, 1);
    // Another person's keys are others.
    let admin = world.logged_in("loan.admin").await;
    let other = admin.with("idempotency-key", "a form, sent twice");
    assert_ne!(
        other.post(OFFERS, draft("Gold")).await.expect(201).id(),
        first.id()
    );
    for key in ["", &"x".repeat(256)] {
        let wrong = creator.with("idempotency-key", key);
        let answer = wrong.post(OFFERS, draft("Gold")).await;
        answer.problem(400, "malformed");
    }
}

/// First seen to fail with the look at the fingerprint removed: Silver was answered with Gold.
#[tokio::test]
async fn a_key_is_for_one_request() {
    let world = World::new().await;
    let creator = world.logged_in("loan.creator").await;
    let keyed = creator.with("idempotency-key", "a key");
    let first = keyed.post(OFFERS, draft("Gold")).await.expect(201);
    let reused = |answer: Answer| answer.problem(422, "idempotency-key-reused");
    reused(keyed.post(OFFERS, draft("Silver")).await);
    let comments = format!("{OFFERS}/{}/comments", first.id());
    reused(keyed.post(&comments, json!({"body": "Hm"})).await);
    assert_eq!(offers(&creator).await, 1);
    // How a body is written does not matter.
    let comment = creator.with("idempotency-key", "another key");
    let body =
        r#"{"data": {"rate": 1.0, "title": "Bronze"}, "validity": {"from": null, "until": null}}"#;
    let same = r#"{"validity":{"until":null,"from":null},"data":{"title":"Bronze","rate":1}}"#;
    let send = |body: &'static str| {
        let request = axum::http::Request::post(OFFERS).header("content-type", "application/json");
        comment.raw(request.body(axum::body::Body::from(body)).unwrap())
    };
    let first = send(body).await.expect(201);
    assert_eq!(send(same).await.expect(201).id(), first.id());
    // A refused request is not done, and may be mended under its key.
    let keyed = creator.with("idempotency-key", "a third key");
    let wrong = keyed.post(OFFERS, json!({"data": "Gold"})).await;
    wrong.expect(422);
    keyed.post(OFFERS, draft("Gold")).await.expect(201);
}

/// First seen to fail with the look for the operation removed from `begin` and `commit` of the store: there were eight offers.
#[tokio::test]
async fn concurrent_repeats_make_one_offer() {
    let world = World::new().await;
    let creator = world.logged_in("loan.creator").await;
    let keyed = creator.with("idempotency-key", "pressed twice");
    // As many processes, which know of each other by the store alone.
    let apart: Vec<_> = (0..4).map(|_| keyed.served_by(&world)).collect();
    let all = (apart.iter().chain(&apart)).map(|client| client.post(OFFERS, draft("Gold")));
    let answers = futures_util::future::join_all(all).await;
    let mut ids = BTreeSet::new();
    for answer in answers {
        match answer.status.as_u16() {
            201 => drop(ids.insert(answer.id())),
            _ => drop(answer.problem(409, "in-progress")),
        }
    }
    assert_eq!(ids.len(), 1);
    assert_eq!(offers(&creator).await, 1);
}

/// Of two different requests at once under one key, one is done and the other is told.
///
/// First seen to fail with the look at the fingerprint removed: both were answered with one offer.
#[tokio::test]
async fn of_two_requests_at_once_one_is_done() {
    let world = World::new().await;
    let creator = world.logged_in("loan.creator").await;
    let keyed = creator.with("idempotency-key", "one key");
    let (here, there) = (keyed.served_by(&world), keyed.served_by(&world));
    let (one, other) = tokio::join!(
        here.post(OFFERS, draft("Gold")),
        there.post(OFFERS, draft("Silver")),
    );
    let (done, refused) = if one.status.is_success() {
        (one, other)
    } else {
        (other, one)
    };
    done.expect(201);
    refused.problem(422, "idempotency-key-reused");
    assert_eq!(offers(&creator).await, 1);
}

/// Tells when it is asked, and waits until it may go on.
struct Held {
    asked: Arc<Semaphore>,
    may: Arc<Semaphore>,
}

#[async_trait]
impl PasswordHasher for Held {
    async fn hash(&self, password: &str) -> Result<PasswordHash, HashError> {
        if password == "the held one" {
            self.asked.add_permits(1);
            self.may.acquire().await.unwrap().forget();
        }
        PlainHasher.hash(password).await
    }

    async fn verify(&self, password: &str, hash: Option<&PasswordHash>) -> Result<bool, HashError> {
        PlainHasher.verify(password, hash).await
    }
}

/// First seen to fail where the key was not held while its first request ran: the second waited for its hash, too.
#[tokio::test]
async fn while_the_first_runs_a_repeat_is_told_to_come_back() {
    let (asked, may) = (Arc::new(Semaphore::new(0)), Arc::new(Semaphore::new(0)));
    let held = Held {
        asked: asked.clone(),
        may: may.clone(),
    };
    let world = World::built(|builder| builder.password_hasher(held), Api::new).await;
    let root = world.logged_in("root").await;
    let keyed = root.with("idempotency-key", "a new user");
    let body = json!({"name": "asha", "temporary_password": "the held one"});
    let begin = || {
        let (client, body) = (keyed.clone(), body.clone());
        tokio::spawn(async move { client.post("/v1/users", body).await })
    };
    // A client that hangs up gives its key back.
    let first = begin();
    asked.acquire().await.unwrap().forget();
    first.abort();
    assert!(first.await.unwrap_err().is_cancelled());
    let second = begin();
    asked.acquire().await.unwrap().forget();
    let meanwhile = keyed.post("/v1/users", body.clone()).await;
    assert_eq!(meanwhile.header("retry-after"), "1");
    meanwhile.problem(409, "in-progress");
    let other = root.with("idempotency-key", "another key");
    other
        .post("/v1/users", json!({"name": "ben"}))
        .await
        .expect(201);
    may.add_permits(1);
    let made = second.await.unwrap().expect(201);
    // A repeat hashes, too.
    may.add_permits(1);
    let again = keyed.post("/v1/users", body).await.expect(201);
    assert_eq!(made.text, again.text);
}

/// What is answered does not tell whether a password is the first one.
#[tokio::test]
async fn passwords_are_not_compared() {
    let world = World::new().await;
    let root = world.logged_in("root").await;
    let keyed = root.with("idempotency-key", "a new user");
    let body = |password: &str| json!({"name": "asha", "temporary_password": password});
    let first = keyed.post("/v1/users", body("twelve or more")).await;
    let again = keyed.post("/v1/users", body("another one or so")).await;
    assert_eq!(first.expect(201).text, again.expect(201).text);
    let credentials = json!({"name": "asha", "password": "twelve or more"});
    let login = world.anonymous().post("/v1/login", credentials).await;
    login.expect(200);
}
