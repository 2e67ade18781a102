//! The host's own transaction, in which every unit of work of the library is a savepoint.

use std::{fmt, sync::Arc, time::Duration};

use offerkit_core::ports::StoreError;
use sqlx::{PgConnection, Postgres, Row as _, Transaction, postgres::PgRow};
use tokio::{
    sync::{Mutex, OwnedMutexGuard},
    time::timeout,
};

use crate::{
    error::{is_outside_transaction, store_error},
    rows::Row,
    schema::{self, Beginning, SchemaName},
    store::PgStore,
};

/// A transaction of the host that the library has joined; [`PgStore::join`] makes one.
///
/// What is done on its [`store`](Self::store) becomes part of the transaction: the host gets it back by
/// [`leave`](Self::leave), and commits or rolls back all together. A dropped one is rolled back, once its stores are
/// dropped too.
#[derive(Debug, Clone)]
pub struct Joined {
    store: PgStore,
    shared: Arc<Shared>,
}

/// Why the host does not get its transaction back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LeaveError {
    /// A call, or a transaction of the library, has not ended; it may be tried again.
    #[error("something still acts in the host's transaction; let it end, and leave again")]
    InUse,
    /// The transaction was given back before, or it has ended: its connection was lost, or a commit hook ended it.
    #[error(
        "the host's transaction is over: it was left before, its connection was lost, or a hook ended it"
    )]
    Over,
}

impl PgStore {
    /// Acts in a transaction of the host, with what the host has done in it before, and what it will do after.
    ///
    /// ```no_run
    /// # use offerkit_core::{domain::RevisionNumber, id::{OfferId, TenantId}, services::{Context, Offerkit}};
    /// # async fn example(kit: Offerkit, store: offerkit_postgres::PgStore, pool: sqlx::PgPool, ben: Context, tenant: TenantId,
    /// #     offer: OfferId) -> Result<(), Box<dyn std::error::Error>> {
    /// let mut transaction = pool.begin().await?;
    /// sqlx::query("UPDATE rates SET live = TRUE WHERE id = 7").execute(&mut *transaction).await?;
    ///
    /// let joined = store.join(transaction);
    /// let within = kit.on(joined.store());
    /// within.acting(&ben).offers(tenant).approve(offer, RevisionNumber::FIRST, None).await?;
    ///
    /// joined.leave().await?.commit().await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// Every unit of work is a savepoint, in any tenant, one after the other; another call waits, as long as for a
    /// connection of the pool. In it the role is `offerkit_app`, which the host's login must be allowed to take, and the
    /// tenant is set; afterwards both are as the host had them, also after a refusal, an error, or a call that nobody
    /// waited for. Timeouts are the host's. Changes and records go together as ever: a change of the host's own that
    /// has no record is refused with the next commit of the library, or with the host's. Since the database knows records
    /// by their transaction, a change that the host itself makes to an object of the library passes where the same
    /// transaction has a record about that object.
    ///
    /// What is answered as done is done when the host commits. The record of a refusal is kept if the host commits. A
    /// transaction that sees one snapshot (`REPEATABLE READ`, `SERIALIZABLE`) answers [`StoreError::Retry`] where someone
    /// else has changed what it needs: then the host begins anew. Reading sees what the host's isolation level shows.
    ///
    /// Records are sealed, events read, deliveries claimed, claims told (as [`is_quiet`] needs) and workers woken on another
    /// store, after the host's commit: here they are [`StoreError::Refused`]. A filling holds the transaction open for as
    /// long as it goes on. [`migrate`](Self::migrate), [`check`](Self::check) and [`arm`](Self::arm) use the pool.
    ///
    /// [`is_quiet`]: offerkit_core::services::Deliveries::is_quiet
    #[must_use]
    pub fn join(&self, transaction: Transaction<'static, Postgres>) -> Joined {
        let shared = Arc::new(Shared {
            transaction: Arc::new(Mutex::new(Some(transaction))),
            patience: self.pool().options().get_acquire_timeout(),
        });
        Joined {
            store: self.within(Arc::clone(&shared)),
            shared,
        }
    }
}

impl Joined {
    /// The store in the transaction, for [`Offerkit::on`](offerkit_core::services::Offerkit::on).
    #[must_use]
    pub fn store(&self) -> PgStore {
        self.store.clone()
    }

    /// Gives the transaction back, once every call has ended. Later calls answer [`StoreError::Aborted`].
    ///
    /// # Errors
    ///
    /// [`LeaveError::InUse`] where something does not end, [`LeaveError::Over`] where there is no transaction any more.
    pub async fn leave(&self) -> Result<Transaction<'static, Postgres>, LeaveError> {
        let mut held = self.shared.turn().await.ok_or(LeaveError::InUse)?;
        held.take().ok_or(LeaveError::Over)
    }
}

type Held = OwnedMutexGuard<Option<Transaction<'static, Postgres>>>;

/// The transaction, for one at a time; none where it was left or lost.
pub(crate) struct Shared {
    transaction: Arc<Mutex<Option<Transaction<'static, Postgres>>>>,
    patience: Duration,
}

/// A unit of work in the transaction, as a savepoint.
pub(crate) struct Turn {
    held: Held,
    role: String,
    tenant: String,
}

/// What could not be put in the host's transaction.
#[derive(Debug, thiserror::Error)]
#[error("another call acts in the host's transaction, and does not end")]
struct Busy;

impl Shared {
    async fn turn(&self) -> Option<Held> {
        let turn = Arc::clone(&self.transaction).lock_owned();
        timeout(self.patience, turn).await.ok()
    }
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared").finish_non_exhaustive()
    }
}

impl Turn {
    /// To be awaited in a task that nobody cuts, as all that follows.
    pub(crate) async fn begin(
        shared: &Shared,
        schema: &SchemaName,
        beginning: &Beginning,
    ) -> Result<(Self, Vec<Row>), StoreError> {
        let held = shared.turn().await;
        let held = held.ok_or_else(|| StoreError::Backend(Box::new(Busy)))?;
        let mut turn = Self {
            held,
            role: String::new(),
            tenant: String::new(),
        };
        let begin = sqlx::raw_sql(beginning.sql_within(schema));
        // All rows: a statement after the one that answers some may fail.
        let outcome = match begin.fetch_all(turn.connection()?).await {
            // Nothing was begun.
            Err(error) if is_outside_transaction(&error) => return Err(StoreError::Aborted),
            Err(error) => Err(store_error(error)),
            Ok(rows) => turn.remember(&rows).map(|()| rows),
        };
        match outcome {
            // The first row is what the host has set.
            Ok(rows) => Ok((turn, rows.into_iter().skip(1).map(Row::from).collect())),
            Err(error) => {
                turn.roll_back().await;
                Err(error)
            }
        }
    }

    /// Keeps what the host has set.
    fn remember(&mut self, rows: &[PgRow]) -> Result<(), StoreError> {
        let row = rows.first().ok_or(StoreError::Aborted)?;
        self.role = row.try_get("role").map_err(store_error)?;
        self.tenant = row.try_get("tenant").map_err(store_error)?;
        let replication: &str = row.try_get("replication").map_err(store_error)?;
        if replication == "origin" {
            return Ok(());
        }
        Err(StoreError::Refused(
            "the host's `session_replication_role` is not `origin`, so the database's defences would not hold",
        ))
    }

    pub(crate) fn connection(&mut self) -> Result<&mut PgConnection, StoreError> {
        let transaction = self.held.as_mut().ok_or(StoreError::Aborted)?;
        Ok(&mut *transaction)
    }

    /// Leaves what was done to the host's commit. What that would refuse is refused here, while the tenant is set.
    pub(crate) async fn end(mut self, schema: &SchemaName) -> Result<(), StoreError> {
        match self.release(schema).await {
            Ok(()) => Ok(()),
            Err(error) => {
                self.roll_back().await;
                Err(error)
            }
        }
    }

    async fn release(&mut self, schema: &SchemaName) -> Result<(), StoreError> {
        let check = sqlx::raw_sql(schema::check_constraints(schema));
        check
            .execute(self.connection()?)
            .await
            .map_err(store_error)?;
        // `RELEASE` keeps what was `SET LOCAL`.
        let give_back = sqlx::query(schema::GIVE_BACK)
            .bind(self.role.clone())
            .bind(self.tenant.clone());
        give_back
            .execute(self.connection()?)
            .await
            .map_err(store_error)?;
        let release = sqlx::raw_sql(schema::RELEASE);
        release
            .execute(self.connection()?)
            .await
            .map(drop)
            .map_err(store_error)
    }

    /// Discards what was done; the role, the tenant and the constraints are the host's again by that.
    pub(crate) async fn roll_back(mut self) {
        let Ok(connection) = self.connection() else {
            return;
        };
        let rollback = sqlx::raw_sql(schema::ROLL_BACK_WITHIN);
        if rollback.execute(connection).await.is_err() {
            // The savepoint is not there any more, or nobody knows: nobody goes on with that.
            drop(self.held.take());
        }
    }
}
