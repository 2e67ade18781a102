//! Statements that are transactions of their own: reading in one round trip.

use offerkit_core::{domain::Scope, ports::StoreError};
use sqlx::{
    Arguments as _, AssertSqlSafe, Execute as _, PgPool, Postgres, SqlSafeStr as _, SqlStr,
    pool::PoolConnection,
    postgres::{PgArguments, PgRow},
    query::Query,
};

use crate::{
    error::{backend, is_of_connection, store_error},
    rows::Row,
};

/// A connection, from the first statement on.
pub(crate) struct Alone {
    pool: PgPool,
    connection: Option<PoolConnection<Postgres>>,
    has_asked: bool,
}

const TWICE: &str = "what one call tells is asked for in one statement";

/// A statement that sets the tenant for itself. The tenant is a parameter, the last one.
///
/// `here` has one row, whose columns are computed before anything is read beside it: it is what a join to the left of
/// `ON TRUE` goes through first, and, being volatile, it stays a query of its own. Were it otherwise, the policies would find
/// no tenant, and no row.
struct Wrapped {
    sql: SqlStr,
    arguments: PgArguments,
}

impl Wrapped {
    fn new<A>(mut statement: Query<'_, Postgres, A>, scope: Scope) -> Result<Self, StoreError>
    where
        A: sqlx::IntoArguments<Postgres> + Send,
    {
        let arguments = statement.take_arguments().map_err(backend)?;
        let mut arguments = arguments.unwrap_or_default();
        let tenant = scope.tenant().map(|tenant| tenant.to_string());
        arguments.add(tenant.unwrap_or_default()).map_err(backend)?;
        let (sql, last) = (statement.sql(), arguments.len());
        let sql = AssertSqlSafe(format!(
            "SELECT here.is_alone, found.* FROM (
                SELECT set_config('offerkit.tenant', ${last}, TRUE) IS NOT NULL
                    AND current_setting('transaction_isolation') = current_setting('default_transaction_isolation')
                    AND pg_current_xact_id_if_assigned() IS NULL AS is_alone
            ) AS here LEFT JOIN (SELECT TRUE AS is_found, it.* FROM ({}) AS it) AS found ON TRUE",
            sql.as_str()
        ));
        Ok(Self {
            sql: sql.into_sql_str(),
            arguments,
        })
    }
}

impl Alone {
    pub(crate) const fn new(pool: PgPool) -> Self {
        Self {
            pool,
            connection: None,
            has_asked: false,
        }
    }

    /// A call may ask once: a second statement could see another state.
    pub(crate) const fn begin_call(&mut self) {
        self.has_asked = false;
    }

    /// What the statement finds. A connection that turns out to be broken, or in a transaction that someone left open and that
    /// sees another state than the committed one, is closed, and another is taken.
    pub(crate) async fn all<A>(
        &mut self,
        scope: Scope,
        statement: Query<'_, Postgres, A>,
    ) -> Result<Vec<Row>, StoreError>
    where
        A: sqlx::IntoArguments<Postgres> + Send,
    {
        if std::mem::replace(&mut self.has_asked, true) {
            return Err(StoreError::Refused(TWICE));
        }
        let Wrapped { sql, arguments } = Wrapped::new(statement, scope)?;
        let mut tries = self.pool.options().get_max_connections();
        loop {
            let connection = match &mut self.connection {
                Some(connection) => connection,
                none => none.insert(self.pool.acquire().await.map_err(store_error)?),
            };
            let found = sqlx::query_with(sql.clone(), arguments.clone())
                .fetch_all(&mut **connection)
                .await;
            let error = match found {
                Ok(rows) => match seen(rows)? {
                    Some(rows) => return Ok(rows),
                    None => StoreError::Aborted,
                },
                Err(error) if is_of_connection(&error) => store_error(error),
                Err(error) => return Err(store_error(error)),
            };
            // Nobody gets this connection again.
            drop(self.connection.take().map(PoolConnection::detach));
            if tries == 0 {
                return Err(error);
            }
            tries -= 1;
        }
    }
}

/// The rows that were found, or nothing where the statement was not alone.
fn seen(rows: Vec<PgRow>) -> Result<Option<Vec<Row>>, StoreError> {
    let mut found = Vec::with_capacity(rows.len());
    for row in rows.into_iter().map(Row::from) {
        if !row.get::<bool>("is_alone")? {
            return Ok(None);
        }
        if row.get::<Option<bool>>("is_found")?.is_some() {
            found.push(row);
        }
    }
    Ok(Some(found))
}
