//! Offer configurations in a store.

use async_trait::async_trait;

use super::StoreError;
use crate::{
    domain::{ConfigurationVersion, OfferConfiguration},
    page::{Page, PageRequest},
};

/// The versions of the scope's tenant's offer configuration. In the platform's scope there are none.
#[async_trait]
pub trait ConfigurationRepository: Send {
    /// Adds a version.
    ///
    /// # Errors
    ///
    /// [`StoreError::Conflict`] unless it follows the current version.
    async fn insert(&mut self, configuration: &OfferConfiguration) -> Result<(), StoreError>;

    /// The current version.
    async fn current(&mut self) -> Result<Option<OfferConfiguration>, StoreError>;

    /// One version.
    async fn find(
        &mut self,
        version: ConfigurationVersion,
    ) -> Result<Option<OfferConfiguration>, StoreError>;

    /// A page of versions.
    async fn list(&mut self, page: &PageRequest) -> Result<Page<OfferConfiguration>, StoreError>;
}
