//! Criteria, segments, campaigns and what became of them.

use offerkit_axum::Api;
use offerkit_core::{policy::Job, services::Context};
use serde_json::{Value, json};

use crate::{roles::short_streams, world::World};

#[tokio::test]
async fn mistakes_in_criteria_have_places_in_the_body() {
    let world = World::new().await;
    let creator = world.logged_in("loan.creator").await;
    let criteria = json!({"criteria": {"segmnet": "premium"}});
    let problem = creator
        .post("/v1/tenants/loan/criteria/preview", criteria)
        .await
        .problem(422, "criteria");
    assert_eq!(problem["errors"][0]["pointer"], "/criteria/segmnet");
    assert_eq!(problem["errors"][0]["code"], "unknown_field");
    assert_eq!(problem["errors"][0]["suggestion"], "segment");
    let offer = world.approved().await;
    let campaign = json!({
        "offer": offer.id().to_string(), "name": "Spring", "selection_criteria": {"segmnet": "premium"},
        "messages": {"sms": {"body": "Hello"}}, "start_date": "2026-03-02", "end_date": "2026-03-30",
    });
    let problem = creator
        .post("/v1/tenants/loan/campaigns", campaign.clone())
        .await
        .problem(422, "criteria");
    assert_eq!(
        problem["errors"][0]["pointer"],
        "/selection_criteria/segmnet"
    );
    let mut wrong = campaign;
    wrong["selection_criteria"] = json!({"segment": "premium"});
    wrong["messages"] = json!({"sms": {"body": "Hello {{ customer.ful_name }}"}});
    let problem = creator
        .post("/v1/tenants/loan/campaigns", wrong)
        .await
        .problem(422, "template");
    assert_eq!(problem["errors"][0]["pointer"], "/messages/sms/body");
}

/// Criteria come to the services byte for byte, so that numbers keep their digits.
#[tokio::test]
async fn criteria_keep_their_text() {
    let world = World::new().await;
    let creator = world.logged_in("loan.creator").await;
    let text = r#"{"criteria": {"annual_income":  {"$gte": 1000000000.10}}}"#;
    let request = axum::http::Request::post("/v1/tenants/loan/criteria/preview")
        .header("content-type", "application/json")
        .body(axum::body::Body::from(text))
        .unwrap();
    let preview = creator.raw(request).await.expect(200).json();
    let source = r#"{"annual_income":  {"$gte": 1000000000.10}}"#;
    assert_eq!(preview["criteria"]["source"], source);
}

#[tokio::test]
async fn a_segment_is_written_once_anew_and_then_on_what_was_seen() {
    let world = World::new().await;
    let creator = world.logged_in("loan.creator").await;
    let path = "/v1/tenants/loan/segments/premium";
    let body = json!({"criteria": {"segment": "premium"}});
    creator
        .put(path, body.clone())
        .await
        .problem(428, "precondition-required");
    let new = creator.with("if-none-match", "*");
    let first = new.put(path, body.clone()).await.expect(201);
    assert_eq!(first.header("etag"), "\"1\"");
    new.put(path, body.clone()).await.problem(412, "stale");
    let seen = creator.with("if-match", "\"1\"");
    assert_eq!(
        seen.put(path, body.clone()).await.expect(201).json()["version"],
        2
    );
    seen.put(path, body).await.problem(412, "stale");
    assert_eq!(
        creator
            .get(&format!("{path}?version=1"))
            .await
            .expect(200)
            .json()["version"],
        1
    );
}

#[tokio::test]
async fn a_campaign_is_launched_by_another_and_its_progress_is_told() {
    let world = World::with(|kit| short_streams(Api::new(kit))).await;
    world.platform.customers(3).await.unwrap();
    let creator = world.logged_in("loan.creator").await;
    let approver = world.logged_in("loan.approver").await;
    let offer = world.approved().await;
    let campaign = json!({
        "offer": offer.id().to_string(), "name": "Spring", "purpose": "service", "selection_criteria": {"segment": "premium"},
        "messages": {"email": {"subject": "{{ offer.title }}", "body": "Dear {{ customer.full_name }}"}},
        "start_date": "2026-03-02", "end_date": "2026-03-30",
    });
    let made = creator
        .post("/v1/tenants/loan/campaigns", campaign)
        .await
        .expect(201);
    let path = format!("/v1/tenants/loan/campaigns/{}", made.id());
    assert_eq!(
        creator
            .get(&format!("{path}/preview"))
            .await
            .expect(200)
            .json()["count"],
        3
    );
    let requested = creator
        .with("if-match", made.header("etag"))
        .step(&format!("{path}/request-launch"))
        .await
        .expect(200);
    let seen = requested.header("etag").to_owned();
    let launched = approver
        .with("if-match", &seen)
        .step(&format!("{path}/launch"))
        .await
        .expect(200)
        .json();
    assert_eq!(launched["launch"]["ceiling"], 4);
    let kit = &world.platform.kit;
    let id = made.id().parse().unwrap();
    kit.acting(&Context::job(Job::Audience))
        .deliveries(world.loan.id)
        .fill(id)
        .await
        .unwrap();
    kit.acting(&Context::job(Job::Delivery))
        .deliveries(world.loan.id)
        .run(id)
        .await
        .unwrap();
    let progress = creator
        .get(&format!("{path}/progress"))
        .await
        .expect(200)
        .json();
    assert_eq!(
        progress,
        json!({"audience": 3, "counts": [{"channel": "email", "status": "sent", "count": 3}]})
    );
    let events = creator
        .get(&format!("{path}/progress/events"))
        .await
        .expect(200)
        .text;
    let data = events
        .lines()
        .find_map(|line| line.strip_prefix("data: "))
        .unwrap();
    assert!(events.starts_with("event: progress\n"));
    assert_eq!(serde_json::from_str::<Value>(data).unwrap(), progress);
    let admin = world.logged_in("loan.admin").await;
    let rows = admin
        .get(&format!("{path}/deliveries?channel=email&size=2"))
        .await
        .expect(200);
    assert!(!rows.header("link").is_empty());
    assert!(
        !rows.text.contains("customer.1@") && rows.text.contains("@example.com"),
        "{}",
        rows.text
    );
    let looked = admin
        .get("/v1/tenants/loan/audit?action=campaign.view_recipients")
        .await
        .expect(200)
        .json();
    assert_eq!(looked["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn addresses_are_for_those_whose_group_says_so_and_looking_is_recorded() {
    let world = World::new().await;
    world.platform.customers(1).await.unwrap();
    let root = world.logged_in("root").await;
    let group = json!({"name": "support", "permissions": ["view_recipients_unmasked"]});
    root.post("/v1/tenants/loan/groups", group)
        .await
        .expect(201);
    root.put(
        "/v1/tenants/loan/groups/support/members/nobody",
        Value::Null,
    )
    .await
    .expect(201);
    let campaign = world.launched_campaign().await.id();
    let job = Context::job(Job::Audience);
    let audience = world.platform.kit.acting(&job).deliveries(world.loan.id);
    audience.fill(campaign).await.unwrap();
    let support = world.logged_in("nobody").await;
    let path = format!("/v1/tenants/loan/campaigns/{campaign}/deliveries/unmasked");
    let rows = support.get(&path).await.expect(200).json();
    let email = rows["items"][0]["customer"]["email"].as_str().unwrap();
    assert!(email.starts_with("customer."), "{email}");
    let admin = world.logged_in("loan.admin").await;
    let looked = admin
        .get("/v1/tenants/loan/audit?action=campaign.view_recipients_unmasked")
        .await;
    assert_eq!(
        looked.expect(200).json()["items"].as_array().unwrap().len(),
        1
    );
}
