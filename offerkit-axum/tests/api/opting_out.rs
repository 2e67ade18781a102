//! Links by which customers opt out.

use axum::{body::Body, http::Request};
use offerkit_axum::Api;
use offerkit_core::{
    domain::{Channel, Purpose},
    id::CustomerId,
    services::OptOutLinks,
};

use crate::{
    client::{Answer, Client},
    world::World,
};

const BASE: &str = "https://bank.example/v1/opt-out/";
const FORM: &str = "application/x-www-form-urlencoded";

fn links() -> OptOutLinks {
    OptOutLinks::new(BASE, &[7; 32]).unwrap()
}

async fn world() -> World {
    World::built(|builder| builder.opt_out_links(links()), Api::new).await
}

fn path(customer: CustomerId) -> String {
    let link = links().link(customer, Channel::Email, Purpose::Marketing);
    let token = link.strip_prefix("https://bank.example").unwrap();
    token.to_owned()
}

async fn post(client: &Client, path: &str, kind: &str, body: &'static str) -> Answer {
    let request = Request::post(path).header("content-type", kind);
    client.raw(request.body(Body::from(body)).unwrap()).await
}

async fn words(world: &World, customer: CustomerId) -> usize {
    let root = world.platform.as_root();
    root.consents().of(customer).await.unwrap().len()
}

#[tokio::test]
async fn looking_at_the_link_changes_nothing_and_its_button_opts_out() {
    let world = world().await;
    let customer = world.platform.customers(1).await.unwrap()[0];
    let (client, path) = (world.anonymous(), path(customer));
    let page = client.get(&path).await.expect(200);
    assert!(page.header("content-type").starts_with("text/html"));
    let policy = page.header("content-security-policy");
    assert!(policy.contains("form-action 'self'"), "{policy}");
    assert!(page.text.contains("<form method=\"post\">"));
    assert_eq!(words(&world, customer).await, 0);
    let done = post(&client, &path, FORM, "List-Unsubscribe=One-Click").await;
    assert!(done.expect(200).text.contains("Opted out"));
    assert_eq!(words(&world, customer).await, 1);
    let again = post(&client, &path, FORM, "List-Unsubscribe=One-Click").await;
    again.expect(200);
    assert_eq!(words(&world, customer).await, 1);
}

#[tokio::test]
async fn mail_programs_send_either_form() {
    let world = world().await;
    let customer = world.platform.customers(1).await.unwrap()[0];
    let parts = "--x\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--x--\r\n";
    let kind = "multipart/form-data; boundary=x";
    let done = post(&world.anonymous(), &path(customer), kind, parts).await;
    done.expect(200);
    assert_eq!(words(&world, customer).await, 1);
}

#[tokio::test]
async fn other_bodies_opt_nobody_out() {
    let world = world().await;
    let customer = world.platform.customers(1).await.unwrap()[0];
    let (client, path) = (world.anonymous(), path(customer));
    let odd = post(&client, &path, "application/json", "{}").await;
    odd.problem(415, "unsupported-media-type");
    let empty = post(&client, &path, FORM, "List-Unsubscribe=").await;
    empty.problem(400, "malformed");
    assert_eq!(words(&world, customer).await, 0);
}

#[tokio::test]
async fn a_link_tells_nothing_of_customers() {
    let world = world().await;
    let client = world.anonymous();
    let (known, unknown) = (
        world.platform.customers(1).await.unwrap()[0],
        "01890000-0000-7000-8000-00000000dead".parse().unwrap(),
    );
    let mut pages = Vec::new();
    for customer in [known, unknown] {
        let path = path(customer);
        let page = client.get(&path).await.expect(200).text;
        let done = post(&client, &path, FORM, "List-Unsubscribe=One-Click").await;
        pages.push((page, done.expect(200).text));
    }
    assert_eq!(pages[0], pages[1]);
    let forged = path(known).replace("/opt-out/0", "/opt-out/1");
    assert_eq!(client.get(&forged).await.expect(200).text, pages[0].0);
    let refused = post(&client, &forged, FORM, "List-Unsubscribe=One-Click").await;
    refused.problem(404, "not-found");
}

#[tokio::test]
async fn an_installation_without_links_has_none_to_follow() {
    let world = World::new().await;
    let customer = world.platform.customers(1).await.unwrap()[0];
    let (client, path) = (world.anonymous(), path(customer));
    let refused = post(&client, &path, FORM, "List-Unsubscribe=One-Click").await;
    refused.problem(404, "not-found");
}
