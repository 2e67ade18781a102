//! Which revisions were live on a day.

use offerkit_core::{
    domain::Offer,
    id::{OfferId, TenantId},
    page::{Page, PageRequest},
    ports::{LiveOffer, LiveOn, LiveRevision},
};

use super::of_offer;
use crate::{keyset::rows, state::State};

pub(super) fn page(
    state: &State,
    tenant: TenantId,
    asked: &LiveOn,
    request: &PageRequest,
) -> Page<LiveOffer> {
    let key = |id| (tenant, OfferId::from_uuid(id));
    let live = rows(&state.offers, request, key, key)
        .filter(|(_, offer)| offer.retired_at().is_none_or(|at| asked.from < at))
        .map(|(_, offer)| LiveOffer {
            offer: offer.id(),
            retired_at: offer.retired_at(),
            revisions: revisions(state, offer, asked),
        })
        .filter(|offer| !offer.revisions.is_empty())
        .take(request.size().saturating_add(1));
    Page::from_surplus(live.collect(), request, |live| live.offer.as_uuid())
}

fn revisions(state: &State, offer: &Offer, asked: &LiveOn) -> Vec<LiveRevision> {
    let (tenant, id) = (offer.tenant(), offer.id());
    let mut approvals = of_offer(&state.approvals, tenant, id, 0).peekable();
    let mut live = Vec::new();
    while let Some(approval) = approvals.next() {
        let replaced_at = approvals.peek().map(|next| next.at);
        let is_live = approval.at < asked.before && replaced_at.is_none_or(|at| asked.from < at);
        let revision = state.revisions.get(&(tenant, id, approval.revision));
        if let Some(revision) = revision
            && is_live
            && revision.proposal.validity.holds(asked.day)
        {
            live.push(LiveRevision {
                approval: approval.clone(),
                author: revision.author,
                validity: revision.proposal.validity,
                replaced_at,
            });
        }
    }
    live
}
