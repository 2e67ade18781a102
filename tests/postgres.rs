//! Every port on PostgreSQL, held to what every adapter must do: with a pool of one connection, with many, and in a
//! transaction of the host's.

#[path = "migrated/database.rs"]
mod database;

use std::{error::Error, sync::OnceLock};

use offerkit::{
    ports::StoreError,
    postgres::{PgStore, SchemaName},
    services,
};
use offerkit_cluster::Database;
use offerkit_conformance::{Failure, Harness, Outcome};
use sqlx::PgPool;

use database::migrated;

/// A store on a database of its own, which goes with this.
struct Postgres {
    connections: u32,
    is_joined: bool,
    database: OnceLock<Database>,
}

impl Postgres {
    const fn with(connections: u32) -> Self {
        Self {
            connections,
            is_joined: false,
            database: OnceLock::new(),
        }
    }

    /// In a transaction that a host has begun, and never ends.
    const fn joined() -> Self {
        let mut joined = Self::with(1);
        joined.is_joined = true;
        joined
    }
}

impl Harness for Postgres {
    type Adapter = PgStore;

    async fn backend(&self) -> Result<PgStore, Failure> {
        let database = migrated().await?;
        let pool = PgStore::pool_options()
            .max_connections(self.connections)
            .connect_lazy(&database.url())?;
        let store = PgStore::from_pool(pool, SchemaName::default());
        let url = database.url();
        let _kept = self.database.set(database);
        if !self.is_joined {
            return Ok(store);
        }
        let host = PgPool::connect(&url).await?.begin().await?;
        Ok(store.join(host).store())
    }

    fn block_on(&self, case: impl Future<Output = Outcome>) -> Outcome {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        match runtime.block_on(case) {
            // Such a case tells no more.
            Err(error) if self.is_joined && is_told_apart(&*error) => Ok(()),
            outcome => outcome,
        }
    }
}

/// Whether this is what needs a commit of its own, and so is refused in a transaction of the host's.
fn is_told_apart(error: &(dyn Error + 'static)) -> bool {
    let refused = match error.downcast_ref() {
        Some(services::Error::Store(error)) => Some(error),
        _ => error.downcast_ref(),
    };
    let Some(StoreError::Refused(why)) = refused else {
        return false;
    };
    [
        "nothing is sent in a transaction of the host's",
        "claims are told once the host's transaction has ended",
        "records are sealed once the host's transaction has ended",
    ]
    .contains(why)
}

mod one_connection {
    use super::*;
    offerkit_conformance::conformance!(Postgres::with(1));
}

mod in_a_transaction_of_the_hosts {
    use super::*;
    offerkit_conformance::conformance!(Postgres::joined());
}

mod many_connections {
    use super::*;
    offerkit_conformance::conformance!(Postgres::with(8));
}
