//! What the host and the library do in one transaction is there together, or not at all.

use offerkit_core::{
    domain::{CampaignStatus, Customer, OfferStatus, Scope},
    id::OperationId,
    policy::Job,
    ports::{AuditSeals as _, CustomerSource as _, StoreError},
    services::{Context, Error},
};
use sqlx::{Executor as _, Postgres, Transaction};

use crate::world::{Outcome, World, approve, enter};

/// The bank enters something, approves in one tenant, and launches in another.
async fn all(
    world: &World,
    offer: &offerkit_core::domain::Offer,
    campaign: &offerkit_core::domain::Campaign,
) -> Outcome<Transaction<'static, Postgres>> {
    let joined = world.store.join(world.begun().await?);
    let within = world.on(joined.store());
    approve(&within, (&world.loan.approver, world.loan.id), offer).await?;
    let launched = within
        .acting(&world.card.approver)
        .campaigns(world.card.id)
        .launch(campaign.id(), campaign.revision())
        .await?;
    assert_eq!(launched.status(), CampaignStatus::Active);
    // What was done before is seen.
    let offers = within.acting(&world.loan.reader).offers(world.loan.id);
    let seen = offers.get(offer.id()).await?;
    assert_eq!(seen.status(), OfferStatus::Approved);
    Ok(joined.leave().await?)
}

async fn statuses(
    world: &World,
    offer: &offerkit_core::domain::Offer,
    campaign: &offerkit_core::domain::Campaign,
) -> Outcome<(OfferStatus, CampaignStatus)> {
    let campaigns = world
        .card
        .acting(&world.card.creator)
        .campaigns(world.card.id);
    let campaign = campaigns.get(campaign.id()).await?;
    Ok((world.status(offer).await?, campaign.status()))
}

#[tokio::test]
async fn a_rollback_of_the_host_takes_all_with_it() -> Outcome {
    let world = World::new().await?;
    let offer = world.loan.submitted_offer("Spring").await?;
    let campaign = world.requested().await?;
    let before = world.count("offerkit.offer_audit_logs").await?;
    all(&world, &offer, &campaign).await?.rollback().await?;
    assert_eq!(
        statuses(&world, &offer, &campaign).await?,
        (OfferStatus::Submitted, CampaignStatus::Draft)
    );
    assert_eq!(world.count("offerkit.offer_audit_logs").await?, before);
    assert_eq!(world.count("bank.entries").await?, 0);
    Ok(())
}

#[tokio::test]
async fn a_commit_of_the_host_keeps_all_with_its_records() -> Outcome {
    let world = World::new().await?;
    let offer = world.loan.submitted_offer("Spring").await?;
    let campaign = world.requested().await?;
    let before = world.count("offerkit.offer_audit_logs").await?;
    let mut transaction = all(&world, &offer, &campaign).await?;
    enter(&mut transaction, "after").await?;
    transaction.commit().await?;
    assert_eq!(
        statuses(&world, &offer, &campaign).await?,
        (OfferStatus::Approved, CampaignStatus::Active)
    );
    assert_eq!(world.count("offerkit.offer_audit_logs").await?, before + 2);
    assert_eq!(world.count("bank.entries").await?, 2);
    for tenant in [world.loan.id, world.card.id] {
        let scope = Scope::Tenant(tenant);
        let sealer = world.platform.kit.acting(&Context::job(Job::Sealer));
        sealer.audit_of(tenant).seal().await?;
        assert_eq!(world.store.count_unsealed(scope).await?, 0);
    }
    Ok(())
}

#[tokio::test]
async fn a_savepoint_of_the_host_takes_back_what_was_done_since() -> Outcome {
    let world = World::new().await?;
    let (first, second) = (
        world.loan.submitted_offer("First").await?,
        world.loan.submitted_offer("Second").await?,
    );
    let by = (&world.loan.approver, world.loan.id);
    let mut transaction = world.begun().await?;
    // Of the library's own name for them, too.
    transaction.execute("SAVEPOINT offerkit_unit").await?;
    transaction.execute("SAVEPOINT since").await?;
    let joined = world.store.join(transaction);
    approve(&world.on(joined.store()), by, &first).await?;
    let mut transaction = joined.leave().await?;
    transaction.execute("ROLLBACK TO SAVEPOINT since").await?;
    let joined = world.store.join(transaction);
    approve(&world.on(joined.store()), by, &second).await?;
    let mut transaction = joined.leave().await?;
    transaction
        .execute("RELEASE SAVEPOINT offerkit_unit")
        .await?;
    transaction.commit().await?;
    assert_eq!(world.status(&first).await?, OfferStatus::Submitted);
    assert_eq!(world.status(&second).await?, OfferStatus::Approved);
    Ok(())
}

#[tokio::test]
async fn a_refusal_is_recorded_in_the_hosts_commit() -> Outcome {
    let world = World::new().await?;
    let offer = world.loan.submitted_offer("Spring").await?;
    let refused = "offerkit.offer_audit_logs WHERE outcome = 'refused'";
    let before = world.count(refused).await?;
    let joined = world.store.join(world.begun().await?);
    let within = world.on(joined.store());
    let denied = approve(&within, (&world.loan.creator, world.loan.id), &offer).await;
    assert!(matches!(denied, Err(Error::Denied(_))), "{denied:?}");
    approve(&within, (&world.loan.approver, world.loan.id), &offer).await?;
    joined.leave().await?.commit().await?;
    assert_eq!(world.count(refused).await?, before + 1);
    assert_eq!(world.status(&offer).await?, OfferStatus::Approved);
    Ok(())
}

#[tokio::test]
async fn an_operation_is_done_once_in_the_hosts_transaction() -> Outcome {
    let world = World::new().await?;
    let offer = world.loan.submitted_offer("Spring").await?;
    let operation: OperationId = "01890000-0000-7000-8000-00000000abcd".parse()?;
    let joined = world.store.join(world.begun().await?);
    let acting = world
        .on(joined.store())
        .acting(&world.loan.approver)
        .operation(operation);
    for _ in 0..2 {
        let offers = acting.offers(world.loan.id);
        let approved = offers.approve(offer.id(), offer.revision(), None).await?;
        assert_eq!(approved.status(), OfferStatus::Approved);
    }
    joined.leave().await?.commit().await?;
    let approvals = "offerkit.offer_audit_logs WHERE action = 'offer.approve'";
    assert_eq!(world.count(approvals).await?, 1);
    Ok(())
}

/// A change of an offer, as a service of the bank might try it.
const CHANGE: &str = "UPDATE offerkit.offers SET updated_at = '2026-03-03', version = version + 1";

async fn change(transaction: &mut Transaction<'static, Postgres>, tenant: &str) -> Outcome {
    transaction.execute("SET LOCAL ROLE offerkit_app").await?;
    let set = sqlx::query("SELECT set_config('offerkit.tenant', $1, TRUE)");
    transaction.execute(set.bind(tenant.to_owned())).await?;
    let changed = transaction.execute(CHANGE).await?;
    assert_eq!(changed.rows_affected(), 1);
    Ok(())
}

#[tokio::test]
async fn a_change_without_a_record_is_refused_with_the_next_commit() -> Outcome {
    let world = World::new().await?;
    let offer = world.loan.submitted_offer("Spring").await?;
    world.card.draft_offer("Gold").await?;
    let mut transaction = world.begun().await?;
    change(&mut transaction, &world.card.id.to_string()).await?;
    let joined = world.store.join(transaction);
    let by = (&world.loan.approver, world.loan.id);
    let refused = approve(&world.on(joined.store()), by, &offer).await;
    assert!(
        matches!(refused, Err(Error::Store(StoreError::Refused(_)))),
        "{refused:?}"
    );
    let committed = joined.leave().await?.commit().await;
    let error = committed.err().ok_or("the host's commit went through")?;
    assert!(error.to_string().contains("without its record"), "{error}");
    Ok(())
}

#[tokio::test]
async fn a_change_without_a_record_is_refused_after_leaving() -> Outcome {
    let world = World::new().await?;
    let offer = world.loan.submitted_offer("Spring").await?;
    world.card.draft_offer("Gold").await?;
    let joined = world.store.join(world.begun().await?);
    let by = (&world.loan.approver, world.loan.id);
    approve(&world.on(joined.store()), by, &offer).await?;
    let mut transaction = joined.leave().await?;
    change(&mut transaction, &world.card.id.to_string()).await?;
    let committed = transaction.commit().await;
    assert!(committed.is_err(), "the host's commit went through");
    assert_eq!(world.status(&offer).await?, OfferStatus::Submitted);
    Ok(())
}

/// First seen to fail with the staging table left as the first import had filled it.
#[tokio::test]
async fn imports_in_one_transaction_follow_each_other() -> Outcome {
    let world = World::new().await?;
    let customer = |name| {
        world
            .platform
            .customer(&[("external_id", "A-1"), ("full_name", name)])
    };
    let before = customer("Before")?;
    let root = world.platform.as_root().customers();
    root.import(vec![before.clone()]).await?;
    let joined = world.store.join(world.begun().await?);
    let within = world.on(joined.store());
    for name in ["One", "Two", "One"] {
        let renamed = customer(name)?.with_identity(before.id(), before.created_at());
        let imported = within.acting(&world.platform.root).customers();
        let report = imported.import(vec![renamed]).await?;
        assert_eq!((report.updated, report.refused), (1, Vec::new()), "{name}");
    }
    joined.leave().await?.commit().await?;
    let found = world.store.get_many(&[before.id()]).await?;
    assert_eq!(found.first().map(Customer::full_name), Some("One"));
    Ok(())
}
