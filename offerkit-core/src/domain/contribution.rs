//! Who wrote what, which decides who may not approve it.

use serde::{Deserialize, Serialize};

use super::RevisionNumber;
use crate::{id::UserId, time::Timestamp};

/// How someone took part in what is to be approved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ContributionKind {
    /// Wrote the revision.
    Wrote,
    /// Submitted the revision of an offer.
    Submitted,
    /// Requested the launch of the revision of a campaign.
    RequestedLaunch,
    /// Wrote a segment version that the campaign uses.
    WroteSegment,
}

/// One act of writing or submitting since the last approval (of an offer) or launch (of a campaign).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contribution {
    /// Who did it.
    pub user: UserId,
    /// What they did.
    pub kind: ContributionKind,
    /// The revision.
    pub revision: RevisionNumber,
    /// When.
    pub at: Timestamp,
}
