//! What a tenant has that its criteria may refer to.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::SegmentVersion;
use crate::id::{CampaignId, OfferId};
use crate::text::SegmentName;

/// The segments, offers and campaigns of a tenant that criteria may name. Whatever is not here is unknown to them.
///
/// [`Mentions`](super::Mentions) tells what a document names, so that only that need be read from a store.
#[derive(Clone, Debug, Default)]
pub struct References {
    pub(super) segments: BTreeMap<SegmentName, BTreeMap<SegmentVersion, SavedSegment>>,
    pub(super) pins: Pins,
    pub(super) offers: BTreeSet<OfferId>,
    pub(super) campaigns: BTreeSet<CampaignId>,
}

/// The versions that names without a version mean.
pub(super) type Pins = BTreeMap<SegmentName, SegmentVersion>;

/// A version of a segment, as it was saved.
#[derive(Clone, Debug)]
pub(super) struct SavedSegment {
    pub(super) source: Box<str>,
    /// What the names in its own text mean.
    pub(super) pins: Pins,
}

/// A version of a segment that criteria use.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PinnedSegment {
    /// The segment.
    pub name: SegmentName,
    /// The version that was inlined.
    pub version: SegmentVersion,
    /// Whether the document itself names it; if not, another segment does.
    pub is_direct: bool,
}

impl References {
    /// Those of a tenant that has nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a version of a segment: its document, and the versions that names without a version mean in it.
    #[must_use]
    pub fn with_segment(
        mut self,
        name: SegmentName,
        version: SegmentVersion,
        source: &str,
        pins: impl IntoIterator<Item = (SegmentName, SegmentVersion)>,
    ) -> Self {
        let saved = SavedSegment {
            source: source.into(),
            pins: pins.into_iter().collect(),
        };
        self.segments
            .entry(name)
            .or_default()
            .insert(version, saved);
        self
    }

    /// Says which version a name without a version means in the document; otherwise it is the latest one here.
    #[must_use]
    pub fn with_pin(mut self, name: SegmentName, version: SegmentVersion) -> Self {
        self.pins.insert(name, version);
        self
    }

    /// Adds an offer.
    #[must_use]
    pub fn with_offer(mut self, offer: OfferId) -> Self {
        self.offers.insert(offer);
        self
    }

    /// Adds a campaign.
    #[must_use]
    pub fn with_campaign(mut self, campaign: CampaignId) -> Self {
        self.campaigns.insert(campaign);
        self
    }
}
