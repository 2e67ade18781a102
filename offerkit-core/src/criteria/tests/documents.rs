//! What random documents refer to.

use offerkit_generator::{CAMPAIGNS, OFFERS, SEGMENTS};

use super::References;

pub(super) fn references() -> References {
    let mut references = References::new();
    for (name, source) in SEGMENTS {
        let first = crate::domain::SegmentVersion::FIRST;
        references = references.with_segment(name.parse().unwrap(), first, source, []);
    }
    for (offer, campaign) in OFFERS.iter().zip(CAMPAIGNS) {
        references = references
            .with_offer(offer.parse().unwrap())
            .with_campaign(campaign.parse().unwrap());
    }
    references
}
