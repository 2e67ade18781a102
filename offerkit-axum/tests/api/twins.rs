//! Two worlds that differ only in what an outsider may not know: the transcripts are equal, byte for byte.

use offerkit_axum::Api;
use offerkit_core::testing::TestPlatform;

use crate::{
    client::{Answer, Client},
    requests::{Prepared, all},
    roles::short_streams,
    store,
    world::World,
};

fn transcript(answer: &Answer) -> String {
    let mut headers: Vec<_> = answer
        .headers
        .iter()
        .map(|(name, value)| format!("{name}: {value:?}"))
        .collect();
    headers.sort();
    format!("{}\n{}\n{}", answer.status, headers.join("\n"), answer.text)
}

async fn outsider(world: &World) -> Client {
    world.logged_in("nobody").await.with("x-request-id", "twin")
}

/// A world with the same people outside, and no tenant.
async fn empty() -> (Client, store::Kept) {
    let (store, kept) = store::empty().await;
    let platform = TestPlatform::new(store).await.unwrap();
    platform.user("nobody").await.unwrap();
    let router = short_streams(Api::new(platform.kit.clone())).router();
    let identity = offerkit_core::domain::ExternalIdentity {
        issuer: "https://login.example.com".parse().unwrap(),
        subject: "nobody".parse().unwrap(),
    };
    let login = platform.kit.login_external(&identity).await.unwrap();
    let bearer = format!("Bearer {}", login.token.expose());
    let client = Client::new(router)
        .with("authorization", &bearer)
        .with("x-request-id", "twin");
    (client, kept)
}

#[tokio::test]
async fn an_outsider_cannot_tell_a_tenant_from_none() {
    let mut worlds = Prepared::default();
    let (outside, _kept) = empty().await;
    for ask in all().iter().filter(|ask| ask.is_in_tenant()) {
        let (full, path) = worlds.of(ask).await;
        let inside = outsider(full).await;
        let by_name = (
            ask.send(&inside, &path).await,
            ask.send(&outside, &path).await,
        );
        assert_eq!(transcript(&by_name.0), transcript(&by_name.1), "{path}");
        assert_eq!(by_name.0.status.as_u16(), 404);
        let path = path.replace("/loan", &format!("/{}", full.loan.id));
        let by_id = (
            ask.send(&inside, &path).await,
            ask.send(&outside, &path).await,
        );
        assert_eq!(transcript(&by_id.0), transcript(&by_id.1), "{path}");
        assert_eq!(transcript(&by_name.0), transcript(&by_id.0), "{path}");
    }
}

#[tokio::test]
async fn an_outsider_cannot_tell_an_object_from_none() {
    let absent = "01890000-0000-7000-8000-00000000dead";
    let mut worlds = Prepared::default();
    for ask in all().iter().filter(|ask| ask.is_in_tenant()) {
        let (world, there) = worlds.of(ask).await;
        let not_there = ask.path_with("loan", absent);
        let client = outsider(world).await;
        let (one, other) = (
            ask.send(&client, &there).await,
            ask.send(&client, &not_there).await,
        );
        assert_eq!(transcript(&one), transcript(&other), "{there}");
    }
}

/// The refused attempts of an outsider stand in the tenant's log, whether it was named by id or by name.
#[tokio::test]
async fn what_an_outsider_tried_is_recorded() {
    let world = World::new().await;
    let client = world.logged_in("nobody").await;
    let body = serde_json::json!({"data": {"title": "Mine"}});
    for tenant in ["loan".to_owned(), world.loan.id.to_string()] {
        let path = format!("/v1/tenants/{tenant}/offers");
        client
            .post(&path, body.clone())
            .await
            .problem(404, "not-found");
    }
    let admin = world.logged_in("loan.admin").await;
    let records = admin
        .get("/v1/tenants/loan/audit?is_refused=true")
        .await
        .expect(200)
        .json();
    let codes: Vec<_> = records["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|record| &record["outcome"]["refused"]["code"])
        .collect();
    assert_eq!(codes, ["outsider", "outsider"]);
}
