//! What a campaign's writers do.

use super::{CampaignDraft, Campaigns};
use crate::{
    domain::{Campaign, Comment, CommentKind, CommentSubject, RevisionNumber},
    id::CampaignId,
    policy::Action,
    services::Error,
    text::CommentBody,
};

impl Campaigns {
    /// Makes a draft. Its offer need not be approved yet; its launch will need that.
    ///
    /// # Errors
    ///
    /// [`Error::Criteria`] for mistakes in the criteria, [`Error::Template`] in a message, [`Error::NotFound`] without
    /// the offer, [`Error::Transition`] where it would end before it starts.
    pub async fn create(&self, draft: CampaignDraft) -> Result<Campaign, Error> {
        self.acting
            .mutate(Action::CreateCampaign, || async {
                let mut work = self.write().await?;
                let id = CampaignId::from_uuid(work.uuid());
                let grant = work.authorize_in_tenant(Action::CreateCampaign, id).await?;
                let plan = work.plan(&draft).await?;
                let campaign = Campaign::create(id, self.tenant, plan, work.user()?, work.now())?;
                work.tx()?.campaigns().insert(&campaign).await?;
                let event = work.event(grant, id).after(&campaign);
                work.commit(event, campaign).await
            })
            .await
    }

    /// Makes a draft of what another campaign says now, checked anew.
    ///
    /// # Errors
    ///
    /// As for [`create`](Self::create), and [`Error::NotFound`].
    pub async fn clone_of(&self, id: CampaignId) -> Result<Campaign, Error> {
        let plan = self.get(id).await?.plan().clone();
        self.create(CampaignDraft {
            offer: plan.offer,
            name: plan.name,
            description: plan.description,
            purpose: plan.purpose,
            selection_criteria: plan.selection_criteria.source.into(),
            messages: plan.messages,
            channels: plan.channels,
            start_date: plan.start_date,
            end_date: plan.end_date,
            schedule: plan.schedule,
        })
        .await
    }

    /// Changes a draft or a paused campaign after `seen`. A pending request for a launch is void, and what was launched
    /// needs a new launch.
    ///
    /// # Errors
    ///
    /// [`Error::Transition`] where `seen` is not its revision any more, nothing changes, or it is active or completed;
    /// otherwise as for [`create`](Self::create).
    pub async fn edit(
        &self,
        id: CampaignId,
        seen: RevisionNumber,
        draft: CampaignDraft,
    ) -> Result<Campaign, Error> {
        self.acting
            .mutate((Action::EditCampaign, id), || async {
                let mut work = self.write().await?;
                let (campaign, grant) = work.campaign_for_update(Action::EditCampaign, id).await?;
                let plan = work.plan(&draft).await?;
                let next = campaign
                    .clone()
                    .edit(seen, plan, work.user()?, work.now())?;
                let next = work.tx()?.campaigns().update(next).await?;
                let event = work.event(grant, id).before(&campaign).after(&next);
                work.commit(event, next).await
            })
            .await
    }

    /// Says something about a campaign.
    ///
    /// # Errors
    ///
    /// [`Error::Denied`] unless a group permits it.
    pub async fn comment(&self, id: CampaignId, body: &CommentBody) -> Result<Comment, Error> {
        self.acting
            .mutate((Action::CommentCampaign, id), || async {
                let mut work = self.write().await?;
                let (campaign, grant) = work
                    .campaign_for_update(Action::CommentCampaign, id)
                    .await?;
                let subject = CommentSubject::Campaign(id);
                let comment = work
                    .add_comment(subject, campaign.revision(), CommentKind::Note, body)
                    .await?;
                let event = work.event(grant, id).after(&comment).comment(Some(body));
                work.commit(event, comment).await
            })
            .await
    }
}
