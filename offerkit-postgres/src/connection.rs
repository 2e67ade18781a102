//! A connection with a transaction open on it, which is ended however its holder ends.

use offerkit_core::{
    domain::Scope,
    ports::{Access, StoreError},
};
use sqlx::{
    PgPool, Postgres,
    pool::PoolConnection,
    postgres::{PgArguments, PgConnection},
    query::Query,
};
use tokio::runtime::Handle;

use crate::{
    error::{backend, is_of_connection, is_unknown, store_error},
    rows::Row,
    schema::{self, Beginning, SchemaName},
};

pub(crate) type Statement = Query<'static, Postgres, PgArguments>;

/// A transaction of the database. Dropping it discards what it changed; until the server has done so, the connection is
/// given to nobody else.
pub(crate) struct Open {
    connection: Option<PoolConnection<Postgres>>,
    schema: SchemaName,
    scope: Scope,
    access: Access,
    runtime: Handle,
}

/// How a commit failed.
pub(crate) enum CommitFailure {
    /// Nothing was committed.
    Failed(StoreError),
    /// Nobody knows: the answer did not arrive.
    Unknown(sqlx::Error),
}

/// Runs a task that owns its data to its end, whether or not anyone waits for it.
pub(crate) async fn detached<T: Send + 'static>(
    task: impl Future<Output = Result<T, StoreError>> + Send + 'static,
) -> Result<T, StoreError> {
    let runtime = Handle::try_current().map_err(backend)?;
    runtime.spawn(task).await.map_err(backend)?
}

impl Open {
    /// Begins a transaction. Connections that turn out to be broken, or in a transaction that someone left open, are
    /// closed, and another is taken.
    pub(crate) async fn begin(
        pool: PgPool,
        schema: SchemaName,
        beginning: Beginning,
    ) -> Result<Self, StoreError> {
        let (open, _) = Self::begin_with(pool, schema, beginning).await?;
        Ok(open)
    }

    /// The same, with what the beginning's other statement answers.
    pub(crate) async fn begin_with(
        pool: PgPool,
        schema: SchemaName,
        beginning: Beginning,
    ) -> Result<(Self, Vec<Row>), StoreError> {
        detached(async move {
            let runtime = Handle::try_current().map_err(backend)?;
            let mut tries = pool.options().get_max_connections();
            loop {
                let mut connection = pool.acquire().await.map_err(store_error)?;
                let begin = sqlx::raw_sql(beginning.sql());
                let error = match begin.fetch_all(&mut *connection).await {
                    Ok(mut rows) => {
                        let open = Self {
                            connection: Some(connection),
                            schema,
                            scope: beginning.scope(),
                            access: beginning.access(),
                            runtime,
                        };
                        // The first row is the probe's.
                        let told = rows.drain(..).skip(1).map(Row::from).collect();
                        return Ok((open, told));
                    }
                    Err(error) => error,
                };
                // Whoever finds out, nobody gets this connection again.
                drop(connection.detach());
                if tries == 0 || !is_of_connection(&error) {
                    return Err(store_error(error));
                }
                tries -= 1;
            }
        })
        .await
    }

    pub(crate) const fn scope(&self) -> Scope {
        self.scope
    }

    pub(crate) const fn schema(&self) -> &SchemaName {
        &self.schema
    }

    /// A statement, in parts that each stand in the source.
    pub(crate) fn query(&self, parts: &[&'static str]) -> Statement {
        sqlx::query(self.schema.join(parts))
    }

    /// A statement to be built.
    pub(crate) fn builder(&self, parts: &[&'static str]) -> sqlx::QueryBuilder<Postgres> {
        sqlx::QueryBuilder::new(self.schema.render(&parts.concat()))
    }

    /// `clause` in a transaction that changes. What a reading one sees does not change.
    pub(crate) const fn lock(&self, clause: &'static str) -> &'static str {
        match self.access {
            Access::Read => "",
            Access::Write => clause,
        }
    }

    pub(crate) async fn all<A>(
        &mut self,
        statement: Query<'_, Postgres, A>,
    ) -> Result<Vec<Row>, StoreError>
    where
        A: sqlx::IntoArguments<Postgres> + Send,
    {
        let rows = statement.fetch_all(self.connection()?).await;
        Ok(rows
            .map_err(store_error)?
            .into_iter()
            .map(Row::from)
            .collect())
    }

    pub(crate) async fn optional(
        &mut self,
        statement: Statement,
    ) -> Result<Option<Row>, StoreError> {
        let row = statement.fetch_optional(self.connection()?).await;
        Ok(row.map_err(store_error)?.map(Row::from))
    }

    pub(crate) async fn one(&mut self, statement: Statement) -> Result<Row, StoreError> {
        let row = statement.fetch_one(self.connection()?).await;
        row.map(Row::from).map_err(store_error)
    }

    /// How many rows the statement changed.
    pub(crate) async fn execute(&mut self, statement: Statement) -> Result<u64, StoreError> {
        let done = statement.execute(self.connection()?).await;
        done.map(|done| done.rows_affected()).map_err(store_error)
    }

    /// Discards what was changed, also after an error, and goes on with another transaction of the same kind.
    pub(crate) async fn begin_again(&mut self) -> Result<(), StoreError> {
        let again = sqlx::raw_sql(schema::begin_again(self.scope));
        let done = again.execute(self.connection()?).await;
        done.map(drop).map_err(store_error)
    }

    /// Commits. To be awaited in a task that nobody cuts.
    pub(crate) async fn commit(mut self) -> Result<(), CommitFailure> {
        let Some(mut connection) = self.connection.take() else {
            return Err(CommitFailure::Failed(StoreError::Aborted));
        };
        match sqlx::raw_sql("COMMIT").execute(&mut *connection).await {
            Ok(_) => Ok(()),
            Err(error) if is_unknown(&error) => {
                drop(connection.detach());
                Err(CommitFailure::Unknown(error))
            }
            // A refused COMMIT has rolled back.
            Err(error) => Err(CommitFailure::Failed(store_error(error))),
        }
    }

    fn connection(&mut self) -> Result<&mut PgConnection, StoreError> {
        let connection = self.connection.as_mut().ok_or(StoreError::Aborted)?;
        Ok(&mut *connection)
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        let Some(mut connection) = self.connection.take() else {
            return;
        };
        // Whoever drops it may stand outside the runtime.
        let _context = self.runtime.enter();
        self.runtime.spawn(async move {
            let rollback = sqlx::raw_sql("ROLLBACK");
            if rollback.execute(&mut *connection).await.is_err() {
                drop(connection.detach());
            }
        });
    }
}
