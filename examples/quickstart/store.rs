//! The store that the story is told on: in memory, or in PostgreSQL, in a schema of its own.

use std::error::Error;

use offerkit::{
    Offerkit, memory::MemoryStore, postgres::PgStore, postgres::SchemaName,
    services::OfferkitBuilder,
};
use offerkit_cluster::{Durability, Server};
use sqlx::{Connection as _, Executor as _, PgConnection, postgres::PgConnectOptions};

use super::failure::Failure;

mod explained;
mod schema;

use explained::{explained, unusable};
pub(crate) use schema::drop_all;

/// Where the story is told.
#[derive(Debug)]
pub(crate) enum Place {
    /// In memory, and gone at its end.
    Memory,
    /// On a throw-away server of PostgreSQL, which goes with the story.
    ThrowAway,
    /// In a new schema of the database at this URL, which stays.
    Database(String),
}

/// A store that nothing has been written to.
pub(crate) struct Store {
    builder: OfferkitBuilder,
    said: String,
    // It runs as long as this lives.
    server: Option<Server>,
}

impl Store {
    pub(crate) async fn open(place: &Place) -> Result<Self, Failure> {
        match place {
            Place::Memory => Ok(Self {
                builder: Offerkit::builder(MemoryStore::new()),
                said: "Everything happens in memory: nothing is sent, nothing is kept, and everybody is made up."
                    .to_owned(),
                server: None,
            }),
            Place::ThrowAway => {
                let server = Server::boot(Durability::None)
                    .await
                    .map_err(|error| Failure::Input(explained(&error)))?;
                let (store, _) = prepared(&server.url("postgres")).await?;
                Ok(Self {
                    builder: Offerkit::builder(store),
                    said: format!(
                        "Everything happens in a throw-away PostgreSQL {}: nothing is sent, nothing is kept, and \
                         everybody is made up.",
                        server.version()
                    ),
                    server: Some(server),
                })
            }
            Place::Database(url) => {
                let (store, schema) = prepared(url).await?;
                Ok(Self {
                    builder: Offerkit::builder(store),
                    said: format!(
                        "Everything happens in the new schema {schema} of your database: nothing is sent, and \
                         everybody is made up. It stays, to be looked at, until a run with --drop."
                    ),
                    server: None,
                })
            }
        }
    }

    /// The beginning of an installation, what is said of its store, and what has to live as long.
    pub(crate) fn into_parts(self) -> (OfferkitBuilder, String, Option<Server>) {
        (self.builder, self.said, self.server)
    }
}

/// A schema of the story's own, migrated and checked.
async fn prepared(url: &str) -> Result<(PgStore, SchemaName), Failure> {
    let mut connection = connect(url).await?;
    let name = schema::make(&mut connection).await?;
    let options = connection_options(url)?;
    let store = PgStore::from_pool(
        PgStore::pool_options().connect_lazy_with(options),
        name.clone(),
    );
    let made = migrated(&store, &mut connection).await;
    if made.is_err() {
        // It is this run's own, and nobody could use it.
        schema::drop_one(&mut connection, &name).await?;
    }
    connection.close().await.map_err(|error| unusable(&error))?;
    made?;
    Ok((store, name))
}

async fn migrated(store: &PgStore, connection: &mut PgConnection) -> Result<(), Failure> {
    let failed = |error: &(dyn Error + 'static)| unusable(error);
    store.migrate().await.map_err(|error| failed(&error))?;
    // What each connection of the pool does, which would try it again and again where it fails.
    let taken = connection.execute("SET ROLE offerkit_app").await;
    taken.map_err(|error| failed(&error))?;
    connection
        .execute("RESET ROLE")
        .await
        .map_err(|error| failed(&error))?;
    store.check().await.map_err(|error| failed(&error))
}

async fn connect(url: &str) -> Result<PgConnection, Failure> {
    let options = connection_options(url)?;
    PgConnection::connect_with(&options)
        .await
        .map_err(|error| unusable(&error))
}

fn connection_options(url: &str) -> Result<PgConnectOptions, Failure> {
    // The URL may hold a password, so it is not repeated.
    url.parse().map_err(|error| {
        Failure::Input(format!(
            "--database is no URL such as postgres://user:password@host:5432/database: {error}"
        ))
    })
}
