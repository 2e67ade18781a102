//! The store that the API is tested over.

use std::error::Error;

use offerkit_cluster::Database;
use offerkit_postgres::{PgStore, SchemaName};

/// The database, which goes with this.
pub(crate) type Kept = Database;

/// An empty store.
pub(crate) async fn empty() -> (PgStore, Kept) {
    let database = Database::prepared(async |url| {
        // A connection that was pooled before the first migration would lack the role.
        let pool = PgStore::pool_options().connect_lazy(&url)?;
        let store = PgStore::from_pool(pool.clone(), SchemaName::default());
        store.migrate().await?;
        pool.close().await;
        Ok::<_, Box<dyn Error + Send + Sync>>(())
    });
    let database = database.await.unwrap();
    let pool = PgStore::pool_options().max_connections(8);
    let pool = pool.connect_lazy(&database.url()).unwrap();
    (PgStore::from_pool(pool, SchemaName::default()), database)
}
