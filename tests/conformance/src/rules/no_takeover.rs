//! No takeover: a super admin cannot decide in someone else's place, nor raise themselves.

use chrono::TimeDelta;
use futures_util::future::join;
use offerkit_core::{
    domain::{ExternalIdentity, NewUser, PermissionSet, User, UserChange},
    page::PageRequest,
    policy::DenialKind,
    ports::{AuditFilter, CampaignFilter},
    services::{Context, Settings},
    testing::offer_data,
    text::PasswordText,
};

use crate::{
    Adapter, Failure, Outcome,
    cases::{cases, denied},
    world::{World, user},
};

cases! { rules::no_takeover:
    nobody_changes_their_own_memberships,
    nobody_changes_a_group_they_belong_to,
    nobody_changes_their_own_account,
    one_super_admin_always_remains,
    two_super_admins_who_remove_each_other_leave_one,
    a_reset_password_holds_decisions_for_a_day,
    another_identity_holds_decisions_too,
    a_second_super_admin_confirms_a_reset,
    a_hold_stops_every_decision_and_nothing_else,
    a_first_temporary_password_does_not_hold,
    a_temporary_password_lets_its_user_change_it_and_nothing_else,
    a_new_membership_waits_as_long_as_the_setting_says,
    a_super_admin_without_membership_sees_nothing_of_tenants,
}

fn password(text: &str) -> Result<PasswordText, Failure> {
    Ok(PasswordText::new(text)?)
}

const TEMPORARY: &str = "a temporary password";
const OWN: &str = "a password of one's own";

async fn nobody_changes_their_own_memberships<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let second = w.platform.super_admin("second").await?;
    let (id, group) = (user(&second)?, "approver".parse()?);
    let own = w.tenant.acting(&second).groups(w.tenant.id);
    denied!(own.add(id, &group).await, DenialKind::OwnMembership);
    let by_root = w.platform.as_root().groups(w.tenant.id);
    by_root.add(id, &group).await?;
    denied!(own.remove(id, &group).await, DenialKind::OwnMembership);
    by_root.remove(id, &group).await?;
    Ok(())
}

async fn nobody_changes_a_group_they_belong_to<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let second = w.platform.super_admin("second").await?;
    let by_root = w.platform.as_root().groups(w.tenant.id);
    let name = "read_only".parse()?;
    by_root.add(user(&second)?, &name).await?;
    let groups = by_root.list().await?;
    let group = groups.iter().find(|group| *group.name() == name);
    let seen = group.ok_or("no group")?.version();
    let own = w.tenant.acting(&second).groups(w.tenant.id);
    denied!(
        own.update(&name, seen, PermissionSet::EMPTY).await,
        DenialKind::OwnGroup
    );
    by_root.update(&name, seen, PermissionSet::EMPTY).await?;
    Ok(())
}

async fn nobody_changes_their_own_account<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let second = w.platform.super_admin("second").await?;
    let id = user(&second)?;
    let users = w.tenant.acting(&second).users();
    let seen = users.get(id).await?.version();
    let temporary = password(TEMPORARY)?;
    denied!(users.grant_super_admin(id).await, DenialKind::OwnAccount);
    denied!(users.revoke_super_admin(id).await, DenialKind::OwnAccount);
    denied!(users.deactivate(id).await, DenialKind::OwnAccount);
    denied!(users.confirm_reset(id).await, DenialKind::OwnAccount);
    denied!(
        users.set_temporary_password(id, &temporary).await,
        DenialKind::OwnAccount
    );
    denied!(
        users.update(id, seen, UserChange::default()).await,
        DenialKind::OwnAccount
    );
    Ok(())
}

async fn one_super_admin_always_remains<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let second = w.platform.super_admin("second").await?;
    let root = w.root()?;
    let (by_root, by_second) = (
        w.platform.as_root().users(),
        w.tenant.acting(&second).users(),
    );
    by_root.revoke_super_admin(user(&second)?).await?;
    denied!(
        by_second.revoke_super_admin(root).await,
        DenialKind::NotSuperAdmin
    );
    by_root.grant_super_admin(user(&second)?).await?;
    by_root.deactivate(user(&second)?).await?;
    denied!(by_second.deactivate(root).await, DenialKind::Inactive);
    let left = w
        .look(w.scope(), async |tx| tx.users().count_super_admins().await)
        .await?;
    assert_eq!(left, 1);
    Ok(())
}

async fn two_super_admins_who_remove_each_other_leave_one<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let second = w.platform.super_admin("second").await?;
    let (by_root, by_second) = (
        w.platform.as_root().users(),
        w.tenant.acting(&second).users(),
    );
    let (one, two) = join(
        by_root.revoke_super_admin(user(&second)?),
        by_second.revoke_super_admin(w.root()?),
    )
    .await;
    assert_ne!(one.is_ok(), two.is_ok(), "exactly one wins");
    let left = w
        .look(w.scope(), async |tx| tx.users().count_super_admins().await)
        .await?;
    assert_eq!(left, 1);
    Ok(())
}

/// Someone with the group `approver` and a password of their own.
async fn established<B: Adapter>(w: &World<B>) -> Result<Context, Failure> {
    let new = NewUser {
        name: "asha".parse()?,
        full_name: None,
        email: None,
        phone: None,
        identity: None,
    };
    let users = w.platform.as_root().users();
    let asha = users.create(new, Some(&password(TEMPORARY)?)).await?;
    w.platform.join(w.tenant.id, &asha, "approver").await?;
    w.platform.join(w.tenant.id, &asha, "create").await?;
    let context = Context::user(asha.id());
    let account = w.tenant.acting(&context).account();
    account.change_password(TEMPORARY, &password(OWN)?).await?;
    Ok(context)
}

/// A super admin resets someone's password, who changes it.
async fn reset<B: Adapter>(w: &World<B>, context: &Context) -> Outcome {
    let (users, again) = (w.platform.as_root().users(), "a second temporary one");
    users
        .set_temporary_password(user(context)?, &password(again)?)
        .await?;
    let account = w.tenant.acting(context).account();
    Ok(account.change_password(again, &password(OWN)?).await?)
}

async fn a_reset_password_holds_decisions_for_a_day<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let asha = established(&w).await?;
    let offer = w.tenant.submitted_offer("spring").await?;
    let approve = async || {
        let offers = w.offers(&asha);
        offers.approve(offer.id(), offer.revision(), None).await
    };
    reset(&w, &asha).await?;
    denied!(approve().await, DenialKind::Held { .. });
    w.pass(TimeDelta::hours(24) - TimeDelta::microseconds(1));
    denied!(approve().await, DenialKind::Held { .. });
    w.pass(TimeDelta::microseconds(1));
    approve().await?;
    Ok(())
}

async fn another_identity_holds_decisions_too<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let offer = w.tenant.submitted_offer("spring").await?;
    let approver = user(&w.tenant.approver)?;
    let users = w.platform.as_root().users();
    let seen = users.get(approver).await?.version();
    let change = UserChange {
        identity: Some(Some(ExternalIdentity {
            issuer: "https://login.example.com".parse()?,
            subject: "somebody.else".parse()?,
        })),
        ..UserChange::default()
    };
    users.update(approver, seen, change).await?;
    let offers = w.offers(&w.tenant.approver);
    denied!(
        offers.approve(offer.id(), offer.revision(), None).await,
        DenialKind::Held { .. }
    );
    w.pass(TimeDelta::hours(24));
    offers.approve(offer.id(), offer.revision(), None).await?;
    Ok(())
}

async fn a_second_super_admin_confirms_a_reset<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let asha = established(&w).await?;
    let second = w.platform.super_admin("second").await?;
    let offer = w.tenant.submitted_offer("spring").await?;
    reset(&w, &asha).await?;
    let id = user(&asha)?;
    denied!(
        w.platform.as_root().users().confirm_reset(id).await,
        DenialKind::SameSuperAdmin
    );
    let by_approver = w.tenant.acting(&w.tenant.approver).users();
    denied!(
        by_approver.confirm_reset(id).await,
        DenialKind::NotSuperAdmin
    );
    w.tenant.acting(&second).users().confirm_reset(id).await?;
    let offers = w.offers(&asha);
    offers.approve(offer.id(), offer.revision(), None).await?;
    Ok(())
}

async fn a_hold_stops_every_decision_and_nothing_else<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let asha = established(&w).await?;
    let submitted = w.tenant.submitted_offer("submitted").await?;
    let live = w.tenant.approved_offer("live").await?;
    let draft = w.tenant.campaign(live.id())?;
    let campaign = w.tenant.requested_campaign(draft.clone()).await?;
    reset(&w, &asha).await?;
    let (offers, campaigns) = (w.offers(&asha), w.campaigns(&asha));
    let (id, seen, reason) = (submitted.id(), submitted.revision(), "no".parse()?);
    denied!(
        offers.reject(id, seen, &reason).await,
        DenialKind::Held { .. }
    );
    denied!(
        offers.request_changes(id, seen, &reason).await,
        DenialKind::Held { .. }
    );
    denied!(
        offers.retire(live.id(), &reason).await,
        DenialKind::Held { .. }
    );
    let (id, seen) = (campaign.id(), campaign.revision());
    denied!(campaigns.launch(id, seen).await, DenialKind::Held { .. });
    denied!(
        campaigns.decline(id, seen, &reason).await,
        DenialKind::Held { .. }
    );
    let written = offers.create(offer_data("mine").into()).await?;
    offers.submit(written.id(), written.revision()).await?;
    campaigns.create(draft).await?;
    Ok(())
}

async fn a_first_temporary_password_does_not_hold<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let offer = w.tenant.submitted_offer("spring").await?;
    let asha = established(&w).await?;
    let offers = w.offers(&asha);
    offers.approve(offer.id(), offer.revision(), None).await?;
    Ok(())
}

async fn a_temporary_password_lets_its_user_change_it_and_nothing_else<B: Adapter>(
    store: &B,
) -> Outcome {
    let w = World::new(store).await?;
    let asha = established(&w).await?;
    let offer = w.tenant.submitted_offer("spring").await?;
    let users = w.platform.as_root().users();
    users
        .set_temporary_password(user(&asha)?, &password(TEMPORARY)?)
        .await?;
    let acting = w.tenant.acting(&asha);
    let offers = w.offers(&asha);
    denied!(
        offers.approve(offer.id(), offer.revision(), None).await,
        DenialKind::PasswordChangeRequired
    );
    denied!(
        offers.get(offer.id()).await,
        DenialKind::PasswordChangeRequired
    );
    denied!(
        w.campaigns(&asha)
            .list(&CampaignFilter::default(), &PageRequest::default())
            .await,
        DenialKind::PasswordChangeRequired
    );
    denied!(
        acting.desk().list().await,
        DenialKind::PasswordChangeRequired
    );
    denied!(
        acting.configuration(w.tenant.id).current().await,
        DenialKind::PasswordChangeRequired
    );
    let account = acting.account();
    assert!(account.profile().await?.must_change_password());
    account.change_password(TEMPORARY, &password(OWN)?).await?;
    offers.get(offer.id()).await?;
    Ok(())
}

async fn a_new_membership_waits_as_long_as_the_setting_says<B: Adapter>(store: &B) -> Outcome {
    let settings = Settings {
        membership_wait: TimeDelta::hours(1),
        ..Settings::default()
    };
    let w = World::with(store, |builder| builder.settings(settings)).await?;
    let newcomer: User = w.platform.user("newcomer").await?;
    w.pass(TimeDelta::hours(2));
    w.platform.join(w.tenant.id, &newcomer, "approver").await?;
    w.platform.join(w.tenant.id, &newcomer, "create").await?;
    let offer = w.tenant.submitted_offer("spring").await?;
    let newcomer = Context::user(newcomer.id());
    let offers = w.offers(&newcomer);
    denied!(
        offers.approve(offer.id(), offer.revision(), None).await,
        DenialKind::MembershipWaits { .. }
    );
    offers.get(offer.id()).await?;
    offers.create(offer_data("mine").into()).await?;
    w.pass(TimeDelta::hours(1));
    offers.approve(offer.id(), offer.revision(), None).await?;
    Ok(())
}

async fn a_super_admin_without_membership_sees_nothing_of_tenants<B: Adapter>(
    store: &B,
) -> Outcome {
    let w = World::new(store).await?;
    let campaign = w.launched().await?;
    let root = &w.platform.root;
    let (any_offer, any_campaign, page) = Default::default();
    let acting = w.platform.as_root();
    let log = acting.audit_of(w.tenant.id);
    denied!(
        w.offers(root).list(&any_offer, &page).await,
        DenialKind::Outsider
    );
    denied!(
        w.offers(root).get(campaign.plan().offer).await,
        DenialKind::Outsider
    );
    denied!(
        w.campaigns(root).list(&any_campaign, &page).await,
        DenialKind::Outsider
    );
    denied!(
        w.campaigns(root).get(campaign.id()).await,
        DenialKind::Outsider
    );
    denied!(
        w.deliveries(root).progress(campaign.id()).await,
        DenialKind::Outsider
    );
    denied!(
        log.list(&AuditFilter::default(), &page).await,
        DenialKind::Outsider
    );
    denied!(
        acting.configuration(w.tenant.id).current().await,
        DenialKind::Outsider
    );
    denied!(
        acting.segments(w.tenant.id).list(&page).await,
        DenialKind::Outsider
    );
    assert_eq!(acting.desk().list().await?, []);
    assert_eq!(acting.groups(w.tenant.id).list().await?.len(), 4);
    Ok(())
}
