//! What goes wrong in a store.

use std::{error::Error, fmt};

use crate::{audit::AuditRecord, domain::Scope};

/// What must be unique, and was there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum UniqueKey {
    /// A user's name.
    Username,
    /// A user's external identity.
    Identity,
    /// A tenant's name.
    TenantName,
    /// A group's name in its tenant.
    GroupName,
    /// A user's membership of a group.
    Membership,
    /// A version of a tenant's configuration.
    ConfigurationVersion,
    /// A revision of an offer.
    OfferRevision,
    /// The approval of a revision.
    Approval,
    /// A version of a segment.
    SegmentVersion,
    /// A customer's id, external id or e-mail address.
    Customer,
    /// A stop of sending of its extent.
    Stop,
    /// Any id.
    Id,
}

impl fmt::Display for UniqueKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Username => "user name",
            Self::Identity => "external identity",
            Self::TenantName => "tenant name",
            Self::GroupName => "group name",
            Self::Membership => "membership",
            Self::ConfigurationVersion => "configuration version",
            Self::OfferRevision => "offer revision",
            Self::Approval => "approval",
            Self::SegmentVersion => "segment version",
            Self::Customer => "customer",
            Self::Stop => "stop",
            Self::Id => "id",
        })
    }
}

/// Why a store did not do what was asked. What is not found is no error but `None`.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The object was changed since it was read, or is not there.
    #[error("the {0} was changed by someone else in the meantime; read it and try again")]
    Conflict(&'static str),
    /// Something unique is there already.
    #[error("this {0} is already taken")]
    Duplicate(UniqueKey),
    /// The change refers to something that is not there.
    #[error("the change refers to a {0} that does not exist")]
    MissingReference(&'static str),
    /// A defence of the store refused the change: four eyes, an approved revision, the audit log.
    #[error("the store refuses the change: {0}")]
    Refused(&'static str),
    /// The operation was done before; here is its record.
    #[error("the operation was done before")]
    AlreadyDone(Box<AuditRecord>),
    /// The event or object belongs to another scope than the transaction.
    #[error("the transaction is of {transaction:?}, the change of {change:?}")]
    WrongScope {
        /// The transaction's scope.
        transaction: Scope,
        /// The change's scope.
        change: Scope,
    },
    /// An earlier error, or an end, has aborted the transaction.
    #[error("the transaction was aborted by an earlier error")]
    Aborted,
    /// A change in a transaction that was begun for reading.
    #[error("the transaction was begun for reading")]
    ReadOnly,
    /// Concurrent transactions could not be put in an order; trying again may succeed.
    #[error("concurrent changes; try again")]
    Retry(#[source] Box<dyn Error + Send + Sync>),
    /// The store cannot be reached, or failed.
    #[error("the store failed")]
    Backend(#[source] Box<dyn Error + Send + Sync>),
}
