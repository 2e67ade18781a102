//! The field catalog's custom attributes in a store.

use offerkit_core::{
    audit::{Subject, SubjectKind},
    criteria::{FieldDefinition, FieldType},
    domain::{Scope, Version},
    ports::{CatalogState, StoreError},
};

use crate::{
    Adapter, Failure, Outcome,
    cases::{cases, fails},
    world::World,
};

cases! { ports::catalog:
    a_catalog_begins_empty_with_its_first_version,
    a_changed_catalog_is_read_back_in_its_order_from_every_scope,
    a_stale_catalog_is_a_conflict,
    a_tenants_scope_changes_no_catalog,
}

async fn current<B: Adapter>(w: &World<B>, scope: Scope) -> Result<CatalogState, Failure> {
    let state = w
        .look(scope, async |tx| tx.catalog().current().await)
        .await?;
    Ok(state)
}

async fn change<B: Adapter>(w: &World<B>, state: CatalogState) -> Result<CatalogState, Failure> {
    let subject = Subject::the(SubjectKind::Catalog);
    w.change(Scope::Platform, subject, async |tx| {
        tx.catalog().update(state).await
    })
    .await
}

fn attributes() -> Result<Vec<FieldDefinition>, Failure> {
    let decimal = FieldType::Decimal {
        precision: 12,
        scale: 2,
    };
    Ok(vec![
        FieldDefinition::attribute("tier", FieldType::Text)?.indexed(),
        FieldDefinition::attribute("balance", decimal)?.protected(),
        FieldDefinition::attribute("aged", FieldType::Bool)?.retired(),
    ])
}

async fn a_catalog_begins_empty_with_its_first_version<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let empty = CatalogState {
        attributes: Vec::new(),
        version: Version::FIRST,
    };
    assert_eq!(current(&w, Scope::Platform).await?, empty);
    Ok(())
}

async fn a_changed_catalog_is_read_back_in_its_order_from_every_scope<B: Adapter>(
    store: &B,
) -> Outcome {
    let w = World::new(store).await?;
    let mut state = current(&w, Scope::Platform).await?;
    state.attributes = attributes()?;
    let stored = change(&w, state.clone()).await?;
    state.version = state.version.next();
    assert_eq!(stored, state);
    for scope in [Scope::Platform, w.scope()] {
        assert_eq!(current(&w, scope).await?, state, "{scope:?}");
    }
    Ok(())
}

async fn a_stale_catalog_is_a_conflict<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let stale = current(&w, Scope::Platform).await?;
    change(&w, stale.clone()).await?;
    fails!(
        w.attempt(Scope::Platform, async |tx| tx.catalog().update(stale).await)
            .await,
        StoreError::Conflict(_)
    );
    Ok(())
}

async fn a_tenants_scope_changes_no_catalog<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let state = current(&w, w.scope()).await?;
    fails!(
        w.attempt(w.scope(), async |tx| tx.catalog().update(state).await)
            .await,
        StoreError::WrongScope { .. }
    );
    Ok(())
}
