//! What a campaign may say, to whom, and what is checked before anybody sees it.

use offerkit_core::{
    criteria::{CriteriaError, FieldDefinition, FieldType},
    domain::{Channel, SegmentVersion, customer::CustomerBuilder},
    id::CustomerId,
    policy::Job,
    ports::{StoreError, TemplateError},
    services::{CampaignDraft, Error},
};
use serde_json::json;

use crate::{
    Adapter, Outcome,
    acts::{all, denied},
    cases::{cases, fails},
    world::World,
};

cases! { rules::campaign_plan:
    mistakes_in_criteria_are_shown_with_their_places,
    a_protected_field_needs_a_super_admins_leave,
    a_tenants_criteria_use_its_fields_alone,
    an_attribute_can_be_used_once_it_is_in_the_catalog,
    messages_are_checked_when_they_are_saved,
    messages_are_checked_again_against_what_will_be_sent,
    a_preview_counts_and_a_sample_is_masked,
    segments_are_written_in_versions,
}

/// A plan for a live offer.
async fn plan<B: Adapter>(w: &World<B>) -> Result<CampaignDraft, Error> {
    let offer = w.tenant.approved_offer("cashback").await?;
    w.tenant.campaign(offer.id())
}

/// A plan that selects by these criteria.
async fn selecting<B: Adapter>(w: &World<B>, criteria: &str) -> Result<CampaignDraft, Error> {
    let mut draft = plan(w).await?;
    criteria.clone_into(&mut draft.selection_criteria);
    Ok(draft)
}

async fn mistakes_in_criteria_are_shown_with_their_places<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let draft = selecting(&w, r#"{"segmnet": "premium", "kyc_status": "maybe"}"#).await?;
    let campaigns = w.campaigns(&w.tenant.creator);
    for refused in [
        campaigns
            .preview_criteria(&draft.selection_criteria)
            .await
            .map(drop),
        campaigns.create(draft.clone()).await.map(drop),
    ] {
        let Err(Error::Criteria(errors)) = refused else {
            return Err("the criteria were taken".into());
        };
        let places: Vec<_> = errors.iter().map(CriteriaError::pointer).collect();
        assert_eq!(places, ["/segmnet", "/kyc_status"]);
        let first = errors.first().and_then(|error| error.suggestion());
        assert_eq!(first, Some("segment"));
    }
    Ok(())
}

async fn a_protected_field_needs_a_super_admins_leave<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let draft = selecting(&w, r#"{"gender": "female"}"#).await?;
    let campaigns = w.campaigns(&w.tenant.creator);
    fails!(campaigns.create(draft.clone()).await, Error::Criteria(_));
    let gender = || ["gender".to_owned()].into();
    let admin = w.configuration(&w.tenant.admin);
    denied(
        admin.allow_protected_fields(gender()).await,
        "not_super_admin",
    )?;
    let root = w.configuration(&w.platform.root);
    let unknown = root
        .allow_protected_fields(["gendre".to_owned()].into())
        .await;
    fails!(unknown, Error::Catalog(_));
    root.allow_protected_fields(gender()).await?;
    let campaign = w.tenant.launched_campaign(draft.clone()).await?;
    root.allow_protected_fields([].into()).await?;
    fails!(campaigns.create(draft).await, Error::Criteria(_));
    w.job(Job::Audience).fill(campaign.id()).await?;
    Ok(())
}

async fn a_tenants_criteria_use_its_fields_alone<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let configuration = w.configuration(&w.tenant.admin);
    let current = configuration.current().await?;
    let mut settings = current.settings;
    settings.criteria_fields = Some(["city".to_owned()].into());
    configuration.publish(current.version, settings).await?;
    let campaigns = w.campaigns(&w.tenant.creator);
    fails!(
        campaigns
            .preview_criteria(r#"{"segment": "premium"}"#)
            .await,
        Error::Criteria(_)
    );
    campaigns.preview_criteria(r#"{"city": "Pune"}"#).await?;
    Ok(())
}

async fn an_attribute_can_be_used_once_it_is_in_the_catalog<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let mut gold = CustomerBuilder::new(CustomerId::from_uuid(w.uuid()), w.now());
    gold.set("full_name", "Asha Rao")?;
    let tier = json!({ "tier": "gold" });
    let tier = tier.as_object().cloned().unwrap_or_default();
    let gold = gold.attributes(tier).build()?;
    w.platform.as_root().customers().import(vec![gold]).await?;
    w.platform.customers(2).await?;
    let draft = selecting(&w, r#"{"tier": "gold"}"#).await?;
    let campaigns = w.campaigns(&w.tenant.creator);
    fails!(campaigns.create(draft.clone()).await, Error::Criteria(_));
    let catalog = w.platform.as_root().catalog();
    let values = vec!["gold".into(), "silver".into()];
    let tier = FieldDefinition::attribute("tier", FieldType::Enum { values })?;
    catalog.add_attribute(tier.clone()).await?;
    fails!(catalog.add_attribute(tier).await, Error::Catalog(_));
    let campaign = w.tenant.launched_campaign(draft.clone()).await?;
    assert_eq!(campaigns.preview(campaign.id()).await?.count, 1);
    catalog.retire_attribute("tier").await?;
    fails!(campaigns.create(draft).await, Error::Criteria(_));
    let run = w.job(Job::Audience).fill(campaign.id()).await?;
    assert_eq!(run.added, 1, "what was launched keeps it");
    Ok(())
}

async fn messages_are_checked_when_they_are_saved<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let draft = plan(&w).await?;
    let message = draft
        .messages
        .get(&Channel::Email)
        .cloned()
        .ok_or("no message")?;
    let campaigns = w.campaigns(&w.tenant.creator);
    let with = async |channel, subject: Option<&str>, body: &str| {
        let mut message = message.clone();
        message.text.subject = subject.map(str::to_owned);
        body.clone_into(&mut message.text.body);
        let messages = [(channel, message)].into();
        campaigns
            .create(CampaignDraft {
                messages,
                ..draft.clone()
            })
            .await
    };
    let error = fails!(
        with(Channel::Email, Some("Hi"), "Dear {{ customer.fullname }}").await,
        Error::Template {
            channel: Channel::Email,
            part: "body",
            language: None,
            source: TemplateError::UnknownName { .. }
        }
    );
    assert!(
        error
            .to_string()
            .ends_with("did you mean `customer.full_name`?"),
        "{error}"
    );
    let unknown = with(Channel::Email, Some("{{ offer.fee }}"), "Hi").await;
    fails!(
        unknown,
        Error::Template {
            part: "subject",
            ..
        }
    );
    let broken = with(Channel::Email, Some("Hi"), "{% if %}").await;
    fails!(
        broken,
        Error::Template {
            source: TemplateError::Syntax { .. },
            ..
        }
    );
    fails!(with(Channel::Email, None, "Hi").await, Error::Invalid(_));
    fails!(
        with(Channel::Email, Some("Hi"), " ").await,
        Error::Invalid(_)
    );
    fails!(
        with(Channel::Sms, Some("Hi"), "Hi").await,
        Error::Invalid(_)
    );
    let none = CampaignDraft {
        messages: [].into(),
        ..draft.clone()
    };
    fails!(campaigns.create(none).await, Error::Invalid(_));
    let configuration = w.configuration(&w.tenant.admin);
    let current = configuration.current().await?;
    let mut settings = current.settings;
    settings.channels = [Channel::Sms].into();
    configuration.publish(current.version, settings).await?;
    fails!(
        with(Channel::Email, Some("Hi"), "Hi").await,
        Error::Invalid(_)
    );
    with(Channel::Sms, None, "Hi {{ customer.city }}").await?;
    Ok(())
}

async fn messages_are_checked_again_against_what_will_be_sent<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let offer = w.tenant.approved_offer("cashback").await?;
    let data = json!({ "title": "cashback", "rate": 9, "gift": "a mug" });
    let offers = w.offers(&w.tenant.creator);
    let edited = offers
        .edit(offer.id(), offer.revision(), data.into())
        .await?;
    let mut draft = w.tenant.campaign(offer.id())?;
    for message in draft.messages.values_mut() {
        "With {{ offer.gift }}".clone_into(&mut message.text.body);
    }
    let campaign = w.tenant.requested_campaign(draft).await?;
    let launched = w.launched_by(&w.tenant.approver, &campaign).await;
    fails!(
        launched,
        Error::Template {
            source: TemplateError::UnknownName { .. },
            ..
        }
    );
    w.submitted(&w.tenant.creator, &edited).await?;
    w.approved(&w.tenant.approver, &edited).await?;
    w.launched_by(&w.tenant.approver, &campaign).await?;
    Ok(())
}

async fn a_preview_counts_and_a_sample_is_masked<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let asha = [
        ("full_name", "Asha Raman"),
        ("email", "asha.raman@example.com"),
        ("phone", "+919876543210"),
    ];
    let asha = w.platform.customer(&asha)?;
    let gone = w.platform.customer(&[("is_active", "false")])?;
    let plain = w.platform.customer(&[("segment", "regular")])?;
    let id = asha.id();
    w.platform
        .as_root()
        .customers()
        .import(vec![asha, gone, plain])
        .await?;
    let draft = selecting(&w, r#"{"segment": "premium"}"#).await?;
    let campaign = w.campaigns(&w.tenant.creator).create(draft).await?;
    let preview = w
        .campaigns(&w.tenant.creator)
        .preview(campaign.id())
        .await?;
    assert_eq!(preview.count, 1);
    assert_eq!(
        preview.description,
        r#"customers whose segment is "premium""#
    );
    let sample = w.campaigns(&w.tenant.admin).sample(campaign.id()).await?;
    let [shown] = sample.as_slice() else {
        return Err(format!("one customer, not {sample:?}").into());
    };
    assert_eq!((shown.id, shown.full_name.as_str()), (id, "A••• R•••"));
    assert_eq!(shown.email.as_deref(), Some("a•••@example.com"));
    assert_eq!(shown.phone.as_deref(), Some("••••••••••210"));
    Ok(())
}

async fn segments_are_written_in_versions<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let (segments, name) = (w.segments(&w.tenant.creator), "premium".parse()?);
    let (one, two) = (r#"{"segment": "premium"}"#, r#"{"segment": "gold"}"#);
    let first = segments.write(&name, None, None, one).await?;
    let again = segments.write(&name, None, None, two).await;
    fails!(again, Error::Store(StoreError::Conflict(_)));
    fails!(
        segments.write(&name, Some(first.version), None, "{").await,
        Error::Criteria(_)
    );
    let second = segments
        .write(&name, Some(first.version), None, two)
        .await?;
    assert_eq!(second.version, SegmentVersion::FIRST.next());
    assert_eq!(segments.get(&name, None).await?, second);
    assert_eq!(segments.get(&name, Some(first.version)).await?, first);
    assert_eq!(segments.list(&all()?).await?.items, [first, second]);
    let refused = w
        .segments(&w.tenant.approver)
        .write(&name, None, None, one)
        .await;
    denied(refused, "missing_permission")?;
    denied(
        w.segments(&w.tenant.reader).get(&name, None).await,
        "missing_permission",
    )?;
    Ok(())
}
