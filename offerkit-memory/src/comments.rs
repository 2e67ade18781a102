use async_trait::async_trait;
use offerkit_core::{
    audit::SubjectKind,
    domain::{Comment, CommentSubject, Scope},
    id::CommentId,
    page::{Page, PageRequest},
    ports::{CommentRepository, StoreError, UniqueKey},
};

use crate::{
    keyset::{no_page, page},
    state::Thread,
    transaction::MemoryTransaction,
};

#[async_trait]
impl CommentRepository for MemoryTransaction {
    async fn insert(&mut self, comment: &Comment) -> Result<(), StoreError> {
        let tenant = comment.tenant;
        self.write_in(Scope::Tenant(tenant), |changes| {
            match comment.subject {
                CommentSubject::Offer(id) if !changes.offers.contains_key(&(tenant, id)) => {
                    return Err(StoreError::MissingReference("offer"));
                }
                CommentSubject::Campaign(id) if !changes.campaigns.contains_key(&(tenant, id)) => {
                    return Err(StoreError::MissingReference("campaign"));
                }
                CommentSubject::Offer(_) | CommentSubject::Campaign(_) => {}
            }
            let id = (tenant, comment.id);
            let thread = thread(comment.subject);
            changes.add(|state| &mut state.comment_ids, id, thread, UniqueKey::Id)?;
            let key = (tenant, thread, comment.id);
            changes.put(|state| &mut state.comments, key, comment.clone());
            Ok(())
        })
    }

    async fn list(
        &mut self,
        subject: CommentSubject,
        request: &PageRequest,
    ) -> Result<Page<Comment>, StoreError> {
        let thread = thread(subject);
        self.read_tenant(no_page(), |state, tenant| {
            let key = |id| (tenant, thread, CommentId::from_uuid(id));
            let id = |comment: &Comment| comment.id.as_uuid();
            page(&state.comments, request, key, id, |_| true)
        })
    }
}

const fn thread(subject: CommentSubject) -> Thread {
    match subject {
        CommentSubject::Offer(id) => (SubjectKind::Offer, id.as_uuid()),
        CommentSubject::Campaign(id) => (SubjectKind::Campaign, id.as_uuid()),
    }
}
