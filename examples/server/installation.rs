//! Putting the installation together: store, notifiers, API.

use std::env;

use axum::http::HeaderName;
use offerkit::{
    Offerkit, axum::Api, domain::Channel, memory::MemoryStore, postgres::PgStore,
    services::OfferkitBuilder,
};

use super::{
    command::Options,
    demo::{self, People},
    failure::Failure,
    identity::Proxy,
    notifier::Logged,
};

/// What a server serves.
pub(crate) struct Installation {
    pub(crate) kit: Offerkit,
    pub(crate) api: Api,
    /// Who can log in, where this start made them.
    pub(crate) people: Option<People>,
}

pub(crate) async fn installed(options: &Options) -> Result<Installation, Failure> {
    let notifiers = options.channels.notifiers(&|name| env::var(name).ok())?;
    let mut builder = match &options.database {
        None => Offerkit::builder(MemoryStore::new()),
        Some(url) => database(url, options.migrate).await?,
    };
    for channel in Channel::ALL {
        if !notifiers.reach(channel) {
            builder = builder.notifier(Logged(channel));
        }
    }
    let kit = notifiers.equip(builder).build()?;
    let is_demo = options.demo || options.database.is_none();
    let mut people = demo::first_people(&kit, options.password.as_deref(), is_demo).await?;
    let mut api = Api::new(kit.clone());
    if let Some(name) = header(options.source_header.as_deref())? {
        api = api.source_header(name);
    }
    if let Some(person) = header(options.identity_header.as_deref())? {
        let groups = header(options.groups_header.as_deref())?;
        people = people.map(|people| people.named_in(&person));
        api = api.authenticate(Proxy { person, groups });
    }
    Ok(Installation { kit, api, people })
}

fn header(name: Option<&str>) -> Result<Option<HeaderName>, Failure> {
    let read = |name: &str| {
        name.parse()
            .map_err(|_| Failure::Input(format!("`{name}` is not the name of a header")))
    };
    name.map(read).transpose()
}

async fn database(url: &str, migrate: bool) -> Result<OfferkitBuilder, Failure> {
    let store = PgStore::connect(url)
        .await
        .map_err(|error| Failure::Input(format!("the database cannot be reached: {error}")))?;
    if migrate {
        store.migrate().await?;
    }
    let fit = store.check().await;
    fit.map_err(|error| Failure::Input(error.to_string()))?;
    Ok(Offerkit::builder(store))
}
