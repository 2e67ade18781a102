//! Revocation is immediate: the next call already knows.

use offerkit_core::{
    domain::{Permission, PermissionSet, Tenant},
    page::PageRequest,
    policy::{DenialKind, Job},
    ports::{AuditFilter, DeliveryFilter},
    services::Error,
    testing::offer_data,
};

use crate::{
    Adapter, Outcome,
    cases::{cases, denied, fails},
    world::{World, user},
};

cases! { rules::revocation:
    a_taken_membership_ends_at_once,
    a_changed_group_counts_at_once,
    a_deactivated_user_does_nothing,
    a_repeated_look_at_recipients_is_decided_and_recorded_anew,
    a_revoked_super_admin_manages_nothing,
    a_deactivated_tenant_changes_in_one_way_only,
    a_deactivated_tenant_is_still_read_by_its_members,
    nothing_is_filled_or_sent_for_a_deactivated_tenant,
    an_unknown_user_is_nobody,
}

async fn a_taken_membership_ends_at_once<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let offer = w.tenant.submitted_offer("spring").await?;
    let groups = w.platform.as_root().groups(w.tenant.id);
    let approver = &w.tenant.approver;
    groups.remove(user(approver)?, &"approver".parse()?).await?;
    let offers = w.offers(approver);
    fails!(
        offers.approve(offer.id(), offer.revision(), None).await,
        Error::NotFound("tenant")
    );
    fails!(offers.get(offer.id()).await, Error::NotFound("tenant"));
    assert_eq!(w.tenant.acting(approver).account().tenants().await?, []);
    Ok(())
}

async fn a_changed_group_counts_at_once<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let offer = w.tenant.submitted_offer("spring").await?;
    let groups = w.platform.as_root().groups(w.tenant.id);
    let name = "approver".parse()?;
    let approver = w.offers(&w.tenant.approver);
    let listed = groups.list().await?;
    let group = listed.iter().find(|group| *group.name() == name);
    let group = group.ok_or("no group")?;
    let less = PermissionSet::of(&[Permission::ViewOffers]);
    let changed = groups.update(&name, group.version(), less).await?;
    denied!(
        approver.approve(offer.id(), offer.revision(), None).await,
        DenialKind::MissingPermission {
            permission: Permission::DecideOffers,
            ..
        }
    );
    groups
        .update(&name, changed.version(), group.permissions())
        .await?;
    approver.approve(offer.id(), offer.revision(), None).await?;
    Ok(())
}

async fn a_deactivated_user_does_nothing<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let offer = w.tenant.submitted_offer("spring").await?;
    let approver = &w.tenant.approver;
    let users = w.platform.as_root().users();
    users.deactivate(user(approver)?).await?;
    let (offers, acting) = (w.offers(approver), w.tenant.acting(approver));
    denied!(
        offers.approve(offer.id(), offer.revision(), None).await,
        DenialKind::Inactive
    );
    denied!(offers.get(offer.id()).await, DenialKind::Inactive);
    denied!(acting.account().profile().await, DenialKind::Inactive);
    denied!(acting.account().tenants().await, DenialKind::Inactive);
    denied!(acting.desk().list().await, DenialKind::Inactive);
    let name = "loan".parse()?;
    denied!(
        acting.tenants().get_by_name(&name).await,
        DenialKind::Inactive
    );
    users.reactivate(user(approver)?).await?;
    offers.approve(offer.id(), offer.revision(), None).await?;
    Ok(())
}

async fn a_repeated_look_at_recipients_is_decided_and_recorded_anew<B: Adapter>(
    store: &B,
) -> Outcome {
    let w = World::new(store).await?;
    let (campaign, _) = w.filled(2).await?;
    let (other, _) = w.filled(1).await?;
    let admin = w.tenant.acting(&w.tenant.admin).operation(w.operation());
    let (deliveries, campaigns) = (admin.deliveries(w.tenant.id), admin.campaigns(w.tenant.id));
    let (any, page) = (DeliveryFilter::default(), PageRequest::default());
    let before = w.records(w.scope()).await?.len();
    for id in [campaign.id(), other.id(), campaign.id()] {
        deliveries.recipients(id, &any, &page).await?;
        campaigns.sample(id).await?;
    }
    assert_eq!(w.records(w.scope()).await?.len(), before + 6);
    let groups = w.platform.as_root().groups(w.tenant.id);
    let group = "admin".parse()?;
    groups.remove(user(&w.tenant.admin)?, &group).await?;
    fails!(
        deliveries.recipients(campaign.id(), &any, &page).await,
        Error::NotFound("tenant")
    );
    fails!(
        campaigns.sample(campaign.id()).await,
        Error::NotFound("tenant")
    );
    Ok(())
}

async fn a_revoked_super_admin_manages_nothing<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let second = w.platform.super_admin("second").await?;
    let acting = w.tenant.acting(&second);
    acting.users().get(w.root()?).await?;
    let users = w.platform.as_root().users();
    users.revoke_super_admin(user(&second)?).await?;
    denied!(
        acting.users().get(w.root()?).await,
        DenialKind::NotSuperAdmin
    );
    denied!(
        acting.tenants().create("card".parse()?, None).await,
        DenialKind::NotSuperAdmin
    );
    let page = PageRequest::default();
    denied!(
        acting.audit().list(&AuditFilter::default(), &page).await,
        DenialKind::NotSuperAdmin
    );
    Ok(())
}

async fn deactivate<B: Adapter>(w: &World<B>) -> Result<Tenant, Error> {
    let tenants = w.platform.as_root().tenants();
    tenants.deactivate(w.tenant.id).await
}

async fn a_deactivated_tenant_changes_in_one_way_only<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let offer = w.tenant.submitted_offer("spring").await?;
    let campaign = w.launched().await?;
    let closed = deactivate(&w).await?;
    let root = w.platform.as_root();
    let (creator, approver) = (w.offers(&w.tenant.creator), w.offers(&w.tenant.approver));
    denied!(
        creator.create(offer_data("new").into()).await,
        DenialKind::TenantInactive
    );
    denied!(
        approver.approve(offer.id(), offer.revision(), None).await,
        DenialKind::TenantInactive
    );
    let reason = "wait".parse()?;
    denied!(
        w.campaigns(&w.tenant.creator)
            .pause(campaign.id(), &reason)
            .await,
        DenialKind::TenantInactive
    );
    denied!(
        root.tenants()
            .update(w.tenant.id, closed.version(), None)
            .await,
        DenialKind::TenantInactive
    );
    let group = "approver".parse()?;
    denied!(
        root.groups(w.tenant.id).add(w.root()?, &group).await,
        DenialKind::TenantInactive
    );
    let reopened = root.tenants().reactivate(w.tenant.id).await?;
    assert!(reopened.is_active());
    creator.create(offer_data("new").into()).await?;
    Ok(())
}

async fn a_deactivated_tenant_is_still_read_by_its_members<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let offer = w.tenant.draft_offer("spring").await?;
    deactivate(&w).await?;
    assert_eq!(w.offers(&w.tenant.reader).get(offer.id()).await?, offer);
    let log = w.tenant.acting(&w.tenant.admin).audit_of(w.tenant.id);
    let records = log
        .list(&AuditFilter::default(), &PageRequest::default())
        .await?;
    assert!(!records.items.is_empty(), "the log is read");
    let account = w.tenant.acting(&w.tenant.reader).account();
    let active: Vec<_> = account
        .tenants()
        .await?
        .iter()
        .map(|membership| membership.tenant.is_active())
        .collect();
    assert_eq!(active, [false]);
    Ok(())
}

async fn nothing_is_filled_or_sent_for_a_deactivated_tenant<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let (campaign, _) = w.filled(2).await?;
    deactivate(&w).await?;
    denied!(
        w.job(Job::Audience).fill(campaign.id()).await,
        DenialKind::TenantInactive
    );
    denied!(
        w.job(Job::Delivery).run(campaign.id()).await,
        DenialKind::TenantInactive
    );
    assert_eq!(w.platform.email.messages(), []);
    Ok(())
}

async fn an_unknown_user_is_nobody<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let nobody = offerkit_core::id::UserId::from_uuid(w.uuid());
    let context = offerkit_core::services::Context::user(nobody);
    denied!(
        w.offers(&context).create(offer_data("x").into()).await,
        DenialKind::Unauthenticated
    );
    denied!(
        w.tenant.acting(&context).account().profile().await,
        DenialKind::Unauthenticated
    );
    Ok(())
}
