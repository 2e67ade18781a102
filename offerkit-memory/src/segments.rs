use async_trait::async_trait;
use offerkit_core::{
    domain::{Scope, Segment, SegmentVersion},
    id::{SegmentId, TenantId},
    page::{Page, PageRequest},
    ports::{SegmentRepository, StoreError, UniqueKey},
    text::SegmentName,
};

use crate::{
    keyset::{no_page, page},
    state::State,
    transaction::MemoryTransaction,
};

#[async_trait]
impl SegmentRepository for MemoryTransaction {
    async fn insert(&mut self, segment: &Segment) -> Result<(), StoreError> {
        let (tenant, id) = (segment.tenant, segment.id);
        self.write_in(Scope::Tenant(tenant), |changes| {
            changes.require_tenant(tenant)?;
            let next = latest(changes, tenant, &segment.name)
                .map_or(SegmentVersion::FIRST, |last| last.version.next());
            if segment.version != next {
                return Err(StoreError::Conflict("segment"));
            }
            let row = segment.clone();
            changes.add(
                |state| &mut state.segments,
                (tenant, id),
                row,
                UniqueKey::Id,
            )?;
            let key = (tenant, segment.name.clone(), segment.version);
            changes.put(|state| &mut state.segment_versions, key, id);
            Ok(())
        })
    }

    async fn find(
        &mut self,
        name: &SegmentName,
        version: Option<SegmentVersion>,
    ) -> Result<Option<Segment>, StoreError> {
        self.read_tenant(None, |state, tenant| {
            let Some(version) = version else {
                return latest(state, tenant, name).cloned();
            };
            let id = state
                .segment_versions
                .get(&(tenant, name.clone(), version))?;
            state.segments.get(&(tenant, *id)).cloned()
        })
    }

    async fn list(&mut self, request: &PageRequest) -> Result<Page<Segment>, StoreError> {
        self.read_tenant(no_page(), |state, tenant| {
            let key = |id| (tenant, SegmentId::from_uuid(id));
            let id = |segment: &Segment| segment.id.as_uuid();
            page(&state.segments, request, key, id, |_| true)
        })
    }
}

fn latest<'a>(state: &'a State, tenant: TenantId, name: &SegmentName) -> Option<&'a Segment> {
    let key = |version| (tenant, name.clone(), SegmentVersion::new(version));
    let mut versions = state.segment_versions.range(key(0)..=key(u64::MAX));
    let (_, id) = versions.next_back()?;
    state.segments.get(&(tenant, *id))
}
