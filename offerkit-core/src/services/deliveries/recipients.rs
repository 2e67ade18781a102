//! A campaign's recipients: rows of the ledger together with their customers, masked or not.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Deliveries;
use crate::{
    domain::{Customer, Delivery, Scope},
    id::{CampaignId, CustomerId},
    page::{Page, PageRequest},
    policy::Action,
    ports::DeliveryFilter,
    services::{Error, campaigns::MaskedCustomer},
};

/// A delivery, with as much of its customer as the reader may see.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Recipient<C> {
    /// The delivery.
    pub delivery: Delivery,
    /// The customer, unless there is none any more.
    pub customer: Option<C>,
}

impl Deliveries {
    /// A page of a campaign's recipients, masked. That they were looked at is recorded.
    ///
    /// # Errors
    ///
    /// [`Error::Denied`] unless a group permits it; [`Error::NotFound`].
    pub async fn recipients(
        &self,
        campaign: CampaignId,
        filter: &DeliveryFilter,
        page: &PageRequest,
    ) -> Result<Page<Recipient<MaskedCustomer>>, Error> {
        let found = self
            .recipients_for(Action::ViewRecipients, campaign, filter, page)
            .await?;
        Ok(found.map(|recipient| Recipient {
            delivery: recipient.delivery,
            customer: recipient.customer.as_ref().map(MaskedCustomer::from),
        }))
    }

    /// A page of a campaign's recipients with their personal data. No default group permits it. That they were looked at
    /// is recorded.
    ///
    /// # Errors
    ///
    /// [`Error::Denied`] unless a group permits it; [`Error::NotFound`].
    pub async fn recipients_unmasked(
        &self,
        campaign: CampaignId,
        filter: &DeliveryFilter,
        page: &PageRequest,
    ) -> Result<Page<Recipient<Customer>>, Error> {
        self.recipients_for(Action::ViewRecipientsUnmasked, campaign, filter, page)
            .await
    }

    async fn recipients_for(
        &self,
        action: Action,
        campaign: CampaignId,
        filter: &DeliveryFilter,
        page: &PageRequest,
    ) -> Result<Page<Recipient<Customer>>, Error> {
        let acting = self.acting.unnamed();
        acting
            .mutate(action, || async {
                let mut work = acting.write(Scope::Tenant(self.tenant)).await?;
                let (_, grant) = work.campaign_for_update(action, campaign).await?;
                let event = work.event(grant, campaign);
                work.commit(event, ()).await
            })
            .await?;
        let inner = &self.acting.kit().inner;
        let rows = inner
            .ledger
            .recipients(self.tenant, campaign, filter, page)
            .await?;
        let mut ids: Vec<CustomerId> = rows.items.iter().map(|row| row.key.customer).collect();
        ids.dedup();
        let customers = inner.customers.get_many(&ids).await?;
        let customers: BTreeMap<_, _> = customers
            .into_iter()
            .map(|customer| (customer.id(), customer))
            .collect();
        Ok(rows.map(|delivery| Recipient {
            customer: customers.get(&delivery.key.customer).cloned(),
            delivery,
        }))
    }
}
