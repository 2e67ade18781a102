//! What a transaction has read and nobody changes until it ends, so that it is not read again.

use offerkit_core::{
    domain::{HeldGroup, Offer, Tenant},
    id::{OfferId, TenantId, UserId},
};

/// A transaction that changes keeps here what it has locked, and one that reads what is in its snapshot. Any change
/// empties it.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    /// The scope's tenant, which comes with the beginning.
    tenant: Option<Tenant>,
    /// What a user holds in the scope's tenant, which comes with the user.
    held: Option<(UserId, Vec<HeldGroup>)>,
    /// An offer that is locked, deleted or not.
    offer: Option<Offer>,
}

impl Seen {
    /// What a transaction begins with.
    pub(crate) const fn of_scope(tenant: Option<Tenant>) -> Self {
        Self {
            tenant,
            held: None,
            offer: None,
        }
    }

    pub(crate) fn keep_held(&mut self, user: UserId, held: Vec<HeldGroup>) {
        self.held = Some((user, held));
    }

    /// What the user holds there, if that was read.
    pub(crate) fn held(&self, by: UserId) -> Option<Vec<HeldGroup>> {
        let (user, held) = self.held.as_ref()?;
        (*user == by).then(|| held.clone())
    }

    pub(crate) fn tenant(&self, id: TenantId) -> Option<&Tenant> {
        self.tenant.as_ref().filter(|tenant| tenant.id() == id)
    }

    pub(crate) fn keep_offer(&mut self, offer: Option<&Offer>) {
        self.offer = offer.cloned();
    }

    /// The offer, if it is the one that was locked last.
    pub(crate) fn take_offer(&mut self, id: OfferId) -> Option<Offer> {
        self.offer.take().filter(|offer| offer.id() == id)
    }
}
