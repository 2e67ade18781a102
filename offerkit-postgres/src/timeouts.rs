//! How long what may wait: each wait by its name, with its default.

use std::{io, time::Duration};

use sqlx::{
    Connection as _, Executor as _, PgConnection,
    postgres::{PgConnectOptions, PgPoolOptions},
};

/// Takes the role that row-level security and the least rights hold for, so that the ordinary superuser of a first try
/// runs as every service should. Before the first migration there is no such role, and
/// [`PgStore::check`](crate::PgStore::check) says so.
const TAKE_ROLE: &str = "SELECT set_config('role', it.rolname::TEXT, FALSE) FROM pg_roles AS it WHERE it.rolname = 'offerkit_app'";

const SET: &str =
    "SELECT set_config('lock_timeout', $1, FALSE), set_config('statement_timeout', $2, FALSE),
    set_config('idle_in_transaction_session_timeout', $3, FALSE)";

/// How long a store waits, and lets others wait for it. [`Duration::ZERO`] of the last three means without end.
///
/// ```
/// use std::time::Duration;
/// use offerkit_postgres::Timeouts;
///
/// let timeouts = Timeouts { statement: Duration::from_secs(5), ..Timeouts::default() };
/// let options = timeouts.pool_options().max_connections(20);
/// assert_eq!(options.get_acquire_timeout(), Duration::from_secs(10));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// How long [`PgStore::connect_with`](crate::PgStore::connect_with) tries to reach the database: 10 seconds.
    pub connect: Duration,
    /// How long a call waits for a connection of the pool, and for a new one where the pool has room: 10 seconds.
    pub acquire: Duration,
    /// How long a statement waits for a lock (`lock_timeout`); then the call may be tried again: 10 seconds.
    pub lock: Duration,
    /// How long a statement of a transaction or a session may take (`statement_timeout`): 30 seconds. Filling, importing,
    /// counting, the ledger and sealing take as long as they take.
    pub statement: Duration,
    /// How long a transaction may be left open with nothing to do (`idle_in_transaction_session_timeout`), so that a process
    /// that hangs holds up no other for ever: 1 minute.
    pub idle_in_transaction: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            acquire: Duration::from_secs(10),
            lock: Duration::from_secs(10),
            statement: Duration::from_secs(30),
            idle_in_transaction: Duration::from_mins(1),
        }
    }
}

impl Timeouts {
    /// Options of a pool whose connections keep to these, and take the role `offerkit_app`, for
    /// [`PgStore::from_pool`](crate::PgStore::from_pool). Connections are not tested before they are handed out, since
    /// every transaction begins with a probe.
    #[must_use]
    pub fn pool_options(self) -> PgPoolOptions {
        PgPoolOptions::new()
            .test_before_acquire(false)
            .acquire_timeout(self.acquire)
            .after_connect(move |connection, _| Box::pin(self.prepare(connection)))
    }

    /// What is done to each new connection.
    async fn prepare(self, connection: &mut PgConnection) -> Result<(), sqlx::Error> {
        sqlx::query(SET)
            .bind(milliseconds(self.lock))
            .bind(milliseconds(self.statement))
            .bind(milliseconds(self.idle_in_transaction))
            .execute(&mut *connection)
            .await?;
        connection.execute(TAKE_ROLE).await.map(drop)
    }

    /// Reaches the database once, as the pool will. The pool itself would try again and again, and not say why.
    pub(crate) async fn try_out(self, options: &PgConnectOptions) -> Result<(), sqlx::Error> {
        let tried = async {
            let mut connection = PgConnection::connect_with(options).await?;
            self.prepare(&mut connection).await?;
            connection.close().await
        };
        let in_time = tokio::time::timeout(self.connect, tried).await;
        in_time.unwrap_or_else(|elapsed| {
            let late = io::Error::new(io::ErrorKind::TimedOut, elapsed);
            Err(sqlx::Error::Io(late))
        })
    }
}

/// As PostgreSQL takes it, which counts in 32 bits. What is shorter than a millisecond is not without end.
fn milliseconds(duration: Duration) -> String {
    let longest = i32::MAX.unsigned_abs().into();
    let shortest = u128::from(!duration.is_zero());
    duration.as_millis().clamp(shortest, longest).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_zero_is_without_end() {
        for (duration, expected) in [
            (Duration::ZERO, "0"),
            (Duration::from_nanos(1), "1"),
            (Duration::from_secs(10), "10000"),
            (Duration::MAX, "2147483647"),
        ] {
            assert_eq!(milliseconds(duration), expected);
        }
    }
}
