//! Throw-away PostgreSQL servers, from the server that is installed: booted in a second, on a unix socket only, and gone
//! with the process that booted them, however it ends.
//!
//! `OFFERKIT_POSTGRES_BIN` names another folder of server programs; `OFFERKIT_TEST_DATABASE_URL` names a server that
//! runs already, where the caller may make databases.
//!
//! ```no_run
//! # async fn run() -> Result<(), offerkit_cluster::ClusterError> {
//! let database = offerkit_cluster::Database::new().await?;
//! println!("{}", database.url());
//! # Ok(())
//! # }
//! ```

mod binaries;
mod database;
mod server;

use std::{io, path::PathBuf, process::ExitStatus};

pub use binaries::Binaries;
pub use database::Database;
pub use server::{Durability, Server};

/// Why there is no server to test on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ClusterError {
    /// No server programs were found.
    #[error(
        "no PostgreSQL server of version 15 or later was found (looked in {looked}); install one \
         (`apt-get install postgresql`, `dnf install postgresql-server`, `brew install postgresql@17`), name its folder \
         of programs in OFFERKIT_POSTGRES_BIN, or name a running server in OFFERKIT_TEST_DATABASE_URL"
    )]
    NotInstalled {
        /// Where it was looked for.
        looked: String,
    },
    /// The process is root's, whom PostgreSQL refuses, and there is no other user to run it as.
    #[error(
        "PostgreSQL does not run as root, and there is no user `postgres` to run it as; install a package of the server, \
         or run the tests as another user"
    )]
    NoUser,
    /// A program could not be run.
    #[error("`{program}` could not be run")]
    Run {
        /// The program.
        program: String,
        /// Why.
        source: io::Error,
    },
    /// A program said no.
    #[error("`{program}` ended with {status}: {said}")]
    Failed {
        /// The program.
        program: String,
        /// How it ended.
        status: ExitStatus,
        /// What it said.
        said: String,
    },
    /// A folder could not be made or read.
    #[error("the folder `{}` cannot be used", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The server does not answer.
    #[error("the server does not answer; its log says: {log}")]
    Silent {
        /// The end of its log.
        log: String,
        /// The last attempt's error.
        source: sqlx::Error,
    },
    /// `OFFERKIT_TEST_DATABASE_URL` cannot be used.
    #[error("OFFERKIT_TEST_DATABASE_URL does not name a usable server")]
    Url(#[source] sqlx::Error),
    /// A database could not be made or dropped.
    #[error("a database of the test server failed")]
    Database(#[from] sqlx::Error),
    /// What was to be done to a template failed.
    #[error("the template database could not be prepared")]
    Template(#[source] Box<dyn std::error::Error + Send + Sync>),
}
