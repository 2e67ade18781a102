//! Files of customers.

use axum::{body::Body, http::Request};
use offerkit_axum::{Api, Limits};
use serde_json::{Value, json};

use crate::{
    client::{Answer, Client},
    world::World,
};

const PATH: &str = "/v1/customers/import?merge_by=email&chunk=2";

async fn send(client: &Client, body: Body) -> Answer {
    let request = Request::post(PATH).header("content-type", "application/x-ndjson");
    client.raw(request.body(body).unwrap()).await
}

fn lines(count: usize) -> String {
    let line = |number| {
        format!("{{\"full_name\": \"Customer {number}\", \"email\": \"c{number}@example.com\"}}\n")
    };
    (1..=count).map(line).collect()
}

fn counts(answer: &Value) -> [u64; 5] {
    ["rows", "added", "updated", "refused", "done_before"]
        .map(|name| answer[name].as_u64().unwrap())
}

#[tokio::test]
async fn good_rows_are_kept_and_bad_ones_told() {
    let world = World::new().await;
    let root = world.logged_in("root").await;
    let file = format!("{}{{\"full_nam\": 1}}\n\nnothing\n{}", lines(3), lines(1));
    let done = send(&root, Body::from(file)).await.expect(200).json();
    assert_eq!(counts(&done), [6, 3, 1, 2, 0]);
    let bad: Vec<_> = done["bad_rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["line"].as_u64().unwrap())
        .collect();
    assert_eq!(bad, [4, 6]);
    let again = send(&root, Body::from(lines(3))).await.expect(200).json();
    assert_eq!(counts(&again), [3, 0, 3, 0, 0]);
}

#[tokio::test]
async fn an_import_that_breaks_off_is_gone_on_with_under_its_key() {
    let world = World::new().await;
    let root = world
        .logged_in("root")
        .await
        .with("idempotency-key", "customers of May");
    let begin = lines(5);
    let frames = [Ok(begin), Err(std::io::Error::other("the client hung up"))];
    let broken = send(&root, Body::from_stream(futures_util::stream::iter(frames))).await;
    let problem = broken.problem(422, "invalid");
    assert_eq!(
        problem["detail"],
        "the file cannot be read on from line 6: the body could not be read on"
    );
    let done = send(&root, Body::from(lines(7))).await.expect(200).json();
    assert_eq!(counts(&done), [7, 7, 0, 0, 4]);
    let other = lines(7).replace("Customer 1", "Another");
    send(&root, Body::from(other))
        .await
        .problem(409, "import-changed");
}

/// First seen to fail with `Rows::next` taking lines that cease for the end of the file: the half chunk was imported, and the
/// whole file was then another one.
#[test]
fn a_client_that_hangs_up_leaves_no_half_chunk() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .max_blocking_threads(1)
        .build();
    runtime.unwrap().block_on(async {
        let world = World::new().await;
        let root = world.logged_in("root").await;
        let root = root.with("idempotency-key", "customers of May");
        let begin = futures_util::stream::iter([Ok::<_, std::io::Error>(lines(3))]);
        // Read as far as it goes, and then let go of.
        let (read, is_read) = tokio::sync::oneshot::channel();
        let never = futures_util::stream::once(async {
            read.send(()).unwrap();
            futures_util::future::pending().await
        });
        let body = Body::from_stream(futures_util::StreamExt::chain(begin, never));
        tokio::select! {
            answer = send(&root, body) => panic!("the body had an end: {}", answer.text),
            read = is_read => read.unwrap(),
        }
        // The importer has the one thread for what blocks, so that this waits for it.
        tokio::task::spawn_blocking(|| ()).await.unwrap();
        let done = send(&root, Body::from(lines(7))).await.expect(200).json();
        assert_eq!(counts(&done), [7, 7, 0, 0, 2]);
    });
}

#[tokio::test]
async fn a_file_without_an_end_breaks_off_at_the_limit() {
    let limits = Limits {
        import_bytes: 10_000,
        ..Limits::default()
    };
    let world = World::with(|kit| Api::new(kit).limits(limits)).await;
    let root = world.logged_in("root").await;
    let endless = futures_util::stream::repeat_with(|| Ok::<_, std::io::Error>(lines(100)));
    let problem = send(&root, Body::from_stream(endless))
        .await
        .problem(422, "invalid");
    assert!(
        problem["detail"]
            .as_str()
            .unwrap()
            .ends_with("the body is larger than is read here")
    );
}

#[tokio::test]
async fn who_may_not_import_is_told_before_the_file_is_read() {
    let world = World::new().await;
    let admin = world.logged_in("loan.admin").await;
    let never = futures_util::stream::pending::<Result<Vec<u8>, std::io::Error>>();
    send(&admin, Body::from_stream(never))
        .await
        .problem(403, "not-super-admin");
    let root = world.logged_in("root").await;
    let refused = root
        .get("/v1/audit?is_refused=true")
        .await
        .expect(200)
        .json();
    assert_eq!(refused["items"][0]["action"], "customer.import");
}

async fn send_csv(client: &Client, body: Body) -> Answer {
    let request = Request::post(PATH).header("content-type", "text/csv; charset=utf-8");
    client.raw(request.body(body).unwrap()).await
}

#[tokio::test]
async fn csv_is_read_with_the_line_and_column_of_every_mistake() {
    let world = World::new().await;
    let root = world.logged_in("root").await;
    let tier = json!({"name": "tier", "type": "int"});
    let added = root.post("/v1/catalog/attributes", tier).await;
    assert!(added.status.is_success(), "{}", added.text);
    let file = "full_name,email,attributes.tier\nAsha Rao,asha@example.com,3\nBen Ito,ben,1\n\
                \"Ito, Chitra\",chitra@example.com,gold\n\"Ito, Dev\",dev@example.com,\n";
    let done = send_csv(&root, Body::from(file)).await.expect(200).json();
    assert_eq!(counts(&done), [4, 2, 0, 2, 0]);
    let bad = done["bad_rows"].as_array().unwrap();
    let bad: Vec<_> = bad
        .iter()
        .map(|row| (&row["line"], &row["reason"]))
        .collect();
    assert_eq!(bad[0].0, 3);
    let reason = "column 2 (email): expected an e-mail address, found `ben`";
    assert_eq!(bad[0].1, reason);
    assert_eq!(bad[1].0, 4);
    let again = send_csv(&root, Body::from(file)).await.expect(200).json();
    assert_eq!(counts(&again), [4, 0, 2, 2, 0]);
}

#[tokio::test]
async fn csv_with_an_unknown_column_or_no_header_is_refused() {
    let world = World::new().await;
    let root = world.logged_in("root").await;
    for file in ["full_nam,email\nAsha,asha@example.com\n", ""] {
        let refused = send_csv(&root, Body::from(file)).await;
        refused.problem(422, "invalid");
    }
}

#[tokio::test]
async fn csv_that_breaks_off_is_gone_on_with_under_its_key() {
    let world = World::new().await;
    let root = world.logged_in("root").await;
    let root = root.with("idempotency-key", "customers of June");
    let file = |count: usize| {
        let line = |number| format!("Customer {number},c{number}@example.com\n");
        let lines: String = (1..=count).map(line).collect();
        format!("full_name,email\n{lines}")
    };
    let frames = [
        Ok(file(5)),
        Err(std::io::Error::other("the client hung up")),
    ];
    let broken = Body::from_stream(futures_util::stream::iter(frames));
    let problem = send_csv(&root, broken).await.problem(422, "invalid");
    let detail = problem["detail"].as_str().unwrap();
    assert!(
        detail.ends_with("the body could not be read on"),
        "{detail}"
    );
    let done = send_csv(&root, Body::from(file(7)))
        .await
        .expect(200)
        .json();
    assert_eq!(counts(&done), [7, 7, 0, 0, 4]);
}

#[tokio::test]
async fn other_files_are_not_read() {
    let world = World::new().await;
    let root = world.logged_in("root").await;
    root.post(PATH, json!({}))
        .await
        .problem(415, "unsupported-media-type");
}

#[tokio::test]
async fn an_erased_customer_is_gone() {
    let world = World::new().await;
    let customers = world.platform.customers(1).await.unwrap();
    let root = world.logged_in("root").await;
    let path = format!("/v1/customers/{}/erase", customers[0]);
    let scrubbed = root.step(&path).await.expect(200).json();
    assert_eq!(scrubbed, json!({"customer": 1}));
    let again = root.step(&path).await.expect(200).json();
    assert_eq!(again, json!({}));
    root.step("/v1/customers/01890000-0000-7000-8000-00000000dead/erase")
        .await
        .problem(404, "not-found");
}
