//! What everyone who sees a tenant's offers reads.

use super::{OfferHistory, Offers};
use crate::{
    domain::{Change, Comment, CommentSubject, Offer, OfferRevision, RevisionNumber, diff},
    id::OfferId,
    page::{Page, PageRequest},
    policy::Action,
    ports::OfferFilter,
    services::{Error, work::Work},
};

impl Offers {
    /// The offer.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`], for outsiders too.
    pub async fn get(&self, id: OfferId) -> Result<Offer, Error> {
        self.viewed(&mut self.glance().await?, id).await
    }

    /// A page of offers that satisfy `filter`.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] for outsiders.
    pub async fn list(
        &self,
        filter: &OfferFilter,
        page: &PageRequest,
    ) -> Result<Page<Offer>, Error> {
        let mut work = self.glance().await?;
        Ok(work.tx()?.offers().list(filter, page).await?)
    }

    /// One revision of an offer.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`], for outsiders too.
    pub async fn revision(
        &self,
        id: OfferId,
        number: RevisionNumber,
    ) -> Result<OfferRevision, Error> {
        let mut work = self.view().await?;
        self.viewed(&mut work, id).await?;
        let revision = work.tx()?.offers().revision(id, number).await?;
        revision.ok_or(Error::NotFound("revision"))
    }

    /// Every revision and approval of an offer.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`], for outsiders too.
    pub async fn history(&self, id: OfferId) -> Result<OfferHistory, Error> {
        let mut work = self.view().await?;
        self.viewed(&mut work, id).await?;
        let offers = work.tx()?.offers();
        Ok(OfferHistory {
            revisions: offers.revisions(id).await?,
            approvals: offers.approvals(id).await?,
        })
    }

    /// What changed in an offer's data from one revision to another.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`], for outsiders too.
    pub async fn diff(
        &self,
        id: OfferId,
        from: RevisionNumber,
        to: RevisionNumber,
    ) -> Result<Vec<Change>, Error> {
        let (from, to) = (self.revision(id, from).await?, self.revision(id, to).await?);
        Ok(diff(
            from.proposal.content.value(),
            to.proposal.content.value(),
        ))
    }

    /// A page of what was said about an offer.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`], for outsiders too.
    pub async fn comments(&self, id: OfferId, page: &PageRequest) -> Result<Page<Comment>, Error> {
        let mut work = self.view().await?;
        self.viewed(&mut work, id).await?;
        let subject = CommentSubject::Offer(id);
        Ok(work.tx()?.comments().list(subject, page).await?)
    }

    async fn view(&self) -> Result<Work<'_>, Error> {
        self.acting
            .view_tenant(self.tenant, Action::ViewOffers)
            .await
    }

    async fn glance(&self) -> Result<Work<'_>, Error> {
        self.acting
            .glance_at_tenant(self.tenant, Action::ViewOffers)
            .await
    }

    async fn viewed(&self, work: &mut Work<'_>, id: OfferId) -> Result<Offer, Error> {
        let offer = work.tx()?.offers().find(id).await?;
        offer.ok_or(Error::NotFound("offer"))
    }
}
