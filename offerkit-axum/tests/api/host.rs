//! A host's own logins.

use async_trait::async_trait;
use axum::http::request::Parts;
use offerkit_axum::{Api, Authenticate};
use offerkit_core::{
    domain::ExternalIdentity,
    services::{Context, Error, Offerkit},
};

use crate::{client::Client, world::World};

/// Takes the name in a header for the person's.
pub(crate) struct NameHeader;

#[async_trait]
impl Authenticate for NameHeader {
    async fn authenticate(
        &self,
        kit: &Offerkit,
        request: &Parts,
    ) -> Result<Option<Context>, Error> {
        let Some(name) = request.headers.get("x-person") else {
            return Ok(None);
        };
        let identity = ExternalIdentity {
            issuer: "https://login.example.com".parse()?,
            subject: name.to_str().unwrap_or_default().parse()?,
        };
        kit.identify(&identity).await.map(Some)
    }
}

#[tokio::test]
async fn the_host_says_who_asks() {
    let world = World::with(|kit| Api::new(kit).authenticate(NameHeader)).await;
    let nobody = world.anonymous();
    nobody.get("/v1/me").await.problem(401, "unauthenticated");
    let creator = nobody.with("x-person", "loan.creator");
    assert_eq!(
        creator.get("/v1/me").await.expect(200).json()["name"],
        "loan.creator"
    );
    nobody
        .with("x-person", "ghost")
        .get("/v1/me")
        .await
        .problem(401, "wrong-credentials");
    let user = world.platform.as_root().users();
    let id = user
        .get_by_name(&"loan.creator".parse().unwrap())
        .await
        .unwrap()
        .id();
    user.deactivate(id).await.unwrap();
    creator
        .get("/v1/me")
        .await
        .problem(401, "wrong-credentials");
}

#[tokio::test]
async fn a_session_of_ours_proves_nothing_to_the_host() {
    let world = World::with(|kit| Api::new(kit).authenticate(NameHeader)).await;
    let client = world.logged_in("loan.creator").await;
    client.get("/v1/me").await.problem(401, "unauthenticated");
    let body = serde_json::json!({"name": "root", "password": "the first super admin's password"});
    let absent = Client {
        is_checked: false,
        ..client
    };
    absent
        .post("/v1/login", body)
        .await
        .problem(404, "not-found");
}
