//! Every route as a request that succeeds for those who may make it.

mod campaigns;
mod contacts;
mod offers;
mod platform;
mod reports;
mod setup;
mod tenant;

use std::collections::{BTreeMap, btree_map::Entry};

use axum::{
    body::Body,
    http::{Method, Request},
};
use offerkit_core::policy::{Action, Requirement};
use serde_json::{Value, json};

use offerkit_axum::Api;
use setup::Setup;

use crate::{
    client::{Answer, Client},
    roles::short_streams,
    world::World,
};

/// Whether a route looks at `If-Match`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Seen {
    Not,
    May,
    /// It needs the tag; of this revision, where the route finds what was prepared for it.
    Must(u64),
}

/// A route.
pub(crate) struct Ask {
    pub(crate) operation: &'static str,
    /// What it does, or the whole of what it requires.
    pub(crate) requires: Requirement,
    mutates: bool,
    setup: Setup,
    method: Method,
    path: &'static str,
    pub(crate) seen: Seen,
    body: Option<Value>,
    lines: Option<&'static str>,
}

impl Ask {
    fn new(operation: &'static str, action: Action, setup: Setup, line: &'static str) -> Self {
        let (method, path) = line.split_once(' ').unwrap();
        Self {
            operation,
            requires: action.rule().requirement,
            mutates: action.rule().mutates,
            setup,
            method: method.parse().unwrap(),
            path,
            seen: Seen::Not,
            body: None,
            lines: None,
        }
    }

    fn seen(self) -> Self {
        self.seen_at(1)
    }

    fn seen_at(mut self, revision: u64) -> Self {
        self.seen = Seen::Must(revision);
        self
    }

    fn may_be_seen(mut self) -> Self {
        self.seen = Seen::May;
        self
    }

    fn body(mut self, body: Value) -> Self {
        self.body = Some(body);
        self
    }

    fn lines(mut self, lines: &'static str) -> Self {
        self.lines = Some(lines);
        self
    }

    pub(crate) fn is_in_tenant(&self) -> bool {
        self.path.contains("{tenant}")
    }

    /// The path, with an id where it needs one.
    pub(crate) fn path_with(&self, tenant: &str, id: &str) -> String {
        self.path
            .replace("{tenant}", tenant)
            .replace("{offer}", id)
            .replace("{campaign}", id)
            .replace("{customer}", id)
            .replace("{stop}", id)
    }

    pub(crate) async fn send(&self, client: &Client, path: &str) -> Answer {
        match self.seen {
            Seen::Must(revision) => {
                let tag = format!("\"{revision}\"");
                self.send_seeing(client, path, Some(&tag)).await
            }
            Seen::May | Seen::Not => self.send_seeing(client, path, None).await,
        }
    }

    /// Sends it with this tag in `If-Match`, or without.
    pub(crate) async fn send_seeing(
        &self,
        client: &Client,
        path: &str,
        tag: Option<&str>,
    ) -> Answer {
        let client = match tag {
            Some(tag) => client.with("if-match", tag),
            None => client.clone(),
        };
        if let Some(lines) = self.lines {
            let request = Request::post(path).header("content-type", "application/x-ndjson");
            return client.raw(request.body(Body::from(lines)).unwrap()).await;
        }
        let mut body = self.body.clone();
        if let Some(offer) = body.as_mut().and_then(|body| body.get_mut("offer")) {
            *offer = json!(offer_of(&client, path).await);
        }
        client.send(self.method.clone(), path, body).await
    }
}

/// Worlds in which what routes need is there. A route gets another's, as long as nothing was changed in it.
#[derive(Default)]
pub(crate) struct Prepared(BTreeMap<Setup, (World, String)>);

impl Prepared {
    /// A world for this route, and the path.
    pub(crate) async fn of(&mut self, ask: &Ask) -> (&World, String) {
        let (world, id) = match self.0.entry(ask.setup) {
            Entry::Occupied(kept) => kept.into_mut(),
            Entry::Vacant(place) => {
                let world = World::with(|kit| short_streams(Api::new(kit))).await;
                let id = setup::prepared(&world, ask.setup).await;
                place.insert((world, id))
            }
        };
        (world, ask.path_with("loan", id))
    }

    /// What the route does was done in its world.
    pub(crate) fn used_by(&mut self, ask: &Ask) {
        if ask.mutates {
            self.0.remove(&ask.setup);
        }
    }
}

/// The offer that a campaign's body names: the first that the tenant has, or none.
async fn offer_of(client: &Client, path: &str) -> String {
    let offers = format!("{}/offers", path.split("/campaigns").next().unwrap());
    let answer = client.get(&offers).await;
    let body = serde_json::from_str::<Value>(&answer.text).unwrap_or_default();
    let found = body["items"][0]["id"].as_str().map(str::to_owned);
    found.unwrap_or_else(|| "01890000-0000-7000-8000-00000000dead".to_owned())
}

/// Every route but those of a login of one's own, which `people` and `browser` try.
pub(crate) fn all() -> Vec<Ask> {
    let mut all = platform::all();
    all.extend(tenant::all());
    all.extend(offers::all());
    all.extend(campaigns::all());
    all.extend(contacts::all());
    all.extend(reports::all());
    all
}
