//! Campaigns: one approved revision, sent to the customers that criteria select, between two dates.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{
    ChannelChoice, Contribution, Messages, Purpose, RevisionNumber, SavedCriteria, Schedule,
    SegmentPin, Validity, Version, entity::entity,
};
use crate::{
    canonical::canonical_text,
    digest::Digest,
    id::{CampaignId, OfferId, SegmentId, TenantId, UserId},
    text::{Description, Reason, Title},
    time::{TimeZone, Timestamp},
};

mod lifecycle;

pub(crate) use lifecycle::LaunchSeen;

/// Where a campaign stands: `draft → active ⇄ paused → completed`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CampaignStatus {
    /// Being written.
    Draft,
    /// Launched: its audience is filled and messages are sent between its dates.
    Active,
    /// Held: nothing is sent.
    Paused,
    /// Over, for good.
    Completed,
}

impl CampaignStatus {
    /// Every status.
    pub const ALL: [Self; 4] = [Self::Draft, Self::Active, Self::Paused, Self::Completed];

    /// The stable name, as stored and shown.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Active => "active",
            Self::Paused => "paused",
            Self::Completed => "completed",
        }
    }
}

impl CampaignStatus {
    /// The status as a sentence says it: "the campaign is a draft".
    pub(crate) const fn in_words(self) -> &'static str {
        match self {
            Self::Draft => "a draft",
            Self::Active | Self::Paused | Self::Completed => self.as_str(),
        }
    }
}

/// What a campaign says, to whom and when: what a launch approves.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CampaignPlan {
    /// The offer it sends.
    pub offer: OfferId,
    /// What it is called.
    pub name: Title,
    /// What it is for.
    pub description: Option<Description>,
    /// What its messages are for, which decides whose consent they need.
    #[serde(default)]
    pub purpose: Purpose,
    /// Whom it selects.
    pub selection_criteria: SavedCriteria,
    /// The segment versions that the criteria use, those among them that other segments name.
    pub segments: Vec<SegmentPin>,
    /// The channels, each with its message.
    pub messages: Messages,
    /// Over which of them a customer is reached.
    #[serde(default)]
    pub channels: ChannelChoice,
    /// The first day of sending, in the tenant's time zone.
    pub start_date: NaiveDate,
    /// The last day of sending.
    pub end_date: NaiveDate,
    /// When it starts late, and when its audience is filled again.
    #[serde(default)]
    pub schedule: Schedule,
}

impl CampaignPlan {
    /// When its last day is over, in the tenant's zone, where the offer that it sends is valid so long.
    #[must_use]
    pub fn ends_at(&self, validity: &Validity, zone: TimeZone) -> Timestamp {
        let end = self.end_date;
        let last = validity.until.map_or(end, |until| until.min(end));
        let next = last.succ_opt().unwrap_or(last);
        zone.start_of(next)
    }

    /// The digest of channels and messages, which a launch pins.
    #[must_use]
    pub fn messages_digest(&self) -> Digest {
        let messages = serde_json::to_value(&self.messages).unwrap_or_default();
        Digest::of(canonical_text(&messages).as_bytes())
    }

    /// The digest of the schedule, which a launch pins.
    #[must_use]
    pub fn schedule_digest(&self) -> Digest {
        let schedule = serde_json::to_value(&self.schedule).unwrap_or_default();
        Digest::of(canonical_text(&schedule).as_bytes())
    }

    /// The ids of the segment versions that the criteria use, which a launch pins.
    #[must_use]
    pub fn segment_ids(&self) -> Vec<SegmentId> {
        self.segments.iter().map(|pin| pin.id).collect()
    }
}

/// That someone asked for a launch of a revision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LaunchRequest {
    /// Who asks.
    pub by: UserId,
    /// When.
    pub at: Timestamp,
    /// The revision of the campaign.
    pub revision: RevisionNumber,
    /// How many customers the criteria selected then.
    pub counted: u64,
}

/// A launch, and everything that it pins: what was approved is what runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Launch {
    /// Who launched.
    pub by: UserId,
    /// When.
    pub at: Timestamp,
    /// The revision of the campaign.
    pub revision: RevisionNumber,
    /// The revision of the offer that is sent.
    pub offer_revision: RevisionNumber,
    /// The digest of that revision.
    pub offer_digest: Digest,
    /// The digest of the criteria.
    pub criteria_digest: Digest,
    /// The digest of the messages.
    pub messages_digest: Digest,
    /// The digest of the schedule. The dates are those of the revision.
    pub schedule_digest: Digest,
    /// The segment versions that the criteria use.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub segments: Vec<SegmentId>,
    /// How many customers the criteria selected at the launch.
    pub counted: u64,
    /// The most customers the audience may have; a filling past it pauses the campaign.
    pub ceiling: u64,
}

entity! {
    /// Sends an offer to the customers its criteria select.
    Campaign, CampaignParts {
        /// Names the campaign.
        [copy] id: CampaignId,
        /// The tenant it belongs to.
        [copy] tenant: TenantId,
        /// Where it stands.
        [copy] status: CampaignStatus,
        /// What it says, to whom and when.
        plan: CampaignPlan,
        /// Numbers the plans, from 1 on.
        [copy] revision: RevisionNumber,
        /// Who wrote and requested since the last launch, oldest first; among them the authors of the segment versions
        /// that the last launch did not use.
        contributions: Vec<Contribution>,
        /// The pending request for a launch.
        launch_request: Option<LaunchRequest>,
        /// The last launch.
        launch: Option<Launch>,
        /// Why the campaign is paused.
        pause_reason: Option<Reason>,
        /// Who made the campaign.
        [copy] created_by: UserId,
        /// When the campaign was made.
        [copy] created_at: Timestamp,
        /// When the campaign was last changed.
        [copy] updated_at: Timestamp,
        /// The version that a writer must give back.
        [copy] version: Version,
    }
}
