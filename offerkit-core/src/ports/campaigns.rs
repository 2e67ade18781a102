//! Campaigns in a store.

use async_trait::async_trait;
use chrono::NaiveDate;

use super::StoreError;
use crate::{
    domain::{Campaign, CampaignStatus},
    id::{CampaignId, OfferId, UserId},
    page::{Page, PageRequest},
};

/// Which campaigns a list holds: those that satisfy every given part.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CampaignFilter {
    /// Of this status.
    pub status: Option<CampaignStatus>,
    /// Of this offer.
    pub offer: Option<OfferId>,
    /// Made by this user.
    pub created_by: Option<UserId>,
    /// Whose dates hold this day.
    pub running_on: Option<NaiveDate>,
    /// Whose launch is requested and not yet decided, or not.
    pub is_launch_requested: Option<bool>,
}

/// The scope's tenant's campaigns. In the platform's scope there are none.
#[async_trait]
pub trait CampaignRepository: Send {
    /// Adds a campaign.
    ///
    /// # Errors
    ///
    /// [`StoreError::MissingReference`] where its offer is not the tenant's, or a segment version that it pins is not
    /// there as the pin says.
    async fn insert(&mut self, campaign: &Campaign) -> Result<(), StoreError>;

    /// Stores a changed campaign and answers it with its next version.
    ///
    /// # Errors
    ///
    /// [`StoreError::Conflict`] unless the stored version is the given one; [`StoreError::MissingReference`] as for
    /// [`insert`](Self::insert); [`StoreError::Refused`] for a launch of an unapproved revision, or by someone who wrote
    /// or requested it, or wrote a segment version that it pins and its last launch did not.
    async fn update(&mut self, campaign: Campaign) -> Result<Campaign, StoreError>;

    /// The campaign.
    async fn find(&mut self, id: CampaignId) -> Result<Option<Campaign>, StoreError>;

    /// The campaign; nobody else changes it until the transaction ends.
    async fn find_for_update(&mut self, id: CampaignId) -> Result<Option<Campaign>, StoreError>;

    /// A page of campaigns.
    async fn list(
        &mut self,
        filter: &CampaignFilter,
        page: &PageRequest,
    ) -> Result<Page<Campaign>, StoreError>;
}
