//! The store.

use std::{fmt, sync::Arc};

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
    connection::{Open, Source},
    customers::Meetings,
    hook::CommitHook,
    joined::Shared,
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
/// [`Contacts`](offerkit_core::ports::Contacts),
/// [`Ledger`](offerkit_core::ports::Ledger) and [`AuditSeals`](offerkit_core::ports::AuditSeals), on a runtime of tokio.
/// Transactions that read see one snapshot; what a single call tells is asked for in one statement, without one. Those that
/// change lock what the ports say, and answer [`StoreError::Retry`] where they lock each other out.
///
/// A connection that turns out to be broken, or in a transaction that someone left open, is closed when a transaction
/// begins, and another is taken. What commits or begins runs to its end even where the caller stops waiting.
#[derive(Clone)]
pub struct PgStore {
    pool: PgPool,
    schema: SchemaName,
    /// The host's transaction, where the store acts in one.
    joined: Option<Arc<Shared>>,
    hook: Option<Arc<dyn CommitHook>>,
    meetings: Arc<Meetings>,
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
    pub fn from_pool(pool: PgPool, schema: SchemaName) -> Self {
        Self {
            pool,
            schema,
            joined: None,
            hook: None,
            meetings: Arc::default(),
        }
    }

    /// Has the host do something in every commit of a change, in place of an earlier hook.
    #[must_use]
    pub fn on_commit(self, hook: impl CommitHook + 'static) -> Self {
        Self {
            hook: Some(Arc::new(hook)),
            ..self
        }
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

    pub(crate) const fn schema(&self) -> &SchemaName {
        &self.schema
    }

    /// Whether both talk to one database for certain: they share a pool.
    pub(crate) fn is_on_pool_of(&self, other: &Self) -> bool {
        let (one, two) = (self.pool.connect_options(), other.pool.connect_options());
        Arc::ptr_eq(&one, &two)
    }

    pub(crate) const fn pool(&self) -> &PgPool {
        &self.pool
    }

    /// The same store, in the host's transaction.
    pub(crate) fn within(&self, shared: Arc<Shared>) -> Self {
        Self {
            joined: Some(shared),
            ..self.clone()
        }
    }

    /// What has to be asked of committed transactions, or commits by itself, is none of the host's.
    pub(crate) fn refuse_joined(&self, why: &'static str) -> Result<(), StoreError> {
        match self.joined {
            Some(_) => Err(StoreError::Refused(why)),
            None => Ok(()),
        }
    }

    pub(crate) fn settling(&self) -> Settling {
        Settling {
            source: self.source(),
            schema: self.schema.clone(),
            hook: self.hook.clone(),
        }
    }

    fn source(&self) -> Source {
        match &self.joined {
            Some(shared) => Source::Joined(Arc::clone(shared)),
            None => Source::Pool(self.pool.clone()),
        }
    }

    pub(crate) fn meetings(&self) -> Arc<Meetings> {
        Arc::clone(&self.meetings)
    }

    /// A transaction in `scope` that may take long, for those ports that are not reached through [`Transaction`].
    pub(crate) async fn open_in(&self, scope: Scope, access: Access) -> Result<Open, StoreError> {
        let beginning = Beginning::long(scope, access);
        Open::begin(self.source(), self.schema.clone(), beginning).await
    }

    /// A transaction of the platform whose statements are short.
    pub(crate) async fn open_short(&self, access: Access) -> Result<Open, StoreError> {
        let beginning = Beginning::short(Scope::Platform, access);
        Open::begin(self.source(), self.schema.clone(), beginning).await
    }
}

impl fmt::Debug for PgStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PgStore")
            .field("pool", &self.pool)
            .field("schema", &self.schema)
            .field("is_joined", &self.joined.is_some())
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl Store for PgStore {
    async fn begin(
        &self,
        scope: Scope,
        access: Access,
    ) -> Result<Box<dyn Transaction>, StoreError> {
        let also = scope
            .tenant()
            .filter(|_| access != Access::ReadCommitted)
            .map(|tenant| tenants::of_scope(&self.schema, tenant, access));
        let beginning = Beginning::short(scope, access).and(also);
        let begun = Open::begin_with(self.source(), self.schema.clone(), beginning);
        let (open, rows) = begun.await?;
        let seen = Seen::of_scope(tenants::told(&rows)?);
        let settling = self.settling();
        Ok(Box::new(PgTransaction::new(open, access, settling, seen)))
    }
}
