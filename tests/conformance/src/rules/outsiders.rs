//! An outsider learns nothing: what is there answers as what is not.

use std::collections::BTreeSet;

use offerkit_core::{
    audit::AuditOutcome,
    criteria::FieldDefinition,
    domain::{ConfigurationSettings, ConfigurationVersion, PermissionSet, RevisionNumber, Version},
    id::{CampaignId, CustomerId, OfferId, TenantId, UserId},
    policy::ActorRef,
    ports::{AuditFilter, CampaignFilter, DeliveryFilter, OfferFilter},
    services::{Acting, Context},
    testing::{TestTenant, offer_data},
    text::{GroupName, SegmentName},
};

use crate::acts::{all, denied, shown};
use crate::{
    Adapter, Failure, Outcome,
    cases::cases,
    world::{World, user},
};

cases! { rules::outsiders:
    an_outsider_is_answered_as_where_nothing_is,
    nobody_known_is_answered_alike_everywhere,
    who_may_do_nothing_is_answered_alike_everywhere,
    attempts_of_outsiders_change_nothing,
    attempts_of_outsiders_are_in_the_tenants_log,
    reading_in_vain_leaves_no_record,
    another_tenants_objects_are_not_in_ones_own,
    a_super_admin_without_a_membership_reads_no_offers,
    a_tenant_is_known_to_its_members_and_super_admins,
    a_tenant_is_named_to_nobody_else,
    the_field_catalog_tells_others_nothing,
}

/// What the calls name.
struct Names {
    tenant: TenantId,
    offer: OfferId,
    campaign: CampaignId,
    segment: SegmentName,
    group: GroupName,
    user: UserId,
}

/// What a tenant has, by name.
async fn present<B: Adapter>(w: &World<B>, tenant: &TestTenant) -> Result<Names, Failure> {
    let offer = tenant.approved_offer("secret").await?;
    let draft = tenant.campaign(offer.id())?;
    let segment: SegmentName = "secret".parse()?;
    let campaign = tenant.requested_campaign(draft).await?;
    let segments = w.acting(&tenant.creator).segments(tenant.id);
    let everyone = r#"{"$everyone": true}"#;
    segments.write(&segment, None, None, everyone).await?;
    Ok(Names {
        tenant: tenant.id,
        offer: offer.id(),
        campaign: campaign.id(),
        segment,
        group: "create".parse()?,
        user: user(&tenant.creator)?,
    })
}

fn absent<B: Adapter>(w: &World<B>) -> Result<Names, Failure> {
    Ok(Names {
        tenant: TenantId::from_uuid(w.uuid()),
        offer: OfferId::from_uuid(w.uuid()),
        campaign: CampaignId::from_uuid(w.uuid()),
        segment: "absent".parse()?,
        group: "absent".parse()?,
        user: UserId::from_uuid(w.uuid()),
    })
}

macro_rules! answers {
    ($($call:expr,)+) => { vec![$((stringify!($call), shown($call.await)),)+] };
}

type Answers = Vec<(&'static str, String)>;

async fn of_reading(acting: &Acting, names: &Names) -> Result<Answers, Failure> {
    let Names {
        tenant,
        offer,
        campaign,
        ..
    } = names;
    let (offers, campaigns) = (acting.offers(*tenant), acting.campaigns(*tenant));
    let (segments, groups) = (acting.segments(*tenant), acting.groups(*tenant));
    let (configuration, audit) = (acting.configuration(*tenant), acting.audit_of(*tenant));
    let (first, page) = (RevisionNumber::FIRST, &all()?);
    Ok(answers![
        offers.get(*offer),
        offers.list(&OfferFilter::default(), page),
        offers.revision(*offer, first),
        offers.history(*offer),
        offers.diff(*offer, first, first),
        offers.comments(*offer, page),
        offers.clone_of(*offer),
        campaigns.get(*campaign),
        campaigns.list(&CampaignFilter::default(), page),
        campaigns.comments(*campaign, page),
        campaigns.preview(*campaign),
        campaigns.preview_criteria(r#"{"$everyone": true}"#),
        campaigns.waterfall(*campaign),
        campaigns.waterfall_of_criteria(r#"{"$everyone": true}"#),
        campaigns.clone_of(*campaign),
        segments.get(&names.segment, None),
        segments.list(page),
        configuration.current(),
        configuration.versions(page),
        configuration.check(&serde_json::json!({})),
        groups.list(),
        groups.members(page),
        acting.deliveries(*tenant).progress(*campaign),
        audit.list(&AuditFilter::default(), page),
        audit.verify(None),
    ])
}

async fn of_changing(acting: &Acting, names: &Names) -> Result<Answers, Failure> {
    let Names {
        tenant,
        offer,
        campaign,
        group,
        user,
        ..
    } = names;
    let (offers, campaigns) = (acting.offers(*tenant), acting.campaigns(*tenant));
    let (segments, groups) = (acting.segments(*tenant), acting.groups(*tenant));
    let (configuration, tenants) = (acting.configuration(*tenant), acting.tenants());
    let (deliveries, reports) = (acting.deliveries(*tenant), acting.reports(*tenant));
    let (day, customer) = (
        chrono::NaiveDate::default(),
        CustomerId::from_uuid(user.as_uuid()),
    );
    let (first, page) = (RevisionNumber::FIRST, &all()?);
    let (reason, body) = ("no reason".parse()?, "no comment".parse()?);
    let criteria = r#"{"$everyone": true}"#;
    let draft = offerkit_core::services::CampaignDraft {
        offer: *offer,
        name: "Spring".parse()?,
        description: None,
        purpose: offerkit_core::domain::Purpose::default(),
        selection_criteria: criteria.to_owned(),
        messages: std::collections::BTreeMap::new(),
        start_date: chrono::NaiveDate::MIN,
        end_date: chrono::NaiveDate::MIN,
        channels: offerkit_core::domain::ChannelChoice::default(),
        schedule: offerkit_core::domain::Schedule::default(),
    };
    let (settings, empty) = (ConfigurationSettings::default(), PermissionSet::EMPTY);
    let rows = &DeliveryFilter::default();
    Ok(answers![
        offers.create(offer_data("mine").into()),
        offers.edit(*offer, first, offer_data("mine").into()),
        offers.submit(*offer, first),
        offers.withdraw(*offer),
        offers.discard_draft(*offer),
        offers.delete(*offer),
        offers.approve(*offer, first, None),
        offers.reject(*offer, first, &reason),
        offers.request_changes(*offer, first, &reason),
        offers.retire(*offer, &reason),
        offers.comment(*offer, &body),
        campaigns.create(draft.clone()),
        campaigns.edit(*campaign, first, draft.clone()),
        campaigns.request_launch(*campaign, first),
        campaigns.launch(*campaign, first),
        campaigns.decline(*campaign, first, &reason),
        campaigns.pause(*campaign, &reason),
        campaigns.resume(*campaign),
        campaigns.complete(*campaign),
        campaigns.comment(*campaign, &body),
        campaigns.sample(*campaign),
        segments.write(&names.segment, None, None, criteria),
        configuration.publish(ConfigurationVersion::FIRST, settings.clone()),
        configuration.allow_protected_fields(BTreeSet::new()),
        groups.create(group.clone(), None, empty),
        groups.update(group, Version::FIRST, empty),
        groups.add(*user, group),
        groups.remove(*user, group),
        tenants.update(*tenant, Version::FIRST, None),
        tenants.deactivate(*tenant),
        tenants.reactivate(*tenant),
        deliveries.retry_failed(*campaign),
        deliveries.recipients(*campaign, rows, page),
        deliveries.recipients_unmasked(*campaign, rows, page),
        deliveries.fill(*campaign),
        deliveries.run(*campaign),
        reports.decisions(day, day),
        reports.live_offers(day),
        reports.recipients(*campaign),
        reports.customer(customer),
        reports.permissions(None),
        acting.audit_of(*tenant).seal(),
    ])
}

/// Asserts that someone is answered `answer`, whatever of another tenant there is.
async fn learns_nothing<B: Adapter>(w: &World<B>, who: &Context, answer: &str) -> Outcome {
    let card = w.platform.tenant("card").await?;
    let there = present(w, &card).await?;
    let mixed = Names {
        tenant: there.tenant,
        ..absent(w)?
    };
    let acting = w.acting(who);
    for names in [there, mixed, absent(w)?] {
        let mut answers = of_reading(&acting, &names).await?;
        answers.extend(of_changing(&acting, &names).await?);
        for (call, answered) in answers {
            assert!(answered.starts_with(answer), "{call} answers `{answered}`");
        }
    }
    Ok(())
}

// Seen to fail with the policy's answer passed on as it is, and where what is missing was told before who asks.
async fn an_outsider_is_answered_as_where_nothing_is<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    learns_nothing(&w, &w.tenant.admin, "not found: there is no such tenant").await
}

async fn nobody_known_is_answered_alike_everywhere<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    learns_nothing(&w, &Context::anonymous(), "unauthenticated: log in to ").await
}

async fn who_may_do_nothing_is_answered_alike_everywhere<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let admin = user(&w.tenant.admin)?;
    w.platform.as_root().users().deactivate(admin).await?;
    let answer = "forbidden: your user is deactivated, so you may not ";
    learns_nothing(&w, &w.tenant.admin, answer).await
}

async fn attempts_of_outsiders_change_nothing<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let card = w.platform.tenant("card").await?;
    let names = present(&w, &card).await?;
    let insider = w.acting(&card.admin);
    let before = (
        insider.offers(card.id).get(names.offer).await?,
        insider.campaigns(card.id).get(names.campaign).await?,
        insider.configuration(card.id).current().await?,
        insider.groups(card.id).members(&all()?).await?,
    );
    of_changing(&w.acting(&w.tenant.admin), &names).await?;
    let after = (
        insider.offers(card.id).get(names.offer).await?,
        insider.campaigns(card.id).get(names.campaign).await?,
        insider.configuration(card.id).current().await?,
        insider.groups(card.id).members(&all()?).await?,
    );
    assert_eq!(after, before);
    Ok(())
}

async fn attempts_of_outsiders_are_in_the_tenants_log<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let card = w.platform.tenant("card").await?;
    let names = present(&w, &card).await?;
    let stranger = &w.tenant.admin;
    let attempts = of_changing(&w.acting(stranger), &names).await?;
    let filter = AuditFilter {
        user: Some(user(stranger)?),
        ..AuditFilter::default()
    };
    let log = w.acting(&card.admin).audit_of(card.id);
    let records = log.list(&filter, &all()?).await?.items;
    assert_eq!(records.len(), attempts.len());
    for record in records {
        assert_eq!(record.actor, ActorRef::User(user(stranger)?));
        let AuditOutcome::Refused { code, .. } = &record.outcome else {
            return Err(format!("{} was done", record.action).into());
        };
        assert_eq!(&**code, "outsider", "{}", record.action);
        assert_eq!((record.before, record.after), (None, None));
    }
    Ok(())
}

async fn reading_in_vain_leaves_no_record<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let names = present(&w, &w.tenant).await?;
    let stranger = Context::user(w.platform.user("stranger").await?.id());
    w.unrecorded(of_reading(&w.acting(&stranger), &names))
        .await??;
    Ok(())
}

async fn another_tenants_objects_are_not_in_ones_own<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let card = w.platform.tenant("card").await?;
    let (there, nowhere) = (present(&w, &card).await?, absent(&w)?);
    let admin = w.acting(&w.tenant.admin);
    let mut answered = Vec::new();
    for names in [there, nowhere] {
        let names = Names {
            tenant: w.tenant.id,
            segment: "absent".parse()?,
            ..names
        };
        let answers = of_reading(&admin, &names).await?;
        let (offer, campaign) = (names.offer, names.campaign);
        let approved = w.offers(&w.tenant.approver);
        let approved = approved.approve(offer, RevisionNumber::FIRST, None).await;
        let launched = w.campaigns(&w.tenant.approver);
        let launched = launched.launch(campaign, RevisionNumber::FIRST).await;
        let draft = w.tenant.campaign(offer)?;
        let planned = w.campaigns(&w.tenant.creator).create(draft).await;
        answered.push((answers, shown(approved), shown(launched), shown(planned)));
    }
    let [one, other] = answered.as_slice() else {
        return Err("two answers".into());
    };
    assert_eq!(one, other);
    assert_eq!(one.3, "not found: there is no such offer");
    Ok(())
}

async fn a_super_admin_without_a_membership_reads_no_offers<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let names = present(&w, &w.tenant).await?;
    let root = w.platform.as_root();
    denied(root.offers(w.tenant.id).get(names.offer).await, "outsider")?;
    let offers = root.offers(w.tenant.id);
    let listed = offers.list(&OfferFilter::default(), &all()?).await;
    denied(listed, "outsider")?;
    denied(
        root.campaigns(w.tenant.id).get(names.campaign).await,
        "outsider",
    )?;
    denied(root.configuration(w.tenant.id).current().await, "outsider")?;
    let log = root.audit_of(w.tenant.id);
    denied(log.list(&AuditFilter::default(), &all()?).await, "outsider")?;
    root.groups(w.tenant.id).members(&all()?).await?;
    Ok(())
}

async fn a_tenant_is_known_to_its_members_and_super_admins<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    for knows in [&w.tenant.reader, &w.platform.root] {
        let tenants = w.acting(knows).tenants();
        let tenant = tenants.get(w.tenant.id).await?;
        assert_eq!(tenants.get_by_name(&"loan".parse()?).await?, tenant);
    }
    Ok(())
}

async fn a_tenant_is_named_to_nobody_else<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let card = w.platform.tenant("card").await?;
    let stranger = w.acting(&w.tenant.admin);
    let nowhere = TenantId::from_uuid(w.uuid());
    let tenants = stranger.tenants();
    for asked in [
        tenants.get(card.id).await,
        tenants.get(nowhere).await,
        tenants.get_by_name(&"card".parse()?).await,
        tenants.get_by_name(&"nowhere".parse()?).await,
    ] {
        assert_eq!(shown(asked), "not found: there is no such tenant");
    }
    let anonymous = w.acting(&Context::anonymous()).tenants();
    let answers = [anonymous.get(card.id).await, anonymous.get(nowhere).await];
    let [there, absent] = answers.map(shown);
    assert_eq!(there, absent);
    let own = stranger.account().tenants().await?;
    let own: Vec<_> = own.iter().map(|held| held.tenant.id()).collect();
    assert_eq!(own, [w.tenant.id]);
    denied(tenants.list(&all()?).await, "not_super_admin")?;
    Ok(())
}

async fn the_field_catalog_tells_others_nothing<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let text = offerkit_core::criteria::FieldType::Text;
    let field = FieldDefinition::attribute("tier", text)?;
    w.platform.as_root().catalog().add_attribute(field).await?;
    let catalog = w.acting(&w.tenant.admin).catalog();
    for name in ["tier", "absent"] {
        denied(catalog.retire_attribute(name).await, "not_super_admin")?;
    }
    Ok(())
}
