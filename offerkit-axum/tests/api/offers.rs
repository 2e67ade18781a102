//! The story of an offer, as clients tell it.

use offerkit_core::{policy::Job, services::Context};
use serde_json::{Value, json};

use crate::world::World;

#[tokio::test]
async fn an_offer_is_written_by_one_and_approved_by_another() {
    let world = World::new().await;
    let creator = world.logged_in("loan.creator").await;
    let approver = world.logged_in("loan.approver").await;
    let admin = world.logged_in("loan.admin").await;
    let made = creator
        .post(
            "/v1/tenants/loan/offers",
            json!({"data": {"title": "Gold"}}),
        )
        .await
        .expect(201);
    let path = format!("/v1/tenants/loan/offers/{}", made.id());
    let seen = |etag: &str| creator.with("if-match", etag);
    let submitted = seen(made.header("etag"))
        .step(&format!("{path}/submit"))
        .await
        .expect(200)
        .json();
    assert_eq!(submitted["nobody_can_approve"], false);
    let desk = approver.get("/v1/desk").await.expect(200).json();
    assert_eq!(desk["items"][0]["waiting"]["offer"]["id"], made.id());
    let etag = approver.get(&path).await.header("etag").to_owned();
    let reader = world.logged_in("loan.reader").await;
    let refused = reader
        .with("if-match", &etag)
        .step(&format!("{path}/approve"))
        .await;
    let refused = refused.problem(403, "missing-permission");
    assert_eq!(refused["denied"]["kind"]["permission"], "decide_offers");
    assert_eq!(
        refused["detail"],
        "your group read_only does not let you approve offers; members of approver may"
    );
    let comment = json!({"comment": "fine"});
    let decided = approver
        .with("if-match", &etag)
        .post(&format!("{path}/approve"), comment)
        .await
        .expect(200);
    assert_eq!(decided.json()["live_revision"], 1);
    let history = admin
        .get(&format!("{path}/revisions"))
        .await
        .expect(200)
        .json();
    assert_eq!(history["approvals"][0]["comment"], "fine");
    let records = admin
        .get(&format!("{path}/audit?order=oldest_first"))
        .await
        .expect(200)
        .json();
    let actions: Vec<&Value> = records["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|record| &record["action"])
        .collect();
    assert_eq!(
        actions,
        [
            "offer.create",
            "offer.submit",
            "offer.approve",
            "offer.approve"
        ]
    );
    approver
        .with("if-match", &etag)
        .step(&format!("{path}/approve"))
        .await
        .problem(409, "wrong-state");
}

#[tokio::test]
async fn who_wrote_an_offer_cannot_approve_it_and_learns_why() {
    let world = World::new().await;
    let root = world.logged_in("root").await;
    root.put(
        "/v1/tenants/loan/groups/approver/members/loan.creator",
        Value::Null,
    )
    .await
    .expect(201);
    let creator = world.logged_in("loan.creator").await;
    let offer = world.submitted().await;
    let path = format!("/v1/tenants/loan/offers/{}/approve", offer.id());
    let problem = creator
        .with("if-match", "\"1\"")
        .step(&path)
        .await
        .problem(403, "four-eyes");
    assert_eq!(
        problem["detail"],
        "you submitted revision 1 on 2 March 2026, so another person must decide"
    );
    assert_eq!(
        problem["denied"]["kind"]["contribution"]["kind"],
        "submitted"
    );
}

#[tokio::test]
async fn data_that_the_schema_does_not_allow_is_told_with_its_places() {
    let world = World::new().await;
    let admin = world.logged_in("loan.admin").await;
    let path = "/v1/tenants/loan/configuration";
    let mut settings = admin.get(path).await.expect(200).json()["settings"].clone();
    settings["schema"] = json!({"type": "object", "properties": {"rate": {"type": "number", "maximum": 30}}, "required": ["title"]});
    admin
        .with("if-match", "\"1\"")
        .put(path, settings.clone())
        .await
        .expect(200);
    admin
        .with("if-match", "\"1\"")
        .put(path, settings.clone())
        .await
        .problem(412, "stale");
    let creator = world.logged_in("loan.creator").await;
    let problem = creator
        .post("/v1/tenants/loan/offers", json!({"data": {"rate": 31}}))
        .await
        .problem(422, "offer-schema");
    let places: Vec<&Value> = problem["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| &error["pointer"])
        .collect();
    assert_eq!(places, ["/data", "/data/rate"]);
    assert_eq!(problem["errors"][1]["code"], "maximum");
    settings["schema"] = json!({"type": "objekt"});
    let problem = admin
        .with("if-match", "\"2\"")
        .put(path, settings)
        .await
        .problem(422, "invalid");
    assert_eq!(problem["errors"][0]["pointer"], "/schema/type");
}

#[tokio::test]
async fn a_verified_log_is_whole_and_a_cut_one_is_found_out() {
    let world = World::new().await;
    world.approved().await;
    let sealer = world.platform.kit.acting(&Context::job(Job::Sealer));
    let head = sealer.audit_of(world.loan.id).seal().await.unwrap();
    let admin = world.logged_in("loan.admin").await;
    let published =
        json!({"published": {"position": head.position, "hash": head.hash.to_string()}});
    let path = "/v1/tenants/loan/audit/verify";
    assert!(admin.post(path, published).await.expect(200).json()["finding"].is_null());
    let longer =
        json!({"published": {"position": head.position + 1, "hash": head.hash.to_string()}});
    assert_eq!(
        admin.post(path, longer).await.expect(200).json()["finding"]["finding"],
        "tail_cut"
    );
}

#[tokio::test]
async fn an_exported_log_has_every_record_in_order() {
    let world = World::new().await;
    for _ in 0..3 {
        world.approved().await;
    }
    let admin = world.logged_in("loan.admin").await;
    let file = admin.get("/v1/tenants/loan/audit/export").await.expect(200);
    assert_eq!(file.header("content-type"), "application/x-ndjson");
    let records: Vec<Value> = file
        .text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let listed = admin
        .get("/v1/tenants/loan/audit?order=oldest_first&size=1000")
        .await;
    assert_eq!(Value::from(records), listed.expect(200).json()["items"]);
    let some = admin
        .get("/v1/tenants/loan/audit/export?action=offer.approve")
        .await
        .expect(200);
    assert_eq!(some.text.lines().count(), 3);
    admin
        .get("/v1/tenants/loan/audit/export?size=3")
        .await
        .problem(400, "malformed");
}
