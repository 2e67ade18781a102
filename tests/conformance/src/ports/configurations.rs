//! Offer configurations in a store.

use offerkit_core::{
    domain::{Channel, ConfigurationVersion, OfferConfiguration, Scope},
    page::PageRequest,
    ports::StoreError,
};
use serde_json::json;

use crate::{
    Adapter, Failure, Outcome,
    cases::{cases, fails},
    walk::pages_are,
    world::World,
};

cases! { ports::configurations:
    a_version_is_read_back_as_stored_and_is_the_current_one,
    earlier_versions_stay_as_they_were,
    a_version_that_does_not_follow_is_a_conflict,
    every_page_of_versions_holds_its_part,
    a_configuration_is_its_tenants_alone,
}

/// The version after the current one.
async fn next<B: Adapter>(w: &World<B>) -> Result<OfferConfiguration, Failure> {
    let current = w
        .look(w.scope(), async |tx| tx.configurations().current().await)
        .await?;
    let mut next = current.ok_or("no configuration")?;
    next.version = next.version.next();
    next.settings.schema = json!({ "type": "object", "minProperties": next.version.get() });
    next.settings.criteria_fields = Some(["city".to_owned(), "segment".to_owned()].into());
    next.settings.channels = [Channel::Sms].into();
    next.settings.time_zone = "+05:30".parse()?;
    next.protected_fields = ["gender".to_owned()].into();
    Ok(next)
}

async fn publish<B: Adapter>(
    w: &World<B>,
    configuration: &OfferConfiguration,
) -> Result<(), Failure> {
    w.change(w.scope(), w.tenant.id, async |tx| {
        tx.configurations().insert(configuration).await
    })
    .await
}

async fn a_version_is_read_back_as_stored_and_is_the_current_one<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let second = next(&w).await?;
    publish(&w, &second).await?;
    w.look(w.scope(), async |tx| {
        let configurations = tx.configurations();
        let current = configurations.current().await?;
        assert_eq!(current.as_ref(), Some(&second));
        let found = configurations.find(second.version).await?;
        assert_eq!(found.as_ref(), Some(&second));
        Ok(())
    })
    .await?;
    Ok(())
}

async fn earlier_versions_stay_as_they_were<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let find = async |version| {
        w.look(w.scope(), async |tx| {
            tx.configurations().find(version).await
        })
        .await
    };
    let first = find(ConfigurationVersion::FIRST).await?;
    assert!(first.is_some(), "a tenant begins with a configuration");
    publish(&w, &next(&w).await?).await?;
    assert_eq!(find(ConfigurationVersion::FIRST).await?, first);
    assert_eq!(find(ConfigurationVersion::new(3)).await?, None);
    Ok(())
}

async fn a_version_that_does_not_follow_is_a_conflict<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    publish(&w, &next(&w).await?).await?;
    for wrong in [1, 2, 4] {
        let mut configuration = next(&w).await?;
        configuration.version = ConfigurationVersion::new(wrong);
        fails!(
            w.attempt(w.scope(), async |tx| {
                tx.configurations().insert(&configuration).await
            })
            .await,
            StoreError::Conflict(_)
        );
    }
    Ok(())
}

async fn every_page_of_versions_holds_its_part<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    for _ in 0..3 {
        publish(&w, &next(&w).await?).await?;
    }
    pages_are(
        &[1, 2, 3, 4],
        |configuration: &OfferConfiguration| configuration.version.get(),
        async |page| {
            w.look(w.scope(), async |tx| tx.configurations().list(&page).await)
                .await
        },
    )
    .await
}

async fn a_configuration_is_its_tenants_alone<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let second = next(&w).await?;
    publish(&w, &second).await?;
    let twin = Scope::Tenant(w.platform.tenant("card").await?.id);
    for (scope, versions) in [(twin, 1), (Scope::Platform, 0)] {
        w.look(scope, async |tx| {
            let configurations = tx.configurations();
            assert_eq!(configurations.find(second.version).await?, None);
            let current = configurations.current().await?;
            assert_ne!(current.as_ref(), Some(&second));
            let listed = configurations.list(&PageRequest::default()).await?;
            assert_eq!(listed.items.len(), versions, "{scope:?}");
            Ok(())
        })
        .await?;
        let third = next(&w).await?;
        fails!(
            w.attempt(scope, async |tx| tx.configurations().insert(&third).await)
                .await,
            StoreError::WrongScope { .. }
        );
    }
    Ok(())
}
