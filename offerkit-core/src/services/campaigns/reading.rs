//! What everyone who sees a tenant's campaigns reads.

use super::Campaigns;
use crate::{
    domain::{Campaign, Comment, CommentSubject},
    id::CampaignId,
    page::{Page, PageRequest},
    policy::Action,
    ports::CampaignFilter,
    services::{Error, work::Work},
};

impl Campaigns {
    /// The campaign.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`], for outsiders too.
    pub async fn get(&self, id: CampaignId) -> Result<Campaign, Error> {
        let mut work = self.glance().await?;
        work.viewed_campaign(id).await
    }

    /// A page of campaigns that satisfy `filter`.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] for outsiders.
    pub async fn list(
        &self,
        filter: &CampaignFilter,
        page: &PageRequest,
    ) -> Result<Page<Campaign>, Error> {
        let mut work = self.glance().await?;
        Ok(work.tx()?.campaigns().list(filter, page).await?)
    }

    /// A page of what was said about a campaign.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`], for outsiders too.
    pub async fn comments(
        &self,
        id: CampaignId,
        page: &PageRequest,
    ) -> Result<Page<Comment>, Error> {
        let mut work = self.view().await?;
        work.viewed_campaign(id).await?;
        let subject = CommentSubject::Campaign(id);
        Ok(work.tx()?.comments().list(subject, page).await?)
    }

    pub(super) async fn view(&self) -> Result<Work<'_>, Error> {
        self.acting
            .view_tenant(self.tenant, Action::ViewCampaigns)
            .await
    }

    async fn glance(&self) -> Result<Work<'_>, Error> {
        self.acting
            .glance_at_tenant(self.tenant, Action::ViewCampaigns)
            .await
    }
}

impl Work<'_> {
    /// The campaign, for someone who sees campaigns.
    pub(in crate::services) async fn viewed_campaign(
        &mut self,
        id: CampaignId,
    ) -> Result<Campaign, Error> {
        let campaign = self.tx()?.campaigns().find(id).await?;
        campaign.ok_or(Error::NotFound("campaign"))
    }
}
