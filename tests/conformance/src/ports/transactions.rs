//! Units of work: changes and their record, together or not at all.

use offerkit_core::{
    audit::{AuditOutcome, Subject, SubjectKind},
    domain::{CommentSubject, OfferStatus, Scope},
    id::{CampaignId, OperationId, TenantId},
    page::PageRequest,
    ports::{Access, AuditFilter, OfferFilter, StoreError, Transaction, UniqueKey},
    testing::offer_data,
};

use crate::{
    Adapter, Failure, Outcome,
    cases::{cases, fails},
    world::World,
};

cases! { ports::transactions:
    a_transaction_tells_its_scope,
    a_dropped_transaction_changes_nothing,
    a_commit_makes_everything_visible_together,
    after_an_error_every_call_and_the_commit_are_aborted,
    a_reading_transaction_refuses_every_change,
    what_reads_with_one_call_refuses_changes_and_sees_its_own_tenant,
    a_reading_transaction_commits_nothing,
    a_refusal_is_recorded_and_the_changes_are_not,
    a_refusal_is_recorded_even_after_an_error,
    an_event_of_another_scope_is_not_committed,
    a_refusal_of_another_scope_is_not_recorded,
    an_absent_tenants_scope_holds_nothing,
}

const CONFIGURATION: Subject = Subject::the(SubjectKind::Configuration);

async fn a_transaction_tells_its_scope<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    for scope in [Scope::Platform, w.scope()] {
        assert_eq!(w.read(scope).await?.scope(), scope);
        assert_eq!(w.write(scope).await?.scope(), scope);
    }
    Ok(())
}

/// Changes one thing in every repository that a tenant's scope may change.
async fn change_everything<B: Adapter>(
    w: &World<B>,
    tx: &mut dyn Transaction,
) -> Result<CampaignId, Failure> {
    let tenant = w.tenant.id;
    let user = w.new_user("new")?;
    tx.users().insert(&user).await?;
    let found = tx.tenants().find(tenant).await?.ok_or("no tenant")?;
    let described = found.described(Some("Changed.".parse()?), w.now());
    tx.tenants().update(described).await?;
    let group = w.new_group(tenant, "new")?;
    tx.groups().insert(&group).await?;
    let membership = w.new_membership(&group, user.id())?;
    tx.groups().add_member(&membership).await?;
    let current = tx.configurations().current().await?;
    let mut next = current.ok_or("no configuration")?;
    next.version = next.version.next();
    tx.configurations().insert(&next).await?;
    let offer = w.new_offer(tenant, offer_data("new"))?;
    tx.offers().insert(&offer).await?;
    let by = offer.created_by();
    let submitted = offer.clone().submit(offer.revision(), by, w.now())?;
    tx.offers().update(submitted).await?;
    let comment = w.new_comment(tenant, CommentSubject::Offer(offer.id()))?;
    tx.comments().insert(&comment).await?;
    let campaign = w.new_campaign(tenant, offer.id())?;
    tx.campaigns().insert(&campaign).await?;
    let segment = w.new_segment("new", 1)?;
    tx.segments().insert(&segment).await?;
    Ok(campaign.id())
}

/// Everything that a tenant's scope sees, in words.
async fn everything<B: Adapter>(w: &World<B>) -> Result<Vec<String>, Failure> {
    let mut tx = w.read(w.scope()).await?;
    let page = PageRequest::default();
    let (any_user, any_offer, any_campaign, any_record) = Default::default();
    let mut seen = vec![
        format!("{:?}", tx.users().list(&any_user, &page).await?),
        format!("{:?}", tx.tenants().list(&page).await?),
        format!("{:?}", tx.groups().list(w.tenant.id).await?),
        format!("{:?}", tx.groups().members(w.tenant.id, &page).await?),
        format!("{:?}", tx.configurations().list(&page).await?),
        format!("{:?}", tx.campaigns().list(&any_campaign, &page).await?),
        format!("{:?}", tx.segments().list(&page).await?),
        format!("{:?}", tx.audit().list(&any_record, &page).await?),
    ];
    for offer in tx.offers().list(&any_offer, &page).await?.items {
        let subject = CommentSubject::Offer(offer.id());
        seen.push(format!("{:?}", tx.offers().revisions(offer.id()).await?));
        seen.push(format!("{:?}", tx.comments().list(subject, &page).await?));
        seen.push(format!("{offer:?}"));
    }
    Ok(seen)
}

/// First seen to fail where dropping undid nothing.
async fn a_dropped_transaction_changes_nothing<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    w.kept_offer("before").await?;
    let before = everything(&w).await?;
    let mut tx = w.write(w.scope()).await?;
    change_everything(&w, &mut *tx).await?;
    drop(tx);
    assert_eq!(everything(&w).await?, before);
    Ok(())
}

async fn a_commit_makes_everything_visible_together<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let mut tx = w.write(w.scope()).await?;
    let campaign = change_everything(&w, &mut *tx).await?;
    let record = w.commit(tx, CONFIGURATION).await?;
    assert_eq!(w.records(w.scope()).await?.last(), Some(&record));
    w.look(w.scope(), async |tx| {
        let user = tx
            .users()
            .find_by_name(&"new".parse().map_err(backend)?)
            .await?;
        assert!(user.is_some(), "the user");
        let held = tx
            .groups()
            .held_by(user.map(|user| user.id()).ok_or(StoreError::Aborted)?, None)
            .await?;
        assert_eq!(held.len(), 1, "the membership");
        let campaign = tx.campaigns().find(campaign).await?;
        let offer = campaign.ok_or(StoreError::Aborted)?.plan().offer;
        let offer = tx.offers().find(offer).await?;
        let status = offer.map(|offer| offer.status());
        assert_eq!(status, Some(OfferStatus::Submitted), "the offer");
        Ok(())
    })
    .await?;
    Ok(())
}

fn backend(error: impl std::error::Error + Send + Sync + 'static) -> StoreError {
    StoreError::Backend(Box::new(error))
}

async fn after_an_error_every_call_and_the_commit_are_aborted<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let before = everything(&w).await?;
    let mut tx = w.write(w.scope()).await?;
    let campaign = change_everything(&w, &mut *tx).await?;
    let taken = w.new_user("root")?;
    fails!(
        tx.users().insert(&taken).await,
        StoreError::Duplicate(UniqueKey::Username)
    );
    let page = PageRequest::default();
    let offer = w.new_offer(w.tenant.id, offer_data("later"))?;
    let subject = CommentSubject::Campaign(campaign);
    let name = "spring".parse()?;
    let operation = OperationId::from_uuid(w.uuid());
    fails!(tx.users().find(taken.id()).await, StoreError::Aborted);
    fails!(tx.tenants().find(w.tenant.id).await, StoreError::Aborted);
    fails!(tx.groups().list(w.tenant.id).await, StoreError::Aborted);
    fails!(tx.configurations().current().await, StoreError::Aborted);
    fails!(tx.offers().find(offer.id()).await, StoreError::Aborted);
    fails!(tx.offers().insert(&offer).await, StoreError::Aborted);
    fails!(
        tx.comments().list(subject, &page).await,
        StoreError::Aborted
    );
    fails!(tx.campaigns().find(campaign).await, StoreError::Aborted);
    fails!(tx.segments().find(&name, None).await, StoreError::Aborted);
    fails!(tx.catalog().current().await, StoreError::Aborted);
    fails!(
        tx.audit().find_operation(operation).await,
        StoreError::Aborted
    );
    let event = w.event(w.scope(), CONFIGURATION)?;
    fails!(tx.commit(event).await, StoreError::Aborted);
    assert_eq!(everything(&w).await?, before);
    Ok(())
}

async fn a_reading_transaction_refuses_every_change<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let (scope, tenant) = (w.scope(), w.tenant.id);
    let kept = w.kept_offer("kept").await?;
    let user = w.new_user("new")?;
    let offer = w.new_offer(tenant, offer_data("new"))?;
    let campaign = w.new_campaign(tenant, kept.id())?;
    let comment = w.new_comment(tenant, CommentSubject::Offer(kept.id()))?;
    let segment = w.new_segment("new", 1)?;
    let group = w.new_group(tenant, "new")?;
    let member = w.new_membership(&group, w.root()?)?;
    let root = w.platform.as_root().users().get(w.root()?).await?;
    let (_, approval) = kept
        .clone()
        .submit(kept.revision(), kept.created_by(), w.now())?
        .approve(kept.revision(), w.root()?, None, w.now())?;
    macro_rules! refused {
        ($scope:expr, $($call:expr),+ $(,)?) => {
            $(fails!(w.look($scope, $call).await, StoreError::ReadOnly);)+
        };
    }
    refused!(
        scope,
        async |tx| tx.users().insert(&user).await,
        async |tx| tx.users().update(root).await.map(drop),
        async |tx| tx.groups().insert(&group).await,
        async |tx| tx.groups().update(group.clone()).await.map(drop),
        async |tx| tx.groups().add_member(&member).await,
        async |tx| tx
            .groups()
            .remove_member(tenant, group.id(), member.user)
            .await
            .map(drop),
        async |tx| tx.offers().insert(&offer).await,
        async |tx| tx.offers().update(kept.clone()).await.map(drop),
        async |tx| tx.offers().add_approval(&approval).await,
        async |tx| tx.campaigns().insert(&campaign).await,
        async |tx| tx.campaigns().update(campaign.clone()).await.map(drop),
        async |tx| tx.comments().insert(&comment).await,
        async |tx| tx.segments().insert(&segment).await,
        async |tx| {
            let found = tx.tenants().find(tenant).await?;
            tx.tenants()
                .update(found.ok_or(StoreError::Aborted)?)
                .await
                .map(drop)
        },
        async |tx| {
            let current = tx.configurations().current().await?;
            let mut next = current.ok_or(StoreError::Aborted)?;
            next.version = next.version.next();
            tx.configurations().insert(&next).await
        },
    );
    refused!(Scope::Platform, async |tx| {
        let state = tx.catalog().current().await?;
        tx.catalog().update(state).await.map(drop)
    });
    Ok(())
}

async fn what_reads_with_one_call_refuses_changes_and_sees_its_own_tenant<B: Adapter>(
    store: &B,
) -> Outcome {
    let w = World::new(store).await?;
    let kept = w.kept_offer("kept").await?;
    let tenants = w.platform.as_root().tenants();
    let other = tenants.create("cards".parse()?, None).await?;
    let other = Scope::Tenant(other.id());
    let page = PageRequest::default();
    let filter = OfferFilter::default();
    for (scope, count) in [
        (w.scope(), 1),
        (other, 0),
        (Scope::Platform, 0),
        (w.scope(), 1),
    ] {
        let mut tx = store.begin(scope, Access::ReadCommitted).await?;
        assert_eq!(tx.scope(), scope);
        for _ in 0..2 {
            let found = tx.offers().find(kept.id()).await?;
            assert_eq!(found.is_some(), count == 1, "{scope:?}");
            let listed = tx.offers().list(&filter, &page).await?;
            assert_eq!(listed.items.len(), count, "{scope:?}");
        }
    }
    let user = w.new_user("new")?;
    let mut tx = store.begin(w.scope(), Access::ReadCommitted).await?;
    fails!(tx.users().insert(&user).await, StoreError::ReadOnly);
    fails!(tx.offers().find(kept.id()).await, StoreError::Aborted);
    drop(tx);
    let tx = store.begin(w.scope(), Access::ReadCommitted).await?;
    let event = w.event(w.scope(), CONFIGURATION)?;
    fails!(tx.commit(event).await, StoreError::ReadOnly);
    Ok(())
}

async fn a_reading_transaction_commits_nothing<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let before = w.records(w.scope()).await?;
    let tx = w.read(w.scope()).await?;
    let event = w.event(w.scope(), CONFIGURATION)?;
    fails!(tx.commit(event).await, StoreError::ReadOnly);
    assert_eq!(w.records(w.scope()).await?, before);
    Ok(())
}

async fn a_refusal_is_recorded_and_the_changes_are_not<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let before = w.records(w.scope()).await?;
    let mut tx = w.write(w.scope()).await?;
    let campaign = change_everything(&w, &mut *tx).await?;
    tx.refuse(w.refusal(w.scope())).await?;
    let records = w.records(w.scope()).await?;
    assert_eq!(records.len(), before.len() + 1, "one record more");
    let last = records.last().map(|record| &record.outcome);
    assert!(
        matches!(last, Some(AuditOutcome::Refused { .. })),
        "{last:?}"
    );
    let found = w
        .look(w.scope(), async |tx| tx.campaigns().find(campaign).await)
        .await?;
    assert_eq!(found, None);
    Ok(())
}

async fn a_refusal_is_recorded_even_after_an_error<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let before = w.records(w.scope()).await?.len();
    let mut tx = w.write(w.scope()).await?;
    fails!(
        tx.users().insert(&w.new_user("root")?).await,
        StoreError::Duplicate(_)
    );
    tx.refuse(w.refusal(w.scope())).await?;
    assert_eq!(w.records(w.scope()).await?.len(), before + 1);
    Ok(())
}

async fn an_event_of_another_scope_is_not_committed<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let twin = Scope::Tenant(w.platform.tenant("card").await?.id);
    for (scope, other) in [
        (w.scope(), twin),
        (w.scope(), Scope::Platform),
        (Scope::Platform, w.scope()),
    ] {
        let before = (w.records(scope).await?, w.records(other).await?);
        let user = w.new_user("new")?;
        let mut tx = w.write(scope).await?;
        tx.users().insert(&user).await?;
        let event = w.event(other, CONFIGURATION)?;
        fails!(
            tx.commit(event).await,
            StoreError::WrongScope { transaction, change }
                if *transaction == scope && *change == other
        );
        let found = w
            .look(scope, async |tx| tx.users().find(user.id()).await)
            .await?;
        assert_eq!(found, None, "the change is not there");
        let after = (w.records(scope).await?, w.records(other).await?);
        assert_eq!(after, before, "nothing is recorded");
    }
    Ok(())
}

async fn a_refusal_of_another_scope_is_not_recorded<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let before = w.record_counts().await?;
    let tx = w.write(w.scope()).await?;
    let refusal = w.refusal(Scope::Platform);
    fails!(tx.refuse(refusal).await, StoreError::WrongScope { .. });
    assert_eq!(w.record_counts().await?, before);
    Ok(())
}

async fn an_absent_tenants_scope_holds_nothing<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let absent = TenantId::from_uuid(w.uuid());
    let page = PageRequest::default();
    w.look(Scope::Tenant(absent), async |tx| {
        assert!(tx.tenants().find(absent).await?.is_none());
        assert!(tx.configurations().current().await?.is_none());
        let offers = tx.offers().list(&OfferFilter::default(), &page).await?;
        assert!(offers.items.is_empty());
        let records = tx.audit().list(&AuditFilter::default(), &page).await?;
        assert!(records.items.is_empty());
        Ok(())
    })
    .await?;
    Ok(())
}
