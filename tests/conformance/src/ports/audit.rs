//! The audit log in a store.

use chrono::TimeDelta;
use offerkit_core::{
    audit::{AuditEvent, AuditOutcome, AuditRecord, Subject, SubjectKind},
    domain::Scope,
    id::OperationId,
    policy::Action,
    ports::{AuditFilter, StoreError},
    testing::offer_data,
};
use serde_json::json;

use crate::{
    Adapter, Failure, Outcome,
    cases::{cases, fails},
    walk::{is_stable_while_rows_are_added, pages_are},
    world::{World, user},
};

cases! { ports::audit:
    a_commit_answers_the_record_that_it_keeps,
    an_operation_is_found_once_it_is_done,
    a_refused_operation_may_still_be_done,
    a_repeated_operation_answers_the_first_record_and_changes_nothing,
    an_operation_is_done_once_in_each_scope,
    a_log_is_its_scopes_alone,
    every_page_of_records_holds_its_part,
    pages_of_records_are_stable_while_records_are_added,
    records_are_filtered_by_subject_user_and_action,
    records_are_filtered_by_outcome,
    records_are_filtered_by_time,
}

const CONFIGURATION: Subject = Subject::the(SubjectKind::Configuration);

async fn commit<B: Adapter>(
    w: &World<B>,
    scope: Scope,
    event: AuditEvent,
) -> Result<AuditRecord, StoreError> {
    w.write(scope).await?.commit(event).await
}

async fn find<B: Adapter>(
    w: &World<B>,
    scope: Scope,
    operation: OperationId,
) -> Result<Option<AuditRecord>, StoreError> {
    w.look(scope, async |tx| tx.audit().find_operation(operation).await)
        .await
}

async fn a_commit_answers_the_record_that_it_keeps<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    for scope in [Scope::Platform, w.scope()] {
        let event = w
            .event(scope, w.tenant.id)?
            .before(&json!({ "rate": 1.5, "name": "✓" }))
            .after(&json!([null, { "b": 1, "a": 2 }]))
            .comment(Some("as agreed\non the phone"))
            .result(&json!({ "answer": 42 }));
        let expected = w
            .event_of(scope, w.tenant.id, event.operation())?
            .into_record();
        let record = commit(&w, scope, event).await?;
        assert_eq!(record.operation, expected.operation);
        assert_eq!(record.fingerprint, expected.fingerprint);
        assert!(record.fingerprint.is_some());
        assert_eq!(record.subject, expected.subject);
        assert_eq!(record.actor, expected.actor);
        assert_eq!(record.scope, scope);
        assert_eq!(record.outcome, AuditOutcome::Done);
        assert_eq!(record.comment.as_deref(), Some("as agreed\non the phone"));
        assert_eq!(record.result, json!({ "answer": 42 }));
        let kept = w.records(scope).await?;
        assert_eq!(kept.last(), Some(&record));
    }
    Ok(())
}

async fn an_operation_is_found_once_it_is_done<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let event = w.event(w.scope(), CONFIGURATION)?;
    let operation = event.operation();
    assert_eq!(find(&w, w.scope(), operation).await?, None);
    let record = commit(&w, w.scope(), event).await?;
    assert_eq!(find(&w, w.scope(), operation).await?, Some(record));
    Ok(())
}

async fn a_refused_operation_may_still_be_done<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let refusal = w.refusal(w.scope());
    w.write(w.scope()).await?.refuse(refusal).await?;
    let refused = w.records(w.scope()).await?.pop().ok_or("no record")?;
    assert_eq!(find(&w, w.scope(), refused.operation).await?, None);
    let event = w.event_of(w.scope(), CONFIGURATION, refused.operation)?;
    let done = commit(&w, w.scope(), event).await?;
    assert_eq!(find(&w, w.scope(), refused.operation).await?, Some(done));
    Ok(())
}

async fn a_repeated_operation_answers_the_first_record_and_changes_nothing<B: Adapter>(
    store: &B,
) -> Outcome {
    let w = World::new(store).await?;
    let event = w.event(w.scope(), CONFIGURATION)?.result(&"the first");
    let operation = event.operation();
    let first = commit(&w, w.scope(), event).await?;
    let before = w.records(w.scope()).await?;
    let offer = w.new_offer(w.tenant.id, offer_data("again"))?;
    let mut tx = w.write(w.scope()).await?;
    tx.offers().insert(&offer).await?;
    let event = w.event_of(w.scope(), offer.id(), operation)?;
    fails!(
        tx.commit(event.result(&"the second")).await,
        StoreError::AlreadyDone(record) if **record == first
    );
    assert_eq!(w.records(w.scope()).await?, before);
    assert_eq!(w.stored_offer(&offer).await?, None);
    Ok(())
}

async fn an_operation_is_done_once_in_each_scope<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let twin = Scope::Tenant(w.platform.tenant("card").await?.id);
    let operation = w.operation();
    for scope in [Scope::Platform, w.scope(), twin] {
        let event = w.event_of(scope, CONFIGURATION, operation)?;
        let record = commit(&w, scope, event).await?;
        assert_eq!(find(&w, scope, operation).await?, Some(record));
    }
    Ok(())
}

async fn a_log_is_its_scopes_alone<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let twin = Scope::Tenant(w.platform.tenant("card").await?.id);
    let event = w.event(w.scope(), CONFIGURATION)?;
    let operation = event.operation();
    commit(&w, w.scope(), event).await?;
    for scope in [Scope::Platform, twin] {
        assert_eq!(find(&w, scope, operation).await?, None);
        let records = w.records(scope).await?;
        assert!(
            records.iter().all(|record| record.scope == scope),
            "{scope:?} sees another's record"
        );
    }
    Ok(())
}

async fn every_page_of_records_holds_its_part<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let scope = Scope::Tenant(w.platform.tenant("card").await?.id);
    let made = w.records(scope).await?;
    let mut expected: Vec<_> = made.iter().map(|record| record.id).collect();
    for _ in 0..3 {
        let event = w.event(scope, CONFIGURATION)?;
        expected.push(commit(&w, scope, event).await?.id);
    }
    filter_gives(&w, scope, AuditFilter::default(), &expected).await
}

async fn filter_gives<B: Adapter>(
    w: &World<B>,
    scope: Scope,
    filter: AuditFilter,
    expected: &[offerkit_core::id::AuditId],
) -> Outcome {
    pages_are(
        expected,
        |record: &AuditRecord| record.id,
        async |page| {
            w.look(scope, async |tx| tx.audit().list(&filter, &page).await)
                .await
        },
    )
    .await
}

async fn pages_of_records_are_stable_while_records_are_added<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let before: Vec<_> = w.records(w.scope()).await?;
    let before: Vec<_> = before.iter().map(|record| record.id).collect();
    let any = AuditFilter::default();
    let list = async |page| {
        w.look(w.scope(), async |tx| tx.audit().list(&any, &page).await)
            .await
    };
    let add = async || {
        let event = w.event(w.scope(), CONFIGURATION)?;
        Ok(commit(&w, w.scope(), event).await.map(drop)?)
    };
    is_stable_while_rows_are_added(&before, |record: &AuditRecord| record.id, list, add).await
}

/// The ids of the records for which `is_wanted` holds.
async fn ids<B: Adapter>(
    w: &World<B>,
    is_wanted: impl Fn(&AuditRecord) -> bool,
) -> Result<Vec<offerkit_core::id::AuditId>, Failure> {
    let records = w.records(w.scope()).await?;
    let wanted = records.iter().filter(|record| is_wanted(record));
    Ok(wanted.map(|record| record.id).collect())
}

async fn records_are_filtered_by_subject_user_and_action<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let offer = w.tenant.approved_offer("spring").await?;
    w.tenant.approved_offer("autumn").await?;
    let (subject, approver) = (Subject::from(offer.id()), user(&w.tenant.approver)?);
    let of_offer = ids(&w, |record| record.subject == subject).await?;
    assert_eq!(of_offer.len(), 3, "created, submitted, approved");
    let filter = AuditFilter {
        subject: Some(subject),
        ..AuditFilter::default()
    };
    filter_gives(&w, w.scope(), filter.clone(), &of_offer).await?;
    let of_offers = ids(&w, |record| record.subject.kind == subject.kind).await?;
    assert_eq!(of_offers.len(), 6, "those of the other offer, too");
    let any_offer = AuditFilter {
        subject: Some(Subject::the(subject.kind)),
        ..AuditFilter::default()
    };
    filter_gives(&w, w.scope(), any_offer, &of_offers).await?;
    let by_approver = ids(&w, |record| record.actor.user() == Some(approver)).await?;
    assert_eq!(by_approver.len(), 2);
    let filter = AuditFilter {
        user: Some(approver),
        ..AuditFilter::default()
    };
    filter_gives(&w, w.scope(), filter, &by_approver).await?;
    let submitted = ids(&w, |record| record.action == Action::SubmitOffer).await?;
    assert_eq!(submitted.len(), 2);
    let filter = AuditFilter {
        action: Some(Action::SubmitOffer),
        ..AuditFilter::default()
    };
    filter_gives(&w, w.scope(), filter, &submitted).await
}

async fn records_are_filtered_by_outcome<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let refusal = w.refusal(w.scope());
    w.write(w.scope()).await?.refuse(refusal).await?;
    let done = ids(&w, |record| record.outcome == AuditOutcome::Done).await?;
    let refused = ids(&w, |record| record.outcome != AuditOutcome::Done).await?;
    assert_eq!(refused.len(), 1);
    for (is_refused, expected) in [(true, refused), (false, done)] {
        let filter = AuditFilter {
            is_refused: Some(is_refused),
            ..AuditFilter::default()
        };
        filter_gives(&w, w.scope(), filter, &expected).await?;
    }
    Ok(())
}

async fn records_are_filtered_by_time<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    w.pass(TimeDelta::hours(1));
    let from = w.now();
    w.tenant.draft_offer("first").await?;
    w.pass(TimeDelta::microseconds(1));
    let before = w.now();
    w.tenant.draft_offer("second").await?;
    let first = ids(&w, |record| from <= record.at && record.at < before).await?;
    assert_eq!(first.len(), 1);
    let filter = AuditFilter {
        from: Some(from),
        before: Some(before),
        ..AuditFilter::default()
    };
    filter_gives(&w, w.scope(), filter, &first).await
}
