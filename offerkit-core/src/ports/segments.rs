//! Segments in a store.

use async_trait::async_trait;

use super::StoreError;
use crate::{
    domain::{Segment, SegmentVersion},
    page::{Page, PageRequest},
    text::SegmentName,
};

/// The versions of the scope's tenant's segments. In the platform's scope there are none.
#[async_trait]
pub trait SegmentRepository: Send {
    /// Adds a version.
    ///
    /// # Errors
    ///
    /// [`StoreError::Conflict`] unless it follows the segment's latest version.
    async fn insert(&mut self, segment: &Segment) -> Result<(), StoreError>;

    /// One version of a segment, or its latest.
    async fn find(
        &mut self,
        name: &SegmentName,
        version: Option<SegmentVersion>,
    ) -> Result<Option<Segment>, StoreError>;

    /// A page of segment versions.
    async fn list(&mut self, page: &PageRequest) -> Result<Page<Segment>, StoreError>;
}
