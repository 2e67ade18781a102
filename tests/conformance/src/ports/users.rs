//! Users in a store.

use offerkit_core::{
    domain::{ExternalIdentity, PasswordHash, Scope, User, UserChange, Version},
    page::PageRequest,
    ports::{StoreError, UniqueKey, UserFilter},
};

use crate::{
    Adapter, Failure, Outcome,
    cases::{cases, fails},
    walk::{is_stable_while_rows_are_added, pages_are, walk},
    world::World,
};

cases! { ports::users:
    a_user_is_read_back_as_stored,
    an_absent_user_is_none,
    every_scope_sees_and_changes_users,
    a_username_is_taken_once,
    an_external_identity_is_taken_once,
    an_identity_that_was_given_up_is_free,
    a_users_id_is_taken_once,
    an_update_answers_the_next_version,
    a_stale_or_absent_user_is_a_conflict,
    every_page_of_users_holds_its_part,
    pages_of_users_are_stable_while_users_are_added,
    users_are_filtered_by_activity_and_flag,
    active_super_admins_are_counted,
    the_last_active_super_admin_stays_one,
}

fn identity(subject: &str) -> Result<ExternalIdentity, Failure> {
    Ok(ExternalIdentity {
        issuer: "https://login.example.com".parse()?,
        subject: subject.parse()?,
    })
}

fn identified<B: Adapter>(w: &World<B>, user: User, subject: &str) -> Result<User, Failure> {
    let change = UserChange {
        identity: Some(Some(identity(subject)?)),
        ..UserChange::default()
    };
    Ok(user.changed(change, w.root()?, w.now(), w.now()))
}

async fn kept<B: Adapter>(w: &World<B>, name: &str) -> Result<User, Failure> {
    let user = w.new_user(name)?;
    w.change(Scope::Platform, user.id(), async |tx| {
        tx.users().insert(&user).await
    })
    .await?;
    Ok(user)
}

async fn a_user_is_read_back_as_stored<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let hash = PasswordHash::new("$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA");
    let user = identified(&w, w.new_user("asha")?, "asha")?
        .with_own_password(hash.clone(), w.now())
        .with_temporary_password(hash.clone(), w.root()?, w.now(), w.now())
        .with_super_admin(true, w.now());
    w.change(Scope::Platform, user.id(), async |tx| {
        tx.users().insert(&user).await
    })
    .await?;
    let (name, identity) = (user.name().clone(), identity("asha")?);
    let found = w
        .look(Scope::Platform, async |tx| {
            let users = tx.users();
            Ok([
                users.find(user.id()).await?,
                users.find_for_share(user.id()).await?,
                users.find_by_name(&name).await?,
                users.find_by_identity(&identity).await?,
            ])
        })
        .await?;
    for found in found {
        assert_eq!(found.as_ref(), Some(&user));
    }
    Ok(())
}

async fn an_absent_user_is_none<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let user = w.new_user("nobody")?;
    let identity = identity("nobody")?;
    let found = w
        .look(Scope::Platform, async |tx| {
            let users = tx.users();
            Ok([
                users.find(user.id()).await?,
                users.find_for_share(user.id()).await?,
                users.find_by_name(user.name()).await?,
                users.find_by_identity(&identity).await?,
            ])
        })
        .await?;
    assert!(found.iter().all(Option::is_none), "{found:?}");
    Ok(())
}

async fn every_scope_sees_and_changes_users<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let user = w.new_user("asha")?;
    w.change(w.scope(), user.id(), async |tx| {
        tx.users().insert(&user).await
    })
    .await?;
    for scope in [Scope::Platform, w.scope()] {
        let found = w
            .look(scope, async |tx| tx.users().find(user.id()).await)
            .await?;
        assert_eq!(found.as_ref(), Some(&user), "{scope:?}");
    }
    Ok(())
}

async fn a_username_is_taken_once<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    kept(&w, "asha").await?;
    let again = w.new_user("asha")?;
    fails!(
        w.attempt(Scope::Platform, async |tx| tx.users().insert(&again).await)
            .await,
        StoreError::Duplicate(UniqueKey::Username)
    );
    Ok(())
}

async fn an_external_identity_is_taken_once<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let first = identified(&w, kept(&w, "asha").await?, "asha")?;
    w.change(Scope::Platform, first.id(), async |tx| {
        tx.users().update(first.clone()).await
    })
    .await?;
    let new = identified(&w, w.new_user("ben")?, "asha")?;
    fails!(
        w.attempt(Scope::Platform, async |tx| tx.users().insert(&new).await)
            .await,
        StoreError::Duplicate(UniqueKey::Identity)
    );
    let changed = identified(&w, kept(&w, "chen").await?, "asha")?;
    fails!(
        w.attempt(Scope::Platform, async |tx| tx.users().update(changed).await)
            .await,
        StoreError::Duplicate(UniqueKey::Identity)
    );
    Ok(())
}

async fn an_identity_that_was_given_up_is_free<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let first = identified(&w, kept(&w, "asha").await?, "asha")?;
    let first = w
        .change(Scope::Platform, first.id(), async |tx| {
            tx.users().update(first.clone()).await
        })
        .await?;
    let moved = identified(&w, first, "asha.rao")?;
    w.change(Scope::Platform, moved.id(), async |tx| {
        tx.users().update(moved.clone()).await
    })
    .await?;
    let second = identified(&w, w.new_user("ben")?, "asha")?;
    w.change(Scope::Platform, second.id(), async |tx| {
        tx.users().insert(&second).await
    })
    .await?;
    let freed = identity("asha")?;
    let found = w
        .look(Scope::Platform, async |tx| {
            tx.users().find_by_identity(&freed).await
        })
        .await?;
    assert_eq!(found, Some(second));
    Ok(())
}

async fn a_users_id_is_taken_once<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let first = kept(&w, "asha").await?;
    let mut parts = w.new_user("ben")?.into_parts();
    parts.id = first.id();
    let again = User::from_parts(parts);
    fails!(
        w.attempt(Scope::Platform, async |tx| tx.users().insert(&again).await)
            .await,
        StoreError::Duplicate(UniqueKey::Id)
    );
    Ok(())
}

async fn an_update_answers_the_next_version<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let user = kept(&w, "asha").await?;
    let changed = user.clone().with_active(false, w.now());
    let stored = w
        .change(Scope::Platform, user.id(), async |tx| {
            tx.users().update(changed.clone()).await
        })
        .await?;
    assert_eq!(stored, changed.with_version(Version::FIRST.next()));
    let found = w
        .look(Scope::Platform, async |tx| tx.users().find(user.id()).await)
        .await?;
    assert_eq!(found, Some(stored));
    Ok(())
}

async fn a_stale_or_absent_user_is_a_conflict<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let user = kept(&w, "asha").await?;
    w.change(Scope::Platform, user.id(), async |tx| {
        tx.users().update(user.clone()).await
    })
    .await?;
    for stale in [user, w.new_user("nobody")?] {
        fails!(
            w.attempt(Scope::Platform, async |tx| tx.users().update(stale).await)
                .await,
            StoreError::Conflict(_)
        );
    }
    Ok(())
}

async fn every_page_of_users_holds_its_part<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    for name in ["asha", "ben", "chen"] {
        kept(&w, name).await?;
    }
    let names = [
        "root",
        "loan.creator",
        "loan.approver",
        "loan.admin",
        "loan.reader",
        "asha",
        "ben",
        "chen",
    ];
    let names: Vec<_> = names.map(str::to_owned).into();
    let any = UserFilter::default();
    pages_are(
        &names,
        |user: &User| user.name().to_string(),
        async |page| {
            w.look(w.scope(), async |tx| tx.users().list(&any, &page).await)
                .await
        },
    )
    .await
}

async fn pages_of_users_are_stable_while_users_are_added<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let any = UserFilter::default();
    let list = async |page| {
        w.look(Scope::Platform, async |tx| {
            tx.users().list(&any, &page).await
        })
        .await
    };
    let mut before = walk(PageRequest::default(), &list).await?;
    before.reverse();
    let before: Vec<_> = before.iter().map(User::id).collect();
    is_stable_while_rows_are_added(&before, User::id, &list, async || {
        let name = format!("late.{}", w.uuid().as_u128() & 0xffff);
        kept(&w, &name).await.map(drop)
    })
    .await
}

async fn users_are_filtered_by_activity_and_flag<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let left = kept(&w, "left").await?.with_active(false, w.now());
    let boss = kept(&w, "boss").await?.with_super_admin(true, w.now());
    for changed in [left, boss] {
        w.change(Scope::Platform, changed.id(), async |tx| {
            tx.users().update(changed).await
        })
        .await?;
    }
    for (is_active, is_super_admin, expected) in [
        (Some(false), None, vec!["left"]),
        (None, Some(true), vec!["root", "boss"]),
        (Some(true), Some(true), vec!["root", "boss"]),
        (Some(false), Some(true), vec![]),
    ] {
        let filter = UserFilter {
            is_active,
            is_super_admin,
        };
        let expected: Vec<_> = expected.into_iter().map(str::to_owned).collect();
        pages_are(
            &expected,
            |user: &User| user.name().to_string(),
            async |page| {
                w.look(Scope::Platform, async |tx| {
                    tx.users().list(&filter, &page).await
                })
                .await
            },
        )
        .await?;
    }
    Ok(())
}

async fn active_super_admins_are_counted<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let count = async || {
        w.look(Scope::Platform, async |tx| {
            tx.users().count_super_admins().await
        })
        .await
    };
    assert_eq!(count().await?, 1);
    let second = w.new_user("second")?.with_super_admin(true, w.now());
    w.change(Scope::Platform, second.id(), async |tx| {
        tx.users().insert(&second).await
    })
    .await?;
    assert_eq!(count().await?, 2);
    let left = second.with_active(false, w.now());
    w.change(Scope::Platform, left.id(), async |tx| {
        tx.users().update(left.clone()).await
    })
    .await?;
    assert_eq!(count().await?, 1);
    Ok(())
}

/// First seen to fail without the rule: a commit left the platform to nobody.
async fn the_last_active_super_admin_stays_one<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let id = w.root()?;
    let root = w
        .look(Scope::Platform, async |tx| tx.users().find(id).await)
        .await?
        .ok_or("no root")?;
    let taken = [
        root.clone().with_active(false, w.now()),
        root.clone().with_super_admin(false, w.now()),
    ];
    for taken in taken {
        let mut tx = w.write(Scope::Platform).await?;
        tx.users().update(taken).await?;
        let event = w.event(Scope::Platform, id)?;
        fails!(tx.commit(event).await, StoreError::Refused(_));
    }
    // One may follow another in one commit, whichever comes first.
    let second = w.new_user("second")?.with_super_admin(true, w.now());
    w.change(Scope::Platform, id, async |tx| {
        let taken = root.clone().with_super_admin(false, w.now());
        tx.users().update(taken).await?;
        tx.users().insert(&second).await
    })
    .await
}
