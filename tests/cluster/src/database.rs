//! A database of its own for each test.

use std::{
    env,
    error::Error,
    process,
    sync::atomic::{AtomicU32, Ordering},
    thread,
};

use sqlx::{AssertSqlSafe, Connection as _, PgConnection};
use tokio::sync::OnceCell;

use crate::{ClusterError, Durability, Server};

/// What a test that names no server shares with the others of its process.
#[derive(Debug)]
enum Host {
    Own(Server),
    Running(String),
}

static HOST: OnceCell<Host> = OnceCell::const_new();
// Tried once: what failed is told to every test.
static TEMPLATE: OnceCell<Result<(), String>> = OnceCell::const_new();

/// Made once a process, and copied for each test.
const TEMPLATE_NAME: &str = "offerkit_template";

impl Host {
    /// The server of `OFFERKIT_TEST_DATABASE_URL`, or one booted for this process.
    async fn shared() -> Result<&'static Self, ClusterError> {
        HOST.get_or_try_init(|| async {
            let url = env::var("OFFERKIT_TEST_DATABASE_URL").unwrap_or_default();
            if url.is_empty() {
                return Server::boot(Durability::None).await.map(Self::Own);
            }
            let connection = PgConnection::connect(&url)
                .await
                .map_err(ClusterError::Url)?;
            connection.close().await.map_err(ClusterError::Url)?;
            Ok(Self::Running(url))
        })
        .await
    }

    fn url(&self, database: &str) -> String {
        match self {
            Self::Own(server) => server.url(database),
            Self::Running(url) => with_database(url, database),
        }
    }

    fn maintenance_url(&self) -> String {
        match self {
            Self::Own(server) => server.url("postgres"),
            Self::Running(url) => url.clone(),
        }
    }

    async fn run(&self, statement: String) -> Result<(), ClusterError> {
        let mut connection = PgConnection::connect(&self.maintenance_url()).await?;
        sqlx::raw_sql(AssertSqlSafe(statement))
            .execute(&mut connection)
            .await?;
        Ok(connection.close().await?)
    }
}

/// An empty database, or a copy of the template. It is dropped with this, whoever is still connected.
#[derive(Debug)]
pub struct Database {
    host: &'static Host,
    name: String,
}

impl Database {
    /// An empty database.
    ///
    /// # Errors
    ///
    /// [`ClusterError`], which says what to do.
    pub async fn new() -> Result<Self, ClusterError> {
        let host = Host::shared().await?;
        let name = name();
        host.run(format!(
            "CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'"
        ))
        .await?;
        Ok(Self { host, name })
    }

    /// A database to which `prepare` was done, given its URL. On a server of our own that is done once and copied, so
    /// `prepare` is the same in every call of a process.
    ///
    /// # Errors
    ///
    /// [`ClusterError`]; [`ClusterError::Template`] with what `prepare` answers.
    pub async fn prepared<E: Into<Box<dyn Error + Send + Sync>>>(
        prepare: impl AsyncFn(String) -> Result<(), E>,
    ) -> Result<Self, ClusterError> {
        let host = Host::shared().await?;
        let prepared = async |url| {
            prepare(url)
                .await
                .map_err(|error| ClusterError::Template(error.into()))
        };
        match host {
            Host::Own(server) => {
                let template = TEMPLATE.get_or_init(|| async {
                    let made = async {
                        host.run(format!("CREATE DATABASE {TEMPLATE_NAME}")).await?;
                        prepared(server.url(TEMPLATE_NAME)).await
                    };
                    made.await.map_err(|error| in_words(&error))
                });
                if let Err(why) = template.await {
                    return Err(ClusterError::Template(why.clone().into()));
                }
                let name = name();
                host.run(format!("CREATE DATABASE {name} TEMPLATE {TEMPLATE_NAME}"))
                    .await?;
                Ok(Self { host, name })
            }
            // A template would be left behind there.
            Host::Running(_) => {
                let database = Self::new().await?;
                prepared(database.url()).await?;
                Ok(database)
            }
        }
    }

    /// Where it is found, as its owner, a superuser on a server of our own.
    #[must_use]
    pub fn url(&self) -> String {
        self.host.url(&self.name)
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let (host, name) = (self.host, self.name.clone());
        // A thread, since the test's runtime cannot be waited for in here.
        let dropping = thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build();
            let Ok(runtime) = runtime else { return };
            let _dropped =
                runtime.block_on(host.run(format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")));
        });
        let _joined = dropping.join();
    }
}

/// An error with its causes.
fn in_words(error: &dyn Error) -> String {
    match error.source() {
        Some(cause) => format!("{error}: {}", in_words(cause)),
        None => error.to_string(),
    }
}

/// A name that no other test has.
fn name() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    format!("offerkit_test_{}_{number}", process::id())
}

/// `url` with another database.
fn with_database(url: &str, database: &str) -> String {
    let (base, query) = url.split_once('?').unwrap_or((url, ""));
    let server = match base.split_once("://") {
        Some((scheme, rest)) => {
            let host = rest.split_once('/').map_or(rest, |(host, _)| host);
            format!("{scheme}://{host}")
        }
        None => base.to_owned(),
    };
    if query.is_empty() {
        format!("{server}/{database}")
    } else {
        format!("{server}/{database}?{query}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_running_servers_databases_are_named_in_its_url() {
        for (url, expected) in [
            (
                "postgres://me@host:5432/mine?sslmode=disable",
                "postgres://me@host:5432/t?sslmode=disable",
            ),
            ("postgres://me@host", "postgres://me@host/t"),
            ("postgres:///mine?host=/tmp", "postgres:///t?host=/tmp"),
        ] {
            assert_eq!(with_database(url, "t"), expected);
        }
    }
}
