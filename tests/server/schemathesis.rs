//! Schemathesis, which makes requests of the OpenAPI document, good ones and bad ones, against the running server.

use std::{path::Path, process::Stdio, time::Duration};

use serde_json::{Value, json};
use tokio::process::Command;

use crate::{
    PASSWORD, options,
    server::{command::started, serving::Stop},
};

/// What ends the login of the program itself, never ends, or stops everything.
const LEFT_OUT: [&str; 6] = [
    "logout",
    "change_my_password",
    "end_my_session",
    "stream_progress",
    "deactivate_tenant",
    // It has no way to write one document a line.
    "import_customers",
];

async fn call(address: &str, token: &str, method: &str, path: &str, body: &Value) -> Value {
    let authorization = format!("authorization: Bearer {token}");
    let done = Command::new("curl")
        .args([
            "-sS",
            "-X",
            method,
            "-H",
            "content-type: application/json",
            "-H",
        ])
        .arg(authorization)
        .arg("-d")
        .arg(body.to_string())
        .arg(format!("{address}/v1/{path}"))
        .output()
        .await
        .unwrap();
    serde_json::from_slice(&done.stdout).unwrap()
}

async fn login(address: &str, name: &str) -> String {
    let body = json!({ "name": name, "password": PASSWORD });
    let login = call(address, "none", "POST", "login", &body).await;
    login
        .get("token")
        .and_then(Value::as_str)
        .unwrap()
        .to_owned()
}

/// No answer is a 5xx, has a status, header or body that the document does not say, or takes what the document refuses.
#[tokio::test(flavor = "multi_thread")]
async fn schemathesis_finds_nothing() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let peers =
        std::env::var_os("OFFERKIT_PEERS").map_or_else(|| root.join("target/peers"), Into::into);
    assert!(
        peers.join("schemathesis").is_dir(),
        "schemathesis is not in {}; scripts/peers installs it",
        peers.display()
    );
    let stop = Stop::new();
    let server = started(&options(&[]), stop.clone()).await.unwrap();
    let address = format!("http://{}", server.address());
    // Someone who may do everything: a super admin, who is in the groups that write, decide and run.
    let token = login(&address, "root").await;
    for (method, path) in [
        ("POST", "users/chitra/grant-super-admin"),
        ("PUT", "tenants/credit_card/groups/approver/members/chitra"),
    ] {
        call(&address, &token, method, path, &json!({})).await;
    }
    let token = login(&address, "chitra").await;
    let mut program = Command::new("python3");
    program
        .env("PYTHONPATH", &peers)
        .current_dir(std::env::temp_dir())
        .args([
            "-c",
            "from schemathesis.cli import schemathesis; schemathesis()",
        ])
        .arg("--config-file")
        .arg(root.join("tests/server/schemathesis.toml"))
        .args(["run", &format!("{address}/openapi.json"), "--url", &address])
        .args(["-H", &format!("Authorization: Bearer {token}")])
        .args(["--phases", "examples,coverage,stateful", "--checks", "all"])
        // A schema cannot say all that a text or a set of criteria has to be, so what fits it may still be refused.
        .args(["--exclude-checks", "positive_data_acceptance"])
        .args([
            "--max-examples",
            "8",
            "--seed",
            "20260302",
            "--workers",
            "2",
        ])
        .args([
            "--generation-database",
            "none",
            "--warnings",
            "off",
            "--no-color",
        ]);
    for operation in LEFT_OUT {
        program.args(["--exclude-operation-id", operation]);
    }
    let run = program.stdin(Stdio::null()).kill_on_drop(true).output();
    let done = tokio::time::timeout(Duration::from_mins(10), run).await;
    let done = done.unwrap().unwrap();
    let (told, error) = (
        String::from_utf8_lossy(&done.stdout),
        String::from_utf8_lossy(&done.stderr),
    );
    assert!(done.status.success(), "{told}{error}");
    stop.now();
    server.finished().await.unwrap();
}
