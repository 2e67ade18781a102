//! What an offer's writers do.

use super::{OfferDraft, Offers, Submitted};
use crate::{
    domain::{
        Comment, CommentKind, CommentSubject, Offer, Permission, RevisionNumber, TransitionError,
    },
    id::OfferId,
    page::{MAX_PAGE_SIZE, PageRequest},
    policy::{Action, Actor, OfferFacts, Resource, explain},
    services::{
        Error,
        work::{Work, facts},
    },
    text::CommentBody,
};

impl Offers {
    /// Makes a draft.
    ///
    /// # Errors
    ///
    /// [`Error::Content`] and [`Error::Schema`] where the data is not what the tenant's schema asks for.
    pub async fn create(&self, draft: OfferDraft) -> Result<Offer, Error> {
        self.acting
            .mutate(Action::CreateOffer, || async {
                let mut work = self.write().await?;
                let id = OfferId::from_uuid(work.uuid());
                let grant = work.authorize_in_tenant(Action::CreateOffer, id).await?;
                let proposal = work.proposal(&draft).await?;
                let offer = Offer::create(id, self.tenant, proposal, work.user()?, work.now());
                work.tx()?.offers().insert(&offer).await?;
                let event = work.event(grant, id).after(&offer);
                work.commit(event, offer).await
            })
            .await
    }

    /// Makes a draft of what another offer says now, checked against the current schema.
    ///
    /// # Errors
    ///
    /// As for [`create`](Self::create), and [`Error::NotFound`].
    pub async fn clone_of(&self, id: OfferId) -> Result<Offer, Error> {
        let proposal = self.get(id).await?.working().proposal.clone();
        self.create(OfferDraft {
            data: proposal.content.into(),
            validity: proposal.validity,
        })
        .await
    }

    /// Writes a new revision after `seen`. A pending submission is void; a live revision stays live.
    ///
    /// # Errors
    ///
    /// [`Error::Transition`] where `seen` is not the working revision any more, nothing changes, or the offer has
    /// ended; otherwise as for [`create`](Self::create).
    pub async fn edit(
        &self,
        id: OfferId,
        seen: RevisionNumber,
        draft: OfferDraft,
    ) -> Result<Offer, Error> {
        self.acting
            .mutate((Action::EditOffer, id), || async {
                let mut work = self.write().await?;
                let (offer, grant) = work.offer_for_update(Action::EditOffer, id).await?;
                let proposal = work.proposal(&draft).await?;
                let next = offer
                    .clone()
                    .edit(seen, proposal, work.user()?, work.now())?;
                let next = work.tx()?.offers().update(next).await?;
                let event = work.event(grant, id).before(&offer).after(&next);
                work.commit(event, next).await
            })
            .await
    }

    /// Hands the draft to the approvers, and tells whether any of them could approve it.
    ///
    /// # Errors
    ///
    /// [`Error::Transition`] unless `seen` is the working revision and a draft.
    pub async fn submit(&self, id: OfferId, seen: RevisionNumber) -> Result<Submitted, Error> {
        self.acting
            .mutate((Action::SubmitOffer, id), || async {
                let mut work = self.write().await?;
                let (offer, grant) = work.offer_for_update(Action::SubmitOffer, id).await?;
                let next = offer.clone().submit(seen, work.user()?, work.now())?;
                let next = work.tx()?.offers().update(next).await?;
                let nobody_can_approve = !work.someone_can_approve(&next).await?;
                let event = work.event(grant, id).before(&offer).after(&next);
                let submitted = Submitted {
                    offer: next,
                    nobody_can_approve,
                };
                work.commit(event, submitted).await
            })
            .await
    }

    /// Takes a submitted offer back, as a draft.
    ///
    /// # Errors
    ///
    /// [`Error::Transition`] unless the offer is submitted.
    pub async fn withdraw(&self, id: OfferId) -> Result<Offer, Error> {
        self.step(Action::WithdrawOffer, id, None, |offer, work| {
            Ok(offer.withdraw(work.now())?)
        })
        .await
    }

    /// Discards the new draft of an approved offer, which is then again what it was.
    ///
    /// # Errors
    ///
    /// [`Error::Transition`] where nothing is approved, or there is no new draft.
    pub async fn discard_draft(&self, id: OfferId) -> Result<Offer, Error> {
        self.acting
            .mutate((Action::DiscardDraft, id), || async {
                let mut work = self.write().await?;
                let (offer, grant) = work.offer_for_update(Action::DiscardDraft, id).await?;
                let live = offer
                    .live_revision()
                    .ok_or(TransitionError::NothingApproved)?;
                let live = work.tx()?.offers().revision(id, live).await?;
                let live = live.ok_or(Error::NotFound("revision"))?;
                let next = offer.clone().discard_draft(live, work.now())?;
                let next = work.tx()?.offers().update(next).await?;
                let event = work.event(grant, id).before(&offer).after(&next);
                work.commit(event, next).await
            })
            .await
    }

    /// Deletes an offer that was never approved: it is hidden, and its evidence stays.
    ///
    /// # Errors
    ///
    /// [`Error::Denied`] for an offer that was ever approved.
    pub async fn delete(&self, id: OfferId) -> Result<Offer, Error> {
        self.step(Action::DeleteOffer, id, None, |offer, work| {
            Ok(offer.delete(work.now())?)
        })
        .await
    }

    /// Says something about the working revision.
    ///
    /// # Errors
    ///
    /// [`Error::Denied`] unless a group permits it.
    pub async fn comment(&self, id: OfferId, body: &CommentBody) -> Result<Comment, Error> {
        self.acting
            .mutate((Action::CommentOffer, id), || async {
                let mut work = self.write().await?;
                let (offer, grant) = work.offer_for_update(Action::CommentOffer, id).await?;
                let subject = CommentSubject::Offer(id);
                let comment = work
                    .add_comment(subject, offer.revision(), CommentKind::Note, body)
                    .await?;
                let event = work.event(grant, id).after(&comment).comment(Some(body));
                work.commit(event, comment).await
            })
            .await
    }
}

impl Work<'_> {
    /// Whether the policy would let any of the tenant's members approve `offer` now.
    async fn someone_can_approve(&mut self, offer: &Offer) -> Result<bool, Error> {
        let (tenant, now) = (self.tenant()?, self.now());
        let resource = Resource::Offer(OfferFacts::new(tenant, offer));
        let mut page = PageRequest::first(MAX_PAGE_SIZE)?;
        loop {
            let tx = self.tx()?;
            let found = tx.groups().members(tenant.id, &page).await?;
            for (id, held) in found.items {
                let decides = held
                    .iter()
                    .any(|held| held.permissions.contains(Permission::DecideOffers));
                let Some(user) = (if decides {
                    tx.users().find(id).await?
                } else {
                    None
                }) else {
                    continue;
                };
                // A temporary password stands in nobody's way for long, so it does not count here.
                let mut facts = facts(&user, held, now);
                facts.must_change_password = false;
                if explain(&Actor::User(facts), Action::ApproveOffer, &resource).is_allowed() {
                    return Ok(true);
                }
            }
            match found.next {
                Some(cursor) => page = page.after(cursor),
                None => return Ok(false),
            }
        }
    }
}
