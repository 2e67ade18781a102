use async_trait::async_trait;
use offerkit_core::{
    canonical::canonical_text,
    domain::{Offer, OfferApproval, OfferRevision, RevisionNumber, Scope},
    id::{OfferId, TenantId},
    page::{Page, PageRequest},
    ports::{LiveOffer, LiveOn, OfferFilter, OfferRepository, StoreError, UniqueKey},
};

use crate::{
    keyset::{no_page, page},
    state::{State, Table},
    transaction::MemoryTransaction,
};

mod defence;
mod live;

#[async_trait]
impl OfferRepository for MemoryTransaction {
    async fn insert(&mut self, offer: &Offer) -> Result<(), StoreError> {
        let (tenant, id) = (offer.tenant(), offer.id());
        self.write_in(Scope::Tenant(tenant), |changes| {
            changes.require_tenant(tenant)?;
            defence::may_begin(offer)?;
            changes.add(
                |state| &mut state.offers,
                (tenant, id),
                offer.clone(),
                UniqueKey::Id,
            )?;
            let key = (tenant, id, offer.revision());
            changes.put(|state| &mut state.revisions, key, offer.working().clone());
            Ok(())
        })
    }

    async fn update(&mut self, offer: Offer) -> Result<Offer, StoreError> {
        let (tenant, id) = (offer.tenant(), offer.id());
        self.write_in(Scope::Tenant(tenant), |changes| {
            let is_current = |row: &Offer| row.version() == offer.version();
            let stored = State::current(&changes.offers, &(tenant, id), "offer", is_current)?;
            defence::may_follow(changes, stored, &offer)?;
            let key = (tenant, id, offer.revision());
            if !changes.revisions.contains_key(&key) {
                changes.put(|state| &mut state.revisions, key, offer.working().clone());
            }
            let version = offer.version().next();
            let next = offer.with_version(version);
            changes.put(|state| &mut state.offers, (tenant, id), next.clone());
            Ok(next)
        })
    }

    async fn add_approval(&mut self, approval: &OfferApproval) -> Result<(), StoreError> {
        let scope = self.scope();
        self.write(|changes| {
            let Some(tenant) = scope.tenant() else {
                return Err(StoreError::MissingReference("offer"));
            };
            defence::may_approve(changes, tenant, approval)?;
            let key = (tenant, approval.offer, approval.revision);
            let row = approval.clone();
            changes.add(|state| &mut state.approvals, key, row, UniqueKey::Approval)
        })
    }

    async fn find(&mut self, id: OfferId) -> Result<Option<Offer>, StoreError> {
        self.read_tenant(None, |state, tenant| find(state, tenant, id).cloned())
    }

    async fn find_for_update(&mut self, id: OfferId) -> Result<Option<Offer>, StoreError> {
        self.read_tenant(None, |state, tenant| find(state, tenant, id).cloned())
    }

    async fn list(
        &mut self,
        filter: &OfferFilter,
        request: &PageRequest,
    ) -> Result<Page<Offer>, StoreError> {
        self.read_tenant(no_page(), |state, tenant| {
            let key = |id| (tenant, OfferId::from_uuid(id));
            let id = |offer: &Offer| offer.id().as_uuid();
            page(&state.offers, request, key, id, |offer| {
                is_wanted(state, filter, offer)
            })
        })
    }

    async fn live_on(
        &mut self,
        asked: &LiveOn,
        request: &PageRequest,
    ) -> Result<Page<LiveOffer>, StoreError> {
        self.read_tenant(no_page(), |state, tenant| {
            live::page(state, tenant, asked, request)
        })
    }

    async fn revision(
        &mut self,
        offer: OfferId,
        number: RevisionNumber,
    ) -> Result<Option<OfferRevision>, StoreError> {
        self.read_tenant(None, |state, tenant| {
            state.revisions.get(&(tenant, offer, number)).cloned()
        })
    }

    async fn revisions(&mut self, offer: OfferId) -> Result<Vec<OfferRevision>, StoreError> {
        self.read_tenant(Vec::new(), |state, tenant| {
            let rows = of_offer(&state.revisions, tenant, offer, 0);
            rows.cloned().collect()
        })
    }

    async fn approvals(&mut self, offer: OfferId) -> Result<Vec<OfferApproval>, StoreError> {
        self.read_tenant(Vec::new(), |state, tenant| {
            let rows = of_offer(&state.approvals, tenant, offer, 0);
            rows.cloned().collect()
        })
    }
}

fn find(state: &State, tenant: TenantId, id: OfferId) -> Option<&Offer> {
    let offer = state.offers.get(&(tenant, id))?;
    offer.deleted_at().is_none().then_some(offer)
}

/// What a table holds of an offer's revisions from the one numbered `from` on, the first first.
fn of_offer<V>(
    table: &Table<(TenantId, OfferId, RevisionNumber), V>,
    tenant: TenantId,
    offer: OfferId,
    from: u64,
) -> impl DoubleEndedIterator<Item = &V> {
    let key = |number| (tenant, offer, RevisionNumber::new(number));
    table.range(key(from)..=key(u64::MAX)).map(|(_, row)| row)
}

fn is_wanted(state: &State, filter: &OfferFilter, offer: &Offer) -> bool {
    offer.deleted_at().is_none()
        && filter.status.is_none_or(|it| it == offer.status())
        && filter.created_by.is_none_or(|it| it == offer.created_by())
        && filter
            .created_from
            .is_none_or(|it| it <= offer.created_at())
        && filter
            .created_before
            .is_none_or(|it| offer.created_at() < it)
        && filter.live_on.is_none_or(|day| {
            let live = offer.live_revision().filter(|_| offer.is_live());
            live.and_then(|number| state.revisions.get(&(offer.tenant(), offer.id(), number)))
                .is_some_and(|revision| revision.proposal.validity.holds(day))
        })
        && filter.data.iter().all(|(name, value)| {
            let member = offer.working().proposal.content.value().get(name);
            // `1` and `1.0` are one number, as they are in the digest.
            member.is_some_and(|member| canonical_text(member) == canonical_text(value))
        })
}
