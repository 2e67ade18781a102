//! What the database's triggers and keys refuse of an offer, whatever a service asks.

use offerkit_core::{
    domain::{Offer, OfferApproval, OfferStatus, RevisionNumber},
    id::TenantId,
    ports::StoreError,
};

use super::of_offer;
use crate::{
    defence::{Checked, ensure},
    state::State,
};

pub(super) fn may_begin(offer: &Offer) -> Checked {
    ensure(
        offer.status() == OfferStatus::Draft
            && offer.revision() == RevisionNumber::FIRST
            && offer.latest_revision() == RevisionNumber::FIRST
            && offer.working().offer == offer.id()
            && offer.live_revision().is_none(),
        "an offer begins as a draft with its first revision",
    )
}

pub(super) fn may_follow(state: &State, stored: &Offer, next: &Offer) -> Checked {
    ensure(
        stored.deleted_at().is_none(),
        "a deleted offer is not changed",
    )?;
    ensure(
        stored.retired_at().is_none(),
        "a retired offer is not changed",
    )?;
    ensure(
        next.deleted_at().is_none() || stored.live_revision().is_none(),
        "an offer that was approved is not deleted",
    )?;
    let is_new = revision_may_follow(state, stored, next)?;
    status_may_follow(stored, next, is_new)?;
    live_may_follow(state, stored, next)?;
    ensure(
        stored.live_revision() != next.live_revision()
            || next.contributions().starts_with(stored.contributions()),
        "contributions are forgotten by an approval alone",
    )
}

/// Whether the working revision is a new one.
fn revision_may_follow(state: &State, stored: &Offer, next: &Offer) -> Result<bool, StoreError> {
    let number = next.revision();
    let key = (stored.tenant(), stored.id(), number);
    let stored_one = state.revisions.get(&key);
    let is_new = stored_one.is_none();
    ensure(
        stored_one.is_none_or(|revision| revision == next.working()),
        "a stored revision never changes",
    )?;
    ensure(
        !is_new || number == stored.latest_revision().next() && next.working().offer == stored.id(),
        "revisions are numbered without gaps",
    )?;
    let latest = if is_new {
        number
    } else {
        stored.latest_revision()
    };
    ensure(
        next.latest_revision() == latest,
        "the latest revision is the one with the highest number",
    )?;
    ensure(
        is_new || number == stored.revision() || stored.live_revision() == Some(number),
        "an offer goes back to its live revision alone",
    )?;
    Ok(is_new)
}

fn status_may_follow(stored: &Offer, next: &Offer, is_new: bool) -> Checked {
    use OfferStatus::{Approved, Draft, Rejected, Submitted};
    let discards = stored.live_revision() == next.live_revision()
        && next.live_revision() == Some(next.revision());
    let is_same = next.revision() == stored.revision();
    let may = match (stored.status(), next.status()) {
        (Draft | Submitted | Rejected, Draft) => is_new || is_same,
        (Approved, Draft) => is_new,
        (Draft, Submitted)
        | (Submitted, Submitted | Rejected)
        | (Rejected, Rejected)
        | (Approved, Approved) => is_same,
        (Submitted, Approved) => is_same || discards,
        (Draft | Rejected, Approved) => discards,
        (Approved | Rejected, Submitted) | (Draft | Approved, Rejected) => false,
    };
    ensure(may, "the offer's status does not lead there")?;
    ensure(
        next.status() != Approved || next.live_revision() == Some(next.revision()),
        "an approved offer's working revision is its live one",
    )
}

fn live_may_follow(state: &State, stored: &Offer, next: &Offer) -> Checked {
    if stored.live_revision() == next.live_revision() {
        return Ok(());
    }
    let is_approved = next
        .live_revision()
        .is_some_and(|number| state.is_approved(stored.tenant(), stored.id(), number));
    ensure(
        is_approved
            && next.live_revision() == Some(stored.revision())
            && stored.status() == OfferStatus::Submitted
            && next.status() == OfferStatus::Approved,
        "a revision becomes live by its approval alone",
    )
}

/// Wrong digests, and approvers who are authors: by the stored revisions and contributions since the last approval.
pub(super) fn may_approve(state: &State, tenant: TenantId, approval: &OfferApproval) -> Checked {
    let offer =
        super::find(state, tenant, approval.offer).ok_or(StoreError::MissingReference("offer"))?;
    let key = (tenant, approval.offer, approval.revision);
    let revision = state
        .revisions
        .get(&key)
        .ok_or(StoreError::MissingReference("offer revision"))?;
    ensure(
        revision.digest() == approval.digest,
        "an approval names the digest of its revision",
    )?;
    ensure(
        offer.status() == OfferStatus::Submitted && offer.revision() == approval.revision,
        "what is approved is the submitted revision",
    )?;
    let last = of_offer(&state.approvals, tenant, approval.offer, 0).next_back();
    let from = last.map_or(0, |last| last.revision.next().get());
    let wrote = of_offer(&state.revisions, tenant, approval.offer, from)
        .any(|revision| revision.author == approval.approver);
    let contributed = offer
        .contributions()
        .iter()
        .any(|contribution| contribution.user == approval.approver);
    ensure(
        !wrote && !contributed,
        "nobody approves an offer they wrote or submitted since its last approval",
    )
}

#[cfg(test)]
mod tests;
