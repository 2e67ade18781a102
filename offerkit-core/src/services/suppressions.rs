//! The addresses that nothing is sent to any more.

use super::{Acting, Error};
use crate::{
    audit::{Subject, SubjectKind},
    domain::{AddressDigest, Channel, Suppression, SuppressionReason},
    policy::Action,
};

/// The addresses that nothing is sent to any more, whatever a message is for: those that a super admin names, those of
/// which a notifier says that nothing will ever reach them, and those whose owner complained about a message.
///
/// They are kept as digests, so they stay suppressed when their customer is erased and comes back.
///
/// ```
/// # use offerkit_core::{domain::Channel, services::{self, Error}};
/// # async fn example(root: services::Acting) -> Result<(), Error> {
/// root.suppressions().add(Channel::Email, "asha@example.com").await?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Suppressions {
    acting: Acting,
}

const SUBJECT: Subject = Subject::the(SubjectKind::Address);

impl Suppressions {
    pub(super) const fn new(acting: Acting) -> Self {
        Self { acting }
    }

    /// Sends nothing to an address any more, and answers whether it was not suppressed already. The record names the
    /// address by its digest.
    ///
    /// # Errors
    ///
    /// [`Error::Denied`] unless the actor is a super admin.
    pub async fn add(&self, channel: Channel, address: &str) -> Result<bool, Error> {
        let (action, address) = (Action::SuppressAddress, AddressDigest::of(channel, address));
        self.acting
            .mutate(action, || async {
                let suppression = Suppression {
                    address,
                    reason: SuppressionReason::ByHand,
                    since: self.acting.kit().now(),
                };
                let event = self.acting.platform_event(action, SUBJECT).await?;
                let event = Some(event.after(&suppression));
                let contacts = &self.acting.kit().inner.contacts;
                Ok(contacts.suppress(suppression, event).await?)
            })
            .await
    }

    /// Sends to an address again, whatever it was suppressed for, and answers whether it was.
    ///
    /// # Errors
    ///
    /// [`Error::Denied`] unless the actor is a super admin.
    pub async fn remove(&self, channel: Channel, address: &str) -> Result<bool, Error> {
        let (action, address) = (Action::ReleaseAddress, AddressDigest::of(channel, address));
        self.acting
            .mutate(action, || async {
                let event = self.acting.platform_event(action, SUBJECT).await?;
                let event = event.before(&address);
                Ok(self
                    .acting
                    .kit()
                    .inner
                    .contacts
                    .release(address, event)
                    .await?)
            })
            .await
    }

    /// Why and since when nothing is sent to an address, if that is so.
    ///
    /// # Errors
    ///
    /// [`Error::Denied`] unless the actor is a super admin.
    pub async fn find(
        &self,
        channel: Channel,
        address: &str,
    ) -> Result<Option<Suppression>, Error> {
        self.acting.view_contacts().await?;
        let address = AddressDigest::of(channel, address);
        let found = self
            .acting
            .kit()
            .inner
            .contacts
            .suppressed(&[address])
            .await?;
        Ok(found.first().copied())
    }
}
