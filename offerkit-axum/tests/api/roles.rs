//! Every route for everybody: the permissions table, as HTTP has it.

use std::{collections::BTreeSet, time::Duration};

use offerkit_axum::{Api, Limits};
use offerkit_core::policy::{DEFAULT_GROUPS, Requirement};

use crate::{
    contract::DOCUMENT,
    requests::{Ask, Prepared, all},
    world::World,
};

/// A user, and their group in the tenant.
const ROLES: [(&str, Option<&str>); 6] = [
    ("nobody", None),
    ("loan.reader", Some("read_only")),
    ("loan.creator", Some("create")),
    ("loan.approver", Some("approver")),
    ("loan.admin", Some("admin")),
    ("root", None),
];

/// Routes that the table leaves out: open to all, or about a login of one's own.
const OTHERS: [&str; 9] = [
    "healthz",
    "readyz",
    "login",
    "logout",
    "change_my_password",
    "end_my_session",
    "show_opt_out",
    "opt_out",
    "report_receipt",
];

/// A stream of progress that ends after its first event.
pub(crate) fn short_streams(api: Api) -> Api {
    api.limits(Limits {
        stream: Duration::ZERO,
        ..Limits::default()
    })
}

#[test]
fn every_route_is_in_the_table() {
    let mut asked: BTreeSet<_> = all().iter().map(|ask| ask.operation).collect();
    asked.extend(OTHERS);
    let items = DOCUMENT["paths"].as_object().unwrap().values();
    let operations = items.flat_map(|item| item.as_object().unwrap().values());
    let named: BTreeSet<_> = operations
        .map(|operation| operation["operationId"].as_str().unwrap())
        .collect();
    assert_eq!(asked, named);
}

/// The status that someone gets; 200 for any success.
fn expected(ask: &Ask, user: &str, group: Option<&str>) -> u16 {
    let is_root = user == "root";
    let is_outsider = group.is_none() && ask.is_in_tenant() && !is_root;
    let may = |permission| {
        let group = DEFAULT_GROUPS
            .iter()
            .find(|known| Some(known.name) == group);
        group.is_some_and(|group| group.permissions.contains(permission))
    };
    // Members see their tenant, whatever their groups permit.
    let is_allowed = if ask.operation == "get_tenant" {
        is_root || group.is_some()
    } else {
        match ask.requires {
            Requirement::Oneself => true,
            Requirement::SuperAdmin => is_root,
            Requirement::Permission(permission) => may(permission),
            Requirement::PermissionOrSuperAdmin(permission) => is_root || may(permission),
            Requirement::Membership => group.is_some(),
            Requirement::Job => false,
        }
    };
    match (is_allowed, is_outsider) {
        (true, _) => 200,
        (false, true) => 404,
        (false, false) => 403,
    }
}

/// Somebody who may.
pub(crate) fn allowed(ask: &Ask) -> &'static str {
    let may = |(user, group): &&(&'static str, _)| expected(ask, user, *group) == 200;
    ROLES.iter().find(may).unwrap().0
}

#[tokio::test]
async fn everybody_gets_what_the_table_says() {
    let mut worlds = Prepared::default();
    for ask in all() {
        for (user, group) in ROLES {
            let (world, path) = worlds.of(&ask).await;
            let client = world.logged_in(user).await;
            let answer = ask.send(&client, &path).await;
            let status = if answer.status.is_success() {
                200
            } else {
                answer.status.as_u16()
            };
            let wanted = expected(&ask, user, group);
            assert_eq!(
                status, wanted,
                "{} for {user}: {}",
                ask.operation, answer.text
            );
            if status == 200 {
                worlds.used_by(&ask);
            }
        }
    }
}

#[tokio::test]
async fn who_is_not_logged_in_gets_nothing() {
    let mut worlds = Prepared::default();
    for ask in all() {
        let (world, path) = worlds.of(&ask).await;
        let problem = ask.send(&world.anonymous(), &path).await;
        problem.problem(401, "unauthenticated");
    }
}

#[tokio::test]
async fn who_must_change_the_password_does_nothing_else() {
    let world = World::new().await;
    let root = world.logged_in("root").await;
    let temporary = serde_json::json!({"password": "twelve or more"});
    root.post("/v1/users/loan.admin/temporary-password", temporary)
        .await
        .expect(200);
    let credentials = serde_json::json!({"name": "loan.admin", "password": "twelve or more"});
    let login = world
        .anonymous()
        .post("/v1/login", credentials)
        .await
        .expect(200)
        .json();
    assert_eq!(login["must_change_password"], true);
    let bearer = format!("Bearer {}", login["token"].as_str().unwrap());
    let admin = world.anonymous().with("authorization", &bearer);
    for ask in all() {
        if ask.requires == Requirement::Oneself {
            continue;
        }
        // Nothing need be there: this comes before it is looked for.
        let path = "01890000-0000-7000-8000-00000000dead";
        let path = ask.path_with("loan", path);
        ask.send(&admin, &path)
            .await
            .problem(403, "password-change-required");
    }
}
