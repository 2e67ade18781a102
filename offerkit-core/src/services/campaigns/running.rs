//! Holding, resuming and ending campaigns.

use super::Campaigns;
use crate::{
    domain::{Campaign, CommentKind, TransitionError},
    id::CampaignId,
    policy::Action,
    services::Error,
    text::{CommentBody, Reason},
};

impl Campaigns {
    /// Holds an active campaign: no further batch is sent.
    ///
    /// # Errors
    ///
    /// [`Error::Transition`] unless the campaign is active.
    pub async fn pause(&self, id: CampaignId, reason: &Reason) -> Result<Campaign, Error> {
        let body: CommentBody = reason.as_str().parse()?;
        let comment = Some((CommentKind::Pause, &body));
        self.step(Action::PauseCampaign, id, comment, |campaign, work| {
            Ok(campaign.pause(reason.clone(), work.now())?)
        })
        .await
    }

    /// Goes on with a paused campaign, exactly as it was launched.
    ///
    /// # Errors
    ///
    /// [`Error::Transition`] where the campaign was changed since its launch, or its offer is not live any more.
    pub async fn resume(&self, id: CampaignId) -> Result<Campaign, Error> {
        self.acting
            .mutate((Action::ResumeCampaign, id), || async {
                let mut work = self.write().await?;
                let (campaign, grant) =
                    work.campaign_for_update(Action::ResumeCampaign, id).await?;
                let offer = work.tx()?.offers().find(campaign.plan().offer).await?;
                if !offer.is_some_and(|offer| offer.is_live()) {
                    return Err(TransitionError::OfferNotLive.into());
                }
                let next = campaign.clone().resume(work.now())?;
                let next = work.tx()?.campaigns().update(next).await?;
                let event = work.event(grant, id).before(&campaign).after(&next);
                work.commit(event, next).await
            })
            .await
    }

    /// Ends a campaign for good; what it had not sent is cancelled.
    ///
    /// # Errors
    ///
    /// [`Error::Transition`] unless the campaign is active or paused.
    pub async fn complete(&self, id: CampaignId) -> Result<Campaign, Error> {
        let campaign = self
            .step(Action::CompleteCampaign, id, None, |campaign, work| {
                Ok(campaign.complete(work.now())?)
            })
            .await?;
        let (ledger, now) = (&self.acting.kit().inner.ledger, self.acting.kit().now());
        ledger
            .cancel(self.tenant, id, "the campaign was completed", now)
            .await?;
        Ok(campaign)
    }
}
