use futures_executor::block_on;
use offerkit_core::{
    domain::{Scope, User},
    page::PageRequest,
    ports::{Access, AuditFilter, Store as _, StoreError, UserFilter},
};

use crate::{
    MemoryStore,
    fixtures::{OTHER_TENANT, SCOPE, TENANT, event, group, refusal, tenant, user, user_id},
};

async fn names(store: &MemoryStore) -> Vec<String> {
    let mut tx = store.begin(Scope::Platform, Access::Read).await.unwrap();
    let request = PageRequest::default();
    let page = tx
        .users()
        .list(&UserFilter::default(), &request)
        .await
        .unwrap();
    page.items
        .iter()
        .map(|user: &User| user.name().to_string())
        .collect()
}

#[test]
fn any_error_aborts_every_later_call() {
    block_on(async {
        let store = MemoryStore::new();
        let mut tx = store.begin(Scope::Platform, Access::Write).await.unwrap();
        tx.users().insert(&user(1)).await.unwrap();
        let again = tx.users().insert(&user(1)).await;
        assert!(matches!(again, Err(StoreError::Duplicate(_))));
        let read = tx.users().find(user_id(1)).await;
        assert!(matches!(read, Err(StoreError::Aborted)));
        let written = tx.tenants().insert(&tenant(TENANT)).await;
        assert!(matches!(written, Err(StoreError::Aborted)));
        let committed = tx.commit(event(Scope::Platform, 1)).await;
        assert!(matches!(committed, Err(StoreError::Aborted)));
        assert!(names(&store).await.is_empty());
    });
}

#[test]
fn an_aborted_transaction_can_still_record_its_refusal() {
    block_on(async {
        let store = MemoryStore::new();
        let mut tx = store.begin(Scope::Platform, Access::Write).await.unwrap();
        tx.users().insert(&user(1)).await.unwrap();
        tx.users().insert(&user(1)).await.unwrap_err();
        tx.refuse(refusal(Scope::Platform, 1)).await.unwrap();
        assert!(names(&store).await.is_empty());
        let mut tx = store.begin(Scope::Platform, Access::Read).await.unwrap();
        let all = AuditFilter::default();
        let page = tx
            .audit()
            .list(&all, &PageRequest::default())
            .await
            .unwrap();
        assert_eq!(page.items.len(), 1);
    });
}

#[test]
fn a_transaction_for_reading_changes_nothing_and_records_nothing() {
    block_on(async {
        let store = MemoryStore::new();
        let mut tx = store.begin(Scope::Platform, Access::Read).await.unwrap();
        let written = tx.users().insert(&user(1)).await;
        assert!(matches!(written, Err(StoreError::ReadOnly)));
        let read = tx.users().find(user_id(1)).await;
        assert!(matches!(read, Err(StoreError::Aborted)));
        drop(tx);
        let tx = store.begin(Scope::Platform, Access::Read).await.unwrap();
        let refused = tx.refuse(refusal(Scope::Platform, 1)).await;
        assert!(matches!(refused, Err(StoreError::ReadOnly)));
        assert!(names(&store).await.is_empty());
    });
}

#[test]
fn what_belongs_to_another_scope_is_refused_before_anything_else() {
    block_on(async {
        let store = MemoryStore::new();
        for scope in [Scope::Platform, Scope::Tenant(OTHER_TENANT)] {
            let mut tx = store.begin(scope, Access::Write).await.unwrap();
            let written = tx.groups().insert(&group(1)).await;
            assert!(matches!(written, Err(StoreError::WrongScope { .. })));
            drop(tx);
            let tx = store.begin(scope, Access::Write).await.unwrap();
            let committed = tx.commit(event(SCOPE, 1)).await;
            assert!(matches!(committed, Err(StoreError::WrongScope { .. })));
        }
    });
}

#[test]
fn an_operation_is_done_once_in_its_scope_and_a_refused_one_may_be_tried_again() {
    block_on(async {
        let store = MemoryStore::new();
        let tx = store.begin(Scope::Platform, Access::Write).await.unwrap();
        tx.refuse(refusal(Scope::Platform, 7)).await.unwrap();
        let begin = |scope| store.begin(scope, Access::Write);
        let duplicate = begin(Scope::Platform).await.unwrap();
        let duplicate = duplicate.commit(event(Scope::Platform, 7)).await;
        assert!(matches!(duplicate, Err(StoreError::Duplicate(_))));
        let first = begin(SCOPE)
            .await
            .unwrap()
            .commit(event(SCOPE, 7))
            .await
            .unwrap();
        let mut tx = begin(SCOPE).await.unwrap();
        tx.users().insert(&user(1)).await.unwrap();
        match tx.commit(event(SCOPE, 7)).await {
            Err(StoreError::AlreadyDone(record)) => assert_eq!(*record, first),
            other => panic!("{other:?}"),
        }
        assert!(names(&store).await.is_empty());
    });
}
