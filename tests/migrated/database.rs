//! A database that has the library's tables, and nobody connected.

use std::error::Error;

use offerkit::postgres::{PgStore, SchemaName};
use offerkit_cluster::{ClusterError, Database};

/// One that is gone when it is dropped.
pub(crate) async fn migrated() -> Result<Database, ClusterError> {
    Database::prepared(async |url| {
        // A connection that was pooled before the first migration would lack the role.
        let pool = PgStore::pool_options().connect_lazy(&url)?;
        let store = PgStore::from_pool(pool.clone(), SchemaName::default());
        store.migrate().await?;
        pool.close().await;
        Ok::<_, Box<dyn Error + Send + Sync>>(())
    })
    .await
}
