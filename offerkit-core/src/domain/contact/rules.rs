//! What a tenant decides about contacting customers.

use serde::{Deserialize, Serialize};

use super::{ConsentRule, Purpose};

/// What it means that a customer has said nothing about marketing over a channel.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum ConsentMode {
    /// No: marketing goes only to those who agreed. The safe choice, and the default.
    #[default]
    OptIn,
    /// Yes, until they withdraw.
    OptOut,
}

impl ConsentMode {
    /// What messages of a purpose need.
    #[must_use]
    pub const fn rule_for(self, purpose: Purpose) -> ConsentRule {
        match (purpose, self) {
            (Purpose::Service, _) => ConsentRule::None,
            (Purpose::Marketing, Self::OptIn) => ConsentRule::Given,
            (Purpose::Marketing, Self::OptOut) => ConsentRule::NotWithdrawn,
        }
    }
}

/// A tenant's contact rules, part of its offer configuration, and so versioned and audited with it. The rules that hold
/// when a message is claimed are those that decide about it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ContactRules {
    /// What no word on marketing means.
    pub consent: ConsentMode,
}
