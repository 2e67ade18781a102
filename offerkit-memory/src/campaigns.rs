use async_trait::async_trait;
use offerkit_core::{
    domain::{Campaign, Scope, SegmentPin},
    id::CampaignId,
    page::{Page, PageRequest},
    ports::{CampaignFilter, CampaignRepository, StoreError, UniqueKey},
};

use crate::{
    keyset::{no_page, page},
    state::State,
    transaction::MemoryTransaction,
};

mod defence;

#[async_trait]
impl CampaignRepository for MemoryTransaction {
    async fn insert(&mut self, campaign: &Campaign) -> Result<(), StoreError> {
        let (tenant, id) = (campaign.tenant(), campaign.id());
        self.write_in(Scope::Tenant(tenant), |changes| {
            changes.require_tenant(tenant)?;
            require_offer(changes, campaign)?;
            require_segments(changes, campaign)?;
            defence::may_begin(campaign)?;
            let row = campaign.clone();
            changes.add(
                |state| &mut state.campaigns,
                (tenant, id),
                row,
                UniqueKey::Id,
            )
        })
    }

    async fn update(&mut self, campaign: Campaign) -> Result<Campaign, StoreError> {
        let (tenant, id) = (campaign.tenant(), campaign.id());
        self.write_in(Scope::Tenant(tenant), |changes| {
            let is_current = |row: &Campaign| row.version() == campaign.version();
            let stored = State::current(&changes.campaigns, &(tenant, id), "campaign", is_current)?;
            require_offer(changes, &campaign)?;
            require_segments(changes, &campaign)?;
            defence::may_follow(changes, stored, &campaign)?;
            let version = campaign.version().next();
            let next = campaign.with_version(version);
            changes.put(|state| &mut state.campaigns, (tenant, id), next.clone());
            Ok(next)
        })
    }

    async fn find(&mut self, id: CampaignId) -> Result<Option<Campaign>, StoreError> {
        self.read_tenant(None, |state, tenant| {
            state.campaigns.get(&(tenant, id)).cloned()
        })
    }

    async fn find_for_update(&mut self, id: CampaignId) -> Result<Option<Campaign>, StoreError> {
        self.read_tenant(None, |state, tenant| {
            state.campaigns.get(&(tenant, id)).cloned()
        })
    }

    async fn list(
        &mut self,
        filter: &CampaignFilter,
        request: &PageRequest,
    ) -> Result<Page<Campaign>, StoreError> {
        self.read_tenant(no_page(), |state, tenant| {
            let key = |id| (tenant, CampaignId::from_uuid(id));
            let id = |campaign: &Campaign| campaign.id().as_uuid();
            page(&state.campaigns, request, key, id, |campaign| {
                is_wanted(filter, campaign)
            })
        })
    }
}

fn require_offer(state: &State, campaign: &Campaign) -> Result<(), StoreError> {
    let key = (campaign.tenant(), campaign.plan().offer);
    if state.offers.contains_key(&key) {
        return Ok(());
    }
    Err(StoreError::MissingReference("offer"))
}

/// A pin says of a segment's version what the version itself says.
fn require_segments(state: &State, campaign: &Campaign) -> Result<(), StoreError> {
    let mut pins = campaign.plan().segments.iter();
    let is_there = pins.all(|pin| {
        let segment = state.segments.get(&(campaign.tenant(), pin.id));
        segment.is_some_and(|segment| SegmentPin::from(segment) == *pin)
    });
    if is_there {
        return Ok(());
    }
    Err(StoreError::MissingReference("segment"))
}

fn is_wanted(filter: &CampaignFilter, campaign: &Campaign) -> bool {
    let plan = campaign.plan();
    let is_requested = campaign.launch_request().is_some();
    filter.status.is_none_or(|it| it == campaign.status())
        && filter.offer.is_none_or(|it| it == plan.offer)
        && filter
            .created_by
            .is_none_or(|it| it == campaign.created_by())
        && filter
            .running_on
            .is_none_or(|day| plan.start_date <= day && day <= plan.end_date)
        && filter
            .is_launch_requested
            .is_none_or(|it| it == is_requested)
}
