//! What was done is in the log, once, and so is what was refused.

use chrono::TimeDelta;
use offerkit_core::{
    audit::{AuditOutcome, AuditRecord},
    criteria::{FieldDefinition, FieldType},
    domain::{
        ConfigurationSettings, NewUser, Permission, PermissionSet, Scope, UserChange, Version,
    },
    policy::Job,
    ports::DeliveryFilter,
    services::{Context, Error},
    testing::offer_data,
    text::{GroupName, PasswordText},
};

use crate::{
    Adapter, Failure, Outcome,
    acts::{all, denied, written},
    cases::{cases, fails},
    world::{World, user},
};

cases! { rules::audit_trail:
    everything_done_to_offers_is_recorded_once,
    everything_done_to_campaigns_is_recorded_once,
    everything_done_to_a_tenant_is_recorded_once,
    everything_done_to_the_platform_is_recorded_once,
    a_refusal_is_recorded_and_changes_nothing,
    what_fails_for_another_reason_leaves_no_record,
    looking_at_recipients_is_recorded,
    no_record_holds_a_password_or_its_hash,
}

/// Someone, through a request that the log keeps.
fn asking(who: &Context) -> Result<Context, Failure> {
    let who = who.clone().with_request("request 7".parse()?);
    Ok(who.with_source("203.0.113.9".parse()?))
}

/// Asserts that a call was done and left exactly one record, in the log of `scope`, and answers both.
async fn leaves_one<B: Adapter, T>(
    w: &World<B>,
    (scope, who, action): (Scope, &Context, &str),
    call: impl Future<Output = Result<T, Error>>,
) -> Result<(T, AuditRecord), Failure> {
    let before = w.record_counts().await?;
    w.pass(TimeDelta::seconds(1));
    let done = call.await.map_err(|error| format!("{action}: {error}"))?;
    let after = w.record_counts().await?;
    let expected = match scope {
        Scope::Platform => (before.0, before.1 + 1),
        Scope::Tenant(_) => (before.0 + 1, before.1),
    };
    assert_eq!(after, expected, "records after {action}");
    let record = w.records(scope).await?.pop().ok_or("no record")?;
    assert_eq!(record.action.as_str(), action);
    assert_eq!(record.outcome, AuditOutcome::Done, "{action}");
    assert_eq!(record.actor, who.actor(), "{action}");
    assert_eq!(record.request.as_ref(), who.request(), "{action}");
    assert_eq!(record.source.as_ref(), who.source(), "{action}");
    assert_eq!((record.scope, record.at), (scope, w.now()), "{action}");
    Ok((done, record))
}

/// Asserts the same for several calls, each with who acts, what it is, and whether something was there before and is
/// after.
macro_rules! leave_one {
    ($w:expr, $scope:expr; $($who:expr, $action:literal, $before:literal, $after:literal => $call:expr;)+) => {$(
        let (_, record) = leaves_one($w, ($scope, $who, $action), $call).await?;
        assert_eq!((record.before.is_some(), record.after.is_some()), ($before, $after), $action);
    )+};
}

async fn everything_done_to_offers_is_recorded_once<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let (creator, approver) = (&asking(&w.tenant.creator)?, &asking(&w.tenant.approver)?);
    let admin = &asking(&w.tenant.admin)?;
    let (writing, deciding) = (w.offers(creator), w.offers(approver));
    let made = writing.create(offer_data("first").into());
    let (offer, record) = leaves_one(&w, (w.scope(), creator, "offer.create"), made).await?;
    assert_eq!(record.subject, offer.id().into());
    assert_eq!(record.after, Some(serde_json::to_value(&offer)?));
    let (id, one) = (offer.id(), offer.revision());
    let (two, three) = (one.next(), one.next().next());
    let (reason, body) = ("why not".parse()?, "hm".parse()?);
    let (said, trash) = (Some(&body), w.offers(admin));
    leave_one!(&w, w.scope();
        creator, "offer.submit", true, true => writing.submit(id, one);
        creator, "offer.withdraw", true, true => writing.withdraw(id);
        creator, "offer.submit", true, true => writing.submit(id, one);
        approver, "offer.request_changes", true, true => deciding.request_changes(id, one, &reason);
        creator, "offer.submit", true, true => writing.submit(id, one);
        approver, "offer.reject", true, true => deciding.reject(id, one, &reason);
        creator, "offer.edit", true, true => writing.edit(id, one, offer_data("second").into());
        creator, "offer.submit", true, true => writing.submit(id, two);
        approver, "offer.comment", false, true => deciding.comment(id, &body);
        approver, "offer.approve", true, true => deciding.approve(id, two, said);
        creator, "offer.edit", true, true => writing.edit(id, two, offer_data("third").into());
        creator, "offer.discard_draft", true, true => writing.discard_draft(id);
        creator, "offer.create", false, true => writing.clone_of(id);
        creator, "offer.edit", true, true => writing.edit(id, two, offer_data("fourth").into());
        approver, "offer.retire", true, true => deciding.retire(id, &reason);
    );
    assert_eq!(writing.get(id).await?.latest_revision(), three.next());
    let draft = w.tenant.draft_offer("another").await?;
    leave_one!(&w, w.scope(); admin, "offer.delete", true, true => trash.delete(draft.id()););
    Ok(())
}

async fn everything_done_to_campaigns_is_recorded_once<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let customers = w.platform.customers(3).await?;
    let customer = *customers.first().ok_or("no customer")?;
    let offer = w.tenant.approved_offer("cashback").await?;
    let (creator, approver) = (&asking(&w.tenant.creator)?, &asking(&w.tenant.approver)?);
    let (admin, filler) = (
        &asking(&w.tenant.admin)?,
        &asking(&Context::job(Job::Audience))?,
    );
    let (writing, deciding) = (w.campaigns(creator), w.campaigns(approver));
    let (operating, deliveries) = (w.campaigns(admin), w.deliveries(admin));
    let filling = w.deliveries(filler);
    let made = writing.create(w.tenant.campaign(offer.id())?);
    let (campaign, record) = leaves_one(&w, (w.scope(), creator, "campaign.create"), made).await?;
    assert_eq!(record.subject, campaign.id().into());
    let (id, one) = (campaign.id(), campaign.revision());
    let mut other = written(&campaign);
    other.name = "Summer".parse()?;
    let two = one.next();
    let (reason, body) = ("why not".parse()?, "hm".parse()?);
    let rows = &DeliveryFilter::default();
    let judging = w.tenant.acting(admin).eligibility(w.tenant.id);
    let (reports, day) = (w.reports(admin), w.now().date());
    let segments = w.segments(creator);
    let (name, everyone) = ("everyone".parse()?, r#"{"$everyone": true}"#);
    let page = &all()?;
    leave_one!(&w, w.scope();
        creator, "campaign.request_launch", true, true => writing.request_launch(id, one);
        approver, "campaign.decline_launch", true, true => deciding.decline(id, one, &reason);
        creator, "campaign.edit", true, true => writing.edit(id, one, other);
        approver, "campaign.comment", false, true => deciding.comment(id, &body);
        creator, "campaign.request_launch", true, true => writing.request_launch(id, two);
        admin, "campaign.view_recipients", false, false => operating.sample(id);
        approver, "campaign.launch", true, true => deciding.launch(id, two);
        filler, "campaign.fill_audience", false, true => filling.fill(id);
        creator, "campaign.pause", true, true => writing.pause(id, &reason);
        admin, "campaign.resume", true, true => operating.resume(id);
        admin, "campaign.retry_deliveries", false, false => deliveries.retry_failed(id);
        admin, "campaign.view_recipients", false, false => deliveries.recipients(id, rows, page);
        admin, "customer.judge", false, false => judging.of(customer);
        admin, "report.decisions", false, true => reports.decisions(day, day);
        admin, "report.live_offers", false, true => reports.live_offers(day);
        admin, "report.recipients", false, true => reports.recipients(id);
        admin, "report.customer", false, true => reports.customer(customer);
        admin, "report.permissions", false, true => reports.permissions(None);
        admin, "campaign.complete", true, true => operating.complete(id);
        creator, "campaign.create", false, true => writing.clone_of(id);
        creator, "segment.write", false, true => segments.write(&name, None, None, everyone);
    );
    Ok(())
}

async fn everything_done_to_a_tenant_is_recorded_once<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let (root, admin) = (&asking(&w.platform.root)?, &asking(&w.tenant.admin)?);
    let (tenants, groups) = (w.acting(root).tenants(), w.groups(root));
    let (publishing, allowing) = (w.configuration(admin), w.configuration(root));
    let current = publishing.current().await?.version;
    let settings = ConfigurationSettings::default();
    let name: GroupName = "judges".parse()?;
    let set = PermissionSet::of(&[Permission::DecideOffers]);
    let (id, reader) = (w.tenant.id, user(&w.tenant.reader)?);
    let fields = ["gender".to_owned()].into();
    leave_one!(&w, w.scope();
        root, "group.create", false, true => groups.create(name.clone(), None, set);
        root, "group.update", true, true => groups.update(&name, Version::FIRST, PermissionSet::EMPTY);
        root, "membership.give", false, true => groups.add(reader, &name);
        root, "membership.take", true, false => groups.remove(reader, &name);
        admin, "configuration.publish", true, true => publishing.publish(current, settings);
        root, "tenant.allow_protected_fields", true, true => allowing.allow_protected_fields(fields);
        root, "tenant.update", true, true => tenants.update(id, Version::FIRST, None);
        root, "tenant.deactivate", true, true => tenants.deactivate(id);
        root, "tenant.reactivate", true, true => tenants.reactivate(id);
    );
    let (platform, before) = (
        w.records(Scope::Platform).await?.len(),
        w.records(w.scope()).await?,
    );
    let card = tenants.create("card".parse()?, None).await?;
    assert_eq!(
        w.actions(Scope::Tenant(card.id()), 0).await?,
        ["tenant.create"]
    );
    assert_eq!(w.record_counts().await?, (before.len(), platform));
    Ok(())
}

async fn everything_done_to_the_platform_is_recorded_once<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    assert_eq!(
        w.actions(Scope::Platform, 0).await?.first(),
        Some(&"platform.bootstrap")
    );
    let (root, ben) = (
        &asking(&w.platform.root)?,
        &asking(&w.platform.super_admin("ben").await?)?,
    );
    let (users, confirming) = (w.acting(root).users(), w.acting(ben).users());
    let (customers, catalog) = (w.acting(root).customers(), w.acting(root).catalog());
    let first = PasswordText::new("a temporary password")?;
    let new = NewUser::named("asha".parse()?);
    let made = users.create(new, Some(&first));
    let (asha, record) = leaves_one(&w, (Scope::Platform, root, "user.create"), made).await?;
    assert_eq!(record.subject, asha.id().into());
    let (id, asking_asha) = (asha.id(), asking(&Context::user(asha.id()))?);
    let (asha, account) = (&asking_asha, w.acting(&asking_asha).account());
    let own = PasswordText::new("my own long password")?;
    let customer = w.platform.customer(&[])?;
    let erased = customer.id();
    let tier = FieldDefinition::attribute("tier", FieldType::Text)?;
    let change = UserChange {
        email: Some(Some("asha@example.com".parse()?)),
        ..UserChange::default()
    };
    leave_one!(&w, Scope::Platform;
        asha, "self.change_password", true, true => account.change_password(first.expose(), &own);
        root, "user.update", true, true => users.update(id, Version::FIRST.next(), change);
        root, "user.set_temporary_password", true, true => users.set_temporary_password(id, &first);
        ben, "user.confirm_reset", true, true => confirming.confirm_reset(id);
        root, "user.grant_super_admin", true, true => users.grant_super_admin(id);
        root, "user.revoke_super_admin", true, true => users.revoke_super_admin(id);
        root, "user.deactivate", true, true => users.deactivate(id);
        root, "user.reactivate", true, true => users.reactivate(id);
        root, "customer.import", false, false => customers.import(vec![customer]);
        root, "customer.erase", false, false => customers.erase(erased);
        root, "catalog.manage", true, true => catalog.add_attribute(tier);
        root, "catalog.manage", true, true => catalog.retire_attribute("tier");
    );
    Ok(())
}

async fn a_refusal_is_recorded_and_changes_nothing<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let offer = w.tenant.submitted_offer("cashback").await?;
    let before = w.record_counts().await?;
    let creator = asking(&w.tenant.creator)?;
    w.pass(TimeDelta::seconds(1));
    let refused = denied(w.approved(&creator, &offer).await, "missing_permission")?;
    let record = w.records(w.scope()).await?.pop().ok_or("no record")?;
    assert_eq!(w.record_counts().await?, (before.0 + 1, before.1));
    let AuditOutcome::Refused { code, message } = &record.outcome else {
        return Err("it was done".into());
    };
    assert_eq!(
        (&**code, &**message),
        (refused.code(), &*refused.to_string())
    );
    assert_eq!((record.actor, record.at), (creator.actor(), w.now()));
    assert_eq!(record.request.as_ref(), creator.request());
    assert_eq!(record.subject, offer.id().into());
    assert_eq!((record.before, record.after), (None, None));
    assert_eq!(w.stored_offer(&offer).await?, Some(offer));
    Ok(())
}

async fn what_fails_for_another_reason_leaves_no_record<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let offer = w.tenant.draft_offer("cashback").await?;
    let unsubmitted = w.unrecorded(w.approved(&w.tenant.approver, &offer)).await?;
    fails!(unsubmitted, Error::Transition(_));
    let offers = w.offers(&w.tenant.creator);
    let list = w
        .unrecorded(offers.create(serde_json::json!([]).into()))
        .await?;
    fails!(list, Error::Content(_));
    Ok(())
}

async fn looking_at_recipients_is_recorded<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let (campaign, _) = w.filled(2).await?;
    let (id, rows, page) = (campaign.id(), DeliveryFilter::default(), all()?);
    let clerk = [
        Permission::ViewCampaigns,
        Permission::ViewRecipientsUnmasked,
    ];
    let clerk = w.permitted("clerk", &clerk).await?;
    let from = w.records(w.scope()).await?.len();
    w.deliveries(&clerk)
        .recipients_unmasked(id, &rows, &page)
        .await?;
    let masked = w.deliveries(&clerk).recipients(id, &rows, &page).await;
    denied(masked, "missing_permission")?;
    let unmasked = w.deliveries(&w.tenant.admin);
    let unmasked = unmasked.recipients_unmasked(id, &rows, &page).await;
    denied(unmasked, "missing_permission")?;
    denied(
        w.campaigns(&w.tenant.creator).sample(id).await,
        "missing_permission",
    )?;
    let (looked, hidden) = (
        "campaign.view_recipients_unmasked",
        "campaign.view_recipients",
    );
    assert_eq!(
        w.actions(w.scope(), from).await?,
        [looked, hidden, looked, hidden]
    );
    Ok(())
}

async fn no_record_holds_a_password_or_its_hash<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let secret = PasswordText::new("an unmistakable secret")?;
    let users = w.platform.as_root().users();
    let new = users
        .create(NewUser::named("new".parse()?), Some(&secret))
        .await?;
    users.set_temporary_password(new.id(), &secret).await?;
    let hash = new.password().as_ref().ok_or("no password")?;
    for record in w.records(Scope::Platform).await? {
        let text = serde_json::to_string(&record)?;
        assert!(!text.contains(secret.expose()), "{text}");
        assert!(!text.contains(hash.expose()), "{text}");
    }
    Ok(())
}
