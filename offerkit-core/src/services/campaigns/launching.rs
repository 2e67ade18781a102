//! A launch: asked for by one person, decided by another.

use super::Campaigns;
use crate::{
    domain::{
        Campaign, CommentKind, LaunchSeen, OfferRevision, RevisionNumber, Scope, TransitionError,
    },
    id::CampaignId,
    policy::{Action, CampaignFacts, Resource, explain},
    services::{Error, work::Work},
    text::{CommentBody, Reason},
};

impl Campaigns {
    /// Asks for the launch of revision `seen`, noting how many customers it selects now.
    ///
    /// # Errors
    ///
    /// [`Error::Transition`] where `seen` is not its revision any more, its offer is not live, or its last day is over.
    pub async fn request_launch(
        &self,
        id: CampaignId,
        seen: RevisionNumber,
    ) -> Result<Campaign, Error> {
        let counted = self.count_for(Action::RequestLaunch, id).await?;
        self.acting
            .mutate((Action::RequestLaunch, id), || async {
                let mut work = self.write().await?;
                let (campaign, grant) = work.campaign_for_update(Action::RequestLaunch, id).await?;
                let today = work.today().await?;
                let offer = work.tx()?.offers().find(campaign.plan().offer).await?;
                let offer = offer.ok_or(Error::NotFound("offer"))?;
                let (by, now) = (work.user()?, work.now());
                let next =
                    campaign
                        .clone()
                        .request_launch(seen, by, counted, (&offer, today), now)?;
                let next = work.tx()?.campaigns().update(next).await?;
                let event = work.event(grant, id).before(&campaign).after(&next);
                work.commit(event, next).await
            })
            .await
    }

    /// Launches revision `seen`: the offer's live revision, criteria, segments and messages are pinned, and the
    /// audience may not grow past the count seen now by more than
    /// [`Settings::ceiling_percent`](crate::services::Settings::ceiling_percent).
    ///
    /// # Errors
    ///
    /// [`Error::Denied`] for everyone who wrote or requested it since its last launch, or wrote a segment version that it
    /// uses and its last launch did not; [`Error::Transition`] where no
    /// launch of `seen` is requested, its offer is not live, or its last day is over.
    pub async fn launch(&self, id: CampaignId, seen: RevisionNumber) -> Result<Campaign, Error> {
        let counted = self.count_for(Action::LaunchCampaign, id).await?;
        let ceiling = self.acting.kit().settings().ceiling(counted);
        self.acting
            .mutate((Action::LaunchCampaign, id), || async {
                let mut work = self.write().await?;
                let (campaign, grant) =
                    work.campaign_for_update(Action::LaunchCampaign, id).await?;
                let today = work.today().await?;
                let live = work.live_revision_of(&campaign).await?;
                let configuration = work.configuration().await?;
                // The messages were checked against the offer as it was then; now against what will be sent.
                work.check_messages(
                    &configuration,
                    &campaign.plan().messages,
                    &live.proposal.content,
                )?;
                let at_launch = LaunchSeen {
                    live: &live,
                    counted,
                    ceiling,
                    today,
                };
                let (by, now) = (work.user()?, work.now());
                let next = campaign.clone().launched(seen, by, at_launch, now)?;
                let next = work.tx()?.campaigns().update(next).await?;
                let event = work.event(grant, id).before(&campaign).after(&next);
                work.commit(event, next).await
            })
            .await
    }

    /// Turns the request for a launch of revision `seen` down.
    ///
    /// # Errors
    ///
    /// [`Error::Transition`] where no launch of `seen` is requested.
    pub async fn decline(
        &self,
        id: CampaignId,
        seen: RevisionNumber,
        reason: &Reason,
    ) -> Result<Campaign, Error> {
        let body: CommentBody = reason.as_str().parse()?;
        let comment = Some((CommentKind::Decline, &body));
        self.step(Action::DeclineLaunch, id, comment, |campaign, work| {
            Ok(campaign.decline(seen, work.now())?)
        })
        .await
    }

    /// How many customers a campaign selects now; nothing is counted for someone who will be refused.
    async fn count_for(&self, action: Action, id: CampaignId) -> Result<u64, Error> {
        let scope = Scope::Tenant(self.tenant);
        if self.acting.is_repeat(scope).await? {
            return Ok(0);
        }
        let selection = {
            let mut work = self.acting.read(scope).await?;
            let Some(campaign) = work.tx()?.campaigns().find(id).await? else {
                return Ok(0);
            };
            let facts = CampaignFacts::new(work.tenant()?, &campaign);
            if !explain(work.actor(), action, &Resource::Campaign(facts)).is_allowed() {
                return Ok(0);
            }
            work.saved_selection(&campaign).await?
        };
        Ok(self.acting.kit().inner.customers.count(&selection).await?)
    }
}

impl Work<'_> {
    /// The date in the tenant's time zone.
    pub(in crate::services) async fn today(&mut self) -> Result<chrono::NaiveDate, Error> {
        let configuration = self.configuration().await?;
        Ok(configuration.settings.time_zone.date_of(self.now()))
    }

    /// The revision that a launch now would pin.
    async fn live_revision_of(&mut self, campaign: &Campaign) -> Result<OfferRevision, Error> {
        let today = self.today().await?;
        let offers = self.tx()?.offers();
        let offer = offers.find(campaign.plan().offer).await?;
        let offer = offer.ok_or(Error::NotFound("offer"))?;
        let number = offer
            .live_revision()
            .filter(|_| offer.is_live())
            .ok_or(TransitionError::OfferNotLive)?;
        let live = offers.revision(offer.id(), number).await?;
        let live = live.ok_or(Error::NotFound("revision"))?;
        // Launched early, a campaign waits; launched after the offer's last day, it would send nothing.
        if live
            .proposal
            .validity
            .until
            .is_some_and(|until| until < today)
        {
            return Err(TransitionError::OfferNotLive.into());
        }
        Ok(live)
    }
}
