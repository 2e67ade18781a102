//! Selection criteria as campaigns and segments keep them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Segment, SegmentVersion};
use crate::{
    digest::Digest,
    id::{SegmentId, UserId},
    text::SegmentName,
    time::Timestamp,
};

/// A checked criteria document, as it is stored: what was written, and what it means.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedCriteria {
    /// The document as it was written.
    pub source: Box<str>,
    /// The normalised document.
    pub canonical: Box<str>,
    /// The SHA-256 of the normalised document, which a launch pins.
    pub digest: Digest,
    /// The version of the criteria language.
    pub language: u16,
    /// The revision of the field catalog it was checked against.
    pub catalog: u64,
    /// Which version each segment that the document names without one had when it was checked.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub pins: BTreeMap<SegmentName, SegmentVersion>,
}

/// A segment version that a campaign's criteria use, whether they name it or another segment does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SegmentPin {
    /// The segment's version.
    pub id: SegmentId,
    /// The segment's name.
    pub name: SegmentName,
    /// The version's number.
    pub version: SegmentVersion,
    /// The digest of its criteria.
    pub digest: Digest,
    /// Who wrote it, and so may not decide on a campaign that begins to use it.
    pub author: UserId,
    /// When.
    pub written_at: Timestamp,
}

impl From<&Segment> for SegmentPin {
    fn from(segment: &Segment) -> Self {
        Self {
            id: segment.id,
            name: segment.name.clone(),
            version: segment.version,
            digest: segment.criteria.digest,
            author: segment.author,
            written_at: segment.written_at,
        }
    }
}
