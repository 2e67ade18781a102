//! Requests that are too large, too many or too slow.

use std::time::Duration;

use async_trait::async_trait;
use axum::{
    body::Body,
    http::{Request, request::Parts},
};
use offerkit_axum::{Api, Authenticate, Limits};
use offerkit_core::{
    domain::PasswordHash,
    ports::{HashError, PasswordHasher},
    services::{Context, Error, Offerkit},
};
use serde_json::json;

use crate::{client::Client, store, world::World};

#[tokio::test]
async fn what_is_too_large_is_refused() {
    let limits = Limits {
        body_bytes: 1000,
        header_bytes: 1000,
        uri_bytes: 200,
        ..Limits::default()
    };
    let world = World::with(|kit| Api::new(kit).limits(limits)).await;
    let root = world.logged_in("root").await;
    let body = json!({"name": "new", "full_name": "x".repeat(1000)});
    root.post("/v1/users", body).await.problem(413, "too-large");
    root.with("x-much", &"x".repeat(1000))
        .get("/v1/me")
        .await
        .problem(431, "headers-too-large");
    root.get(&format!("/v1/me?{}", "x".repeat(200)))
        .await
        .problem(414, "uri-too-long");
}

/// A body that never ends, and one that never comes.
#[tokio::test]
async fn a_body_without_an_end_does_no_harm() {
    let world = World::new().await;
    let root = world.logged_in("root").await;
    let endless = futures_util::stream::repeat_with(|| Ok::<_, std::io::Error>(vec![b' '; 65_536]));
    let request = |body| {
        Request::post("/v1/users")
            .header("content-type", "application/json")
            .body(body)
            .unwrap()
    };
    root.raw(request(Body::from_stream(endless)))
        .await
        .problem(413, "too-large");
    let never = futures_util::stream::pending::<Result<Vec<u8>, std::io::Error>>();
    let limits = Limits {
        time: Duration::from_millis(300),
        ..Limits::default()
    };
    let hasty = Client {
        router: Api::new(world.platform.kit.clone()).limits(limits).router(),
        ..root.clone()
    };
    hasty
        .raw(request(Body::from_stream(never)))
        .await
        .problem(503, "timeout");
    root.get("/v1/me").await.expect(200);
}

/// A host that never answers.
struct Asleep;

#[async_trait]
impl Authenticate for Asleep {
    async fn authenticate(&self, _: &Offerkit, _: &Parts) -> Result<Option<Context>, Error> {
        futures_util::future::pending().await
    }
}

#[tokio::test]
async fn what_takes_too_long_is_given_up() {
    let limits = Limits {
        time: Duration::from_secs(7),
        ..Limits::default()
    };
    let world = World::with(|kit| Api::new(kit).authenticate(Asleep).limits(limits)).await;
    tokio::time::pause();
    world
        .anonymous()
        .get("/v1/me")
        .await
        .problem(503, "timeout");
}

/// Never done.
struct Stuck;

#[async_trait]
impl PasswordHasher for Stuck {
    async fn hash(&self, _: &str) -> Result<PasswordHash, HashError> {
        futures_util::future::pending().await
    }

    async fn verify(&self, _: &str, _: Option<&PasswordHash>) -> Result<bool, HashError> {
        futures_util::future::pending().await
    }
}

#[tokio::test]
async fn too_many_logins_are_sent_away_and_told_when_to_come_back() {
    let (store, _kept) = store::empty().await;
    let kit = Offerkit::builder(store)
        .password_hasher(Stuck)
        .build()
        .unwrap();
    let limits = Limits {
        logins: 2,
        ..Limits::default()
    };
    let client = Client::new(Api::new(kit).limits(limits).router());
    let body = json!({"name": "asha", "password": "twelve or more"});
    let waiting: Vec<_> = (0..2)
        .map(|_| {
            let (client, body) = (client.clone(), body.clone());
            tokio::spawn(async move { client.post("/v1/login", body).await })
        })
        .collect();
    // On one thread, both wait for their hash once they have been let run.
    tokio::task::yield_now().await;
    let answer = client.post("/v1/login", body.clone()).await;
    assert_eq!(answer.header("retry-after"), "1");
    answer.problem(503, "unavailable");
    // A client that hangs up gives its place back.
    for task in waiting {
        task.abort();
        assert!(task.await.unwrap_err().is_cancelled());
    }
    let next =
        tokio::time::timeout(Duration::from_millis(20), client.post("/v1/login", body)).await;
    assert!(next.is_err(), "it has a place, and waits for its hash");
}
