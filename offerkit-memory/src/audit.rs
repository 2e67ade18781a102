use async_trait::async_trait;
use offerkit_core::{
    audit::{AuditOutcome, AuditRecord, Subject},
    id::{AuditId, OperationId},
    page::{Page, PageRequest},
    ports::{AuditFilter, AuditRepository, StoreError},
};

use crate::{
    keyset::{no_page, rows},
    transaction::MemoryTransaction,
};

#[async_trait]
impl AuditRepository for MemoryTransaction {
    async fn find_operation(
        &mut self,
        operation: OperationId,
    ) -> Result<Option<AuditRecord>, StoreError> {
        let scope = self.scope();
        self.read(|state| state.log(scope)?.done(operation).cloned())
    }

    async fn list(
        &mut self,
        filter: &AuditFilter,
        request: &PageRequest,
    ) -> Result<Page<AuditRecord>, StoreError> {
        let scope = self.scope();
        self.read(|state| {
            let Some(log) = state.log(scope) else {
                return no_page();
            };
            let items = rows(
                log.places(),
                request,
                AuditId::from_uuid,
                AuditId::from_uuid,
            )
            .filter_map(|(_, place)| log.at(*place))
            .filter(|record| is_wanted(filter, record))
            .take(request.size().saturating_add(1))
            .cloned()
            .collect();
            Page::from_surplus(items, request, |record: &AuditRecord| record.id.as_uuid())
        })
    }
}

fn is_wanted(filter: &AuditFilter, record: &AuditRecord) -> bool {
    let is_refused = record.outcome != AuditOutcome::Done;
    let is_about = |wanted: Subject| {
        let subject = record.subject;
        wanted.kind == subject.kind && (wanted.id.is_none() || wanted.id == subject.id)
    };
    filter.subject.is_none_or(is_about)
        && filter.user.is_none_or(|it| record.actor.user() == Some(it))
        && filter.action.is_none_or(|it| it == record.action)
        && filter.is_refused.is_none_or(|it| it == is_refused)
        && filter.from.is_none_or(|it| it <= record.at)
        && filter.before.is_none_or(|it| record.at < it)
}
