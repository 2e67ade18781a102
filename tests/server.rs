//! The example `server`, and the walk through its API that the README tells.

#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests say what they expect by failing"
)]

#[path = "server/schemathesis.rs"]
mod schemathesis;
#[path = "../examples/server/main.rs"]
mod server;

use std::{fs, process, process::Stdio, time::Duration};

use clap::Parser as _;
use server::{
    command::{self, Options, started},
    metrics,
    serving::Stop,
};
use tokio::process::Command;

// The test runs what `main` runs.
const _: fn() -> process::ExitCode = server::main;

const PASSWORD: &str = "the password of the demo";

fn options(more: &[&str]) -> Options {
    let fixed = ["server", "--listen", "127.0.0.1:0", "--password", PASSWORD];
    Options::try_parse_from(fixed.iter().chain(more)).unwrap()
}

/// The shell block of the README's section that begins so.
fn block(begin: &str) -> String {
    let text = fs::read_to_string("README.md").unwrap();
    let section = text.split("## The REST API").nth(1).unwrap();
    let mut blocks = section.split("```sh\n").skip(1);
    let block = blocks.find(|block| block.starts_with(begin)).unwrap();
    block.split("```").next().unwrap().to_owned()
}

async fn bash(script: &str) -> (bool, String, String) {
    let done = Command::new("bash")
        .args(["-euo", "pipefail", "-c", script])
        .stdin(Stdio::null())
        .output();
    let done = tokio::time::timeout(Duration::from_mins(2), done)
        .await
        .unwrap()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    (done.status.success(), text(done.stdout), text(done.stderr))
}

#[tokio::test(flavor = "multi_thread")]
async fn metrics_stand_on_a_listener_of_their_own() {
    let stop = Stop::new();
    let anywhere = "127.0.0.1:0".parse().unwrap();
    let metrics = metrics::begin(anywhere, stop.clone()).await.unwrap();
    let server = started(&options(&["--worker"]), stop.clone())
        .await
        .unwrap();
    let api = format!("http://{}", server.address());
    let script = format!(
        "curl -s {api}/v1/catalog; curl -s {api}/healthz; curl -s -o /dev/null -w '\n%{{http_code}}\n' {api}/metrics
         curl -s http://{metrics}/metrics"
    );
    let (is_done, told, error) = bash(&script).await;
    assert!(is_done, "{told}\n{error}");
    // Other tests of this process are counted, too.
    for wanted in [
        "\n404\n",
        "offerkit_http_requests_total{method=\"GET\",route=\"/v1/catalog\",status=\"401\"} ",
        "offerkit_http_request_seconds_bucket{method=\"GET\",route=\"/healthz\",le=\"+Inf\"} ",
        "\nofferkit_worker_",
    ] {
        assert!(told.contains(wanted), "{wanted} is not in\n{told}");
    }
    stop.now();
    server.finished().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_walk_in_the_readme_goes_as_it_says() {
    let stop = Stop::new();
    let server = started(&options(&["--worker"]), stop.clone())
        .await
        .unwrap();
    let block = block("api=");
    let (_, walk) = block.split_once('\n').unwrap();
    let script = format!(
        "api=http://{}/v1 password='{PASSWORD}'\n{walk}",
        server.address()
    );
    let (is_done, told, error) = bash(&script).await;
    assert!(is_done, "{told}\n{error}");
    let lines: Vec<_> = told
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    let text = lines.join("\n");
    let mut rest = text.as_str();
    for wanted in [
        "\"submitted\"",
        "\"you submitted revision 1 on",
        "\"title\": \"Gold card\"",
        "\"approved\"",
        "\"pointer\": \"/criteria/segmnet\"",
        "\"suggestion\": \"segment\"",
        "100",
        "100",
        "\"active\"",
        "true",
        "c•••@example.com",
        "c•••@example.com",
        "offer.create done",
        "offer.submit done",
        "offer.approve {\"refused\":{\"code\":\"four_eyes\"",
        "offer.approve done",
    ] {
        let (_, after) = rest
            .split_once(wanted)
            .unwrap_or_else(|| panic!("{wanted} is not told in {text}"));
        rest = after;
    }
    stop.now();
    server.finished().await.unwrap();
}

/// Open requests end, and then the server does.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_told_to_stop_takes_no_more() {
    let stop = Stop::new();
    let server = started(&options(&[]), stop.clone()).await.unwrap();
    let address = server.address();
    assert!(
        server
            .people()
            .is_some_and(|people| people.to_string().contains(PASSWORD))
    );
    tokio::net::TcpStream::connect(address).await.unwrap();
    stop.now();
    server.finished().await.unwrap();
    assert!(tokio::net::TcpStream::connect(address).await.is_err());
}

/// First seen to hang without the timeout.
#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_never_ends_its_headers_is_cut_off() {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let stop = Stop::new();
    let options = options(&["--header-timeout", "1"]);
    let server = started(&options, stop.clone()).await.unwrap();
    let mut slow = tokio::net::TcpStream::connect(server.address())
        .await
        .unwrap();
    slow.write_all(b"GET /healthz HTTP/1.1\r\nX-Slow: ")
        .await
        .unwrap();
    let mut answer = Vec::new();
    // Returns when the server closes the connection, whatever it says before.
    slow.read_to_end(&mut answer).await.unwrap();
    assert!(!answer.starts_with(b"HTTP/1.1 200"));
    stop.now();
    server.finished().await.unwrap();
}

#[tokio::test]
async fn what_cannot_be_served_is_told() {
    let told = |options: Options| async move {
        let failed = started(&options, Stop::new()).await.err().unwrap();
        (failed.exit_code(), failed.to_string())
    };
    let (code, text) = told(options(&["--source-header", "a b"])).await;
    assert_eq!(
        (code, text.as_str()),
        (2, "`a b` is not the name of a header")
    );
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let mut taken_options = options(&[]);
    taken_options.listen = taken.local_addr().unwrap();
    let (code, text) = told(taken_options).await;
    assert_eq!(code, 2);
    assert!(text.starts_with("cannot listen on 127.0.0.1:"));
    let mut short = options(&[]);
    short.password = Some("short".to_owned());
    assert_eq!(told(short).await.0, 2);
    assert_eq!(command::run(["server".into(), "--migrate".into()]), 2);
    assert_eq!(command::run(["server".into(), "--help".into()]), 0);
}

/// On PostgreSQL the first start makes the first super admin, and the next does not.
#[tokio::test(flavor = "multi_thread")]
async fn a_database_is_made_ready_and_kept() {
    let database = offerkit_cluster::Database::new().await.unwrap();
    let url = database.url();
    let (stop, first) = (Stop::new(), ["--database", &url, "--migrate", "--demo"]);
    let server = started(&options(&first), stop.clone()).await.unwrap();
    assert!(server.people().is_some());
    let walk = format!(
        "curl -sSf http://{address}/readyz; curl -sSf http://{address}/v1/login -H 'content-type: application/json' \
         -d '{{\"name\": \"asha\", \"password\": \"{PASSWORD}\"}}'",
        address = server.address(),
    );
    let (is_done, told, error) = bash(&walk).await;
    assert!(is_done && told.contains("token"), "{told}{error}");
    stop.now();
    server.finished().await.unwrap();
    let stop = Stop::new();
    let server = started(&options(&first[..2]), stop.clone()).await.unwrap();
    assert!(server.people().is_none());
    stop.now();
    server.finished().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_channel_that_cannot_work_keeps_the_server_from_starting() {
    for (given, expected) in [
        (
            ["--fcm", "no/such.json"],
            "`--fcm`: cannot read no/such.json: No such file or directory (os error 2)",
        ),
        (
            ["--webhook", "ftp://partner.example"],
            "`--webhook`: expected an `https` or `http` URL",
        ),
    ] {
        let started = started(&options(&given), Stop::new()).await;
        let failure = started.err().unwrap();
        assert_eq!(failure.to_string(), expected);
        assert_eq!(failure.exit_code(), 2);
    }
}

/// A proxy that has checked the login names the person, and their groups. First seen to fail with groups given for good, and with
/// the first of two names taken.
#[tokio::test(flavor = "multi_thread")]
async fn people_come_from_a_login_of_ones_own() {
    let stop = Stop::new();
    let headers = [
        "--identity-header",
        "x-person",
        "--groups-header",
        "x-groups",
    ];
    let server = started(&options(&headers), stop.clone()).await.unwrap();
    let people = server.people().map(ToString::to_string).unwrap();
    assert!(
        people.contains("x-person") && !people.contains(PASSWORD),
        "{people}"
    );
    let script = format!(
        "api=http://{}/v1 tenant=credit_card
         status() {{ curl -s -o /dev/null -w '%{{http_code}} ' \"$@\"; }}
         status $api/me
         status $api/me -H 'x-person: asha'
         status $api/me -H 'x-person: ghost'
         status $api/me -H 'x-person: asha' -H 'x-person: root'
         status $api/login -H 'content-type: application/json' -d '{{\"name\": \"asha\", \"password\": \"{PASSWORD}\"}}'
         status $api/tenants/$tenant/audit -H 'x-person: ben'
         status $api/tenants/$tenant/audit -H 'x-person: ben' -H 'x-groups: payroll, credit_card/admin'
         status $api/tenants/$tenant/audit -H 'x-person: ben'
         status -X POST $api/tenants/$tenant/deactivate -H 'x-person: root' -H 'sec-fetch-site: cross-site'
         echo; curl -sS $api/tenants/$tenant/audit -H 'x-person: chitra' |
            jq -r '.items[] | select(.comment != null) | .action + \" \" + .comment'",
        server.address()
    );
    let (is_done, told, error) = bash(&script).await;
    assert!(is_done, "{told}\n{error}");
    let lines: Vec<_> = told.lines().map(str::trim).collect();
    assert_eq!(
        lines,
        [
            "401 200 401 401 404 403 200 403 401",
            "membership.take by claims of the identity provider",
            "membership.give by claims of the identity provider",
        ]
    );
    stop.now();
    server.finished().await.unwrap();
}
