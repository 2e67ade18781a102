//! What a claim would know of customers, for those who ask before it.

use crate::{
    domain::{Channel, ConsentWord, Contact, ContactFacts, DeliveryStatus},
    id::{CampaignId, CustomerId, TenantId},
    time::Timestamp,
};

/// Of whom a store is asked what a claim would know.
#[derive(Debug, Clone, Copy)]
pub struct Prospecting<'a> {
    /// The campaign's tenant.
    pub tenant: TenantId,
    /// The campaign.
    pub campaign: CampaignId,
    /// The channel.
    pub channel: Channel,
    /// The customers, none of them twice.
    pub customers: &'a [CustomerId],
    /// The present moment.
    pub now: Timestamp,
}

/// What a claim would know of a customer, as far as the rules ask for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prospect {
    /// The customer.
    pub customer: CustomerId,
    /// The status of their row; none where there is no row.
    pub status: Option<DeliveryStatus>,
    /// The moment before which the row is not due.
    pub not_before: Option<Timestamp>,
    /// The last word on the campaign's purpose and the channel.
    pub consent: Option<ConsentWord>,
    /// What their attribute says about their zone.
    pub zone: Option<Box<str>>,
    /// What the caps count.
    pub contacts: Vec<Contact>,
}

impl Prospect {
    /// Whether a message was sent, is being sent or may have been, or was refused.
    #[must_use]
    pub const fn was_tried(&self) -> bool {
        use DeliveryStatus::{Cancelled, Pending, Suppressed};
        !matches!(self.status, None | Some(Pending | Suppressed | Cancelled))
    }

    /// What is judged.
    #[must_use]
    pub fn facts(&self) -> ContactFacts<'_> {
        ContactFacts {
            consent: self.consent,
            zone: self.zone.as_deref(),
            contacts: &self.contacts,
        }
    }
}
