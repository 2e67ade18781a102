//! What the host does in the library's commits.

use std::error::Error;

use async_trait::async_trait;
use offerkit_core::{audit::AuditRecord, ports::StoreError};
use sqlx::PgConnection;

use crate::{
    audit::{self, Stamp},
    commit,
    connection::Open,
    error::{backend, is_retry},
};

/// What the host does in every commit of a change, so that it is done together with the change or not at all: an outbox
/// row for the approval, say.
///
/// ```
/// use offerkit_core::{audit::AuditRecord, policy::Action};
/// use sqlx::PgConnection;
/// use std::error::Error;
///
/// struct Outbox;
///
/// #[async_trait::async_trait]
/// impl offerkit_postgres::CommitHook for Outbox {
///     async fn before_commit(
///         &self,
///         connection: &mut PgConnection,
///         record: &AuditRecord,
///     ) -> Result<(), Box<dyn Error + Send + Sync>> {
///         if record.action == Action::ApproveOffer {
///             sqlx::query("INSERT INTO bank.outbox (id, event) VALUES ($1, 'approved')")
///                 .bind(record.id.as_uuid())
///                 .execute(connection)
///                 .await?;
///         }
///         Ok(())
///     }
/// }
/// ```
///
/// Statements run in the transaction of the change, with its tenant set, and as the pool's role: `offerkit_app`, unless
/// the host's pool takes another. Grant it what the hook needs (`GRANT INSERT ON bank.outbox TO offerkit_app`), or switch
/// in the hook (`SET LOCAL ROLE bank_app`, which the login has to be a member of); role and tenant are put back before
/// the commit. Whoever changes waits for the hook, and so do others for the rows that it has locked: it asks no other
/// service.
#[async_trait]
pub trait CommitHook: Send + Sync {
    /// Runs before the commit of a change, after its record was added. A refusal changes nothing, so its record is
    /// committed without this; so is what leaves no record, such as sessions and deliveries.
    ///
    /// Keep to statements, and to `SAVEPOINT` where one may fail: `connection.begin()` knows nothing of the transaction
    /// that is open, and its end would be the end of that. Whatever ends the transaction is found out: nothing is
    /// committed, and the change fails with [`HookError::Ended`].
    ///
    /// # Errors
    ///
    /// Whatever keeps the change from being committed. The caller gets [`StoreError::Backend`] with a [`HookError`] in
    /// it, or, where PostgreSQL could not put transactions in an order, [`StoreError::Retry`], after which the whole is
    /// tried again.
    async fn before_commit(
        &self,
        connection: &mut PgConnection,
        record: &AuditRecord,
    ) -> Result<(), Box<dyn Error + Send + Sync>>;
}

/// Why a commit hook kept a change from being committed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HookError {
    /// It answered an error.
    #[error("the commit hook failed, so nothing was committed")]
    Failed(#[source] Box<dyn Error + Send + Sync>),
    /// It ended the transaction, or undid the change in it.
    #[error("the commit hook ended the transaction that it ran in, so nothing was committed")]
    Ended,
}

/// Adds the record, and runs the hook, which cannot commit meanwhile.
pub(crate) async fn append(
    open: &mut Open,
    record: &AuditRecord,
    hook: &dyn CommitHook,
) -> Result<Stamp, StoreError> {
    let guard = open.query(&[
        "SELECT set_config('offerkit.hook', 'runs', TRUE), current_setting('role') AS role,
            coalesce(current_setting('offerkit.tenant', TRUE), '') AS tenant",
    ]);
    let row = open.one(guard).await?;
    let (role, tenant): (String, String) = (row.get("role")?, row.get("tenant")?);
    let stamp = commit::append(open, record).await?;
    let hooked = hook.before_commit(open.connection()?, record).await;
    hooked.map_err(failed)?;
    let put_back = open
        .query(&[
            "SELECT set_config('role', $1, TRUE), set_config('offerkit.tenant', $2, TRUE), set_config('offerkit.hook', '', TRUE)",
        ])
        .bind(role)
        .bind(tenant);
    open.execute(put_back).await?;
    if audit::is_of_this_transaction(open, record).await? {
        return Ok(stamp);
    }
    Err(backend(HookError::Ended))
}

fn failed(error: Box<dyn Error + Send + Sync>) -> StoreError {
    let may_succeed = error.downcast_ref().is_some_and(is_retry);
    let error = Box::new(HookError::Failed(error));
    if may_succeed {
        StoreError::Retry(error)
    } else {
        StoreError::Backend(error)
    }
}
