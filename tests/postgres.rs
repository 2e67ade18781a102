//! Every port on PostgreSQL, held to what every adapter must do: with a pool of one connection, and with many.

use std::{error::Error, sync::OnceLock};

use offerkit::postgres::{PgStore, SchemaName};
use offerkit_cluster::Database;
use offerkit_conformance::{Failure, Harness, Outcome};

/// A store on a database of its own, which goes with this.
struct Postgres {
    connections: u32,
    database: OnceLock<Database>,
}

impl Postgres {
    const fn with(connections: u32) -> Self {
        Self {
            connections,
            database: OnceLock::new(),
        }
    }
}

impl Harness for Postgres {
    type Adapter = PgStore;

    async fn backend(&self) -> Result<PgStore, Failure> {
        let database = Database::prepared(async |url| {
            let pool = PgStore::pool_options().connect_lazy(&url)?;
            let store = PgStore::from_pool(pool.clone(), SchemaName::default());
            store.migrate().await?;
            pool.close().await;
            Ok::<_, Box<dyn Error + Send + Sync>>(())
        })
        .await?;
        let pool = PgStore::pool_options()
            .max_connections(self.connections)
            .connect_lazy(&database.url())?;
        let _kept = self.database.set(database);
        Ok(PgStore::from_pool(pool, SchemaName::default()))
    }

    fn block_on(&self, case: impl Future<Output = Outcome>) -> Outcome {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        runtime.block_on(case)
    }
}

mod one_connection {
    use super::*;
    offerkit_conformance::conformance!(Postgres::with(1));
}

mod many_connections {
    use super::*;
    offerkit_conformance::conformance!(Postgres::with(8));
}
