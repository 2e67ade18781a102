//! What customers agreed to, suppressed addresses, and stops of sending.

use serde_json::json;

use crate::world::World;

#[tokio::test]
async fn every_word_is_kept_and_the_last_comes_first() {
    let world = World::new().await;
    let root = world.logged_in("root").await;
    let customer = world.platform.customers(1).await.unwrap()[0];
    let path = format!("/v1/customers/{customer}/consents");
    let said = |word: &str| json!({"purpose": "marketing", "channel": "email", "word": word, "source": "branch"});
    root.post(&path, said("given")).await.expect(204);
    root.post(&path, said("withdrawn")).await.expect(204);
    let earlier = json!({"words": [{
        "customer": customer, "purpose": "marketing", "channel": "email",
        "said_at": "2026-01-31T09:30:00Z", "word": "given", "source": "letter",
    }]});
    let kept = root.post("/v1/consents", earlier.clone()).await.expect(200);
    assert_eq!(kept.json(), json!({"kept": 1}));
    let again = root.post("/v1/consents", earlier).await.expect(200);
    assert_eq!(again.json(), json!({"kept": 0}));
    let words = root.get(&path).await.expect(200).json();
    let told: Vec<_> = words["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["word"].as_str().unwrap())
        .collect();
    assert_eq!(told, ["withdrawn", "given", "given"]);
}

#[tokio::test]
async fn a_word_of_the_future_is_refused() {
    let world = World::new().await;
    let root = world.logged_in("root").await;
    let words = json!({"words": [{
        "customer": "01890000-0000-7000-8000-000000000001", "purpose": "service", "channel": "sms",
        "said_at": "2999-01-31T09:30:00Z", "word": "given", "source": "letter",
    }]});
    let refused = root.post("/v1/consents", words).await;
    refused.problem(422, "invalid");
    let unknown =
        json!({"purpose": "gossip", "channel": "sms", "word": "given", "source": "letter"});
    let path = "/v1/customers/01890000-0000-7000-8000-000000000001/consents";
    let problem = root.post(path, unknown).await.problem(422, "invalid");
    assert_eq!(problem["errors"][0]["pointer"], "/purpose");
}

#[tokio::test]
async fn a_suppressed_address_is_found_however_it_is_written_and_released() {
    let world = World::new().await;
    let root = world.logged_in("root").await;
    let address = |text: &str| json!({"channel": "email", "address": text});
    let changed = |answer: crate::client::Answer| answer.expect(200).json()["changed"] == true;
    let add = root.post("/v1/suppressions", address("asha@example.com"));
    assert!(changed(add.await));
    let again = root.post("/v1/suppressions", address("Asha@Example.com"));
    assert!(!changed(again.await));
    let found = root.post("/v1/suppressions/find", address("ASHA@example.com"));
    let found = found.await.expect(200).json();
    assert_eq!(found["suppression"]["reason"], "by_hand");
    let release = root.post("/v1/suppressions/release", address("asha@example.com"));
    assert!(changed(release.await));
    let found = root.post("/v1/suppressions/find", address("asha@example.com"));
    assert_eq!(found.await.expect(200).json(), json!({"suppression": null}));
    let records = root.get("/v1/audit?subject=address").await.expect(200);
    let text = records.text.clone();
    assert_eq!(records.json()["items"].as_array().unwrap().len(), 3);
    assert!(!text.contains("example.com"), "{text}");
}

#[tokio::test]
async fn a_stop_is_set_acknowledged_seen_by_its_tenants_and_lifted() {
    let world = World::new().await;
    let root = world.logged_in("root").await;
    let body = json!({"extent": {"tenant": world.loan.id}, "reason": "a test"});
    let stop = root.post("/v1/stops", body.clone()).await.expect(200);
    root.post("/v1/stops", body)
        .await
        .problem(409, "wrong-state");
    let quiet = format!("/v1/stops/{}/quiet", stop.id());
    let answer = root.get(&quiet).await.expect(200).json();
    assert_eq!(answer, json!({"is_quiet": true}));
    let creator = world.logged_in("loan.creator").await;
    let seen = creator.get("/v1/tenants/loan/stops").await.expect(200);
    assert_eq!(seen.json()["items"][0], stop.json());
    let lift = format!("/v1/stops/{}/lift", stop.id());
    let lifted = root
        .post(&lift, json!({"reason": "over"}))
        .await
        .expect(200);
    assert_eq!(lifted.json()["stop"], stop.json()["id"]);
    root.get(&quiet).await.problem(404, "not-found");
    let none = creator.get("/v1/tenants/loan/stops").await.expect(200);
    assert_eq!(none.json(), json!({"items": []}));
    let records = root.get("/v1/audit?subject=stop").await.expect(200).json();
    assert_eq!(records["items"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_stop_of_a_tenant_that_is_not_there_is_refused() {
    let world = World::new().await;
    let root = world.logged_in("root").await;
    let extent = json!({"tenant": "01890000-0000-7000-8000-00000000dead"});
    let body = json!({"extent": extent, "reason": "a test"});
    root.post("/v1/stops", body).await.problem(404, "not-found");
    let body = json!({"extent": "some", "reason": "a test"});
    root.post("/v1/stops", body).await.problem(422, "invalid");
}
