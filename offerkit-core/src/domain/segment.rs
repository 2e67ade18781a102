//! Segments: criteria saved under a name, in immutable versions.

use serde::{Deserialize, Serialize};

use super::{SavedCriteria, SegmentVersion};
use crate::{
    id::{SegmentId, TenantId, UserId},
    text::{Description, SegmentName},
    time::Timestamp,
};

/// One version of a segment; a change is a new version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Segment {
    /// Names this version.
    pub id: SegmentId,
    /// The tenant.
    pub tenant: TenantId,
    /// The segment's name.
    pub name: SegmentName,
    /// The version's number.
    pub version: SegmentVersion,
    /// What the segment is for.
    pub description: Option<Description>,
    /// Whom it selects.
    pub criteria: SavedCriteria,
    /// Who wrote this version.
    pub author: UserId,
    /// When.
    pub written_at: Timestamp,
}
