//! The audit log is read by few, sealed by one, and shows what was done to it.

use offerkit_core::{
    audit::{Finding, SealHead},
    domain::Scope,
    policy::{Job, Requirement},
    ports::AuditFilter,
    services::{Context, Error},
};

use crate::{
    Adapter, Outcome,
    acts::{all, denied},
    cases::cases,
    world::World,
};

cases! { rules::audit_log:
    a_log_is_sealed_in_batches_and_verified,
    a_published_head_shows_a_cut_tail_and_another_chain,
    a_deactivated_tenants_log_is_still_sealed,
    a_log_is_read_by_those_who_may,
    only_the_sealer_seals,
}

/// Seals a log.
async fn sealed<B: Adapter>(w: &World<B>) -> Result<SealHead, Error> {
    let sealer = w.acting(&Context::job(Job::Sealer));
    sealer.audit_of(w.tenant.id).seal().await
}

async fn a_log_is_sealed_in_batches_and_verified<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let offer = w.tenant.draft_offer("cashback").await?;
    let (offers, body) = (w.offers(&w.tenant.creator), "again".parse()?);
    for _ in 0..1_050 {
        offers.comment(offer.id(), &body).await?;
    }
    let log = w.acting(&w.tenant.admin).audit_of(w.tenant.id);
    let records = u64::try_from(w.records(w.scope()).await?.len())?;
    let unsealed = log.verify(None).await?;
    assert_eq!((unsealed.head.position, unsealed.unsealed), (0, records));
    let head = sealed(&w).await?;
    assert_eq!(head.position, records);
    offers.comment(offer.id(), &body).await?;
    let verified = log.verify(Some(head)).await?;
    assert!(verified.is_intact(), "{verified:?}");
    assert_eq!((verified.head, verified.unsealed), (head, 1));
    assert_eq!(sealed(&w).await?.position, records + 1);
    let verified = log.verify(Some(head)).await?;
    assert!(
        verified.is_intact(),
        "an older head is passed: {verified:?}"
    );
    Ok(())
}

async fn a_published_head_shows_a_cut_tail_and_another_chain<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let head = sealed(&w).await?;
    let log = w.acting(&w.tenant.admin).audit_of(w.tenant.id);
    let (position, published) = (head.position, head.position + 1);
    let longer = SealHead {
        position: published,
        ..head
    };
    let verified = log.verify(Some(longer)).await?;
    assert_eq!(
        verified.finding,
        Some(Finding::TailCut {
            position,
            published
        })
    );
    let hash = SealHead::genesis(w.scope()).hash;
    let verified = log.verify(Some(SealHead { position, hash })).await?;
    assert_eq!(verified.finding, Some(Finding::HeadDiffers { position }));
    Ok(())
}

async fn a_deactivated_tenants_log_is_still_sealed<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    w.platform
        .as_root()
        .tenants()
        .deactivate(w.tenant.id)
        .await?;
    let head = sealed(&w).await?;
    let log = w.acting(&w.tenant.admin).audit_of(w.tenant.id);
    let verified = log.verify(Some(head)).await?;
    assert!(verified.is_intact(), "{verified:?}");
    assert_eq!(verified.unsealed, 0);
    Ok(())
}

async fn a_log_is_read_by_those_who_may<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let (filter, page) = (AuditFilter::default(), all()?);
    let admin = w.acting(&w.tenant.admin);
    let listed = admin.audit_of(w.tenant.id).list(&filter, &page).await?;
    assert_eq!(listed.items, w.records(w.scope()).await?);
    let platform = w.platform.as_root().audit();
    let listed = platform.list(&filter, &page).await?;
    assert_eq!(listed.items, w.records(Scope::Platform).await?);
    denied(admin.audit().list(&filter, &page).await, "not_super_admin")?;
    denied(admin.audit().verify(None).await, "not_super_admin")?;
    for who in [&w.tenant.creator, &w.tenant.approver, &w.tenant.reader] {
        let log = w.acting(who).audit_of(w.tenant.id);
        denied(log.list(&filter, &page).await, "missing_permission")?;
        denied(log.verify(None).await, "missing_permission")?;
    }
    Ok(())
}

async fn only_the_sealer_seals<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    for who in [&w.tenant.admin, &w.platform.root] {
        let sealed = w.acting(who).audit_of(w.tenant.id).seal().await;
        denied(sealed, "job_only")?;
    }
    denied(w.platform.as_root().audit().seal().await, "job_only")?;
    for job in Job::ALL.into_iter().filter(|job| *job != Job::Sealer) {
        let sealed = w.acting(&Context::job(job)).audit().seal().await;
        denied(sealed, "not_of_job")?;
    }
    let rule = offerkit_core::policy::Action::SealAudit.rule();
    assert_eq!(rule.requirement, Requirement::Job);
    w.acting(&Context::job(Job::Sealer)).audit().seal().await?;
    Ok(())
}
