//! Groups and memberships in a store.

use offerkit_core::{
    domain::{Group, HeldGroup, Permission, PermissionSet, Scope, Version},
    id::{TenantId, UserId},
    ports::{StoreError, UniqueKey},
};

use crate::{
    Adapter, Failure, Outcome,
    cases::{cases, fails},
    walk::pages_are,
    world::{World, user},
};

cases! { ports::groups:
    a_group_is_read_back_as_stored_from_every_scope,
    a_groups_name_is_taken_once_in_its_tenant,
    a_groups_id_is_taken_once,
    a_group_needs_its_tenant,
    a_changed_group_has_the_next_version,
    a_stale_or_absent_group_is_a_conflict,
    groups_change_in_their_tenants_scope_alone,
    groups_are_listed_by_name,
    a_membership_needs_its_user_and_its_group_in_that_tenant,
    a_membership_is_given_once,
    nobody_gives_a_membership_to_themselves,
    a_membership_that_claims_gave_names_nobody,
    a_removed_membership_is_answered_and_gone,
    what_a_user_holds_is_by_tenant_and_group_name,
    a_changed_group_is_held_as_it_is_now,
    members_are_paged_by_user_with_all_their_groups,
}

async fn kept<B: Adapter>(w: &World<B>, tenant: TenantId, name: &str) -> Result<Group, Failure> {
    let group = w.new_group(tenant, name)?;
    w.change(Scope::Tenant(tenant), group.id(), async |tx| {
        tx.groups().insert(&group).await
    })
    .await?;
    Ok(group)
}

async fn join<B: Adapter>(w: &World<B>, group: &Group, user: UserId) -> Outcome {
    let membership = w.new_membership(group, user)?;
    w.change(Scope::Tenant(group.tenant()), user, async |tx| {
        tx.groups().add_member(&membership).await
    })
    .await
}

async fn a_group_is_read_back_as_stored_from_every_scope<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let twin = w.platform.tenant("card").await?;
    let group = kept(&w, w.tenant.id, "risk").await?;
    for scope in [Scope::Platform, w.scope(), Scope::Tenant(twin.id)] {
        w.look(scope, async |tx| {
            let groups = tx.groups();
            let found = groups.find_by_name(w.tenant.id, group.name()).await?;
            assert_eq!(found.as_ref(), Some(&group), "{scope:?}");
            let of_twin = groups.find_by_name(twin.id, group.name()).await?;
            assert_eq!(of_twin, None);
            Ok(())
        })
        .await?;
    }
    Ok(())
}

async fn a_groups_name_is_taken_once_in_its_tenant<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let twin = w.platform.tenant("card").await?;
    kept(&w, w.tenant.id, "risk").await?;
    kept(&w, twin.id, "risk").await?;
    let again = w.new_group(w.tenant.id, "risk")?;
    fails!(
        w.attempt(w.scope(), async |tx| tx.groups().insert(&again).await)
            .await,
        StoreError::Duplicate(UniqueKey::GroupName)
    );
    Ok(())
}

async fn a_groups_id_is_taken_once<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let group = kept(&w, w.tenant.id, "risk").await?;
    let mut parts = w.new_group(w.tenant.id, "other")?.into_parts();
    parts.id = group.id();
    let again = Group::from_parts(parts);
    fails!(
        w.attempt(w.scope(), async |tx| tx.groups().insert(&again).await)
            .await,
        StoreError::Duplicate(UniqueKey::Id)
    );
    Ok(())
}

async fn a_group_needs_its_tenant<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let absent = TenantId::from_uuid(w.uuid());
    let group = w.new_group(absent, "risk")?;
    fails!(
        w.attempt(Scope::Tenant(absent), async |tx| {
            tx.groups().insert(&group).await
        })
        .await,
        StoreError::MissingReference(_)
    );
    Ok(())
}

async fn a_changed_group_has_the_next_version<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let group = kept(&w, w.tenant.id, "risk").await?;
    let changed = group.permitting(PermissionSet::EMPTY, w.now());
    let stored = w
        .change(w.scope(), changed.id(), async |tx| {
            tx.groups().update(changed.clone()).await
        })
        .await?;
    assert_eq!(stored, changed.with_version(Version::FIRST.next()));
    let found = w
        .look(w.scope(), async |tx| {
            tx.groups().find_by_name(w.tenant.id, stored.name()).await
        })
        .await?;
    assert_eq!(found, Some(stored));
    Ok(())
}

async fn a_stale_or_absent_group_is_a_conflict<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let group = kept(&w, w.tenant.id, "risk").await?;
    w.change(w.scope(), group.id(), async |tx| {
        tx.groups().update(group.clone()).await
    })
    .await?;
    for stale in [group, w.new_group(w.tenant.id, "absent")?] {
        fails!(
            w.attempt(w.scope(), async |tx| tx.groups().update(stale).await)
                .await,
            StoreError::Conflict(_)
        );
    }
    Ok(())
}

async fn groups_change_in_their_tenants_scope_alone<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let twin = Scope::Tenant(w.platform.tenant("card").await?.id);
    let group = kept(&w, w.tenant.id, "risk").await?;
    let new = w.new_group(w.tenant.id, "new")?;
    let member = w.new_membership(&group, w.root()?)?;
    join(&w, &group, user(&w.tenant.reader)?).await?;
    let reader = user(&w.tenant.reader)?;
    for scope in [Scope::Platform, twin] {
        fails!(
            w.attempt(scope, async |tx| tx.groups().insert(&new).await)
                .await,
            StoreError::WrongScope { .. }
        );
        fails!(
            w.attempt(scope, async |tx| tx.groups().update(group.clone()).await)
                .await,
            StoreError::WrongScope { .. }
        );
        fails!(
            w.attempt(scope, async |tx| tx.groups().add_member(&member).await)
                .await,
            StoreError::WrongScope { .. }
        );
        fails!(
            w.attempt(scope, async |tx| {
                let groups = tx.groups();
                groups.remove_member(w.tenant.id, group.id(), reader).await
            })
            .await,
            StoreError::WrongScope { .. }
        );
    }
    Ok(())
}

async fn groups_are_listed_by_name<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    kept(&w, w.tenant.id, "zeal").await?;
    kept(&w, w.tenant.id, "branch").await?;
    let groups = w
        .look(Scope::Platform, async |tx| {
            tx.groups().list(w.tenant.id).await
        })
        .await?;
    let names: Vec<_> = groups.iter().map(|group| group.name().as_str()).collect();
    let expected = ["admin", "approver", "branch", "create", "read_only", "zeal"];
    assert_eq!(names, expected);
    Ok(())
}

async fn a_membership_needs_its_user_and_its_group_in_that_tenant<B: Adapter>(
    store: &B,
) -> Outcome {
    let w = World::new(store).await?;
    let twin = w.platform.tenant("card").await?;
    let group = kept(&w, w.tenant.id, "risk").await?;
    let of_twin = kept(&w, twin.id, "risk").await?;
    let nobody = w.new_membership(&group, UserId::from_uuid(w.uuid()))?;
    let mut crossed = w.new_membership(&group, w.root()?)?;
    crossed.group = of_twin.id();
    let absent = w.new_membership(&w.new_group(w.tenant.id, "absent")?, w.root()?)?;
    for membership in [nobody, crossed, absent] {
        fails!(
            w.attempt(w.scope(), async |tx| {
                tx.groups().add_member(&membership).await
            })
            .await,
            StoreError::MissingReference(_)
        );
    }
    Ok(())
}

async fn a_membership_is_given_once<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let group = kept(&w, w.tenant.id, "risk").await?;
    join(&w, &group, w.root()?).await?;
    let again = w.new_membership(&group, w.root()?)?;
    fails!(
        w.attempt(w.scope(), async |tx| tx.groups().add_member(&again).await)
            .await,
        StoreError::Duplicate(UniqueKey::Membership)
    );
    Ok(())
}

async fn nobody_gives_a_membership_to_themselves<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let group = kept(&w, w.tenant.id, "risk").await?;
    let mut own = w.new_membership(&group, w.root()?)?;
    own.given_by = Some(own.user);
    fails!(
        w.attempt(w.scope(), async |tx| tx.groups().add_member(&own).await)
            .await,
        StoreError::Refused(_)
    );
    Ok(())
}

async fn a_membership_that_claims_gave_names_nobody<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let group = kept(&w, w.tenant.id, "risk").await?;
    let mut claimed = w.new_membership(&group, w.root()?)?;
    claimed.given_by = None;
    w.change(w.scope(), group.id(), async |tx| {
        tx.groups().add_member(&claimed).await
    })
    .await?;
    let held = w
        .look(w.scope(), async |tx| {
            tx.groups().held_by(claimed.user, None).await
        })
        .await?;
    let held: Vec<_> = held.iter().map(|held| held.membership).collect();
    assert_eq!(held, [claimed]);
    Ok(())
}

async fn a_removed_membership_is_answered_and_gone<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let group = kept(&w, w.tenant.id, "risk").await?;
    let member = w.root()?;
    join(&w, &group, member).await?;
    let remove = async || {
        w.change(w.scope(), member, async |tx| {
            let groups = tx.groups();
            groups.remove_member(w.tenant.id, group.id(), member).await
        })
        .await
    };
    let removed = remove().await?;
    assert_eq!(removed.map(|removed| removed.user), Some(member));
    assert_eq!(remove().await?, None);
    let held = w
        .look(w.scope(), async |tx| {
            tx.groups().held_for_share(member, w.tenant.id).await
        })
        .await?;
    assert_eq!(held, []);
    join(&w, &group, member).await
}

async fn what_a_user_holds_is_by_tenant_and_group_name<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let twin = w.platform.tenant("card").await?;
    let member = w.root()?;
    let mut expected = Vec::new();
    for (tenant, names) in [(twin.id, ["b", "a"]), (w.tenant.id, ["z", "c"])] {
        for name in names {
            let group = kept(&w, tenant, name).await?;
            join(&w, &group, member).await?;
            expected.push(HeldGroup {
                membership: w.new_membership(&group, member)?,
                name: group.name().clone(),
                permissions: group.permissions(),
            });
        }
    }
    expected.sort_by_key(|held| (held.membership.tenant, held.name.clone()));
    let of_twin: Vec<_> = expected
        .iter()
        .filter(|held| held.membership.tenant == twin.id)
        .cloned()
        .collect();
    w.look(w.scope(), async |tx| {
        let groups = tx.groups();
        assert_eq!(groups.held_by(member, None).await?, expected);
        assert_eq!(groups.held_by(member, Some(twin.id)).await?, of_twin);
        assert_eq!(groups.held_for_share(member, twin.id).await?, of_twin);
        Ok(())
    })
    .await?;
    Ok(())
}

async fn a_changed_group_is_held_as_it_is_now<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let group = kept(&w, w.tenant.id, "risk").await?;
    join(&w, &group, w.root()?).await?;
    let permissions = PermissionSet::of(&[Permission::ViewAudit]);
    let changed = group.permitting(permissions, w.now());
    w.change(w.scope(), changed.id(), async |tx| {
        tx.groups().update(changed.clone()).await
    })
    .await?;
    let root = w.root()?;
    let held = w
        .look(w.scope(), async |tx| tx.groups().held_by(root, None).await)
        .await?;
    let held: Vec<_> = held.iter().map(|held| held.permissions).collect();
    assert_eq!(held, [permissions]);
    Ok(())
}

async fn members_are_paged_by_user_with_all_their_groups<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    w.platform.tenant("card").await?;
    let group = kept(&w, w.tenant.id, "aside").await?;
    let (approver, reader) = (user(&w.tenant.approver)?, user(&w.tenant.reader)?);
    join(&w, &group, approver).await?;
    let expected = [
        (user(&w.tenant.creator)?, vec!["create"]),
        (approver, vec!["approver", "aside"]),
        (user(&w.tenant.admin)?, vec!["admin"]),
        (reader, vec!["read_only"]),
    ];
    let expected = expected.map(|(user, groups)| {
        let groups = groups.into_iter().map(str::to_owned);
        (user, groups.collect::<Vec<_>>())
    });
    pages_are(
        &expected,
        |(user, held): &(UserId, Vec<HeldGroup>)| {
            let names = held.iter().map(|held| held.name.to_string());
            (*user, names.collect::<Vec<_>>())
        },
        async |page| {
            w.look(Scope::Platform, async |tx| {
                tx.groups().members(w.tenant.id, &page).await
            })
            .await
        },
    )
    .await
}
