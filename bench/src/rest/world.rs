//! The API, served: a tenant, one who writes its offers, and offers to read.

use std::{error::Error, net::SocketAddr};

use axum::http::HeaderName;
use offerkit::{
    Context, Offerkit, axum::Api, domain::NewUser, services::Acting, testing::offer_data,
    text::PasswordText,
};
use offerkit_postgres::PgStore;
use serde_json::Value;
use tokio::net::TcpListener;

use super::{
    Operation, Round, client,
    wrk::{self, Asked},
};
use crate::postgres::Durable;

pub(crate) const DATABASE: &str = "rest";
/// Who writes offers.
pub(crate) const NAME: &str = "asha";
pub(crate) const PASSWORD: &str = "the password that asha chose";
/// What is created.
pub(crate) const DRAFT: &str =
    r#"{"data": {"title": "Gold card", "rate": 12.5, "currency": "INR"}}"#;
/// How many offers are read, in turns.
const OFFERS: u64 = 2_000;

pub(crate) struct World {
    pub(crate) address: SocketAddr,
    pub(crate) token: String,
    /// The paths of the offers, one a line.
    paths: String,
}

impl World {
    pub(crate) async fn make(server: &Durable) -> Result<Self, Box<dyn Error>> {
        server.create(DATABASE, None).await?;
        let (store, _) = server.store(DATABASE, 8).await?;
        store.check().await?;
        let kit = Offerkit::builder(store.clone()).build()?;
        let first = PasswordText::new("the first super admin's password")?;
        let root = kit
            .bootstrap(NewUser::named("root".parse()?), &first)
            .await?;
        let root = kit.acting(&Context::user(root.id()));
        let tenant = root
            .tenants()
            .create("credit_card".parse()?, None)
            .await?
            .id();
        let writer = member(&kit, &root, NAME, PASSWORD).await?;
        let user = writer.actor().user().ok_or("nobody acts")?;
        root.groups(tenant).add(user, &"create".parse()?).await?;
        let offers = kit.acting(&writer).offers(tenant);
        let mut paths = String::new();
        for _ in 0..OFFERS {
            let offer = offers.create(offer_data("Gold card").into()).await?;
            paths.extend([
                "/v1/tenants/credit_card/offers/",
                &offer.id().to_string(),
                "\n",
            ]);
        }
        server.run(DATABASE, "VACUUM ANALYZE").await?;
        let address = served(store).await?;
        let token =
            tokio::task::spawn_blocking(move || logged_in(address).map_err(|it| it.to_string()))
                .await??;
        Ok(Self {
            address,
            token,
            paths,
        })
    }

    /// The request of this kind.
    pub(crate) fn asked(&self, operation: Operation) -> Asked<'_> {
        let (method, paths, body) = match operation {
            Operation::Read => ("GET", self.paths.clone(), ""),
            Operation::Create => ("POST", "/v1/tenants/credit_card/offers\n".to_owned(), DRAFT),
        };
        Asked {
            method,
            paths,
            token: &self.token,
            body,
        }
    }

    /// Asks in bulk, after a second to warm up.
    pub(crate) fn measured(
        &self,
        operation: Operation,
        connections: u32,
    ) -> Result<Round, Box<dyn Error>> {
        let asked = self.asked(operation);
        let warm_up = std::time::Duration::from_secs(1);
        wrk::measured(self.address, &asked, connections, warm_up)?;
        wrk::measured(self.address, &asked, connections, super::window()?)
    }
}

/// Serves the API over a store, on the runtime, until the process ends. Tests of logins say themselves where they come from.
pub(crate) async fn served(store: PgStore) -> Result<SocketAddr, Box<dyn Error>> {
    let kit = Offerkit::builder(store).build()?;
    let router = Api::new(kit)
        .source_header(HeaderName::from_static("x-forwarded-for"))
        .router();
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    drop(tokio::spawn(async move {
        use axum::serve::ListenerExt as _;
        let listener = listener.tap_io(|socket| {
            let _unset = socket.set_nodelay(true);
        });
        axum::serve(listener, router).await
    }));
    Ok(address)
}

/// A user who has chosen the password.
pub(crate) async fn member(
    kit: &Offerkit,
    root: &Acting,
    name: &str,
    password: &str,
) -> Result<Context, Box<dyn Error>> {
    let first = PasswordText::new("a temporary password, once")?;
    let user = NewUser::named(name.parse()?);
    let user = root.users().create(user, Some(&first)).await?.id();
    let context = Context::user(user);
    let account = kit.acting(&context).account();
    account
        .change_password("a temporary password, once", &PasswordText::new(password)?)
        .await?;
    Ok(context)
}

fn logged_in(address: SocketAddr) -> Result<String, Box<dyn Error>> {
    let body = serde_json::json!({ "name": NAME, "password": PASSWORD }).to_string();
    let (status, said) = client::ask(address, ("POST", "/v1/login"), &[], &body)?;
    if status != 200 {
        return Err(format!("the login answers {status}: {said}").into());
    }
    let said: Value = serde_json::from_str(&said)?;
    Ok(said["token"].as_str().ok_or("no token")?.to_owned())
}
