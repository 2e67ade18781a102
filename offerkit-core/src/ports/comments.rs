//! Comments in a store.

use async_trait::async_trait;

use super::StoreError;
use crate::{
    domain::{Comment, CommentSubject},
    page::{Page, PageRequest},
};

/// The comments of the scope's tenant. In the platform's scope there are none.
#[async_trait]
pub trait CommentRepository: Send {
    /// Adds a comment.
    ///
    /// # Errors
    ///
    /// [`StoreError::WrongScope`] for another tenant's, [`StoreError::MissingReference`] without what it is about.
    async fn insert(&mut self, comment: &Comment) -> Result<(), StoreError>;

    /// A page of what was said about something.
    async fn list(
        &mut self,
        subject: CommentSubject,
        page: &PageRequest,
    ) -> Result<Page<Comment>, StoreError>;
}
