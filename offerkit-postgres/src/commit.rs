//! Committing changes together with their record, once for each operation, also where the answer is lost.

use std::{sync::Arc, time::Duration};

use offerkit_core::{
    audit::{AuditOutcome, AuditRecord},
    id::OperationId,
    ports::{Access, StoreError, UniqueKey},
};

use crate::{
    audit::{self, Stamp},
    connection::{CommitFailure, Open, Source},
    error::{backend, store_error},
    hook::{self, CommitHook},
    schema::{Beginning, SchemaName},
};

/// What it takes to commit, and to find out how a commit ended whose answer did not arrive.
#[derive(Clone)]
pub(crate) struct Settling {
    pub(crate) source: Source,
    pub(crate) schema: SchemaName,
    /// What the host does in it.
    pub(crate) hook: Option<Arc<dyn CommitHook>>,
}

/// How long a transaction may take to end after its connection was lost, and the server to come back.
const PATIENCE: u32 = 100;
const PAUSE: Duration = Duration::from_millis(100);

/// Whether the changes were committed is not known.
#[derive(Debug, thiserror::Error)]
#[error("the answer to a commit was lost, and the server does not tell how operation {0} ended")]
struct UnknownCommit(OperationId, #[source] sqlx::Error);

/// Commits what was changed and `record`. To be awaited in a task that nobody cuts.
pub(crate) async fn commit(
    mut open: Open,
    record: AuditRecord,
    settling: Settling,
) -> Result<AuditRecord, StoreError> {
    let stamp = match settling.hook.as_deref() {
        Some(hook) => hook::append(&mut open, &record, hook).await?,
        None => append(&mut open, &record).await?,
    };
    match open.commit().await {
        Ok(()) => Ok(record),
        Err(CommitFailure::Failed(error)) => Err(error),
        Err(CommitFailure::Unknown(error)) => settle(&settling, record, &stamp, error).await,
    }
}

/// Adds a record, unless its operation was done before.
pub(crate) async fn append(open: &mut Open, record: &AuditRecord) -> Result<Stamp, StoreError> {
    match audit::insert(open, record).await {
        Err(StoreError::Duplicate(UniqueKey::Id)) if record.outcome == AuditOutcome::Done => {
            open.begin_again().await?;
            match audit::find_operation(open, record.operation).await? {
                Some(first) => Err(StoreError::AlreadyDone(Box::new(first))),
                None => Err(StoreError::Duplicate(UniqueKey::Id)),
            }
        }
        inserted => inserted,
    }
}

/// Commits what nobody asks about again.
pub(crate) async fn end(open: Open) -> Result<(), StoreError> {
    match open.commit().await {
        Ok(()) => Ok(()),
        Err(CommitFailure::Failed(error)) => Err(error),
        Err(CommitFailure::Unknown(error)) => Err(store_error(error)),
    }
}

/// Asks, over other connections, how the commit ended.
async fn settle(
    settling: &Settling,
    record: AuditRecord,
    stamp: &Stamp,
    error: sqlx::Error,
) -> Result<AuditRecord, StoreError> {
    for _ in 0..PATIENCE {
        let Settling { source, schema, .. } = settling.clone();
        let beginning = Beginning::short(record.scope, Access::Read);
        if let Ok(mut open) = Open::begin(source, schema, beginning).await {
            // First the status: if that is final, the record that is looked for after it is there or will never be.
            let status = audit::status(&mut open, stamp).await;
            drop(open);
            match status.as_ref().map(Option::as_deref) {
                Ok(Some("in progress")) | Err(_) => {}
                Ok(status) => {
                    let was_aborted = status == Some("aborted");
                    return settled(settling, record, was_aborted, error).await;
                }
            }
        }
        tokio::time::sleep(PAUSE).await;
    }
    Err(backend(UnknownCommit(record.operation, error)))
}

async fn settled(
    settling: &Settling,
    record: AuditRecord,
    was_aborted: bool,
    error: sqlx::Error,
) -> Result<AuditRecord, StoreError> {
    let Settling { source, schema, .. } = settling.clone();
    let beginning = Beginning::short(record.scope, Access::Read);
    let mut open = Open::begin(source, schema, beginning).await?;
    match audit::find_operation(&mut open, record.operation).await? {
        Some(done) if done.id == record.id => Ok(record),
        Some(first) => Err(StoreError::AlreadyDone(Box::new(first))),
        // Nothing was committed, so all may be tried again.
        None if was_aborted => Err(StoreError::Retry(Box::new(error))),
        None => Err(backend(UnknownCommit(record.operation, error))),
    }
}
