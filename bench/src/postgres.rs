//! A PostgreSQL server for benchmarks: as durable as in production, and gone with the process.

use std::{
    error::Error,
    time::{Duration, Instant},
};

use offerkit_cluster::{Durability, Server};
use offerkit_postgres::{PgStore, SchemaName};
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection, PgPool};
use tokio::runtime::Runtime;

pub(crate) mod bank;

/// What makes a commit survive a crash of the machine; without one of them the numbers would say little.
const DURABLE: [&str; 3] = ["fsync", "synchronous_commit", "full_page_writes"];

/// A server, and the runtime on which it is talked to.
pub(crate) struct Durable {
    runtime: Runtime,
    server: Server,
}

impl Durable {
    /// Boots a server, and makes sure that its commits are durable.
    pub(crate) fn boot() -> Result<Self, Box<dyn Error>> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()?;
        let server = runtime.block_on(async {
            let server = Server::boot(Durability::Full).await?;
            let mut connection = PgConnection::connect(&server.url("postgres")).await?;
            for setting in DURABLE {
                let value: String = sqlx::query_scalar("SELECT current_setting($1)")
                    .bind(setting)
                    .fetch_one(&mut connection)
                    .await?;
                if value != "on" {
                    return Err(format!("{setting} is `{value}`").into());
                }
            }
            connection.close().await?;
            Ok::<_, Box<dyn Error>>(server)
        })?;
        Ok(Self { runtime, server })
    }

    /// Runs `task` to its end.
    pub(crate) fn block_on<T>(&self, task: impl Future<Output = T>) -> T {
        self.runtime.block_on(task)
    }

    /// Where a database of the server is found.
    pub(crate) fn url(&self, database: &str) -> String {
        self.server.url(database)
    }

    /// The folder of its socket, for programs that take it from `PGHOST`.
    pub(crate) fn socket(&self) -> String {
        let url = self.url("");
        let socket = url.split('@').nth(1).and_then(|it| it.split('/').next());
        socket.unwrap_or_default().replace("%2F", "/")
    }

    /// Runs statements in a database, one after the other, as its owner, and tells how many rows they changed and how long
    /// they took.
    pub(crate) async fn run(
        &self,
        database: &str,
        sql: &str,
    ) -> Result<(u64, Duration), Box<dyn Error>> {
        let mut connection = PgConnection::connect(&self.url(database)).await?;
        let begin = Instant::now();
        let done = connection
            .execute(sqlx::raw_sql(AssertSqlSafe(sql.to_owned())))
            .await?;
        let took = begin.elapsed();
        connection.close().await?;
        Ok((done.rows_affected(), took))
    }

    /// A new, empty database, or a copy of `template`.
    pub(crate) async fn create(
        &self,
        database: &str,
        template: Option<&str>,
    ) -> Result<(), Box<dyn Error>> {
        let template = template.unwrap_or("template0");
        let sql = format!("CREATE DATABASE {database} TEMPLATE {template} STRATEGY file_copy");
        self.run("postgres", &sql).await.map(drop)
    }

    /// The store in a database that was made before, migrated, with so many connections, and its pool.
    pub(crate) async fn store(
        &self,
        database: &str,
        connections: u32,
    ) -> Result<(PgStore, PgPool), Box<dyn Error>> {
        let url = self.url(database);
        // A connection that was pooled before the first migration would lack the role.
        let pool = PgStore::pool_options().connect_lazy(&url)?;
        PgStore::from_pool(pool.clone(), SchemaName::default())
            .migrate()
            .await?;
        pool.close().await;
        self.connected(database, connections)
    }

    /// The same in a database that is migrated already.
    pub(crate) fn connected(
        &self,
        database: &str,
        connections: u32,
    ) -> Result<(PgStore, PgPool), Box<dyn Error>> {
        let pool = PgStore::pool_options()
            .max_connections(connections)
            .connect_lazy(&self.url(database))?;
        let store = PgStore::from_pool(pool.clone(), SchemaName::default());
        Ok((store, pool))
    }
}
