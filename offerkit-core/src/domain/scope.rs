//! The two kinds of scope that changes and records belong to.

use serde::{Deserialize, Serialize};

use crate::id::TenantId;

/// Where something happens: on the platform, or in one tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// The whole installation: users, tenants, the field catalog, customers.
    Platform,
    /// One tenant's business.
    Tenant(TenantId),
}

impl Scope {
    /// The tenant, if the scope is one.
    #[must_use]
    pub const fn tenant(self) -> Option<TenantId> {
        match self {
            Self::Platform => None,
            Self::Tenant(tenant) => Some(tenant),
        }
    }
}
