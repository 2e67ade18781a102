//! What messages say: looked at, and sent to the staff.

use offerkit_axum::Api;
use offerkit_core::services::Settings;
use serde_json::json;

use crate::{client::Answer, world::World};

#[tokio::test]
async fn messages_are_looked_at_for_whom_one_may_see() {
    let world = World::new().await;
    let customer = world.platform.customers(1).await.unwrap()[0];
    let campaign = world.launched_campaign().await;
    let path = format!("/v1/tenants/loan/campaigns/{}/messages", campaign.id());
    let creator = world.logged_in("loan.creator").await;
    let shown = creator.get(&path).await.expect(200).json();
    let body = &shown["items"][0]["message"]["body"];
    assert_eq!(body, "Dear Sample Customer, it is 12.5 %.");
    let masked = format!("{path}?sample=masked&customer={customer}");
    creator
        .get(&masked)
        .await
        .problem(403, "missing-permission");
    let admin = world.logged_in("loan.admin").await;
    let shown = admin.get(&masked).await.expect(200).json();
    let body = shown["items"][0]["message"]["body"].as_str().unwrap();
    assert!(body.starts_with("Dear C•••"), "{body}");
    let unmasked = format!("{path}?sample=unmasked&customer={customer}");
    admin
        .get(&unmasked)
        .await
        .problem(403, "missing-permission");
    for query in ["sample=unmasked".to_owned(), format!("customer={customer}")] {
        let refused = admin.get(&format!("{path}?{query}")).await;
        refused.problem(400, "malformed");
    }
}

struct Tested {
    world: World,
    path: String,
}

impl Tested {
    async fn new(settings: Settings) -> Self {
        let world = World::built(|builder| builder.settings(settings), Api::new).await;
        world.reachable("loan.approver").await;
        let campaign = world.requested_campaign().await;
        let path = format!("/v1/tenants/loan/campaigns/{}/test-send", campaign.id());
        Self { world, path }
    }

    async fn sent(&self, body: serde_json::Value) -> Answer {
        let creator = self.world.logged_in("loan.creator").await;
        creator.post(&self.path, body).await
    }
}

#[tokio::test]
async fn a_test_reaches_a_member_by_name_or_id_each_time() {
    let tested = Tested::new(Settings::default()).await;
    let users = tested.world.platform.as_root().users();
    let name = "loan.approver".parse().unwrap();
    let id = users.get_by_name(&name).await.unwrap().id();
    for to in ["loan.approver".to_owned(), id.to_string()] {
        let sent = tested.sent(json!({"channel": "email", "to": to})).await;
        assert_eq!(sent.expect(200).json(), json!("sent"));
    }
    let messages = tested.world.platform.email.messages();
    assert_eq!(messages.len(), 2);
    assert_eq!(messages[0].address, "ben@bank.example");
    assert_eq!(messages[0].subject.as_deref(), Some("[Test] Gold"));
}

#[tokio::test]
async fn what_keeps_a_test_from_being_sent_is_told() {
    let tested = Tested::new(Settings {
        test_sends_per_hour: 1,
        ..Settings::default()
    })
    .await;
    let test = json!({"channel": "email", "to": "loan.approver"});
    let unknown = tested
        .sent(json!({"channel": "email", "to": "ghost"}))
        .await;
    unknown.problem(404, "not-found");
    let unreached = tested
        .sent(json!({"channel": "email", "to": "loan.admin"}))
        .await;
    unreached.problem(422, "invalid");
    let odd = json!({"channel": "email", "to": "loan.approver", "sample": "unmasked"});
    let problem = tested.sent(odd).await.problem(422, "invalid");
    assert_eq!(problem["errors"][0]["pointer"], "/customer");
    let root = tested.world.logged_in("root").await;
    let stop = json!({"extent": {"channel": "email"}, "reason": "a test"});
    let stop = root.post("/v1/stops", stop).await.expect(200).id();
    tested.sent(test.clone()).await.problem(409, "stopped");
    let lift = format!("/v1/stops/{stop}/lift");
    root.post(&lift, json!({"reason": "over"}))
        .await
        .expect(200);
    tested.sent(test.clone()).await.expect(200);
    let again = tested.sent(test).await;
    assert_eq!(again.header("retry-after"), "3600");
    again.problem(429, "too-many-tests");
}
