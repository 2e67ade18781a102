//! Stops: what a super admin holds back from being sent.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::Channel;
use crate::{
    id::{StopId, TenantId, UserId},
    text::Reason,
    time::Timestamp,
};

/// How much a stop holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StopExtent {
    /// All sending of the platform.
    Everything,
    /// All sending of one tenant.
    Tenant(TenantId),
    /// All sending over one channel, of every tenant.
    Channel(Channel),
}

impl StopExtent {
    /// Whether it holds what `tenant` sends over `channel`.
    #[must_use]
    pub fn holds(self, tenant: TenantId, channel: Channel) -> bool {
        match self {
            Self::Everything => true,
            Self::Tenant(held) => held == tenant,
            Self::Channel(held) => held == channel,
        }
    }

    /// The tenant, if it is of one alone.
    #[must_use]
    pub const fn tenant(self) -> Option<TenantId> {
        match self {
            Self::Tenant(tenant) => Some(tenant),
            Self::Everything | Self::Channel(_) => None,
        }
    }

    /// The channel, if it is of one alone.
    #[must_use]
    pub const fn channel(self) -> Option<Channel> {
        match self {
            Self::Channel(channel) => Some(channel),
            Self::Everything | Self::Tenant(_) => None,
        }
    }
}

impl fmt::Display for StopExtent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Everything => f.write_str("all sending"),
            Self::Tenant(_) => f.write_str("all sending of the tenant"),
            Self::Channel(channel) => write!(f, "all sending over {channel}"),
        }
    }
}

/// That a super admin has stopped sending, until one lifts it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stop {
    /// Names the stop.
    pub id: StopId,
    /// How much it holds.
    pub extent: StopExtent,
    /// Why.
    pub reason: Reason,
    /// Who stopped it.
    pub by: UserId,
    /// Since when.
    pub since: Timestamp,
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            extent,
            reason,
            since,
            ..
        } = self;
        write!(f, "{extent} is stopped since {since}: {reason}")
    }
}

/// That a super admin has lifted a stop.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StopLift {
    /// The stop.
    pub stop: StopId,
    /// Why it is lifted.
    pub reason: Reason,
    /// Who lifted it.
    pub by: UserId,
    /// When.
    pub at: Timestamp,
}
