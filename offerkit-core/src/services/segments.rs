//! A tenant's segments: criteria saved under a name, in versions.

use super::{Acting, Error};
use crate::{
    domain::{Scope, Segment, SegmentVersion},
    id::{SegmentId, TenantId},
    page::{Page, PageRequest},
    policy::Action,
    ports::StoreError,
    text::{Description, SegmentName},
};

/// A tenant's segments.
///
/// ```
/// # use offerkit_core::{domain::SegmentVersion, id, services::{self, Error}};
/// # async fn example(asha: services::Acting, tenant: id::TenantId) -> Result<(), Error> {
/// let name = "premium".parse()?;
/// let criteria = r#"{"segment": "premium"}"#;
/// let segment = asha.segments(tenant).write(&name, None, None, criteria).await?;
/// assert_eq!(segment.version, SegmentVersion::FIRST);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Segments {
    acting: Acting,
    tenant: TenantId,
}

impl Segments {
    pub(super) const fn new(acting: Acting, tenant: TenantId) -> Self {
        Self { acting, tenant }
    }

    /// Writes the next version of a segment after `seen`, or its first where `seen` is `None`. Other segments that it
    /// names without a version stay for ever at those that are the latest now; it may not use itself through them.
    ///
    /// # Errors
    ///
    /// [`Error::Criteria`] with every mistake in the criteria; [`Error::Store`] where another version was written since
    /// `seen`.
    pub async fn write(
        &self,
        name: &SegmentName,
        seen: Option<SegmentVersion>,
        description: Option<&Description>,
        criteria: &str,
    ) -> Result<Segment, Error> {
        self.acting
            .mutate(Action::WriteSegment, || async {
                let mut work = self.acting.write(Scope::Tenant(self.tenant)).await?;
                let id = SegmentId::from_uuid(work.uuid());
                let grant = work.authorize_in_tenant(Action::WriteSegment, id).await?;
                let before = work.tx()?.segments().find(name, None).await?;
                if before.as_ref().map(|segment| segment.version) != seen {
                    return Err(StoreError::Conflict("segment").into());
                }
                let configuration = work.configuration().await?;
                let written = work
                    .criteria_of_segment(&configuration, name, criteria)
                    .await?;
                let segment = Segment {
                    id,
                    tenant: self.tenant,
                    name: name.clone(),
                    version: seen.map_or(SegmentVersion::FIRST, SegmentVersion::next),
                    description: description.cloned(),
                    criteria: written.saved(),
                    author: work.user()?,
                    written_at: work.now(),
                };
                work.tx()?.segments().insert(&segment).await?;
                let mut event = work.event(grant, id).after(&segment);
                if let Some(before) = &before {
                    event = event.before(before);
                }
                work.commit(event, segment).await
            })
            .await
    }

    /// One version of a segment, or its latest.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`], for outsiders too.
    pub async fn get(
        &self,
        name: &SegmentName,
        version: Option<SegmentVersion>,
    ) -> Result<Segment, Error> {
        let mut work = self
            .acting
            .glance_at_tenant(self.tenant, Action::ViewCampaigns)
            .await?;
        let segment = work.tx()?.segments().find(name, version).await?;
        segment.ok_or(Error::NotFound("segment"))
    }

    /// A page of segment versions.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] for outsiders.
    pub async fn list(&self, page: &PageRequest) -> Result<Page<Segment>, Error> {
        let mut work = self
            .acting
            .glance_at_tenant(self.tenant, Action::ViewCampaigns)
            .await?;
        Ok(work.tx()?.segments().list(page).await?)
    }
}
