//! The example `worker`: a launched campaign arrives over real channels, at counterparts that keep what they get.

#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests say what they expect by failing"
)]

#[path = "quickstart/aiosmtpd.rs"]
mod aiosmtpd;
#[path = "worker/counterpart.rs"]
mod counterpart;
#[path = "../examples/worker/main.rs"]
mod worker;

use std::{collections::BTreeSet, fs, process};

use aiosmtpd::Aiosmtpd;
use clap::Parser as _;
use counterpart::{Arrived, Counterpart};
use offerkit_cluster::Database;
use worker::command::{Options, work};

// The test runs what `main` runs.
const _: fn() -> process::ExitCode = worker::main;

const CUSTOMERS: usize = 20;
/// The example of RFC 8291.
const VAPID: &str = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw";
const WEBHOOK: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

fn options(more: &[&str]) -> Options {
    let fixed = ["worker", "--once", "--notifier", "null"];
    Options::try_parse_from(fixed.iter().chain(more)).unwrap()
}

fn environment(name: &str) -> Option<String> {
    let value = match name {
        "SMS_TOKEN" => "sesame",
        "VAPID_KEY" => VAPID,
        "WEBHOOK_SECRET" => WEBHOOK,
        _ => return None,
    };
    Some(value.to_owned())
}

/// The key file of a service account that asks for its tokens at `token_uri`.
fn key_file(token_uri: &str) -> tempfile::NamedTempFile {
    let key = "offerkit-notify/tests/channels/push/service_account_key.pem";
    let account = serde_json::json!({
        "type": "service_account",
        "project_id": "gold",
        "private_key_id": "1",
        "private_key": fs::read_to_string(key).unwrap(),
        "client_email": "offers@gold.example",
        "token_uri": token_uri,
    });
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(file.path(), account.to_string()).unwrap();
    file
}

fn paths<'a>(arrived: &'a [Arrived], begin: &str) -> Vec<&'a Arrived> {
    let begins = |one: &&Arrived| one.path.starts_with(begin);
    arrived.iter().filter(begins).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_launched_campaign_arrives_over_every_channel() {
    let database = Database::new().await.unwrap();
    let url = database.url();
    let mails = Aiosmtpd::start().unwrap();
    let http = Counterpart::start().await;
    let base = http.url("");
    let (smtp, sms) = (
        format!("smtp://127.0.0.1:{}", mails.port),
        base.replace("http://", "http://AC0123@"),
    );
    let account = key_file(&http.url("/token"));
    let (fcm, push_service) = (account.path().to_str().unwrap(), http.url("/push/"));
    let (hook, demo) = (http.url("/hook"), CUSTOMERS.to_string());
    let options = options(&[
        "--database",
        &url,
        "--demo",
        &demo,
        "--smtp",
        &smtp,
        "--sms",
        &sms,
        "--sms-from",
        "+15550100",
        "--fcm",
        fcm,
        "--fcm-base",
        &base,
        "--web-push",
        "mailto:push@bank.example",
        "--push-service",
        &push_service,
        "--webhook",
        &hook,
    ]);
    assert_eq!(work(&options, &environment).await.unwrap(), 0);

    assert_eq!(mails.mails().unwrap().len(), CUSTOMERS);
    let arrived = http.arrived();
    let texts = paths(&arrived, "/2010-04-01/Accounts/AC0123/Messages.json");
    let numbers: BTreeSet<_> = texts
        .iter()
        .map(|text| text.form("To").unwrap_or_default())
        .collect();
    assert_eq!((texts.len(), numbers.len()), (CUSTOMERS, CUSTOMERS));
    for text in texts {
        assert_eq!(text.form("From").as_deref(), Some("+15550100"));
        assert_eq!(text.header("authorization"), "Basic QUMwMTIzOnNlc2FtZQ==");
        let body = text.form("Body").unwrap_or_default();
        assert!(body.starts_with("Dear Customer "), "{body}");
    }
    let phones = paths(&arrived, "/v1/projects/gold/messages:send");
    assert_eq!(phones.len(), CUSTOMERS / 2);
    for phone in phones {
        assert_eq!(phone.header("authorization"), "Bearer a token");
        assert!(phone.body.contains(r#""token":"demo-"#), "{}", phone.body);
    }
    let browsers = paths(&arrived, "/push/demo-");
    let endpoints: BTreeSet<_> = browsers.iter().map(|one| &one.path).collect();
    assert_eq!(
        (browsers.len(), endpoints.len()),
        (CUSTOMERS / 2, CUSTOMERS / 2)
    );
    let is_proven = |one: &&Arrived| one.header("authorization").starts_with("vapid t=");
    assert!(browsers.iter().all(is_proven));
    let hooks = paths(&arrived, "/hook");
    let ids: BTreeSet<_> = hooks.iter().map(|one| one.header("webhook-id")).collect();
    assert_eq!((hooks.len(), ids.len()), (CUSTOMERS, CUSTOMERS));
    for hook in hooks {
        let timestamp = hook.header("webhook-timestamp").parse().unwrap();
        let id = hook.header("webhook-id");
        let expected =
            offerkit::notify::webhook::sign(WEBHOOK, id, timestamp, hook.body.as_bytes());
        assert_eq!(hook.header("webhook-signature"), expected.unwrap());
    }

    // Everything was sent: another worker finds nothing to do.
    let before = arrived.len();
    assert_eq!(work(&options, &environment).await.unwrap(), 0);
    assert_eq!(http.arrived().len(), before);
}

/// Options, and what is wrong with them.
const WRONG: &[(&[&str], &str)] = &[
    (
        &["--smtp", "mail.example"],
        "`--smtp`: relative URL without a base",
    ),
    (
        &["--smtp", "http://mail.example"],
        "`--smtp`: expected `smtp://HOST:PORT` or `smtps://USER@HOST:PORT`",
    ),
    (
        &["--smtp", "smtps://asha:gold@mail.example"],
        "`--smtp`: others see what a command line says, so the secret stands in `SMTP_PASSWORD`",
    ),
    (
        &["--smtp", "smtps://asha@mail.example"],
        "`--smtp`: its secret is missing: it stands in the environment as `SMTP_PASSWORD`",
    ),
    (
        &["--smtp", "smtp://mail.example", "--from", "asha"],
        "`--smtp`: the sender is no e-mail address",
    ),
    (
        &["--sms", "https://sms.example", "--sms-from", "+15550100"],
        "`--sms`: it names no account: expected `https://ACCOUNT@HOST`",
    ),
    (
        &[
            "--sms",
            "https://AC1:gold@sms.example",
            "--sms-from",
            "+15550100",
        ],
        "`--sms`: others see what a command line says, so the secret stands in `SMS_TOKEN`",
    ),
    (
        &["--sms", "https://AC1@sms.example", "--sms-from", "Gold"],
        "`--sms`: the sender is neither a phone number such as `+15550100` nor a messaging service",
    ),
    (
        &["--fcm", "no/such.json"],
        "`--fcm`: cannot read no/such.json: No such file or directory (os error 2)",
    ),
    (
        &["--fcm", "Cargo.toml"],
        "`--fcm`: the service account is no JSON",
    ),
    (
        &["--web-push", "push@bank.example"],
        "`--web-push`: the contact is no `mailto:` or `https:` URL",
    ),
    (
        &[
            "--web-push",
            "mailto:push@bank.example",
            "--push-service",
            "ftp://push.example",
        ],
        "`--push-service`: expected an `https` or `http` URL",
    ),
    (
        &["--webhook", "ftp://partner.example"],
        "`--webhook`: expected an `https` or `http` URL",
    ),
    (
        &["--webhook", "https://:gold@partner.example"],
        "`--webhook`: others see what a command line says, so the secret stands in `WEBHOOK_SECRET`",
    ),
];

#[tokio::test]
async fn what_is_wrong_with_a_channel_is_said_before_anything_is_done() {
    let nowhere = ["--database", "postgres://127.0.0.1:1/nobody"];
    for (given, expected) in WRONG {
        let options = options(&[&nowhere, *given].concat());
        let failure = work(&options, &environment).await.unwrap_err();
        assert_eq!(
            (failure.to_string().as_str(), failure.exit_code()),
            (*expected, 2)
        );
    }
    for (given, option, name) in [
        (
            &[
                "--sms",
                "https://AC1@sms.example",
                "--sms-from",
                "+15550100",
            ] as &[&str],
            "--sms",
            "SMS_TOKEN",
        ),
        (
            &["--web-push", "mailto:push@bank.example"],
            "--web-push",
            "VAPID_KEY",
        ),
        (
            &["--webhook", "https://partner.example"],
            "--webhook",
            "WEBHOOK_SECRET",
        ),
    ] {
        let options = options(&[&nowhere, given].concat());
        for empty in [None, Some(String::new())] {
            let failure = work(&options, &|_| empty.clone()).await.unwrap_err();
            let expected = format!(
                "`{option}`: its secret is missing: it stands in the environment as `{name}`"
            );
            assert_eq!(failure.to_string(), expected);
        }
    }
}

#[test]
fn the_help_text_teaches() {
    let told = Options::try_parse_from(["worker", "--help"]).unwrap_err();
    let told = told.to_string();
    for part in [
        "--smtp",
        "SMTP_PASSWORD",
        "--sms",
        "SMS_TOKEN",
        "--sms-from",
        "--fcm",
        "--web-push",
        "VAPID_KEY",
        "--webhook",
        "WEBHOOK_SECRET",
        "Examples:",
        "Exit codes: 0",
    ] {
        assert!(told.contains(part), "{part} is not in\n{told}");
    }
}
