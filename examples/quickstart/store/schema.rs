//! Schemas that the story makes for itself. It knows its own by their comment, and touches no other.

use std::io::Write;

use offerkit::{
    postgres::SchemaName,
    time::{Clock as _, SystemClock},
};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};

use super::super::failure::Failure;
use super::{connect, unusable};

const MARK: &str = "made by the quickstart of Offerkit";

/// Makes an empty schema under a name that nobody else uses.
pub(super) async fn make(connection: &mut PgConnection) -> Result<SchemaName, Failure> {
    let now = SystemClock.now().as_datetime();
    let name: SchemaName = now
        .format("offerkit_quickstart_%Y%m%d_%H%M%S_%6f")
        .to_string()
        .parse()
        .map_err(|error| Failure::Broken(format!("{error}")))?;
    // One message is one transaction: there is never a schema of ours without its mark.
    let made = format!("CREATE SCHEMA {name}; COMMENT ON SCHEMA {name} IS '{MARK}'");
    run(connection, made).await?;
    Ok(name)
}

/// Drops a schema with all that is in it.
pub(super) async fn drop_one(
    connection: &mut PgConnection,
    name: &SchemaName,
) -> Result<(), Failure> {
    run(connection, format!("DROP SCHEMA {name} CASCADE")).await
}

/// Drops the schemas that earlier runs have made in the database, and tells which.
pub(crate) async fn drop_all(url: &str, out: &mut dyn Write) -> Result<(), Failure> {
    let mut connection = connect(url).await?;
    let names: Vec<String> = sqlx::query_scalar(
        "SELECT it.nspname::TEXT FROM pg_namespace AS it
        WHERE starts_with(it.nspname::TEXT, 'offerkit_quickstart_') AND obj_description(it.oid, 'pg_namespace') = $1
        ORDER BY it.nspname",
    )
    .bind(MARK)
    .fetch_all(&mut connection)
    .await
    .map_err(|error| unusable(&error))?;
    for name in &names {
        // A name that is none of ours is nothing to drop, whoever wrote the mark on it.
        if let Ok(name) = name.parse() {
            drop_one(&mut connection, &name).await?;
            writeln!(out, "dropped {name}")?;
        }
    }
    if names.is_empty() {
        writeln!(
            out,
            "there is nothing to drop: no run has left a schema in this database"
        )?;
    }
    connection.close().await.map_err(|error| unusable(&error))
}

/// Runs statements whose only varying part is a schema's name, of which every character was checked.
async fn run(connection: &mut PgConnection, statements: String) -> Result<(), Failure> {
    let done = sqlx::raw_sql(AssertSqlSafe(statements))
        .execute(connection)
        .await;
    done.map(drop).map_err(|error| unusable(&error))
}
