//! Proof that the policy allowed something, for one commit.

use super::{Action, ActorRef, Job};
use crate::{domain::Scope, text::GroupName};

/// What a grant rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Basis {
    /// Everybody does this for themselves.
    Oneself,
    /// The super-admin flag.
    SuperAdmin,
    /// A group the user belongs to.
    Group(GroupName),
    /// The job's own work.
    Job(Job),
}

/// The policy's permission to do one thing in one scope.
///
/// Only [`authorize`](super::authorize) makes one; it cannot be copied, and an
/// [`AuditEvent`](crate::audit::AuditEvent) is made from it alone, so that nothing is committed that was not allowed.
#[derive(Debug, PartialEq, Eq)]
#[must_use = "a grant allows one commit"]
pub struct Grant {
    actor: ActorRef,
    action: Action,
    scope: Scope,
    basis: Basis,
}

impl Grant {
    pub(super) const fn new(actor: ActorRef, action: Action, scope: Scope, basis: Basis) -> Self {
        Self {
            actor,
            action,
            scope,
            basis,
        }
    }

    /// Who may.
    #[must_use]
    pub const fn actor(&self) -> ActorRef {
        self.actor
    }

    /// What they may do.
    #[must_use]
    pub const fn action(&self) -> Action {
        self.action
    }

    /// Where they may do it.
    #[must_use]
    pub const fn scope(&self) -> Scope {
        self.scope
    }

    /// What the grant rests on.
    #[must_use]
    pub const fn basis(&self) -> &Basis {
        &self.basis
    }
}
