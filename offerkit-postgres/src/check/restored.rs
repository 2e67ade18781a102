//! A database that was restored elsewhere: nothing runs on it until an operator says so.

use sqlx::{Connection as _, PgConnection, Row as _};

use super::{CheckError, Weakness};
use crate::{PgStore, SchemaName};

impl PgStore {
    /// Arms a database that was restored from a dump, as the pool's login role, which owns the schema.
    ///
    /// A copy knows nothing of what was sent after it was made, and counts transactions anew, so [`check`](Self::check)
    /// refuses it until an operator has decided that this copy, and no other, goes on. Records from now on are of a new
    /// epoch, which comes after all that were restored. Where the database is not a copy, nothing is changed.
    ///
    /// A copy of the files (a base backup, a snapshot of a disk) keeps the cluster's identifier, and is not told from the
    /// original.
    ///
    /// # Errors
    ///
    /// [`sqlx::Error`] where the login role may not change the installation, or the database cannot be reached.
    pub async fn arm(&self) -> Result<(), sqlx::Error> {
        let (pool, schema) = self.parts();
        // Not of the pool, whose connections have taken the application's role.
        let mut connection = PgConnection::connect_with(&pool.connect_options()).await?;
        let update = schema.qualify(
            "UPDATE {schema}.installation AS it SET system_identifier = here.system_identifier, epoch = it.epoch + 1
            FROM pg_control_system() AS here WHERE it.system_identifier <> here.system_identifier",
        );
        sqlx::query(update).execute(&mut connection).await?;
        connection.close().await
    }
}

pub(super) async fn find(
    connection: &mut PgConnection,
    schema: &SchemaName,
    found: &mut Vec<Weakness>,
) -> Result<(), CheckError> {
    let select = schema.qualify(
        "SELECT it.system_identifier AS made, here.system_identifier AS here
        FROM {schema}.installation AS it, pg_control_system() AS here
        WHERE it.system_identifier <> here.system_identifier",
    );
    if let Some(row) = sqlx::query(select).fetch_optional(connection).await? {
        found.push(Weakness::Restored {
            made: row.try_get("made")?,
            here: row.try_get("here")?,
        });
    }
    Ok(())
}
