//! Why the policy decides as it does, for people and tests.

use std::fmt;

use super::{Action, Actor, Basis, Denied, Resource, authorize};

/// A decision with its reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Explanation {
    /// It is allowed, and what grants it.
    Allowed {
        /// What was asked for.
        action: Action,
        /// What grants it.
        basis: Basis,
    },
    /// It is refused, and the rule that refuses.
    Refused(Denied),
}

impl Explanation {
    /// Whether it is allowed.
    #[must_use]
    pub const fn is_allowed(&self) -> bool {
        match self {
            Self::Allowed { .. } => true,
            Self::Refused(_) => false,
        }
    }
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Allowed { action, basis } => {
                write!(f, "you may {}: ", action.words())?;
                match basis {
                    Basis::Oneself => f.write_str("everybody does this for themselves"),
                    Basis::SuperAdmin => f.write_str("you are a super admin"),
                    Basis::Group(group) => write!(f, "your group {group} permits it"),
                    Basis::Job(job) => write!(f, "it is the work of the {} job", job.as_str()),
                }
            }
            Self::Refused(denied) => denied.fmt(f),
        }
    }
}

/// What [`authorize`] would answer, without a grant: nothing can be done with it.
#[must_use]
pub fn explain(actor: &Actor, action: Action, resource: &Resource<'_>) -> Explanation {
    match authorize(actor, action, resource) {
        Ok(grant) => Explanation::Allowed {
            action,
            basis: grant.basis().clone(),
        },
        Err(denied) => Explanation::Refused(denied),
    }
}
