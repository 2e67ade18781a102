//! Offers in a store.

use std::collections::BTreeMap;

use async_trait::async_trait;
use chrono::NaiveDate;
use serde_json::Value;

use super::StoreError;
use crate::{
    domain::{Offer, OfferApproval, OfferRevision, OfferStatus, RevisionNumber, Validity},
    id::{OfferId, UserId},
    page::{Page, PageRequest},
    time::Timestamp,
};

/// Which offers a list holds: those that satisfy every given part. Deleted ones are never listed.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct OfferFilter {
    /// Of this status.
    pub status: Option<OfferStatus>,
    /// Made by this user.
    pub created_by: Option<UserId>,
    /// Made at this moment or later.
    pub created_from: Option<Timestamp>,
    /// Made before this moment.
    pub created_before: Option<Timestamp>,
    /// Live on this date: approved, not retired, and within the validity of the live revision.
    pub live_on: Option<NaiveDate>,
    /// Whose working revision's data has these members with these values, at the top level.
    pub data: BTreeMap<String, Value>,
}

/// A day, past or to come, on which offers were or are live.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LiveOn {
    /// The day, which revisions' validity is held against.
    pub day: NaiveDate,
    /// When it begins.
    pub from: Timestamp,
    /// When it is over.
    pub before: Timestamp,
}

/// An offer with those of its revisions that were live on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveOffer {
    /// The offer.
    pub offer: OfferId,
    /// When it was retired.
    pub retired_at: Option<Timestamp>,
    /// The revisions, the first first; more than one where another was approved that day.
    pub revisions: Vec<LiveRevision>,
}

/// A revision that was live.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveRevision {
    /// Its approval, by which it became live.
    pub approval: OfferApproval,
    /// Who wrote it.
    pub author: UserId,
    /// The days on which it may be sent.
    pub validity: Validity,
    /// When the next approval took its place.
    pub replaced_at: Option<Timestamp>,
}

/// The scope's tenant's offers. In the platform's scope there are none.
#[async_trait]
pub trait OfferRepository: Send {
    /// Adds an offer together with its first revision.
    ///
    /// # Errors
    ///
    /// [`StoreError::WrongScope`] for another tenant's offer.
    async fn insert(&mut self, offer: &Offer) -> Result<(), StoreError>;

    /// Stores a changed offer, adds its working revision if that is new, and answers the offer with its next version.
    ///
    /// A store refuses what no service does: changing a stored revision, or a live revision without its approval
    /// ([`StoreError::Refused`]).
    ///
    /// # Errors
    ///
    /// [`StoreError::Conflict`] unless the stored version is the given one.
    async fn update(&mut self, offer: Offer) -> Result<Offer, StoreError>;

    /// Adds an approval; before the [`update`](Self::update) that makes the revision live.
    ///
    /// # Errors
    ///
    /// [`StoreError::Refused`] where the digest is not the revision's, or the approver wrote or submitted any
    /// revision since the last approval; [`StoreError::Duplicate`] where the revision is approved already.
    async fn add_approval(&mut self, approval: &OfferApproval) -> Result<(), StoreError>;

    /// The offer, unless it is deleted.
    async fn find(&mut self, id: OfferId) -> Result<Option<Offer>, StoreError>;

    /// The offer, unless it is deleted; nobody else changes it until the transaction ends.
    async fn find_for_update(&mut self, id: OfferId) -> Result<Option<Offer>, StoreError>;

    /// A page of offers.
    async fn list(
        &mut self,
        filter: &OfferFilter,
        page: &PageRequest,
    ) -> Result<Page<Offer>, StoreError>;

    /// A page of the offers that were live at any moment of a day, as the approvals tell and whatever became of them later:
    /// a revision is live from its approval until the next one, or until its offer is retired, within its validity.
    async fn live_on(
        &mut self,
        asked: &LiveOn,
        page: &PageRequest,
    ) -> Result<Page<LiveOffer>, StoreError>;

    /// One revision of an offer.
    async fn revision(
        &mut self,
        offer: OfferId,
        number: RevisionNumber,
    ) -> Result<Option<OfferRevision>, StoreError>;

    /// All revisions of an offer, the first first.
    async fn revisions(&mut self, offer: OfferId) -> Result<Vec<OfferRevision>, StoreError>;

    /// All approvals of an offer, the first first.
    async fn approvals(&mut self, offer: OfferId) -> Result<Vec<OfferApproval>, StoreError>;
}
