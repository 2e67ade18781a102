//! What a host's front end asks before it knows who acts.

use offerkit_core::{
    criteria::FieldDefinition, criteria::FieldType, domain::ExternalIdentity, services::Error,
};

use crate::{
    Adapter, Outcome,
    cases::{cases, fails},
    world::World,
};

cases! { rules::front:
    an_identity_names_its_active_user_and_opens_no_session,
    names_become_ids_for_whoever_asks,
    a_store_that_works_is_reached,
    members_see_the_fields_that_their_criteria_may_name,
}

async fn an_identity_names_its_active_user_and_opens_no_session<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let kit = &w.platform.kit;
    let mut identity = ExternalIdentity {
        issuer: "https://login.example.com".parse()?,
        subject: "loan.creator".parse()?,
    };
    let context = kit.identify(&identity).await?;
    assert_eq!(context.actor(), w.tenant.creator.actor());
    assert_eq!(context.session(), None);
    let sessions = kit.acting(&context).account().sessions().await?;
    assert_eq!(sessions, []);
    let creator = context.actor().user().ok_or("no user")?;
    w.platform.as_root().users().deactivate(creator).await?;
    fails!(kit.identify(&identity).await, Error::WrongCredentials);
    identity.issuer = "https://elsewhere.example.com".parse()?;
    fails!(kit.identify(&identity).await, Error::WrongCredentials);
    Ok(())
}

async fn names_become_ids_for_whoever_asks<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let kit = &w.platform.kit;
    assert_eq!(kit.tenant_named(&"loan".parse()?).await?, Some(w.tenant.id));
    assert_eq!(kit.tenant_named(&"cards".parse()?).await?, None);
    let creator = w.tenant.creator.actor().user();
    assert_eq!(kit.user_named(&"loan.creator".parse()?).await?, creator);
    assert_eq!(kit.user_named(&"ghost".parse()?).await?, None);
    Ok(())
}

async fn a_store_that_works_is_reached<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    Ok(w.platform.kit.reach_store().await?)
}

async fn members_see_the_fields_that_their_criteria_may_name<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let tier = FieldDefinition::attribute("tier", FieldType::Text)?;
    w.platform.as_root().catalog().add_attribute(tier).await?;
    let admin = w.configuration(&w.tenant.admin);
    assert!(
        w.configuration(&w.tenant.reader)
            .fields()
            .await?
            .field("tier")
            .is_some()
    );
    let current = admin.current().await?;
    let mut settings = current.settings;
    settings.criteria_fields = Some(["segment".to_owned()].into());
    admin.publish(current.version, settings).await?;
    let narrowed = w.configuration(&w.tenant.reader).fields().await?;
    assert!(narrowed.field("segment").is_some());
    assert!(narrowed.field("tier").is_none());
    let outsider = w.platform.user("nobody").await?.id();
    let outsider = offerkit_core::services::Context::user(outsider);
    fails!(
        w.configuration(&outsider).fields().await,
        Error::NotFound("tenant")
    );
    Ok(())
}
