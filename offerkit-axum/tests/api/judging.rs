//! What criteria say of one customer, and which offers they qualify for.

use serde_json::json;

use crate::world::World;

#[tokio::test]
async fn criteria_are_checked_without_counting() {
    let world = World::new().await;
    let creator = world.logged_in("loan.creator").await;
    let body = json!({"criteria": {"segment": "premium", "city": {"$ne": "Pune"}}});
    let path = "/v1/tenants/loan/criteria/check";
    let checked = creator.post(path, body).await.expect(200).json();
    assert!(checked["description"].as_str().unwrap().contains("premium"));
    assert_eq!(checked["warnings"][0]["code"], "nullable_negation");
    let wrong = json!({"criteria": {"segmnet": "premium"}});
    let problem = creator.post(path, wrong).await.problem(422, "criteria");
    assert_eq!(problem["errors"][0]["pointer"], "/criteria/segmnet");
}

#[tokio::test]
async fn why_a_customer_is_not_selected_is_told_without_their_values() {
    let world = World::new().await;
    let customer = world.platform.customers(1).await.unwrap()[0];
    let admin = world.logged_in("loan.admin").await;
    let path = format!("/v1/tenants/loan/customers/{customer}/explain");
    let body = json!({"criteria": {"segment": "standard", "city": "Pune"}});
    let told = admin.post(&path, body).await.expect(200);
    assert!(!told.text.contains("premium"), "{}", told.text);
    let told = told.json();
    assert_eq!(told["is_selected"], false);
    let parts = told["explanation"]["parts"].as_array().unwrap();
    let found: Vec<_> = parts.iter().map(|part| &part["found"]).collect();
    // The members of an object come in the order of their names here.
    assert_eq!(found, ["no_value", "hidden"]);
    let record = admin
        .get("/v1/tenants/loan/audit?action=customer.judge&subject=customer")
        .await
        .expect(200)
        .json();
    assert_eq!(record["items"][0]["subject"]["id"], json!(customer));
    let absent = "/v1/tenants/loan/customers/01890000-0000-7000-8000-00000000dead/explain";
    let body = json!({"criteria": {"segment": "standard"}});
    admin.post(absent, body).await.problem(404, "not-found");
}

#[tokio::test]
async fn which_offers_a_customer_qualifies_for_and_why_not_the_others() {
    let world = World::new().await;
    let customer = world.platform.customers(1).await.unwrap()[0];
    let campaign = world.launched_campaign().await;
    let alone = world.loan.approved_offer("Silver").await.unwrap();
    let other = world.loan.approved_offer("Bronze").await.unwrap();
    let mut draft = world.loan.campaign(other.id()).unwrap();
    draft.selection_criteria =
        r#"{"segment": "premium", "credit_score": {"$gte": 700}}"#.to_owned();
    world.loan.launched_campaign(draft).await.unwrap();
    let admin = world.logged_in("loan.admin").await;
    let path = format!("/v1/tenants/loan/customers/{customer}/eligibility");
    let judged = admin.get(&path).await.expect(200).json();
    let offers: Vec<_> = judged["offers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| {
            (
                it["offer"].as_str().unwrap().to_owned(),
                it["qualifies"] == true,
            )
        })
        .collect();
    let first = campaign.plan().offer.to_string();
    let expected = [
        (other.id().to_string(), false),
        (alone.id().to_string(), false),
        (first, true),
    ];
    assert_eq!(offers, expected);
    let unmet = &judged["offers"][0]["campaigns"][0]["unmet"];
    let wanted = json!([{
        "asks": "credit_score is at least 700", "holds": false, "pointer": "/credit_score/$gte", "has_value": false,
    }]);
    assert_eq!(*unmet, wanted);
    assert_eq!(judged["offers"][1]["campaigns"], json!([]));
}
