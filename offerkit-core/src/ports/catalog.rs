//! The field catalog's custom attributes in a store.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::StoreError;
use crate::{criteria::FieldDefinition, domain::Version};

/// The platform's additions to the built-in field catalog.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CatalogState {
    /// The custom attributes, in the order they were added.
    pub attributes: Vec<FieldDefinition>,
    /// The version that a writer must give back.
    pub version: Version,
}

/// The field catalog. Every scope sees it; only the platform's changes it.
#[async_trait]
pub trait CatalogRepository: Send {
    /// The catalog's additions.
    async fn current(&mut self) -> Result<CatalogState, StoreError>;

    /// Stores changed additions and answers them with their next version.
    ///
    /// # Errors
    ///
    /// [`StoreError::Conflict`] unless the stored version is the given one; [`StoreError::WrongScope`] in a tenant's
    /// scope.
    async fn update(&mut self, state: CatalogState) -> Result<CatalogState, StoreError>;
}
