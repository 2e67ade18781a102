//! A database with the library's schema and a host's own.

use std::error::Error;

use offerkit_cluster::Database;
use offerkit_core::{
    criteria::{Catalog, Criteria, Moment},
    id::TenantId,
    ports::Selection,
};
use offerkit_postgres::{CustomerMapping, MappedCustomers, PgStore, SchemaName};
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection, Row as _, types::Uuid};

pub(crate) type Outcome<T = ()> = Result<T, Box<dyn Error + Send + Sync>>;

pub(crate) struct World {
    database: Database,
    pub(crate) store: PgStore,
}

impl World {
    /// With the schema `crm` of the host, whose tables `client.sql` makes.
    pub(crate) async fn new() -> Outcome<Self> {
        let database = Database::prepared(async |url| {
            let pool = PgStore::pool_options().connect_lazy(&url)?;
            let store = PgStore::from_pool(pool.clone(), SchemaName::default());
            store.migrate().await?;
            pool.close().await;
            let mut connection = PgConnection::connect(&url).await?;
            connection.execute(include_str!("client.sql")).await?;
            connection.close().await?;
            Ok::<_, Box<dyn Error + Send + Sync>>(())
        })
        .await?;
        let pool = PgStore::pool_options()
            .max_connections(4)
            .connect_lazy(&database.url())?;
        let store = PgStore::from_pool(pool, SchemaName::default());
        Ok(Self { database, store })
    }

    pub(crate) fn url(&self) -> String {
        self.database.url()
    }

    /// The host, who owns its tables and is held by nothing.
    pub(crate) async fn host(&self) -> Outcome<PgConnection> {
        Ok(PgConnection::connect(&self.database.url()).await?)
    }

    pub(crate) async fn run(&self, statements: &str) -> Outcome {
        let mut host = self.host().await?;
        host.execute(AssertSqlSafe(statements.to_owned())).await?;
        Ok(host.close().await?)
    }

    /// The first column of what a query of the host answers, as text.
    pub(crate) async fn texts(&self, query: &str) -> Outcome<Vec<String>> {
        let mut host = self.host().await?;
        let rows = sqlx::query(AssertSqlSafe(query.to_owned()))
            .fetch_all(&mut host)
            .await?;
        let texts = rows
            .iter()
            .map(|row| row.try_get(0))
            .collect::<Result<_, _>>()?;
        host.close().await?;
        Ok(texts)
    }

    pub(crate) async fn customers(&self, mapping: &CustomerMapping) -> Outcome<MappedCustomers> {
        Ok(self.store.customers_of(mapping).await?)
    }
}

pub(crate) fn tenant() -> TenantId {
    TenantId::from_uuid(Uuid::from_u128(0x018f_4a2c_0000_7000_8000_0000_0000_0001))
}

pub(crate) fn moment() -> Outcome<Moment> {
    Ok(Moment::in_utc("2026-01-31T04:00:00Z".parse()?))
}

/// Whom criteria of the built-in fields select.
pub(crate) fn selection(document: &str) -> Outcome<Selection> {
    let criteria = Criteria::parse(document, &Catalog::customers());
    let criteria = criteria.map_err(|errors| format!("{document}: {errors}"))?;
    Ok(Selection::new(tenant(), criteria, moment()?))
}
