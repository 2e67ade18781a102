//! Tenants in a store.

use offerkit_core::{
    domain::{Scope, Tenant, Version},
    ports::{StoreError, UniqueKey},
};

use crate::{
    Adapter, Failure, Outcome,
    cases::{cases, fails},
    walk::pages_are,
    world::World,
};

cases! { ports::tenants:
    a_tenant_is_read_back_as_stored,
    every_scope_sees_tenants,
    a_tenants_name_is_taken_once_and_for_ever,
    a_tenants_id_is_taken_once,
    a_changed_tenant_has_the_next_version,
    a_stale_or_absent_tenant_is_a_conflict,
    every_page_of_tenants_holds_its_part,
}

async fn kept<B: Adapter>(w: &World<B>, name: &str) -> Result<Tenant, Failure> {
    let tenant = w.new_tenant(name)?;
    w.change(Scope::Tenant(tenant.id()), tenant.id(), async |tx| {
        tx.tenants().insert(&tenant).await
    })
    .await?;
    Ok(tenant)
}

async fn a_tenant_is_read_back_as_stored<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let tenant = kept(&w, "credit_card").await?;
    let found = w
        .look(Scope::Tenant(tenant.id()), async |tx| {
            let tenants = tx.tenants();
            Ok([
                tenants.find(tenant.id()).await?,
                tenants.find_for_share(tenant.id()).await?,
                tenants.find_by_name(tenant.name()).await?,
            ])
        })
        .await?;
    for found in found {
        assert_eq!(found.as_ref(), Some(&tenant));
    }
    Ok(())
}

async fn every_scope_sees_tenants<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let tenant = kept(&w, "credit_card").await?;
    let absent = "mortgage".parse()?;
    for scope in [Scope::Platform, w.scope()] {
        w.look(scope, async |tx| {
            let found = tx.tenants().find(tenant.id()).await?;
            assert_eq!(found.as_ref(), Some(&tenant), "{scope:?}");
            assert_eq!(tx.tenants().find_by_name(&absent).await?, None);
            Ok(())
        })
        .await?;
    }
    Ok(())
}

async fn a_tenants_name_is_taken_once_and_for_ever<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let closed = kept(&w, "credit_card").await?.with_active(false, w.now());
    w.change(Scope::Tenant(closed.id()), closed.id(), async |tx| {
        tx.tenants().update(closed.clone()).await
    })
    .await?;
    let again = w.new_tenant("credit_card")?;
    fails!(
        w.attempt(Scope::Tenant(again.id()), async |tx| {
            tx.tenants().insert(&again).await
        })
        .await,
        StoreError::Duplicate(UniqueKey::TenantName)
    );
    Ok(())
}

async fn a_tenants_id_is_taken_once<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let mut parts = w.new_tenant("credit_card")?.into_parts();
    parts.id = w.tenant.id;
    let again = Tenant::from_parts(parts);
    fails!(
        w.attempt(w.scope(), async |tx| tx.tenants().insert(&again).await)
            .await,
        StoreError::Duplicate(UniqueKey::Id)
    );
    Ok(())
}

async fn a_changed_tenant_has_the_next_version<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let tenant = kept(&w, "credit_card").await?;
    let scope = Scope::Tenant(tenant.id());
    let changed = tenant.described(None, w.now()).with_active(false, w.now());
    let stored = w
        .change(scope, changed.id(), async |tx| {
            tx.tenants().update(changed.clone()).await
        })
        .await?;
    assert_eq!(stored, changed.with_version(Version::FIRST.next()));
    let found = w
        .look(scope, async |tx| tx.tenants().find(stored.id()).await)
        .await?;
    assert_eq!(found, Some(stored));
    Ok(())
}

async fn a_stale_or_absent_tenant_is_a_conflict<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let tenant = kept(&w, "credit_card").await?;
    w.change(Scope::Tenant(tenant.id()), tenant.id(), async |tx| {
        tx.tenants().update(tenant.clone()).await
    })
    .await?;
    for stale in [tenant, w.new_tenant("mortgage")?] {
        fails!(
            w.attempt(Scope::Tenant(stale.id()), async |tx| {
                tx.tenants().update(stale).await
            })
            .await,
            StoreError::Conflict(_)
        );
    }
    Ok(())
}

async fn every_page_of_tenants_holds_its_part<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let mut names = vec!["loan".to_owned()];
    for name in ["credit_card", "mortgage", "savings"] {
        kept(&w, name).await?;
        names.push(name.to_owned());
    }
    pages_are(
        &names,
        |tenant: &Tenant| tenant.name().to_string(),
        async |page| {
            w.look(Scope::Platform, async |tx| tx.tenants().list(&page).await)
                .await
        },
    )
    .await
}
