//! Runs: one filling of a campaign's audience, resumable after a crash.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::RevisionNumber;
use crate::{
    digest::Digest,
    id::{CampaignId, CustomerId, OfferId, RunId, TenantId},
    time::Timestamp,
};

/// Where a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunStatus {
    /// Chunks remain.
    Running,
    /// Every customer was looked at.
    Finished,
    /// The audience would have grown past the launch's ceiling.
    OverCeiling,
    /// The campaign was launched anew, so another run takes its place.
    Superseded,
}

/// Why a message is cancelled that was pending when its campaign was launched anew.
pub const NOT_SELECTED_ANEW: &str =
    "the campaign was launched anew, and does not select this customer";

/// One filling of an audience. What it asks about time is fixed when it starts, so that every chunk, and any later
/// explanation, sees the same moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// Names the run.
    pub id: RunId,
    /// The tenant.
    pub tenant: TenantId,
    /// The campaign.
    pub campaign: CampaignId,
    /// The offer that the launch sends.
    pub offer: OfferId,
    /// The launched revision of the campaign.
    pub revision: RevisionNumber,
    /// The digest of the criteria.
    pub criteria_digest: Digest,
    /// The moment that the criteria take as now.
    pub now: Timestamp,
    /// The date that they take as today, in the tenant's time zone.
    pub today: NaiveDate,
    /// The last customer looked at.
    pub position: Option<CustomerId>,
    /// How many customers were added, or taken over from an earlier launch with messages still to be sent.
    pub added: u64,
    /// How many selected customers had been dealt with under an earlier launch, so that nothing is left to send them.
    pub kept: u64,
    /// Where it stands.
    pub status: RunStatus,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
}

impl Run {
    /// Whether it has looked at every customer for a launch of this revision.
    #[must_use]
    pub fn is_finished_for(&self, revision: RevisionNumber) -> bool {
        self.revision == revision && self.status == RunStatus::Finished
    }
}
