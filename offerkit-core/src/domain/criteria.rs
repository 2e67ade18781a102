//! Selection criteria as campaigns and segments keep them.

use serde::{Deserialize, Serialize};

use crate::digest::Digest;

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
}

/// A segment version that a campaign's criteria use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SegmentPin {
    /// The segment's version.
    pub id: crate::id::SegmentId,
    /// The digest of its criteria.
    pub digest: Digest,
}
