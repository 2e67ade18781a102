//! What an offer's approvers do.

use super::{Offers, Retired};
use crate::{
    domain::{CampaignStatus, CommentKind, CommentSubject, Offer, RevisionNumber},
    id::{CampaignId, OfferId},
    page::{MAX_PAGE_SIZE, PageRequest},
    policy::Action,
    ports::CampaignFilter,
    services::{Error, work::Work},
    text::{CommentBody, Reason, TextError},
};

impl Offers {
    /// Approves the submitted revision `seen`, so that campaigns may use it. The approval binds to the digest of what
    /// the revision says.
    ///
    /// # Errors
    ///
    /// [`Error::Denied`] for everyone who wrote or submitted a revision since the last approval;
    /// [`Error::Transition`] where `seen` is not what is submitted any more.
    pub async fn approve(
        &self,
        id: OfferId,
        seen: RevisionNumber,
        comment: Option<&CommentBody>,
    ) -> Result<Offer, Error> {
        self.acting
            .mutate((Action::ApproveOffer, id), || async {
                let mut work = self.write().await?;
                let (offer, grant) = work.offer_for_update(Action::ApproveOffer, id).await?;
                let (next, approval) =
                    offer
                        .clone()
                        .approve(seen, work.user()?, comment.cloned(), work.now())?;
                work.tx()?.offers().add_approval(&approval).await?;
                let next = work.tx()?.offers().update(next).await?;
                let event = work
                    .event(grant, id)
                    .before(&offer)
                    .after(&next)
                    .comment(comment);
                work.commit(event, next).await
            })
            .await
    }

    /// Turns the submitted revision `seen` down.
    ///
    /// # Errors
    ///
    /// [`Error::Transition`] where `seen` is not what is submitted any more.
    pub async fn reject(
        &self,
        id: OfferId,
        seen: RevisionNumber,
        reason: &Reason,
    ) -> Result<Offer, Error> {
        let body = body(reason)?;
        let comment = Some((CommentKind::Rejection, &body));
        self.step(Action::RejectOffer, id, comment, |offer, work| {
            Ok(offer.reject(seen, work.now())?)
        })
        .await
    }

    /// Sends the submitted revision `seen` back as a draft.
    ///
    /// # Errors
    ///
    /// [`Error::Transition`] where `seen` is not what is submitted any more.
    pub async fn request_changes(
        &self,
        id: OfferId,
        seen: RevisionNumber,
        reason: &Reason,
    ) -> Result<Offer, Error> {
        let body = body(reason)?;
        let comment = Some((CommentKind::ChangeRequest, &body));
        self.step(Action::RequestChanges, id, comment, |offer, work| {
            Ok(offer.request_changes(seen, work.now())?)
        })
        .await
    }

    /// Takes an approved offer back for good: its campaigns are completed and what they had not sent is cancelled.
    ///
    /// # Errors
    ///
    /// [`Error::Transition`] unless a revision is live.
    pub async fn retire(&self, id: OfferId, reason: &Reason) -> Result<Retired, Error> {
        let body = body(reason)?;
        let retired: Retired = self
            .acting
            .mutate((Action::RetireOffer, id), || async {
                let mut work = self.write().await?;
                let (offer, grant) = work.offer_for_update(Action::RetireOffer, id).await?;
                let next = offer.clone().retire(work.now())?;
                let next = work.tx()?.offers().update(next).await?;
                let completed = work.complete_campaigns_of(id).await?;
                let subject = CommentSubject::Offer(id);
                work.add_comment(subject, offer.revision(), CommentKind::Retirement, &body)
                    .await?;
                let event = work
                    .event(grant, id)
                    .before(&offer)
                    .after(&next)
                    .comment(Some(reason));
                let retired = Retired {
                    offer: next,
                    completed,
                };
                work.commit(event, retired).await
            })
            .await?;
        // Nothing more is claimed for a completed campaign, so its rows need not be cancelled in the same commit.
        let (ledger, now) = (&self.acting.kit().inner.ledger, self.acting.kit().now());
        for campaign in &retired.completed {
            ledger.cancel(self.tenant, *campaign, RETIRED, now).await?;
        }
        Ok(retired)
    }
}

const RETIRED: &str = "the offer was retired";

fn body(reason: &Reason) -> Result<CommentBody, TextError> {
    reason.as_str().parse()
}

impl Work<'_> {
    /// Completes the campaigns of an offer that run or could run again.
    async fn complete_campaigns_of(&mut self, offer: OfferId) -> Result<Vec<CampaignId>, Error> {
        let now = self.now();
        let filter = CampaignFilter {
            offer: Some(offer),
            ..CampaignFilter::default()
        };
        let mut completed = Vec::new();
        let mut page = PageRequest::first(MAX_PAGE_SIZE)?;
        loop {
            let campaigns = self.tx()?.campaigns();
            let found = campaigns.list(&filter, &page).await?;
            for campaign in found.items {
                match campaign.status() {
                    CampaignStatus::Active | CampaignStatus::Paused => {
                        completed.push(campaign.id());
                        campaigns.update(campaign.complete(now)?).await?;
                    }
                    CampaignStatus::Draft | CampaignStatus::Completed => {}
                }
            }
            match found.next {
                Some(cursor) => page = page.after(cursor),
                None => return Ok(completed),
            }
        }
    }
}
