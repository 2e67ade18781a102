//! Offers: a tenant's proposals, from draft to approved, by immutable revisions.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{
    ConfigurationVersion, Contribution, OfferContent, RevisionNumber, TransitionError, Version,
    entity::entity,
};
use crate::{
    digest::Digest,
    id::{OfferId, TenantId, UserId},
    text::CommentBody,
    time::Timestamp,
};

mod diff;
mod lifecycle;

pub use diff::{Change, diff};

/// Where an offer's working revision stands.
///
/// `draft → submitted → approved | rejected`; back to `draft` by withdrawing, by a request for changes and by any edit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OfferStatus {
    /// Being written.
    Draft,
    /// Waiting for an approver.
    Submitted,
    /// Approved: campaigns may use it.
    Approved,
    /// Turned down; an edit makes it a draft again.
    Rejected,
}

impl OfferStatus {
    /// Every status.
    pub const ALL: [Self; 4] = [Self::Draft, Self::Submitted, Self::Approved, Self::Rejected];

    /// The stable name, as stored and shown.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Submitted => "submitted",
            Self::Approved => "approved",
            Self::Rejected => "rejected",
        }
    }
}

impl OfferStatus {
    /// The status as a sentence says it: "the offer is a draft".
    pub(super) const fn in_words(self) -> &'static str {
        match self {
            Self::Draft => "a draft",
            Self::Submitted | Self::Approved | Self::Rejected => self.as_str(),
        }
    }
}

/// The days on which an offer may be sent, both ends included, in the tenant's time zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Validity {
    /// The first day; `None` for any earlier day.
    pub from: Option<NaiveDate>,
    /// The last day; `None` for any later day.
    pub until: Option<NaiveDate>,
}

impl Validity {
    /// Whether `day` is within the window.
    #[must_use]
    pub fn holds(self, day: NaiveDate) -> bool {
        self.from.is_none_or(|from| from <= day) && self.until.is_none_or(|until| day <= until)
    }

    /// The window, if it is not empty.
    ///
    /// # Errors
    ///
    /// [`TransitionError::Validity`] where it ends before it begins.
    pub fn checked(self) -> Result<Self, TransitionError> {
        match (self.from, self.until) {
            (Some(from), Some(until)) if until < from => {
                Err(TransitionError::Validity { from, until })
            }
            _ => Ok(self),
        }
    }
}

/// What a revision says: the content, and the days on which it may be sent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Proposal {
    /// The content.
    pub content: OfferContent,
    /// The days.
    pub validity: Validity,
    /// The configuration whose schema the content was checked against.
    pub configuration: ConfigurationVersion,
}

/// An immutable version of an offer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OfferRevision {
    /// The offer.
    pub offer: OfferId,
    /// The revision's number, from 1 on.
    pub number: RevisionNumber,
    /// What it says.
    pub proposal: Proposal,
    /// Who wrote it.
    pub author: UserId,
    /// When.
    pub written_at: Timestamp,
}

impl OfferRevision {
    /// What an approval binds to: the SHA-256 of the canonical content and the validity window.
    #[must_use]
    pub fn digest(&self) -> Digest {
        let day = |day: Option<NaiveDate>| day.map(|day| day.to_string()).unwrap_or_default();
        let Validity { from, until } = self.proposal.validity;
        Digest::of_parts([
            self.proposal.content.canonical().as_bytes(),
            day(from).as_bytes(),
            day(until).as_bytes(),
        ])
    }
}

/// That someone approved a revision, and what exactly.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfferApproval {
    /// The offer.
    pub offer: OfferId,
    /// The approved revision.
    pub revision: RevisionNumber,
    /// [`OfferRevision::digest`] of what was approved.
    pub digest: Digest,
    /// Who approved.
    pub approver: UserId,
    /// When.
    pub at: Timestamp,
    /// What they said.
    pub comment: Option<CommentBody>,
}

entity! {
    /// A tenant's proposal, with its working revision and, where there is one, its live revision.
    Offer, OfferParts {
        /// Names the offer.
        [copy] id: OfferId,
        /// The tenant it belongs to.
        [copy] tenant: TenantId,
        /// Where the working revision stands.
        [copy] status: OfferStatus,
        /// The revision being worked on; the live one where nothing was edited since.
        working: OfferRevision,
        /// The number of the latest revision ever written, the working one or a discarded one.
        [copy] latest_revision: RevisionNumber,
        /// The approved revision that campaigns use.
        [copy] live_revision: Option<RevisionNumber>,
        /// Who wrote and submitted since the last approval, oldest first.
        contributions: Vec<Contribution>,
        /// When the working revision was submitted, while it waits.
        [copy] submitted_at: Option<Timestamp>,
        /// When the offer was retired.
        [copy] retired_at: Option<Timestamp>,
        /// When the offer was deleted; the evidence stays.
        [copy] deleted_at: Option<Timestamp>,
        /// Who made the offer.
        [copy] created_by: UserId,
        /// When the offer was made.
        [copy] created_at: Timestamp,
        /// When the offer was last changed.
        [copy] updated_at: Timestamp,
        /// The version that a writer must give back.
        [copy] version: Version,
    }
}

impl Offer {
    /// The number of the revision being worked on.
    #[must_use]
    pub const fn revision(&self) -> RevisionNumber {
        self.working().number
    }

    /// Whether any revision was ever approved: such an offer is evidence.
    #[must_use]
    pub const fn was_approved(&self) -> bool {
        self.parts.live_revision.is_some()
    }

    /// Whether campaigns may use the offer: approved, not retired, not deleted. The live revision's validity
    /// counts besides.
    #[must_use]
    pub const fn is_live(&self) -> bool {
        self.parts.live_revision.is_some()
            && self.parts.retired_at.is_none()
            && self.parts.deleted_at.is_none()
    }
}
