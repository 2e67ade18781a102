//! `If-Match`, on every change of what bears an `ETag`.

use std::collections::BTreeSet;

use crate::{
    client::Client,
    contract::{DOCUMENT, route},
    requests::{Prepared, Seen, all},
    roles::allowed,
    world::World,
};

/// What no tag keeps from being done, beside something that bears one.
const UNSEEN: [(&str, &str); 11] = [
    ("create_group", "makes something new"),
    ("create_offer", "makes something new"),
    ("create_campaign", "makes something new"),
    ("clone_offer", "makes something new"),
    ("clone_campaign", "makes something new"),
    ("comment_on_offer", "says something about it"),
    ("comment_on_campaign", "says something about it"),
    ("change_my_password", "says itself what was there before"),
    ("check_schema", "changes nothing"),
    ("test_send", "changes nothing"),
    ("retry_failed", "is about messages, which have no tag"),
];

/// What may be done whatever was seen, and keeps to a tag that is given.
const WHATEVER: [(&str, &str); 10] = [
    (
        "pause_campaign",
        "harm must be stopped, whoever has changed the campaign meanwhile",
    ),
    (
        "deactivate_user",
        "harm must be stopped, whoever has changed the user meanwhile",
    ),
    ("reactivate_user", "sets one thing"),
    ("grant_super_admin", "sets one thing"),
    (
        "revoke_super_admin",
        "harm must be stopped, whoever has changed the user meanwhile",
    ),
    ("confirm_reset", "sets one thing"),
    (
        "set_temporary_password",
        "harm must be stopped, whoever has changed the user meanwhile",
    ),
    (
        "deactivate_tenant",
        "harm must be stopped, whoever has changed the tenant meanwhile",
    ),
    ("reactivate_tenant", "sets one thing"),
    (
        "allow_protected_fields",
        "a super admin who is no member cannot read the tag",
    ),
];

/// Whether the GET of a route answers with a tag.
fn is_tagged(route: &str) -> bool {
    DOCUMENT["paths"][route]["get"]["responses"]["200"]["headers"]["ETag"].is_object()
}

/// The thing that a route is about, if it bears a tag: the route itself, or the one above it.
fn thing(path: &str) -> Option<&str> {
    let is_thing = |path: &&str| route(path).is_some_and(|(route, _)| is_tagged(route));
    let above = path.rsplit_once('/').map_or("", |(above, _)| above);
    [path, above].into_iter().find(is_thing)
}

#[test]
fn every_change_of_what_bears_a_tag_is_in_one_list() {
    let mut listed: BTreeSet<_> = UNSEEN
        .iter()
        .chain(&WHATEVER)
        .map(|(name, _)| *name)
        .collect();
    let (mut must, mut may) = (BTreeSet::new(), BTreeSet::new());
    for ask in all() {
        match ask.seen {
            Seen::Not => {}
            Seen::May => drop(may.insert(ask.operation)),
            Seen::Must(_) => drop(must.insert(ask.operation)),
        }
    }
    assert_eq!(may, WHATEVER.iter().map(|(name, _)| *name).collect());
    for name in &must {
        assert!(listed.insert(name), "{name} is in two lists");
    }
    let mut changes = BTreeSet::new();
    for (path, item) in DOCUMENT["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let name = operation["operationId"].as_str().unwrap();
            let parameters = operation["parameters"].as_array();
            let told = parameters
                .into_iter()
                .flatten()
                .find(|it| it["name"] == "If-Match");
            // In its place, `If-None-Match` may say that a segment is new.
            let is_needed = must.contains(name) && name != "write_segment";
            let is_told = told.map(|it| it["required"] == true);
            let is_listed = must.contains(name) || may.contains(name);
            assert_eq!(is_told, is_listed.then_some(is_needed), "{name}");
            if method != "get" && thing(path).is_some() {
                changes.insert(name);
            }
        }
    }
    assert_eq!(changes, listed);
}

async fn tag(world: &World, path: &str) -> String {
    let is_in_tenant = path.starts_with("/v1/tenants/");
    let reader = if is_in_tenant { "loan.admin" } else { "root" };
    let reader: Client = world.logged_in(reader).await;
    let path = path.split('?').next().unwrap();
    let read = reader.get(thing(path).unwrap()).await.expect(200);
    read.header("etag").to_owned()
}

/// First seen to fail where `DELETE` of an offer did not look at its tag, and where steps of users did not look at the version.
#[tokio::test]
async fn a_change_is_made_of_what_was_seen_alone() {
    let mut worlds = Prepared::default();
    for ask in all().iter().filter(|ask| ask.seen != Seen::Not) {
        let name = ask.operation;
        let (world, path) = worlds.of(ask).await;
        let client = world.logged_in(allowed(ask)).await;
        let before = tag(world, &path).await;
        assert!(before.starts_with('"'), "{name} has no tag");
        let stale = ask.send_seeing(&client, &path, Some("\"77.77\"")).await;
        assert_eq!(stale.status.as_u16(), 412, "{name}: {}", stale.text);
        stale.problem(412, "stale");
        let untold = ask.send_seeing(&client, &path, None).await;
        if ask.seen == Seen::May {
            assert!(untold.status.is_success(), "{name}: {}", untold.text);
            worlds.used_by(ask);
        } else {
            assert_eq!(untold.status.as_u16(), 428, "{name}: {}", untold.text);
            untold.problem(428, "precondition-required");
            assert_eq!(tag(world, &path).await, before, "{name} has changed it");
        }
        let (world, path) = worlds.of(ask).await;
        let client = world.logged_in(allowed(ask)).await;
        let seen = tag(world, &path).await;
        let done = ask.send_seeing(&client, &path, Some(&seen)).await;
        assert!(done.status.is_success(), "{name}: {}", done.text);
        worlds.used_by(ask);
    }
}
