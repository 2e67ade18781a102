//! The check at start: what would silently weaken the store is found before anything is trusted to it.

use std::fmt;

use sqlx::{PgConnection, PgPool, Row as _};

use crate::{
    migrate::{self, MigrateError},
    migrations::Migrations,
    schema::SchemaName,
};

mod defences;
mod restored;

/// Something that would silently weaken the store; its text says the remedy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Weakness {
    /// The server is older than what the defences need.
    #[error("the server is PostgreSQL {version}; upgrade it to 15 or later")]
    OldServer {
        /// Its version.
        version: String,
    },
    /// The database does not hold every text.
    #[error("the database's encoding is {encoding}; make it anew with `ENCODING 'UTF8'`")]
    Encoding {
        /// Its encoding.
        encoding: String,
    },
    /// Row-level security does not hold for the role.
    #[error(
        "the role `{role}` is a superuser or bypasses row-level security; connect with `PgStore::connect`, or have the \
         pool run `SET ROLE offerkit_app` on each connection"
    )]
    BypassingRole {
        /// The role.
        role: String,
    },
    /// The role could drop the defences.
    #[error(
        "the role `{role}` owns tables of the library, so it could drop their defences; connect with \
         `PgStore::connect`, or have the pool run `SET ROLE offerkit_app` on each connection"
    )]
    OwningRole {
        /// The role.
        role: String,
    },
    /// The role could change evidence.
    #[error(
        "the role `{role}` may {right} on `{table}`; run `REVOKE {right} ON {table} FROM {role}`"
    )]
    Right {
        /// The role.
        role: String,
        /// What it may do.
        right: String,
        /// To which table.
        table: String,
    },
    /// Imports could not stage what they bring.
    #[error(
        "the role `{role}` may not make temporary tables, through which imports merge customers; run `GRANT TEMPORARY ON \
         DATABASE {database} TO {role}`"
    )]
    NoStaging {
        /// The role.
        role: String,
        /// The database.
        database: String,
    },
    /// A crash could lose what was answered as committed.
    #[error(
        "`synchronous_commit` is off, so a crash loses approvals and deliveries that were answered; set it to `on` for \
         the database and the role"
    )]
    AsynchronousCommit,
    /// Triggers and foreign keys do not fire.
    #[error("`session_replication_role` is `{value}`, so triggers do not fire; set it to `origin`")]
    ReplicationRole {
        /// Its value.
        value: String,
    },
    /// Leases would not run on the server's clock.
    #[error(
        "the clock is moved by {offset}, which only tests do; run `UPDATE {schema}.installation SET clock_offset = '0'` \
         as the owner"
    )]
    ClockOffset {
        /// The schema.
        schema: String,
        /// By how much.
        offset: String,
    },
    /// The database is a copy.
    #[error(
        "the database was made in the cluster {made} and restored into {here}: it knows nothing of what was sent since; \
         make sure that the original is stopped, then run `PgStore::arm` as the owner"
    )]
    Restored {
        /// The system identifier of the cluster it was made in.
        made: i64,
        /// The one it is in.
        here: i64,
    },
    /// The schema is not the one of this release.
    #[error("the migrations from `{next}` on are not applied; run `PgStore::migrate`")]
    Behind {
        /// The first one that is missing.
        next: &'static str,
    },
    /// The schema is another release's, or was tampered with.
    #[error("{0}")]
    Migrations(String),
    /// A defence is not there, or switched off.
    #[error(
        "the defence {defence} is missing or switched off; find out who did that, then restore it from the migrations \
         (`Migrations::write_to`) as the owner"
    )]
    Missing {
        /// What is missing.
        defence: String,
    },
}

/// Why the store is not to be trusted.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CheckError {
    /// It would be weaker than it says.
    #[error("the store refuses to run: {}", Listed(.0))]
    Weak(Vec<Weakness>),
    /// The database cannot be reached or asked.
    #[error("the database cannot be checked")]
    Database(#[from] sqlx::Error),
}

struct Listed<'a>(&'a [Weakness]);

impl fmt::Display for Listed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, weakness) in self.0.iter().enumerate() {
            if place > 0 {
                f.write_str("; ")?;
            }
            weakness.fmt(f)?;
        }
        Ok(())
    }
}

pub(crate) async fn run(pool: &PgPool, schema: &SchemaName) -> Result<(), CheckError> {
    let mut connection = pool.acquire().await?;
    let mut found = server(&mut connection).await?;
    let is_current = migrations(&mut connection, schema, &mut found).await?;
    if is_current {
        role(&mut connection, schema, &mut found).await?;
        clock(&mut connection, schema, &mut found).await?;
        restored::find(&mut connection, schema, &mut found).await?;
        defences::missing(&mut connection, schema, &mut found).await?;
    }
    if found.is_empty() {
        return Ok(());
    }
    Err(CheckError::Weak(found))
}

async fn server(connection: &mut PgConnection) -> Result<Vec<Weakness>, sqlx::Error> {
    let too_old = migrate::too_old(connection).await?;
    let row = sqlx::query(
        "SELECT current_setting('server_encoding') AS encoding, current_setting('synchronous_commit') AS commit,
            current_setting('session_replication_role') AS replication,
            current_user::TEXT AS role, current_database()::TEXT AS database,
            has_database_privilege(current_database(), 'TEMPORARY') AS may_stage, (SELECT it.rolsuper OR it.rolbypassrls FROM pg_roles AS it
                WHERE it.rolname = current_user) AS bypasses",
    )
    .fetch_one(connection)
    .await?;
    let mut found = Vec::new();
    found.extend(too_old.map(|version| Weakness::OldServer { version }));
    let encoding: String = row.try_get("encoding")?;
    if encoding != "UTF8" {
        found.push(Weakness::Encoding { encoding });
    }
    if row.try_get::<String, _>("commit")? == "off" {
        found.push(Weakness::AsynchronousCommit);
    }
    let value: String = row.try_get("replication")?;
    if value != "origin" {
        found.push(Weakness::ReplicationRole { value });
    }
    if !row.try_get::<bool, _>("may_stage")? {
        let (role, database) = (row.try_get("role")?, row.try_get("database")?);
        found.push(Weakness::NoStaging { role, database });
    }
    if row.try_get("bypasses")? {
        let role = row.try_get("role")?;
        found.push(Weakness::BypassingRole { role });
    }
    Ok(found)
}

/// Whether the schema is this release's, so that the rest can be asked.
async fn migrations(
    connection: &mut PgConnection,
    schema: &SchemaName,
    found: &mut Vec<Weakness>,
) -> Result<bool, sqlx::Error> {
    let known = Migrations::of(schema);
    let pending = match migrate::pending(connection, schema, &known).await {
        Ok(pending) => pending,
        Err(MigrateError::Database(error)) => return Err(error),
        Err(error) => {
            found.push(Weakness::Migrations(error.to_string()));
            return Ok(false);
        }
    };
    let Some(next) = pending.first() else {
        return Ok(true);
    };
    found.push(Weakness::Behind { next: next.name() });
    Ok(false)
}

async fn role(
    connection: &mut PgConnection,
    schema: &SchemaName,
    found: &mut Vec<Weakness>,
) -> Result<(), sqlx::Error> {
    // A superuser owns and may everything; that it is one was found already.
    let rows = sqlx::query(
        "SELECT it.relname::TEXT AS name, current_user::TEXT AS role, it.relowner = role.oid AS is_owner,
            ARRAY(SELECT wanted FROM unnest(ARRAY['UPDATE', 'DELETE', 'TRUNCATE']) AS wanted
                WHERE has_table_privilege(it.oid, wanted)
                    AND (wanted = 'TRUNCATE' OR it.relname = ANY ($2))) AS rights
        FROM pg_class AS it
        JOIN pg_namespace AS space ON space.oid = it.relnamespace
        JOIN pg_roles AS role ON role.rolname = current_user AND NOT role.rolsuper
        WHERE space.nspname = $1 AND it.relkind IN ('r', 'p')
        ORDER BY it.relname",
    )
    .bind(schema.as_str())
    .bind(EVIDENCE)
    .fetch_all(connection)
    .await?;
    for row in &rows {
        let role: String = row.try_get("role")?;
        if row.try_get("is_owner")? {
            found.push(Weakness::OwningRole { role });
            return Ok(());
        }
        let name: String = row.try_get("name")?;
        for right in row.try_get::<Vec<String>, _>("rights")? {
            found.push(Weakness::Right {
                role: role.clone(),
                right,
                table: format!("{schema}.{name}"),
            });
        }
    }
    Ok(())
}

/// What no service changes or removes.
const EVIDENCE: &[&str] = &[
    "offer_audit_logs",
    "platform_audit_logs",
    "audit_seals",
    "platform_audit_seals",
    "offer_revisions",
    "offer_contributions",
    "offer_approvals",
    "campaign_contributions",
    "campaign_launches",
];

async fn clock(
    connection: &mut PgConnection,
    schema: &SchemaName,
    found: &mut Vec<Weakness>,
) -> Result<(), sqlx::Error> {
    let select = schema.qualify(
        "SELECT clock_offset::TEXT FROM {schema}.installation WHERE clock_offset <> '0'::INTERVAL",
    );
    let offset: Option<String> = sqlx::query_scalar(select)
        .fetch_optional(connection)
        .await?;
    if let Some(offset) = offset {
        let schema = schema.to_string();
        found.push(Weakness::ClockOffset { schema, offset });
    }
    Ok(())
}
