//! What a transaction has read for its decision does not change until it ends, and who waited sees what they waited for.

use std::time::Duration;

use offerkit_core::{
    domain::{Membership, PermissionSet, RevisionNumber, Scope},
    id::{CampaignId, GroupId, OfferId, UserId},
    ports::{Access, Store as _, StoreError, Transaction},
};
use offerkit_postgres::PgStore;
use sqlx::{Executor as _, types::Uuid};

use crate::world::{Outcome, World, event_in, loan, now};

/// Long enough for a statement that does not wait.
const PATIENCE: Duration = Duration::from_millis(300);

/// The fixture's ids.
async fn id(world: &World, name: &str) -> Outcome<Uuid> {
    let id: (Uuid,) = sqlx::query_as("SELECT md5($1)::UUID")
        .bind(name)
        .fetch_one(&mut world.beside().await?)
        .await?;
    Ok(id.0)
}

fn scope() -> Scope {
    Scope::Tenant(loan())
}

/// Asserts that a change waits for the end of a transaction that has read, and then goes on.
async fn waits(
    store: &PgStore,
    read: impl AsyncFnOnce(&mut dyn Transaction) -> Result<(), StoreError>,
    change: impl AsyncFnOnce(&mut dyn Transaction) -> Result<(), StoreError>,
) -> Outcome {
    let mut reading = store.begin(scope(), Access::Write).await?;
    read(&mut *reading).await?;
    let mut changing = store.begin(scope(), Access::Write).await?;
    {
        let mut changed = std::pin::pin!(change(&mut *changing));
        let early = tokio::time::timeout(PATIENCE, &mut changed).await;
        assert!(early.is_err(), "the change did not wait");
        drop(reading);
        tokio::time::timeout(PATIENCE * 10, &mut changed).await??;
    }
    changing.commit(event_in(scope())?).await?;
    Ok(())
}

/// First seen to fail without `FOR SHARE`.
#[tokio::test]
async fn whoever_decides_is_not_deactivated_meanwhile() -> Outcome {
    let world = World::new().await?;
    let (store, _) = world.store(4)?;
    let ben = UserId::from_uuid(id(&world, "ben").await?);
    waits(
        &store,
        async |tx| tx.users().find_for_share(ben).await.map(drop),
        async |tx| {
            let user = tx.users().find(ben).await?.ok_or(StoreError::Aborted)?;
            let inactive = user.with_active(false, now());
            tx.users().update(inactive).await.map(drop)
        },
    )
    .await
}

/// First seen to fail without `FOR SHARE`.
#[tokio::test]
async fn a_tenant_that_is_decided_in_does_not_change_meanwhile() -> Outcome {
    let world = World::new().await?;
    let (store, _) = world.store(4)?;
    waits(
        &store,
        async |tx| tx.tenants().find_for_share(loan()).await.map(drop),
        async |tx| {
            let tenant = tx.tenants().find(loan()).await?;
            let tenant = tenant.ok_or(StoreError::Aborted)?;
            let inactive = tenant.with_active(false, now());
            tx.tenants().update(inactive).await.map(drop)
        },
    )
    .await
}

/// First seen to fail without `FOR SHARE`.
#[tokio::test]
async fn a_membership_that_a_decision_rests_on_is_not_taken_meanwhile() -> Outcome {
    let world = World::new().await?;
    let (store, _) = world.store(4)?;
    let ben = UserId::from_uuid(id(&world, "ben").await?);
    let group = GroupId::from_uuid(id(&world, "loan approver").await?);
    let held = async |tx: &mut dyn Transaction| {
        let held = tx.groups().held_for_share(ben, loan()).await?;
        assert_eq!(held.len(), 1);
        Ok(())
    };
    waits(&store, held, async |tx| {
        let name = "approver".parse().map_err(|_| StoreError::Aborted)?;
        let found = tx.groups().find_by_name(loan(), &name).await?;
        let found = found.ok_or(StoreError::Aborted)?;
        let changed = found.permitting(PermissionSet::EMPTY, now());
        tx.groups().update(changed).await.map(drop)
    })
    .await?;
    waits(&store, held, async |tx| {
        let removed: Option<Membership> = tx.groups().remove_member(loan(), group, ben).await?;
        assert!(removed.is_some(), "there was no membership");
        Ok(())
    })
    .await
}

/// What a user holds comes with the user, and is not read again.
#[tokio::test]
async fn a_membership_that_came_with_its_user_is_not_taken_meanwhile() -> Outcome {
    let world = World::new().await?;
    let (store, _) = world.store(4)?;
    let ben = UserId::from_uuid(id(&world, "ben").await?);
    let group = GroupId::from_uuid(id(&world, "loan approver").await?);
    waits(
        &store,
        async |tx| tx.users().find_for_share(ben).await.map(drop),
        async |tx| {
            let removed = tx.groups().remove_member(loan(), group, ben).await?;
            assert!(removed.is_some(), "there was no membership");
            Ok(())
        },
    )
    .await
}

/// A change makes the transaction forget what it has read.
#[tokio::test]
async fn what_a_transaction_has_changed_is_read_again() -> Outcome {
    let world = World::new().await?;
    let (store, _) = world.store(1)?;
    let ben = UserId::from_uuid(id(&world, "ben").await?);
    let group = GroupId::from_uuid(id(&world, "loan approver").await?);
    let mut tx = store.begin(scope(), Access::Write).await?;
    let tenant = tx.tenants().find_for_share(loan()).await?;
    let tenant = tenant.ok_or("no tenant")?;
    assert!(tenant.is_active());
    tx.users().find_for_share(ben).await?;
    assert_eq!(tx.groups().held_for_share(ben, loan()).await?.len(), 1);
    tx.groups().remove_member(loan(), group, ben).await?;
    assert_eq!(tx.groups().held_for_share(ben, loan()).await?.len(), 0);
    tx.tenants()
        .update(tenant.with_active(false, now()))
        .await?;
    let tenant = tx.tenants().find(loan()).await?;
    assert!(tenant.is_some_and(|tenant| !tenant.is_active()));
    Ok(())
}

/// First seen to fail without `FOR SHARE`: two super admins could remove each other.
#[tokio::test]
async fn counted_super_admins_do_not_change_meanwhile() -> Outcome {
    let world = World::new().await?;
    let (store, _) = world.store(4)?;
    let root = UserId::from_uuid(id(&world, "root").await?);
    let another = "UPDATE offerkit.users SET is_super_admin = TRUE WHERE username = 'carol'";
    let mut beside = world.beside().await?;
    beside
        .execute("SET session_replication_role = replica")
        .await?;
    beside.execute(another).await?;
    waits(
        &store,
        async |tx| {
            assert_eq!(tx.users().count_super_admins().await?, 2);
            Ok(())
        },
        async |tx| {
            let user = tx.users().find(root).await?.ok_or(StoreError::Aborted)?;
            let ordinary = user.with_super_admin(false, now());
            tx.users().update(ordinary).await.map(drop)
        },
    )
    .await
}

/// First seen to fail without `FOR UPDATE`.
#[tokio::test]
async fn what_is_found_for_update_is_found_by_one_at_a_time() -> Outcome {
    let world = World::new().await?;
    let (store, _) = world.store(4)?;
    let offer = OfferId::from_uuid(id(&world, "loan submitted").await?);
    let found = async |tx: &mut dyn Transaction| {
        assert!(tx.offers().find_for_update(offer).await?.is_some());
        Ok(())
    };
    waits(&store, found, found).await?;
    let campaign = CampaignId::from_uuid(id(&world, "loan campaign draft").await?);
    let found = async |tx: &mut dyn Transaction| {
        assert!(tx.campaigns().find_for_update(campaign).await?.is_some());
        Ok(())
    };
    waits(&store, found, found).await
}

/// First seen to fail where one statement waited for the lock and read the contributions: they were those of before.
#[tokio::test]
async fn whoever_waited_for_an_offer_sees_all_of_what_they_waited_for() -> Outcome {
    let world = World::new().await?;
    let (store, _) = world.store(4)?;
    let id_of_offer = OfferId::from_uuid(id(&world, "loan draft").await?);
    let carol = UserId::from_uuid(id(&world, "carol").await?);
    let mut editing = store.begin(scope(), Access::Write).await?;
    let found = editing.offers().find_for_update(id_of_offer).await?;
    let offer = found.ok_or("no offer")?;
    let mut proposal = offer.working().proposal.clone();
    proposal.content = serde_json::json!({ "title": "new" }).try_into()?;
    let edited = offer.edit(RevisionNumber::FIRST, proposal, carol, now())?;
    let edited = editing.offers().update(edited).await?;
    let mut waiting = store.begin(scope(), Access::Write).await?;
    let found = {
        let mut found = std::pin::pin!(waiting.offers().find_for_update(id_of_offer));
        let early = tokio::time::timeout(PATIENCE, &mut found).await;
        assert!(early.is_err(), "it did not wait");
        editing.commit(event_in(scope())?).await?;
        found.await?
    };
    assert_eq!(found.as_ref(), Some(&edited));
    assert_eq!(edited.contributions().len(), 2);
    Ok(())
}

/// Reading waits for nobody.
#[tokio::test]
async fn readers_do_not_wait_for_whoever_changes() -> Outcome {
    let world = World::new().await?;
    let (store, _) = world.store(4)?;
    let id_of_offer = OfferId::from_uuid(id(&world, "loan draft").await?);
    let mut changing = store.begin(scope(), Access::Write).await?;
    changing.offers().find_for_update(id_of_offer).await?;
    let mut reading = store.begin(scope(), Access::Read).await?;
    let reads = async {
        reading.offers().find(id_of_offer).await?;
        reading.offers().find_for_update(id_of_offer).await
    };
    let found = tokio::time::timeout(PATIENCE, reads).await??;
    assert!(found.is_some());
    Ok(())
}
