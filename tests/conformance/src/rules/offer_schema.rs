//! A tenant's offer configuration, and what it asks of offers.

use offerkit_core::{
    domain::ConfigurationVersion, ports::StoreError, schema::SchemaError, services::Error,
};
use serde_json::{Value, json};

use crate::{
    Adapter, Outcome,
    acts::{all, denied},
    cases::{cases, fails},
    world::World,
};

cases! { rules::offer_schema:
    data_is_held_to_the_tenants_schema_with_the_place_of_every_mistake,
    a_new_schema_tells_which_live_offers_it_breaks_and_leaves_them_live,
    an_unusable_schema_is_not_published,
    a_configuration_is_published_after_the_one_that_was_seen,
}

/// Publishes a schema, and answers the new version.
async fn publish<B: Adapter>(
    w: &World<B>,
    schema: Value,
) -> Result<offerkit_core::services::Published, Error> {
    let configuration = w.configuration(&w.tenant.admin);
    let current = configuration.current().await?;
    let mut settings = current.settings;
    settings.schema = schema;
    configuration.publish(current.version, settings).await
}

fn rated(maximum: u32) -> Value {
    json!({
        "type": "object",
        "properties": { "title": { "type": "string" }, "rate": { "maximum": maximum } },
        "required": ["title"],
    })
}

async fn data_is_held_to_the_tenants_schema_with_the_place_of_every_mistake<B: Adapter>(
    store: &B,
) -> Outcome {
    let w = World::new(store).await?;
    publish(&w, rated(10)).await?;
    let offers = w.offers(&w.tenant.creator);
    let refused = offers
        .create(json!({ "rate": 11, "title": 7 }).into())
        .await;
    let Err(Error::Schema(violations)) = refused else {
        return Err("the data was taken".into());
    };
    let places: Vec<_> = violations.iter().map(|it| it.pointer.as_str()).collect();
    assert_eq!(places, ["/rate", "/title"]);
    fails!(offers.create(json!([1]).into()).await, Error::Content(_));
    let offer = offers
        .create(json!({ "rate": 10, "title": "ok" }).into())
        .await?;
    assert_eq!(
        offer.working().proposal.configuration,
        ConfigurationVersion::new(2)
    );
    fails!(
        offers
            .edit(offer.id(), offer.revision(), json!({ "rate": 10 }).into())
            .await,
        Error::Schema(_)
    );
    Ok(())
}

async fn a_new_schema_tells_which_live_offers_it_breaks_and_leaves_them_live<B: Adapter>(
    store: &B,
) -> Outcome {
    let w = World::new(store).await?;
    let live = w.tenant.approved_offer("live").await?;
    w.tenant.draft_offer("a draft does not count").await?;
    let checked = w.configuration(&w.tenant.reader).check(&rated(10)).await?;
    let published = publish(&w, rated(10)).await?;
    assert_eq!(published.compatibility, checked);
    let [broken] = checked.breaks.as_slice() else {
        return Err(format!("one offer breaks, not {checked:?}").into());
    };
    assert_eq!(
        (broken.offer, broken.revision),
        (live.id(), live.revision())
    );
    assert_eq!(w.stored_offer(&live).await?, Some(live.clone()));
    fails!(
        w.edited(&w.tenant.creator, &live, "again").await,
        Error::Schema(_)
    );
    let draft = w.tenant.campaign(live.id())?;
    w.tenant.launched_campaign(draft).await?;
    Ok(())
}

async fn an_unusable_schema_is_not_published<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let schema = json!({ "type": "objekt" });
    let refused = publish(&w, schema.clone()).await;
    fails!(refused, Error::InvalidSchema(SchemaError::Invalid { pointer, .. }) if pointer == "/type");
    let checked = w.configuration(&w.tenant.reader).check(&schema).await;
    fails!(checked, Error::InvalidSchema(_));
    let configuration = w.configuration(&w.tenant.admin);
    let current = configuration.current().await?;
    let mut settings = current.settings;
    settings.criteria_fields = Some(["segmnet".to_owned()].into());
    fails!(
        configuration.publish(current.version, settings).await,
        Error::Catalog(_)
    );
    assert_eq!(
        configuration.current().await?.version,
        ConfigurationVersion::FIRST
    );
    Ok(())
}

async fn a_configuration_is_published_after_the_one_that_was_seen<B: Adapter>(
    store: &B,
) -> Outcome {
    let w = World::new(store).await?;
    let configuration = w.configuration(&w.tenant.admin);
    let seen = configuration.current().await?;
    publish(&w, rated(10)).await?;
    let late = configuration
        .publish(seen.version, seen.settings.clone())
        .await;
    fails!(late, Error::Store(StoreError::Conflict(_)));
    let fields = ["gender".to_owned()].into();
    let allowing = w.configuration(&w.platform.root);
    let allowed = allowing.allow_protected_fields(fields).await?;
    assert_eq!(allowed.settings.schema, rated(10));
    let published = publish(&w, rated(20)).await?.configuration;
    assert_eq!(published.protected_fields, allowed.protected_fields);
    let versions = configuration.versions(&all()?).await?.items;
    assert_eq!(versions.len(), 4);
    assert_eq!(versions.first(), Some(&seen));
    let refused = w.configuration(&w.tenant.approver);
    let refused = refused.publish(published.version, seen.settings).await;
    denied(refused, "missing_permission")?;
    Ok(())
}
