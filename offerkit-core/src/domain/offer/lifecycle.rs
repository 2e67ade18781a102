//! The steps of an offer's life: each takes the offer and gives the next one, or says why not.

use super::{Offer, OfferApproval, OfferParts, OfferRevision, OfferStatus, Proposal};
use crate::{
    domain::{Contribution, ContributionKind, RevisionNumber, TransitionError, Version},
    id::{OfferId, TenantId, UserId},
    text::CommentBody,
    time::Timestamp,
};

impl Offer {
    /// A new draft.
    #[must_use]
    pub fn create(
        id: OfferId,
        tenant: TenantId,
        proposal: Proposal,
        author: UserId,
        now: Timestamp,
    ) -> Self {
        let number = RevisionNumber::FIRST;
        Self::from_parts(OfferParts {
            id,
            tenant,
            status: OfferStatus::Draft,
            working: OfferRevision {
                offer: id,
                number,
                proposal,
                author,
                written_at: now,
            },
            latest_revision: number,
            live_revision: None,
            contributions: vec![Contribution {
                user: author,
                kind: ContributionKind::Wrote,
                revision: number,
                at: now,
            }],
            submitted_at: None,
            retired_at: None,
            deleted_at: None,
            created_by: author,
            created_at: now,
            updated_at: now,
            version: Version::FIRST,
        })
    }

    /// A draft with a new revision; a pending submission is void, a live revision stays live.
    ///
    /// # Errors
    ///
    /// [`TransitionError`] where `seen` is not the working revision, nothing changes, or the offer has ended.
    pub fn edit(
        self,
        seen: RevisionNumber,
        proposal: Proposal,
        author: UserId,
        now: Timestamp,
    ) -> Result<Self, TransitionError> {
        let mut next = self.open("edited")?.seen(seen)?;
        let parts = &mut next.parts;
        if parts.working.proposal == proposal {
            return Err(TransitionError::Unchanged);
        }
        let number = parts.latest_revision.next();
        parts.working = OfferRevision {
            offer: parts.id,
            number,
            proposal,
            author,
            written_at: now,
        };
        parts.latest_revision = number;
        next.contribute(author, ContributionKind::Wrote, now);
        Ok(next.moved(OfferStatus::Draft, now))
    }

    /// The draft handed to the approvers.
    ///
    /// # Errors
    ///
    /// [`TransitionError`] unless `seen` is the working revision and a draft.
    pub fn submit(
        self,
        seen: RevisionNumber,
        by: UserId,
        now: Timestamp,
    ) -> Result<Self, TransitionError> {
        let mut next = self
            .open("submitted")?
            .seen(seen)?
            .is(OfferStatus::Draft, "submitted")?;
        next.contribute(by, ContributionKind::Submitted, now);
        let mut next = next.moved(OfferStatus::Submitted, now);
        next.parts.submitted_at = Some(now);
        Ok(next)
    }

    /// The submitted revision back as a draft, by its writers.
    ///
    /// # Errors
    ///
    /// [`TransitionError`] unless the offer is submitted.
    pub fn withdraw(self, now: Timestamp) -> Result<Self, TransitionError> {
        Ok(self
            .open("withdrawn")?
            .is(OfferStatus::Submitted, "withdrawn")?
            .moved(OfferStatus::Draft, now))
    }

    /// The submitted revision approved, so that campaigns may use it.
    ///
    /// Four eyes is the policy's rule, and the store's; it is not asked here.
    ///
    /// # Errors
    ///
    /// [`TransitionError`] unless `seen` is the working revision and submitted.
    pub fn approve(
        self,
        seen: RevisionNumber,
        approver: UserId,
        comment: Option<CommentBody>,
        now: Timestamp,
    ) -> Result<(Self, OfferApproval), TransitionError> {
        let next = self
            .open("approved")?
            .seen(seen)?
            .is(OfferStatus::Submitted, "approved")?;
        let approval = OfferApproval {
            offer: next.id(),
            revision: seen,
            digest: next.working().digest(),
            approver,
            at: now,
            comment,
        };
        let mut next = next.moved(OfferStatus::Approved, now);
        next.parts.live_revision = Some(seen);
        next.parts.contributions.clear();
        Ok((next, approval))
    }

    /// The submitted revision turned down.
    ///
    /// # Errors
    ///
    /// [`TransitionError`] unless `seen` is the working revision and submitted.
    pub fn reject(self, seen: RevisionNumber, now: Timestamp) -> Result<Self, TransitionError> {
        Ok(self
            .open("rejected")?
            .seen(seen)?
            .is(OfferStatus::Submitted, "rejected")?
            .moved(OfferStatus::Rejected, now))
    }

    /// The submitted revision back as a draft, with a request for changes.
    ///
    /// # Errors
    ///
    /// [`TransitionError`] unless `seen` is the working revision and submitted.
    pub fn request_changes(
        self,
        seen: RevisionNumber,
        now: Timestamp,
    ) -> Result<Self, TransitionError> {
        Ok(self
            .open("sent back for changes")?
            .seen(seen)?
            .is(OfferStatus::Submitted, "sent back for changes")?
            .moved(OfferStatus::Draft, now))
    }

    /// The offer without its new draft: `live` is again what is worked on. Who wrote the draft still counts as an
    /// author until the next approval.
    ///
    /// # Errors
    ///
    /// [`TransitionError`] where no revision is live, or the live one is the working one.
    pub fn discard_draft(
        self,
        live: OfferRevision,
        now: Timestamp,
    ) -> Result<Self, TransitionError> {
        let next = self.open("discarded")?;
        if next.parts.live_revision != Some(live.number) {
            return Err(TransitionError::NothingApproved);
        }
        if next.parts.status == OfferStatus::Approved {
            return Err(next.refused("discarded"));
        }
        let mut next = next.moved(OfferStatus::Approved, now);
        next.parts.working = live;
        Ok(next)
    }

    /// The offer taken back for good: no campaign may use it any more.
    ///
    /// # Errors
    ///
    /// [`TransitionError`] unless a revision is live.
    pub fn retire(self, now: Timestamp) -> Result<Self, TransitionError> {
        let mut next = self.open("retired")?;
        if next.parts.live_revision.is_none() {
            return Err(next.refused("retired"));
        }
        next.parts.retired_at = Some(now);
        next.parts.submitted_at = None;
        next.parts.updated_at = now;
        Ok(next)
    }

    /// The offer hidden; its evidence stays.
    ///
    /// # Errors
    ///
    /// [`TransitionError`] where a revision was ever approved.
    pub fn delete(self, now: Timestamp) -> Result<Self, TransitionError> {
        let mut next = self.open("deleted")?;
        if next.parts.live_revision.is_some() {
            return Err(next.refused("deleted"));
        }
        next.parts.deleted_at = Some(now);
        next.parts.submitted_at = None;
        next.parts.updated_at = now;
        Ok(next)
    }

    fn open(self, wanted: &'static str) -> Result<Self, TransitionError> {
        if self.parts.deleted_at.is_some() {
            return Err(TransitionError::Ended {
                state: "deleted",
                wanted,
            });
        }
        if self.parts.retired_at.is_some() {
            return Err(TransitionError::Ended {
                state: "retired",
                wanted,
            });
        }
        Ok(self)
    }

    fn seen(self, seen: RevisionNumber) -> Result<Self, TransitionError> {
        TransitionError::unless_seen(seen, self.revision())?;
        Ok(self)
    }

    fn is(self, status: OfferStatus, wanted: &'static str) -> Result<Self, TransitionError> {
        if self.parts.status == status {
            return Ok(self);
        }
        Err(self.refused(wanted))
    }

    const fn refused(&self, wanted: &'static str) -> TransitionError {
        TransitionError::Status {
            what: "the offer",
            status: self.parts.status.in_words(),
            wanted,
        }
    }

    fn contribute(&mut self, user: UserId, kind: ContributionKind, at: Timestamp) {
        let revision = self.revision();
        self.parts.contributions.push(Contribution {
            user,
            kind,
            revision,
            at,
        });
    }

    fn moved(mut self, status: OfferStatus, now: Timestamp) -> Self {
        self.parts.status = status;
        self.parts.submitted_at = None;
        self.parts.updated_at = now;
        self
    }
}

#[cfg(test)]
mod tests;
