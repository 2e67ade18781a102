//! Whom a claimed row's message may reach: what is known only once the customers are read.

use std::collections::BTreeMap;

use serde_json::Value;

use super::Deliveries;
use crate::{
    domain::{AddressDigest, Channel, Customer, Suppression, SuppressionReason, Withheld},
    id::CustomerId,
    ports::{Message, Outcome},
    services::Error,
};

/// A customer who may be reached, and where.
pub(in crate::services) struct Reached<'a> {
    pub(super) customer: &'a Customer,
    pub(super) address: String,
}

impl Deliveries {
    /// Where each customer is reached over a channel, or why they are not.
    ///
    /// The claim cannot tell: customers may stand in a source of the host's. So it is asked after they were read and before
    /// anything is sent, which is later than the claim.
    pub(in crate::services) async fn reach<'a>(
        &self,
        channel: Channel,
        ids: &[CustomerId],
        customers: &'a [Customer],
    ) -> Result<BTreeMap<CustomerId, Result<Reached<'a>, Withheld>>, Error> {
        let customers: BTreeMap<_, _> = customers.iter().map(|it| (it.id(), it)).collect();
        let mut found: BTreeMap<_, _> = ids
            .iter()
            .map(|id| (*id, reached(channel, customers.get(id).copied())))
            .collect();
        let addresses: Vec<_> = found
            .values()
            .filter_map(|reached| reached.as_ref().ok())
            .map(|reached| AddressDigest::of(channel, &reached.address))
            .collect();
        let suppressed = match addresses.as_slice() {
            [] => Vec::new(),
            addresses => {
                self.acting
                    .kit()
                    .inner
                    .contacts
                    .suppressed(addresses)
                    .await?
            }
        };
        if !suppressed.is_empty() {
            for reached in found.values_mut() {
                let is_suppressed = reached.as_ref().is_ok_and(|reached| {
                    let address = AddressDigest::of(channel, &reached.address);
                    suppressed.iter().any(|it| it.address == address)
                });
                if is_suppressed {
                    *reached = Err(Withheld::SuppressedAddress);
                }
            }
        }
        Ok(found)
    }

    /// Suppresses the address of a message that a provider calls dead.
    pub(super) async fn note_dead_address(
        &self,
        message: &Message,
        outcome: Option<&Outcome>,
    ) -> Result<(), Error> {
        if matches!(
            outcome,
            Some(Outcome::Failed {
                address_is_dead: true,
                ..
            })
        ) {
            let address = AddressDigest::of(message.key.channel, &message.address);
            self.suppress(address, SuppressionReason::DeadAddress)
                .await?;
        }
        Ok(())
    }

    /// Suppresses the address by which a customer is reached over a channel now, if there is one.
    pub(super) async fn suppress_complainant(
        &self,
        channel: Channel,
        customer: CustomerId,
    ) -> Result<(), Error> {
        let customers = &self.acting.kit().inner.customers;
        let found = customers.get_many(&[customer]).await?;
        match found
            .first()
            .and_then(|customer| address(channel, customer))
        {
            Some(address) => {
                let address = AddressDigest::of(channel, &address);
                self.suppress(address, SuppressionReason::Complaint).await
            }
            None => Ok(()),
        }
    }

    async fn suppress(
        &self,
        address: AddressDigest,
        reason: SuppressionReason,
    ) -> Result<(), Error> {
        let suppression = Suppression {
            address,
            reason,
            since: self.acting.kit().now(),
        };
        let contacts = &self.acting.kit().inner.contacts;
        contacts.suppress(suppression, None).await?;
        Ok(())
    }
}

fn reached(channel: Channel, customer: Option<&Customer>) -> Result<Reached<'_>, Withheld> {
    let customer = customer.ok_or(Withheld::NoCustomer)?;
    if !customer.is_active() {
        return Err(Withheld::Inactive);
    }
    let address = address(channel, customer).ok_or(Withheld::NoAddress)?;
    Ok(Reached { customer, address })
}

fn address(channel: Channel, customer: &Customer) -> Option<String> {
    match channel {
        Channel::Email => customer.email().map(str::to_owned),
        Channel::Sms => customer.phone().map(str::to_owned),
        Channel::Push => customer
            .attribute("push_token")
            .and_then(Value::as_str)
            .map(str::to_owned),
        // The endpoint is the notifier's; it knows the customer by id.
        Channel::Webhook => Some(customer.id().to_string()),
    }
}
