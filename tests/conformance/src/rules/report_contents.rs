//! What reports tell.

use chrono::TimeDelta;
use offerkit_core::{
    domain::{Campaign, Channel, DeliveryStatus, Offer, Permission, PermissionSet, Version},
    policy::Job,
    services::{
        Decision, DecisionKind, Error, HeldPermission, HeldThrough, LiveOnDay, ReportRow as _,
        Settings,
    },
};

use super::report_drawing::rows;
use crate::{
    Adapter, Failure, Outcome,
    acts::{all, written},
    cases::cases,
    world::{World, user},
};

cases! { rules::report_contents:
    decisions_are_told_with_what_was_decided_on,
    decisions_of_every_kind_come_in_one_order,
    days_are_those_of_the_tenants_zone,
    live_offers_are_told_with_those_who_answer_for_them,
    recipients_are_counted_by_status_and_day,
    a_customers_messages_are_told_with_the_rule_that_selected_them,
    a_message_keeps_the_rule_it_was_sent_under,
    a_message_of_an_erased_customer_is_still_told,
    permissions_are_told_with_who_gave_them,
    a_permission_that_a_group_came_to_permit_is_held_since_then,
    who_is_inactive_holds_what_they_held,
}

/// A world whose reports come in small parts.
async fn world<B: Adapter>(store: &B) -> Result<World<B>, Failure> {
    let settings = Settings {
        report_part: 2,
        report_count: 2,
        ..Settings::default()
    };
    World::with(store, |builder| builder.settings(settings)).await
}

async fn decisions<B: Adapter>(w: &World<B>) -> Result<Vec<Decision>, Error> {
    let today = w.now().date();
    let reports = w.reports(&w.tenant.admin);
    rows(reports.decisions(today, today).await).await
}

/// Puts the tenant's clock five and a half hours ahead.
async fn ahead<B: Adapter>(w: &World<B>) -> Outcome {
    let configuration = w.configuration(&w.tenant.admin);
    let current = configuration.current().await?;
    let mut settings = current.settings;
    settings.time_zone = "+05:30".parse()?;
    configuration.publish(current.version, settings).await?;
    Ok(())
}

async fn decisions_are_told_with_what_was_decided_on<B: Adapter>(store: &B) -> Outcome {
    let w = world(store).await?;
    let offer = w.tenant.submitted_offer("dear").await?;
    let deciding = w.offers(&w.tenant.approver);
    let (id, one) = (offer.id(), offer.revision());
    deciding.reject(id, one, &"=too dear".parse()?).await?;
    let offer = w.edited(&w.tenant.creator, &offer, "cheaper").await?;
    let digest = offer.working().digest();
    w.submitted(&w.tenant.creator, &offer).await?;
    deciding
        .request_changes(id, one.next(), &"a typo".parse()?)
        .await?;
    w.submitted(&w.tenant.creator, &offer).await?;
    deciding.approve(id, one.next(), None).await?;
    // What is written later changes nothing of it.
    w.edited(&w.tenant.creator, &offer, "later").await?;
    let told = decisions(&w).await?;
    let told: Vec<_> = told
        .iter()
        .map(|it| (it.decision, it.revision, it.comment.as_deref()))
        .collect();
    let expected = [
        (DecisionKind::Rejected, one, Some("=too dear")),
        (DecisionKind::ChangesRequested, one.next(), Some("a typo")),
        (DecisionKind::Approved, one.next(), None),
    ];
    assert_eq!(told, expected);
    let told = decisions(&w).await?;
    let last = told.last().ok_or("no decision")?;
    assert_eq!((last.offer, last.digest, last.at), (id, digest, w.now()));
    assert_eq!(last.by, user(&w.tenant.approver)?);
    assert_eq!(last.by_name, Some("loan.approver".parse()?));
    let records = w.records(w.scope()).await?;
    assert!(records.iter().any(|it| it.id == last.record));
    assert_eq!(last.cells().len(), Decision::COLUMNS.len());
    Ok(())
}

// First seen to fail with each kind after the other.
async fn decisions_of_every_kind_come_in_one_order<B: Adapter>(store: &B) -> Outcome {
    let w = world(store).await?;
    let deciding = w.offers(&w.tenant.approver);
    let reason = "no".parse()?;
    let mut expected = Vec::new();
    for number in 0..7 {
        let offer = w.tenant.submitted_offer(&format!("offer {number}")).await?;
        let (id, seen) = (offer.id(), offer.revision());
        match number % 3 {
            0 => deciding.approve(id, seen, None).await?,
            1 => deciding.reject(id, seen, &reason).await?,
            _ => deciding.request_changes(id, seen, &reason).await?,
        };
        expected.push(id);
    }
    // Neither what was refused nor what others did is a decision.
    let offer = w.tenant.submitted_offer("open").await?;
    assert!(w.approved(&w.tenant.creator, &offer).await.is_err());
    let told: Vec<_> = decisions(&w).await?.iter().map(|it| it.offer).collect();
    assert_eq!(told, expected);
    Ok(())
}

// First seen to fail with days of UTC.
async fn days_are_those_of_the_tenants_zone<B: Adapter>(store: &B) -> Outcome {
    let w = world(store).await?;
    ahead(&w).await?;
    // Nine in the morning; ten hours later, it is tomorrow there.
    let today = w.now().date();
    let tomorrow = today + TimeDelta::days(1);
    let offer = w.tenant.submitted_offer("spring").await?;
    w.pass(TimeDelta::hours(10));
    w.approved(&w.tenant.approver, &offer).await?;
    assert_eq!(w.now().date(), today);
    let reports = w.reports(&w.tenant.admin);
    for (day, count) in [(today, 0), (tomorrow, 1)] {
        assert_eq!(rows(reports.decisions(day, day).await).await?.len(), count);
        assert_eq!(rows(reports.live_offers(day).await).await?.len(), count);
    }
    let both = reports.decisions(today, tomorrow).await;
    assert_eq!(rows(both).await?.len(), 1);
    let (campaign, _) = w.filled(1).await?;
    let told = rows(reports.recipients(campaign.id()).await).await?;
    let days: Vec<_> = told.iter().map(|row| row.day).collect();
    assert_eq!(days, [tomorrow]);
    Ok(())
}

async fn live_offers_are_told_with_those_who_answer_for_them<B: Adapter>(store: &B) -> Outcome {
    let w = world(store).await?;
    let mut expected: Vec<Offer> = Vec::new();
    for title in ["one", "two", "three"] {
        expected.push(w.tenant.approved_offer(title).await?);
    }
    let reports = w.reports(&w.tenant.reader);
    let told: Vec<LiveOnDay> = rows(reports.live_offers(w.now().date()).await).await?;
    let ids: Vec<_> = told.iter().map(|it| (it.offer, it.digest)).collect();
    let of = |offer: &Offer| (offer.id(), offer.working().digest());
    assert_eq!(ids, expected.iter().map(of).collect::<Vec<_>>());
    let first = told.first().ok_or("none")?;
    assert_eq!(first.written_by, user(&w.tenant.creator)?);
    assert_eq!(first.written_by_name, Some("loan.creator".parse()?));
    assert_eq!(first.approved_by, user(&w.tenant.approver)?);
    assert_eq!(first.approved_by_name, Some("loan.approver".parse()?));
    assert_eq!(first.cells().len(), LiveOnDay::COLUMNS.len());
    Ok(())
}

async fn recipients_are_counted_by_status_and_day<B: Adapter>(store: &B) -> Outcome {
    let w = world(store).await?;
    let (campaign, _) = w.filled(5).await?;
    let first = w.now().date();
    w.sent(&campaign).await?;
    w.platform.customers(2).await?;
    w.pass(TimeDelta::days(2));
    let again = w.launched().await?;
    w.job(Job::Audience).fill(again.id()).await?;
    let reports = w.reports(&w.tenant.creator);
    let of = async |campaign: &Campaign| -> Result<Vec<_>, Error> {
        let told = rows(reports.recipients(campaign.id()).await).await?;
        let told = told.iter();
        Ok(told
            .map(|it| (it.day, it.channel, it.status, it.recipients))
            .collect())
    };
    let sent = [(first, Channel::Email, DeliveryStatus::Sent, 5)];
    assert_eq!(of(&campaign).await?, sent);
    let pending = [(w.now().date(), Channel::Email, DeliveryStatus::Pending, 7)];
    assert_eq!(of(&again).await?, pending);
    Ok(())
}

async fn a_customers_messages_are_told_with_the_rule_that_selected_them<B: Adapter>(
    store: &B,
) -> Outcome {
    let w = world(store).await?;
    let customers = w.platform.customers(2).await?;
    let customer = *customers.first().ok_or("no customer")?;
    let offer = w.tenant.approved_offer("cashback").await?;
    let mut draft = w.tenant.campaign(offer.id())?;
    r#"{"segment": "premium"}"#.clone_into(&mut draft.selection_criteria);
    let campaign = w.tenant.launched_campaign(draft).await?;
    let launched_at = w.now();
    w.pass(TimeDelta::hours(1));
    let run = w.job(Job::Audience).fill(campaign.id()).await?;
    w.sent(&campaign).await?;
    // Another tenant's messages are not this one's.
    let card = w.platform.tenant("card").await?;
    let theirs = card.approved_offer("theirs").await?;
    let theirs = card.launched_campaign(card.campaign(theirs.id())?).await?;
    let filling = w.acting(&offerkit_core::services::Context::job(Job::Audience));
    filling.deliveries(card.id).fill(theirs.id()).await?;
    let reports = w.reports(&w.tenant.admin);
    let told = rows(reports.customer(customer).await).await?;
    let [message] = told.as_slice() else {
        return Err(format!("one message, not {told:?}").into());
    };
    assert_eq!(message.campaign, campaign.id());
    assert_eq!(
        (message.status, message.sent_at),
        (DeliveryStatus::Sent, Some(w.now()))
    );
    assert_eq!(
        (message.offer, message.offer_digest),
        (offer.id(), offer.working().digest())
    );
    assert_eq!(
        message.rule.as_deref(),
        Some(r#"customers whose segment is "premium""#)
    );
    assert_eq!(&*message.criteria, r#"{"segment": "premium"}"#);
    assert_eq!(
        message.rule_digest,
        campaign.plan().selection_criteria.digest
    );
    assert_eq!((message.run, message.selected_at), (run.id, w.now()));
    assert_eq!(
        (message.launched_at, message.launched_by),
        (launched_at, user(&w.tenant.approver)?)
    );
    assert_eq!(message.launched_by_name, Some("loan.approver".parse()?));
    Ok(())
}

// First seen to fail with the campaign as it is now.
async fn a_message_keeps_the_rule_it_was_sent_under<B: Adapter>(store: &B) -> Outcome {
    let w = world(store).await?;
    let (campaign, customers) = w.filled(1).await?;
    w.sent(&campaign).await?;
    let late = *w.platform.customers(1).await?.first().ok_or("nobody")?;
    w.paused(&w.tenant.creator, &campaign).await?;
    let mut draft = written(&campaign);
    draft.name = "Summer".parse()?;
    r#"{"segment": "premium"}"#.clone_into(&mut draft.selection_criteria);
    let editing = w.campaigns(&w.tenant.creator);
    let edited = editing
        .edit(campaign.id(), campaign.revision(), draft)
        .await?;
    w.requested(&w.tenant.creator, &edited).await?;
    w.launched_by(&w.tenant.approver, &edited).await?;
    w.job(Job::Audience).fill(campaign.id()).await?;
    let reports = w.reports(&w.tenant.admin);
    let early = *customers.first().ok_or("nobody")?;
    for (customer, name, criteria) in [
        (early, "Spring", r#"{"$everyone": true}"#),
        (late, "Summer", r#"{"segment": "premium"}"#),
    ] {
        let told = rows(reports.customer(customer).await).await?;
        let [message] = told.as_slice() else {
            return Err(format!("one message, not {told:?}").into());
        };
        assert_eq!(message.campaign_name.as_str(), name);
        assert_eq!(&*message.criteria, criteria);
    }
    Ok(())
}

async fn a_message_of_an_erased_customer_is_still_told<B: Adapter>(store: &B) -> Outcome {
    let w = world(store).await?;
    let (campaign, customers) = w.filled(1).await?;
    w.sent(&campaign).await?;
    let customer = *customers.first().ok_or("nobody")?;
    w.platform.as_root().customers().erase(customer).await?;
    let reports = w.reports(&w.tenant.admin);
    assert_eq!(rows(reports.customer(customer).await).await?.len(), 1);
    Ok(())
}

async fn held<B: Adapter>(
    w: &World<B>,
    only: Option<Permission>,
) -> Result<Vec<HeldPermission>, Error> {
    rows(w.reports(&w.tenant.admin).permissions(only).await).await
}

async fn permissions_are_told_with_who_gave_them<B: Adapter>(store: &B) -> Outcome {
    let w = world(store).await?;
    let made = w.now();
    w.pass(TimeDelta::days(1));
    let asha = w.member("asha", &["approver", "read_only"]).await?;
    let told = held(&w, None).await?;
    // Each member holds what each group permits.
    let groups = w.groups(&w.tenant.admin).members(&all()?).await?.items;
    let expected = groups.iter().flat_map(|member| &member.groups);
    let expected: usize = expected.map(|it| it.permissions.iter().count()).sum();
    assert_eq!(told.len(), expected);
    assert_eq!(
        held(&w, Some(Permission::ViewRecipientsUnmasked)).await?,
        []
    );
    let deciding = held(&w, Some(Permission::DecideOffers)).await?;
    let deciding: Vec<_> = deciding
        .iter()
        .map(|it| (it.user_name.as_str(), it.group.as_str(), it.since))
        .collect();
    let expected = [
        ("loan.approver", "approver", made),
        ("asha", "approver", w.now()),
    ];
    assert_eq!(deciding, expected);
    let of_asha = told
        .iter()
        .find(|it| Ok(it.user) == user(&asha).map_err(drop));
    let of_asha = of_asha.ok_or("asha holds nothing")?;
    assert_eq!(
        (of_asha.by, of_asha.through),
        (Some(w.root()?), HeldThrough::Membership)
    );
    assert_eq!(of_asha.by_name, Some("root".parse()?));
    assert!(of_asha.is_active);
    assert_eq!(of_asha.cells().len(), HeldPermission::COLUMNS.len());
    Ok(())
}

// First seen to fail with the memberships alone.
async fn a_permission_that_a_group_came_to_permit_is_held_since_then<B: Adapter>(
    store: &B,
) -> Outcome {
    let w = world(store).await?;
    let (view, audit) = (Permission::ViewOffers, Permission::ViewAudit);
    let early = w.permitted("judges", &[view]).await?;
    let given = w.now();
    let other = w.platform.super_admin("ben").await?;
    let name = "judges".parse()?;
    let mut seen = Version::FIRST;
    let mut change = async |permissions: &[Permission]| -> Result<_, Failure> {
        w.pass(TimeDelta::days(1));
        let groups = w.groups(&other);
        let set = PermissionSet::of(permissions);
        seen = groups.update(&name, seen, set).await?.version();
        Ok(w.now())
    };
    change(&[view, audit]).await?;
    change(&[view]).await?;
    let widened = change(&[view, audit]).await?;
    w.pass(TimeDelta::days(1));
    let late = w.member("late", &["judges"]).await?;
    let told = held(&w, None).await?;
    let (root, ben) = (Some(w.root()?), Some(user(&other)?));
    for (who, permission, expected) in [
        (&early, view, (given, HeldThrough::Membership, root)),
        (&early, audit, (widened, HeldThrough::Group, ben)),
        (&late, view, (w.now(), HeldThrough::Membership, root)),
        (&late, audit, (w.now(), HeldThrough::Membership, root)),
    ] {
        let who = user(who)?;
        let row = told
            .iter()
            .find(|it| (it.user, it.permission) == (who, permission));
        let row = row.ok_or("it is not held")?;
        assert_eq!((row.since, row.through, row.by), expected, "{permission}");
    }
    Ok(())
}

async fn who_is_inactive_holds_what_they_held<B: Adapter>(store: &B) -> Outcome {
    let w = world(store).await?;
    let approver = user(&w.tenant.approver)?;
    w.platform.as_root().users().deactivate(approver).await?;
    let told = held(&w, Some(Permission::DecideOffers)).await?;
    let told: Vec<_> = told.iter().map(|it| (it.user, it.is_active)).collect();
    assert_eq!(told, [(approver, false)]);
    Ok(())
}
