//! The store.

use async_trait::async_trait;
use offerkit_core::{
    domain::Scope,
    ports::{Access, Store, StoreError, Transaction},
};
use sqlx::{
    PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};

use crate::{
    check::{self, CheckError},
    commit::Settling,
    connection::Open,
    migrate::{self, MigrateError},
    schema::{Beginning, SchemaName},
    seen::Seen,
    tenants,
    timeouts::Timeouts,
    transaction::PgTransaction,
};

/// Every store of the library in a schema of a PostgreSQL database. Clones are cheap and share the pool.
///
/// It implements [`Store`], [`Sessions`](offerkit_core::ports::Sessions),
/// [`CustomerSource`](offerkit_core::ports::CustomerSource), [`CustomerStore`](offerkit_core::ports::CustomerStore),
/// [`Ledger`](offerkit_core::ports::Ledger) and [`AuditSeals`](offerkit_core::ports::AuditSeals), on a runtime of tokio.
/// Transactions that read see one snapshot; those that change lock what the ports say, and answer
/// [`StoreError::Retry`] where they lock each other out.
///
/// A connection that turns out to be broken, or in a transaction that someone left open, is closed when a transaction
/// begins, and another is taken. What commits or begins runs to its end even where the caller stops waiting.
#[derive(Debug, Clone)]
pub struct PgStore {
    pool: PgPool,
    schema: SchemaName,
}

impl PgStore {
    /// The store in the schema `offerkit` of the database at `url`, with a pool of its own whose connections take the role
    /// `offerkit_app`, and the default [`Timeouts`].
    ///
    /// # Errors
    ///
    /// [`sqlx::Error`] where the database cannot be reached, or its role not be taken.
    pub async fn connect(url: &str) -> Result<Self, sqlx::Error> {
        Self::connect_with(url, Timeouts::default()).await
    }

    /// The same, with other timeouts.
    ///
    /// # Errors
    ///
    /// As for [`connect`](Self::connect).
    pub async fn connect_with(url: &str, timeouts: Timeouts) -> Result<Self, sqlx::Error> {
        let options: PgConnectOptions = url.parse()?;
        // Tried apart: a connection that was pooled before the first migration would lack the role.
        timeouts.try_out(&options).await?;
        let pool = timeouts.pool_options().connect_lazy_with(options);
        Ok(Self::from_pool(pool, SchemaName::default()))
    }

    /// The options of a pool with the default [`Timeouts`], for [`from_pool`](Self::from_pool).
    #[must_use]
    pub fn pool_options() -> PgPoolOptions {
        Timeouts::default().pool_options()
    }

    /// The store in `schema`, over a pool of the host's making, best with [`pool_options`](Self::pool_options). Behind a
    /// pooler that changes connections between transactions, prepared statements have to survive that (PgBouncer 1.21).
    #[must_use]
    pub const fn from_pool(pool: PgPool, schema: SchemaName) -> Self {
        Self { pool, schema }
    }

    /// Makes the schema, or brings it up to date, as the pool's login role: it needs the right to make a schema, and to
    /// make the role `offerkit_app` where that is not there yet.
    ///
    /// Any number of processes may call it at once.
    ///
    /// # Errors
    ///
    /// [`MigrateError`]; whatever was applied before it stays.
    pub async fn migrate(&self) -> Result<(), MigrateError> {
        migrate::run(&self.pool, &self.schema).await
    }

    /// Finds what would silently weaken the store: a role that bypasses row-level security, commits that are not durable,
    /// defences that are missing, migrations that are behind.
    ///
    /// # Errors
    ///
    /// [`CheckError::Weak`] with every weakness and its remedy; [`CheckError::Database`] where it cannot be asked.
    pub async fn check(&self) -> Result<(), CheckError> {
        check::run(&self.pool, &self.schema).await
    }

    pub(crate) fn parts(&self) -> (PgPool, SchemaName) {
        (self.pool.clone(), self.schema.clone())
    }

    /// A transaction in `scope` that may take long, for those ports that are not reached through [`Transaction`].
    pub(crate) async fn open_in(&self, scope: Scope, access: Access) -> Result<Open, StoreError> {
        let (pool, schema) = self.parts();
        Open::begin(pool, schema, Beginning::long(scope, access)).await
    }

    /// A transaction of the platform whose statements are short.
    pub(crate) async fn open_short(&self, access: Access) -> Result<Open, StoreError> {
        let (pool, schema) = self.parts();
        Open::begin(pool, schema, Beginning::short(Scope::Platform, access)).await
    }
}

#[async_trait]
impl Store for PgStore {
    async fn begin(
        &self,
        scope: Scope,
        access: Access,
    ) -> Result<Box<dyn Transaction>, StoreError> {
        let (pool, schema) = self.parts();
        let settling = Settling {
            pool: pool.clone(),
            schema: schema.clone(),
        };
        let also = scope
            .tenant()
            .map(|tenant| tenants::of_scope(&schema, tenant, access));
        let beginning = Beginning::short(scope, access).and(also);
        let (open, rows) = Open::begin_with(pool, schema, beginning).await?;
        let seen = Seen::of_scope(tenants::told(&rows)?);
        Ok(Box::new(PgTransaction::new(open, access, settling, seen)))
    }
}
