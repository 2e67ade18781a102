//! Running the migrations.

use sqlx::{Connection as _, PgConnection, PgPool, Row as _};

use crate::{
    migrations::{Migration, Migrations},
    schema::SchemaName,
};

/// Why the schema could not be brought up to date.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MigrateError {
    /// The server is older than what the migrations need; nothing was changed.
    #[error("the server is PostgreSQL {version}; upgrade it to 15 or later")]
    OldServer {
        /// Its version.
        version: String,
    },
    /// A migration that the database has is not the one of this library.
    #[error(
        "migration `{name}` has the checksum {applied} in the database, but {expected} in this library: \
         one of the two was changed; migrations are never edited, so restore the library's own"
    )]
    Changed {
        /// The migration.
        name: String,
        /// Its checksum in the database.
        applied: String,
        /// Its checksum in this library.
        expected: String,
    },
    /// The database has migrations that this library does not know.
    #[error(
        "the database is at migration {applied}, this library knows {known}: a newer release has migrated it; \
         run that release"
    )]
    Newer {
        /// The version of the database.
        applied: i64,
        /// The last version of this library.
        known: i64,
    },
    /// A migration in the middle is not there.
    #[error(
        "migration `{name}` is missing in the database, though later ones are there; restore it from a backup"
    )]
    Missing {
        /// The migration.
        name: &'static str,
    },
    /// A migration failed, and changed nothing.
    #[error("migration `{name}` failed")]
    Failed {
        /// The migration.
        name: &'static str,
        /// What the database answered.
        source: sqlx::Error,
    },
    /// The database cannot be reached or asked.
    #[error("the database cannot be asked for its migrations")]
    Database(#[from] sqlx::Error),
}

/// A migration as the database has it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Applied {
    version: i64,
    name: String,
    checksum: String,
}

pub(crate) async fn run(pool: &PgPool, schema: &SchemaName) -> Result<(), MigrateError> {
    // Not of the pool: it keeps the login role and, until it is closed, the lock.
    let mut connection = PgConnection::connect_with(&pool.connect_options()).await?;
    if let Some(version) = too_old(&mut connection).await? {
        return Err(MigrateError::OldServer { version });
    }
    let migrated = locked(&mut connection, schema).await;
    let closed = connection.close().await;
    migrated?;
    Ok(closed?)
}

async fn locked(connection: &mut PgConnection, schema: &SchemaName) -> Result<(), MigrateError> {
    sqlx::query("SELECT pg_advisory_lock(hashtextextended('offerkit migrations of ' || $1, 0))")
        .bind(schema.as_str())
        .execute(&mut *connection)
        .await?;
    let migrations = Migrations::of(schema);
    for migration in pending(&mut *connection, schema, &migrations).await? {
        apply(&mut *connection, migration).await?;
    }
    Ok(())
}

/// The server's version, where it is older than what the defences need.
pub(crate) async fn too_old(connection: &mut PgConnection) -> Result<Option<String>, sqlx::Error> {
    sqlx::query_scalar(
        "SELECT current_setting('server_version') WHERE current_setting('server_version_num')::INT < 150000",
    )
    .fetch_optional(connection)
    .await
}

/// What the database lacks, if what it has is ours.
pub(crate) async fn pending<'a>(
    connection: &mut PgConnection,
    schema: &SchemaName,
    migrations: &'a Migrations,
) -> Result<Vec<&'a Migration>, MigrateError> {
    compare(&applied(connection, schema).await?, migrations.list())
}

async fn applied(
    connection: &mut PgConnection,
    schema: &SchemaName,
) -> Result<Vec<Applied>, sqlx::Error> {
    let table = format!("\"{schema}\".schema_migrations");
    let exists: bool = sqlx::query_scalar("SELECT to_regclass($1) IS NOT NULL")
        .bind(table)
        .fetch_one(&mut *connection)
        .await?;
    if !exists {
        return Ok(Vec::new());
    }
    let select = schema
        .qualify("SELECT version, name, checksum FROM {schema}.schema_migrations ORDER BY version");
    let rows = sqlx::query(select).fetch_all(connection).await?;
    rows.iter()
        .map(|row| {
            Ok(Applied {
                version: row.try_get("version")?,
                name: row.try_get("name")?,
                checksum: row.try_get("checksum")?,
            })
        })
        .collect()
}

fn compare<'a>(
    applied: &[Applied],
    known: &'a [Migration],
) -> Result<Vec<&'a Migration>, MigrateError> {
    let last = known.last().map_or(0, Migration::version);
    if let Some(newest) = applied.last()
        && newest.version > last
    {
        return Err(MigrateError::Newer {
            applied: newest.version,
            known: last,
        });
    }
    let newest = applied.last().map_or(0, |newest| newest.version);
    let mut pending = Vec::new();
    for migration in known {
        match applied.iter().find(|it| it.version == migration.version()) {
            Some(it) if it.checksum == migration.checksum().to_string() => {}
            Some(it) => {
                return Err(MigrateError::Changed {
                    name: it.name.clone(),
                    applied: it.checksum.clone(),
                    expected: migration.checksum().to_string(),
                });
            }
            None if migration.version() < newest => {
                return Err(MigrateError::Missing {
                    name: migration.name(),
                });
            }
            None => pending.push(migration),
        }
    }
    Ok(pending)
}

async fn apply(connection: &mut PgConnection, migration: &Migration) -> Result<(), MigrateError> {
    let failed = |source| MigrateError::Failed {
        name: migration.name(),
        source,
    };
    let mut transaction = connection.begin().await.map_err(failed)?;
    sqlx::raw_sql(sqlx::AssertSqlSafe(migration.sql()))
        .execute(&mut *transaction)
        .await
        .map_err(failed)?;
    transaction.commit().await.map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known() -> Migrations {
        Migrations::of(&SchemaName::default())
    }

    fn as_applied(migrations: &Migrations) -> Vec<Applied> {
        let list = migrations.list().iter();
        list.map(|it| Applied {
            version: it.version(),
            name: it.name().to_owned(),
            checksum: it.checksum().to_string(),
        })
        .collect()
    }

    #[test]
    fn only_what_is_missing_at_the_end_is_pending() {
        let known = known();
        let mut applied = as_applied(&known);
        assert!(compare(&applied, known.list()).unwrap().is_empty());
        applied.truncate(2);
        let pending = compare(&applied, known.list()).unwrap();
        assert_eq!(pending.first().map(|it| it.version()), Some(3));
    }

    #[test]
    fn a_changed_a_newer_and_a_missing_migration_are_refused_in_words() {
        let known = known();
        let mut changed = as_applied(&known);
        changed[1].checksum = "00".to_owned();
        let error = compare(&changed, known.list()).unwrap_err().to_string();
        assert!(error.starts_with("migration `0002_offers` has the checksum 00 in the database"));
        let mut newer = as_applied(&known);
        newer.push(Applied {
            version: 99,
            name: "0099_later".to_owned(),
            checksum: String::new(),
        });
        let error = compare(&newer, known.list()).unwrap_err().to_string();
        assert!(error.starts_with("the database is at migration 99, this library knows"));
        let mut missing = as_applied(&known);
        missing.remove(1);
        let error = compare(&missing, known.list()).unwrap_err().to_string();
        assert!(error.starts_with("migration `0002_offers` is missing in the database"));
    }
}
