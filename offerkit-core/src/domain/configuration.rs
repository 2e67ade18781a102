//! A tenant's offer configuration: what its offers must look like, and what its campaigns may use.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Channel, ConfigurationVersion, ContactRules};
use crate::{
    id::{TenantId, UserId},
    time::{TimeZone, Timestamp},
};

/// What a tenant decides about its offers and campaigns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConfigurationSettings {
    /// The JSON Schema that an offer's data must satisfy.
    pub schema: Value,
    /// The customer fields that criteria may use; `None` for all that are not protected.
    pub criteria_fields: Option<BTreeSet<String>>,
    /// The channels that campaigns may use.
    pub channels: BTreeSet<Channel>,
    /// The zone in which the tenant's dates begin and end.
    pub time_zone: TimeZone,
    /// Whom and when its campaigns may reach.
    #[serde(default)]
    pub contact: ContactRules,
}

impl Default for ConfigurationSettings {
    /// What a new tenant begins with: any JSON object, every field, every channel, UTC, marketing only to
    /// those who agreed.
    fn default() -> Self {
        Self {
            schema: serde_json::json!({ "type": "object" }),
            criteria_fields: None,
            channels: Channel::ALL.into(),
            time_zone: TimeZone::UTC,
            contact: ContactRules::default(),
        }
    }
}

/// One version of a tenant's configuration; a change is a new version, and offers keep the one they were written under.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfferConfiguration {
    /// The tenant.
    pub tenant: TenantId,
    /// The version's number, from 1 on.
    pub version: ConfigurationVersion,
    /// What it says.
    pub settings: ConfigurationSettings,
    /// The protected fields that a super admin has allowed the tenant's criteria to use.
    pub protected_fields: BTreeSet<String>,
    /// Who published it.
    pub published_by: UserId,
    /// When.
    pub published_at: Timestamp,
}
