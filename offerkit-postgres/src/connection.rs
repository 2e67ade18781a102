//! A connection with a transaction open on it, which is ended however its holder ends.

use std::sync::Arc;

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
    alone::Alone,
    customers::Encoder,
    error::{backend, is_of_connection, is_unknown, store_error},
    joined::{Shared, Turn},
    rows::Row,
    schema::{self, Beginning, SchemaName},
};

pub(crate) type Statement = Query<'static, Postgres, PgArguments>;

/// Where a transaction is begun.
#[derive(Clone)]
pub(crate) enum Source {
    /// On a connection of its own.
    Pool(PgPool),
    /// In the host's transaction.
    Joined(Arc<Shared>),
}

/// A transaction of the database, or a part of the host's. Dropping it discards what it changed; until the server has
/// done so, the connection is given to nobody else.
pub(crate) struct Open {
    held: Option<Held>,
    schema: SchemaName,
    scope: Scope,
    access: Access,
    runtime: Handle,
}

enum Held {
    Pooled(PoolConnection<Postgres>),
    Joined(Turn),
    /// No transaction: each statement is one of its own.
    Alone(Alone),
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
    /// Begins a transaction, or a part of the host's.
    pub(crate) async fn begin(
        source: Source,
        schema: SchemaName,
        beginning: Beginning,
    ) -> Result<Self, StoreError> {
        let (open, _) = Self::begin_with(source, schema, beginning).await?;
        Ok(open)
    }

    /// The same, with what the beginning's other statement answers.
    pub(crate) async fn begin_with(
        source: Source,
        schema: SchemaName,
        beginning: Beginning,
    ) -> Result<(Self, Vec<Row>), StoreError> {
        if let (Source::Pool(pool), Access::ReadCommitted) = (&source, beginning.access()) {
            let open = Self {
                held: Some(Held::Alone(Alone::new(pool.clone()))),
                schema,
                scope: beginning.scope(),
                access: beginning.access(),
                runtime: Handle::try_current().map_err(backend)?,
            };
            return Ok((open, Vec::new()));
        }
        detached(async move {
            let runtime = Handle::try_current().map_err(backend)?;
            let (held, told) = match source {
                Source::Pool(pool) => {
                    let (connection, told) = begun(&pool, &beginning).await?;
                    (Held::Pooled(connection), told)
                }
                Source::Joined(shared) => {
                    let (turn, told) = Turn::begin(&shared, &schema, &beginning).await?;
                    (Held::Joined(turn), told)
                }
            };
            let open = Self {
                held: Some(held),
                schema,
                scope: beginning.scope(),
                access: beginning.access(),
                runtime,
            };
            Ok((open, told))
        })
        .await
    }

    /// What follows belongs to another call of a repository.
    pub(crate) fn begin_call(&mut self) {
        if let Some(Held::Alone(alone)) = &mut self.held {
            alone.begin_call();
        }
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
            Access::Read | Access::ReadCommitted => "",
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
        if let Some(Held::Alone(alone)) = &mut self.held {
            return alone.all(self.scope, statement).await;
        }
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
        if let Some(Held::Alone(alone)) = &mut self.held {
            let rows = alone.all(self.scope, statement).await?;
            return Ok(rows.into_iter().next());
        }
        let row = statement.fetch_optional(self.connection()?).await;
        Ok(row.map_err(store_error)?.map(Row::from))
    }

    pub(crate) async fn one(&mut self, statement: Statement) -> Result<Row, StoreError> {
        if let Some(Held::Alone(alone)) = &mut self.held {
            let rows = alone.all(self.scope, statement).await?;
            return rows
                .into_iter()
                .next()
                .ok_or_else(|| store_error(sqlx::Error::RowNotFound));
        }
        let row = statement.fetch_one(self.connection()?).await;
        row.map(Row::from).map_err(store_error)
    }

    /// How many rows the statement changed.
    pub(crate) async fn execute(&mut self, statement: Statement) -> Result<u64, StoreError> {
        let done = statement.execute(self.connection()?).await;
        done.map(|done| done.rows_affected()).map_err(store_error)
    }

    /// Runs a statement that binds nothing and answers nothing.
    pub(crate) async fn run(&mut self, parts: &[&'static str]) -> Result<(), StoreError> {
        let statement = sqlx::raw_sql(self.schema.join(parts));
        let done = statement.execute(self.connection()?).await;
        done.map(drop).map_err(store_error)
    }

    /// Runs a `COPY … FROM STDIN` with the pieces that `source` gives.
    pub(crate) async fn copy(
        &mut self,
        parts: &[&'static str],
        mut source: Encoder<'_, '_>,
    ) -> Result<(), StoreError> {
        let statement = self.schema.render(&parts.concat());
        let connection = self.connection()?;
        let mut copy = connection
            .copy_in_raw(&statement)
            .await
            .map_err(store_error)?;
        loop {
            match source.next() {
                Ok(Some(piece)) => {
                    copy.send(piece).await.map_err(store_error)?;
                }
                Ok(None) => return copy.finish().await.map(drop).map_err(store_error),
                Err(error) => {
                    copy.abort("a row cannot be encoded")
                        .await
                        .map_err(store_error)?;
                    return Err(error);
                }
            }
        }
    }

    /// Discards what was changed, also after an error, and goes on with another transaction of the same kind.
    pub(crate) async fn begin_again(&mut self) -> Result<(), StoreError> {
        let again = match self.held {
            Some(Held::Joined(_)) => schema::begin_again_within(&self.schema, self.scope),
            Some(Held::Pooled(_) | Held::Alone(_)) | None => schema::begin_again(self.scope),
        };
        let done = sqlx::raw_sql(again).execute(self.connection()?).await;
        done.map(drop).map_err(store_error)
    }

    /// Commits; of the host's transaction, what the host will commit. To be awaited in a task that nobody cuts.
    pub(crate) async fn commit(mut self) -> Result<(), CommitFailure> {
        let mut connection = match self.held.take() {
            None => return Err(CommitFailure::Failed(StoreError::Aborted)),
            Some(Held::Alone(_)) => return Ok(()),
            Some(Held::Joined(turn)) => {
                return turn.end(&self.schema).await.map_err(CommitFailure::Failed);
            }
            Some(Held::Pooled(connection)) => connection,
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

    pub(crate) fn connection(&mut self) -> Result<&mut PgConnection, StoreError> {
        match &mut self.held {
            Some(Held::Pooled(connection)) => Ok(&mut *connection),
            Some(Held::Joined(turn)) => turn.connection(),
            Some(Held::Alone(_)) => Err(StoreError::ReadOnly),
            None => Err(StoreError::Aborted),
        }
    }
}

/// A connection on which a transaction was begun. Those that turn out to be broken, or in a transaction that someone left
/// open, are closed, and another is taken.
async fn begun(
    pool: &PgPool,
    beginning: &Beginning,
) -> Result<(PoolConnection<Postgres>, Vec<Row>), StoreError> {
    let mut tries = pool.options().get_max_connections();
    loop {
        let mut connection = pool.acquire().await.map_err(store_error)?;
        let begin = sqlx::raw_sql(beginning.sql());
        let error = match begin.fetch_all(&mut *connection).await {
            // The first row is the probe's.
            Ok(rows) => {
                return Ok((
                    connection,
                    rows.into_iter().skip(1).map(Row::from).collect(),
                ));
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
}

impl Drop for Open {
    fn drop(&mut self) {
        let Some(held) = self.held.take() else {
            return;
        };
        if let Held::Alone(_) = held {
            return;
        }
        // Whoever drops it may stand outside the runtime.
        let _context = self.runtime.enter();
        self.runtime.spawn(async move {
            match held {
                Held::Joined(turn) => turn.roll_back().await,
                Held::Alone(_) => {}
                Held::Pooled(mut connection) => {
                    let rollback = sqlx::raw_sql("ROLLBACK");
                    if rollback.execute(&mut *connection).await.is_err() {
                        drop(connection.detach());
                    }
                }
            }
        });
    }
}
