//! Whom a campaign would reach: how many, and a masked sample.

use serde::{Deserialize, Serialize};

use super::Campaigns;
use crate::{
    criteria::CriteriaWarning,
    domain::{Customer, SavedCriteria, Scope},
    id::{CampaignId, CustomerId},
    policy::Action,
    ports::Selection,
    services::{Error, mask},
};

/// Whom criteria select now.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AudiencePreview {
    /// The criteria, checked.
    pub criteria: SavedCriteria,
    /// The criteria in words.
    pub description: String,
    /// What a writer may want to look at again.
    pub warnings: Vec<CriteriaWarning>,
    /// How many active customers they select.
    pub count: u64,
}

/// A customer as far as a sample shows them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MaskedCustomer {
    /// Names the customer.
    pub id: CustomerId,
    /// The name, by its initials.
    pub full_name: String,
    /// The e-mail address, by its first letter and domain.
    pub email: Option<String>,
    /// The phone number, by its last three digits.
    pub phone: Option<String>,
    /// The customer's segment.
    pub segment: Option<String>,
    /// The customer's city.
    pub city: Option<String>,
}

impl From<&Customer> for MaskedCustomer {
    fn from(customer: &Customer) -> Self {
        Self {
            id: customer.id(),
            full_name: mask::name(customer.full_name()),
            email: customer.email().map(mask::email),
            phone: customer.phone().map(mask::phone),
            segment: customer.segment().map(str::to_owned),
            city: customer.city().map(str::to_owned),
        }
    }
}

impl Campaigns {
    /// How many customers a campaign would reach now.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`], for outsiders too; [`Error::Criteria`] where the field catalog no longer allows its criteria.
    pub async fn preview(&self, id: CampaignId) -> Result<AudiencePreview, Error> {
        let (saved, selection) = {
            let mut work = self.view().await?;
            let campaign = work.viewed_campaign(id).await?;
            let saved = campaign.plan().selection_criteria.clone();
            let selection = work.saved_selection(&campaign).await?;
            (saved, selection)
        };
        self.previewed(saved, &selection).await
    }

    /// How many customers criteria select now; nothing is saved.
    ///
    /// # Errors
    ///
    /// [`Error::Criteria`] with every mistake in them.
    pub async fn preview_criteria(&self, criteria: &str) -> Result<AudiencePreview, Error> {
        let (saved, selection) = {
            let mut work = self.view().await?;
            let configuration = work.configuration().await?;
            let written = work.criteria(&configuration, criteria).await?;
            let saved = written.saved();
            let selection = work.selection(&configuration, written.criteria)?;
            (saved, selection)
        };
        self.previewed(saved, &selection).await
    }

    async fn previewed(
        &self,
        saved: SavedCriteria,
        selection: &Selection,
    ) -> Result<AudiencePreview, Error> {
        let criteria = selection.criteria();
        Ok(AudiencePreview {
            criteria: saved,
            description: criteria.describe(),
            warnings: criteria.warnings().to_vec(),
            count: self.acting.kit().inner.customers.count(selection).await?,
        })
    }

    /// At most [`Settings::sample_size`](crate::services::Settings::sample_size) of the customers that a campaign would
    /// reach now, masked. That they were looked at is recorded.
    ///
    /// # Errors
    ///
    /// [`Error::Denied`] unless a group permits it, [`Error::NotFound`].
    pub async fn sample(&self, id: CampaignId) -> Result<Vec<MaskedCustomer>, Error> {
        self.record_view(Action::ViewRecipients, id).await?;
        let selection = {
            let mut work = self.acting.read(Scope::Tenant(self.tenant)).await?;
            let campaign = work.viewed_campaign(id).await?;
            work.saved_selection(&campaign).await?
        };
        let kit = self.acting.kit();
        let sample = kit
            .inner
            .customers
            .sample(&selection, kit.settings().sample_size)
            .await?;
        Ok(sample.iter().map(MaskedCustomer::from).collect())
    }
    /// Decides whether the actor may look at customers, and records that they do.
    pub(super) async fn record_view(&self, action: Action, id: CampaignId) -> Result<(), Error> {
        let acting = self.acting.unnamed();
        acting
            .mutate(action, || async {
                let mut work = acting.write(Scope::Tenant(self.tenant)).await?;
                let (_, grant) = work.campaign_for_update(action, id).await?;
                let event = work.event(grant, id);
                work.commit(event, ()).await
            })
            .await
    }
}
