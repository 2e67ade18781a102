//! What follows from a campaign's schedule: a start that was missed, and the next refresh.

use super::Campaigns;
use crate::{
    domain::{Campaign, CampaignStatus, CommentKind, CommentSubject, MissedStart, Scope},
    id::CampaignId,
    policy::{Action, CampaignFacts, Resource},
    services::Error,
    text::{CommentBody, Reason},
    time::Timestamp,
};

impl Campaigns {
    /// Does what a campaign's plan says of a start that was missed ([`MissedStart`]): completes it, or pauses it with a
    /// reason. Answers the campaign as it is then: unchanged where its start was not missed, or its plan says to start late.
    ///
    /// # Errors
    ///
    /// [`Error::Denied`] unless the actor is the schedule job, or may pause and complete campaigns; [`Error::NotFound`].
    pub async fn settle_missed_start(&self, id: CampaignId) -> Result<Campaign, Error> {
        let (ledger, now) = (&self.acting.kit().inner.ledger, self.acting.kit().now());
        let runs = ledger.runs(self.tenant, id).await?;
        let acting = self.acting.unnamed();
        let settled = acting
            .mutate((Action::PauseCampaign, id), || async {
                let mut work = acting.write(Scope::Tenant(self.tenant)).await?;
                let (campaign, grant) = work.campaign_for_update(Action::PauseCampaign, id).await?;
                let zone = work.configuration().await?.settings.time_zone;
                if !campaign.is_start_to_be_settled(&runs, zone, now) {
                    return Ok(campaign);
                }
                let (next, said, grant) =
                    if campaign.plan().schedule.missed_start == MissedStart::Skip {
                        drop(grant);
                        let facts = CampaignFacts::new(work.tenant()?, &campaign);
                        let resource = Resource::Campaign(facts);
                        let grant = work.authorize(Action::CompleteCampaign, &resource, id);
                        let said = missed(&campaign, "its plan says not to start it late")?;
                        (campaign.clone().complete(now)?, said, grant.await?)
                    } else {
                        let said = missed(&campaign, "resume it to start it late")?;
                        (campaign.clone().pause(said.clone(), now)?, said, grant)
                    };
                let next = work.tx()?.campaigns().update(next).await?;
                let body: CommentBody = said.as_str().parse()?;
                let (subject, revision) = (CommentSubject::Campaign(id), campaign.revision());
                work.add_comment(subject, revision, CommentKind::Pause, &body)
                    .await?;
                let event = work
                    .event(grant, id)
                    .before(&campaign)
                    .after(&next)
                    .comment(Some(&said));
                work.commit(event, next).await
            })
            .await?;
        if settled.status() == CampaignStatus::Completed {
            // What an earlier launch had left to send.
            ledger
                .cancel(self.tenant, id, "the campaign was completed", now)
                .await?;
        }
        Ok(settled)
    }

    /// When a campaign's audience is filled again: the first moment of its refresh since its last filling began, which may
    /// have passed where that is still to be done. None where it is not launched or is completed, has no refresh, has not
    /// been filled yet, or its last day comes before.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`], for outsiders too.
    pub async fn next_refresh(&self, id: CampaignId) -> Result<Option<Timestamp>, Error> {
        let (campaign, zone) = {
            let mut work = self.view().await?;
            let campaign = work.viewed_campaign(id).await?;
            (campaign, work.configuration().await?.settings.time_zone)
        };
        match campaign.status() {
            CampaignStatus::Active | CampaignStatus::Paused => {}
            CampaignStatus::Draft | CampaignStatus::Completed => return Ok(None),
        }
        let runs = self.acting.kit().inner.ledger.runs(self.tenant, id);
        Ok(campaign.next_refresh(&runs.await?, zone))
    }
}

fn missed(campaign: &Campaign, so: &str) -> Result<Reason, Error> {
    let start = campaign.plan().start_date;
    let reason =
        format!("its start on {start} was missed, since it was not filled on that day; {so}");
    Ok(reason.parse()?)
}
