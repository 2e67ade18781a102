//! The audit log in a store. Records are added by committing and refusing alone.

use async_trait::async_trait;

use super::StoreError;
use crate::{
    audit::{AuditRecord, Subject},
    id::{OperationId, UserId},
    page::{Page, PageRequest},
    policy::Action,
    time::Timestamp,
};

/// Which records a list holds: those that satisfy every given part.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// About this object; about any object of its kind, where it has no id.
    pub subject: Option<Subject>,
    /// Of this user.
    pub user: Option<UserId>,
    /// Of this action.
    pub action: Option<Action>,
    /// Only what was refused, or only what was done.
    pub is_refused: Option<bool>,
    /// At this moment or later.
    pub from: Option<Timestamp>,
    /// Before this moment.
    pub before: Option<Timestamp>,
}

/// The scope's audit log.
#[async_trait]
pub trait AuditRepository: Send {
    /// The record of what an operation did, if it was done.
    async fn find_operation(
        &mut self,
        operation: OperationId,
    ) -> Result<Option<AuditRecord>, StoreError>;

    /// A page of records.
    async fn list(
        &mut self,
        filter: &AuditFilter,
        page: &PageRequest,
    ) -> Result<Page<AuditRecord>, StoreError>;
}
