//! A tenant's offers: written, decided on by someone else, and read.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Acting, Error, work::Work};
use crate::{
    domain::{
        Comment, CommentKind, CommentSubject, Offer, OfferApproval, OfferContent, OfferRevision,
        Proposal, RevisionNumber, Scope, Validity,
    },
    id::{CampaignId, CommentId, OfferId, TenantId},
    policy::{Action, Grant, OfferFacts, Resource},
    schema::OfferSchema,
    text::CommentBody,
};

mod deciding;
mod reading;
mod writing;

/// A tenant's offers.
///
/// ```
/// # use offerkit_core::{domain::RevisionNumber, id, services::{self, Error}};
/// # async fn example(asha: services::Acting, ben: services::Acting, tenant: id::TenantId) -> Result<(), Error> {
/// let draft = asha.offers(tenant).create(serde_json::json!({ "title": "Gold card" }).into()).await?;
/// let submitted = asha.offers(tenant).submit(draft.id(), draft.revision()).await?;
/// if submitted.nobody_can_approve {
///     // Everyone who decides has taken part in writing it.
/// }
/// let approved = ben.offers(tenant).approve(draft.id(), draft.revision(), None).await?;
/// assert_eq!(approved.live_revision(), Some(RevisionNumber::FIRST));
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Offers {
    acting: Acting,
    tenant: TenantId,
}

/// What an offer's writer writes.
#[derive(Debug, Clone, PartialEq)]
pub struct OfferDraft {
    /// The content: a JSON object under the tenant's schema.
    pub data: Value,
    /// The days on which the offer may be sent.
    pub validity: Validity,
}

impl From<Value> for OfferDraft {
    /// An offer that is valid on any day.
    fn from(data: Value) -> Self {
        Self {
            data,
            validity: Validity::default(),
        }
    }
}

/// A submitted offer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Submitted {
    /// The offer.
    pub offer: Offer,
    /// Whether, as memberships stand, nobody could approve it: everyone who decides has taken part in writing it.
    pub nobody_can_approve: bool,
}

/// A retired offer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Retired {
    /// The offer.
    pub offer: Offer,
    /// The campaigns that were completed with it.
    pub completed: Vec<CampaignId>,
}

/// How an offer came to be what it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OfferHistory {
    /// Every revision, the first first.
    pub revisions: Vec<OfferRevision>,
    /// Every approval, the first first.
    pub approvals: Vec<OfferApproval>,
}

impl Offers {
    pub(super) const fn new(acting: Acting, tenant: TenantId) -> Self {
        Self { acting, tenant }
    }

    async fn write(&self) -> Result<Work<'_>, Error> {
        self.acting.write(Scope::Tenant(self.tenant)).await
    }

    /// Reads an offer, decides, applies a step of its life, and commits the result of both.
    async fn step(
        &self,
        action: Action,
        id: OfferId,
        comment: Option<(CommentKind, &CommentBody)>,
        step: impl Fn(Offer, &Work<'_>) -> Result<Offer, Error> + Sync,
    ) -> Result<Offer, Error> {
        self.acting
            .mutate((action, id), || async {
                let mut work = self.write().await?;
                let (offer, grant) = work.offer_for_update(action, id).await?;
                let next = step(offer.clone(), &work)?;
                let next = work.tx()?.offers().update(next).await?;
                if let Some((kind, body)) = comment {
                    let subject = CommentSubject::Offer(id);
                    work.add_comment(subject, offer.revision(), kind, body)
                        .await?;
                }
                let event = work
                    .event(grant, id)
                    .before(&offer)
                    .after(&next)
                    .comment(comment.map(|(_, body)| body));
                work.commit(event, next).await
            })
            .await
    }
}

impl Work<'_> {
    /// The offer, locked, if the actor may do `action` to it.
    pub(super) async fn offer_for_update(
        &mut self,
        action: Action,
        id: OfferId,
    ) -> Result<(Offer, Grant), Error> {
        let Some(offer) = self.tx()?.offers().find_for_update(id).await? else {
            return Err(self.missing(action, "offer", id).await);
        };
        let facts = OfferFacts::new(self.tenant()?, &offer);
        let grant = self.authorize(action, &Resource::Offer(facts), id).await?;
        self.has_seen(offer.revision())?;
        Ok((offer, grant))
    }

    /// Checks what a writer wrote against the tenant's current schema.
    async fn proposal(&mut self, draft: &OfferDraft) -> Result<Proposal, Error> {
        let configuration = self.configuration().await?;
        let content = OfferContent::try_from(draft.data.clone())?;
        OfferSchema::compile(&configuration.settings.schema)?.check(content.value())?;
        Ok(Proposal {
            content,
            validity: draft.validity.checked()?,
            configuration: configuration.version,
        })
    }

    /// Adds a comment to the changes.
    pub(super) async fn add_comment(
        &mut self,
        subject: CommentSubject,
        revision: RevisionNumber,
        kind: CommentKind,
        body: &CommentBody,
    ) -> Result<Comment, Error> {
        let comment = Comment {
            id: CommentId::from_uuid(self.uuid()),
            tenant: self.tenant()?.id,
            subject,
            revision,
            kind,
            body: body.clone(),
            author: self.actor().reference().user(),
            at: self.now(),
        };
        self.tx()?.comments().insert(&comment).await?;
        Ok(comment)
    }
}
