//! What providers report.

use axum::{body::Body, http::Request};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use offerkit_axum::{Api, ReceiptSecret};
use offerkit_core::{
    domain::COMPLAINED,
    policy::Job,
    services::Context,
    time::{Clock as _, SystemClock},
};
use serde_json::{Value, json};
use sha2::Sha256;

use crate::{client::Answer, world::World};

const SECRET: [u8; 32] = [3; 32];

/// A world in which one message was sent, and its receipt.
async fn sent(api: impl FnOnce(Api) -> Api) -> (World, Value) {
    let world = World::with(|kit| api(Api::new(kit))).await;
    let customer = world.platform.customers(1).await.unwrap()[0];
    let campaign = world.launched_campaign().await;
    let (kit, loan) = (&world.platform.kit, world.loan.id);
    let job = |job| kit.acting(&Context::job(job)).deliveries(loan);
    job(Job::Audience).fill(campaign.id()).await.unwrap();
    job(Job::Delivery).run(campaign.id()).await.unwrap();
    let receipt = json!({
        "tenant": loan, "campaign": campaign.id(), "customer": customer, "channel": "email", "event": "delivered",
    });
    (world, receipt)
}

fn receiving(api: Api) -> Api {
    api.receipts(ReceiptSecret::new(&SECRET).unwrap())
}

async fn report(world: &World, receipt: &Value, secret: &[u8]) -> Answer {
    let (body, sent) = (
        receipt.to_string(),
        SystemClock.now().as_datetime().timestamp(),
    );
    let key = Hmac::<Sha256>::new_from_slice(secret).unwrap();
    let code = key.chain_update(format!("one.{sent}.{body}")).finalize();
    let signature = format!("v1,{}", STANDARD.encode(code.into_bytes()));
    let request = Request::post("/v1/receipts")
        .header("content-type", "application/json")
        .header("webhook-id", "one")
        .header("webhook-timestamp", sent.to_string())
        .header("webhook-signature", signature);
    let request = request.body(Body::from(body)).unwrap();
    world.anonymous().raw(request).await
}

#[tokio::test]
async fn a_signed_receipt_is_noted_once() {
    let (world, mut receipt) = sent(receiving).await;
    let first = report(&world, &receipt, &SECRET).await.expect(200);
    assert_eq!(first.json(), json!({"is_new": true}));
    let again = report(&world, &receipt, &SECRET).await.expect(200);
    assert_eq!(again.json(), json!({"is_new": false}));
    receipt["event"] = json!("complained");
    let complaint = report(&world, &receipt, &SECRET).await.expect(200);
    assert_eq!(complaint.json(), json!({"is_new": true}));
    let admin = world.logged_in("loan.admin").await;
    let campaign = receipt["campaign"].as_str().unwrap();
    let rows = format!("/v1/tenants/loan/campaigns/{campaign}/deliveries");
    let rows = admin.get(&rows).await.expect(200).json();
    let delivery = &rows["items"][0]["delivery"];
    assert_eq!(delivery["status"], "delivered");
    assert_eq!(delivery["reason"], COMPLAINED);
}

/// First seen to fail with every signature taken for good.
#[tokio::test]
async fn what_is_not_signed_with_the_secret_is_not_read() {
    let (world, receipt) = sent(receiving).await;
    let forged = report(&world, &receipt, &[4; 32]).await;
    forged.problem(401, "unauthenticated");
    let root = world.logged_in("root").await;
    let unsigned = root.post("/v1/receipts", receipt.clone()).await;
    unsigned.problem(401, "unauthenticated");
    let (closed, receipt) = sent(|api| api).await;
    let answer = report(&closed, &receipt, &SECRET).await;
    answer.problem(401, "unauthenticated");
}

#[tokio::test]
async fn a_receipt_of_nothing_is_told_so() {
    let (world, receipt) = sent(receiving).await;
    for member in ["tenant", "campaign"] {
        let mut other = receipt.clone();
        other[member] = json!("01890000-0000-7000-8000-00000000dead");
        let answer = report(&world, &other, &SECRET).await;
        answer.problem(404, "not-found");
    }
    let mut odd = receipt.clone();
    odd["event"] = json!("pending");
    let problem = report(&world, &odd, &SECRET).await;
    assert_eq!(
        problem.problem(422, "invalid")["errors"][0]["pointer"],
        "/event"
    );
}
