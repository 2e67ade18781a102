//! Login sessions and failed logins in a store.

use chrono::TimeDelta;
use offerkit_core::{
    digest::Digest,
    domain::Session,
    id::{SessionId, TenantId},
    ports::{Arrival, LoginFailures, TenantKey, TenantState},
};

use crate::{
    Adapter, Failure, Outcome,
    cases::cases,
    world::{World, user},
};

cases! { ports::sessions:
    a_session_is_found_by_the_hash_of_its_token,
    who_arrives_is_known_with_what_they_hold_in_a_tenant,
    a_touched_session_was_seen_then,
    a_users_sessions_are_listed_the_oldest_first,
    an_ended_session_is_gone,
    ending_all_of_a_users_sessions_spares_the_others,
    what_has_expired_is_pruned,
    failed_logins_are_counted_by_key,
    cleared_failures_begin_anew,
}

fn session<B: Adapter>(w: &World<B>, token: &str) -> Result<Session, Failure> {
    Ok(Session {
        id: SessionId::from_uuid(w.uuid()),
        user: user(&w.tenant.creator)?,
        token_hash: Digest::of(token.as_bytes()),
        credential_version: 3,
        opened_at: w.now(),
        last_seen_at: w.now(),
        expires_at: w.now().plus(TimeDelta::hours(12)),
    })
}

async fn a_session_is_found_by_the_hash_of_its_token<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let session = session(&w, "one")?;
    store.open(&session).await?;
    let hash = session.token_hash;
    assert_eq!(store.find(hash).await?, Some(session));
    let other = Digest::of(b"two");
    assert_eq!(store.find(other).await?, None);
    Ok(())
}

async fn who_arrives_is_known_with_what_they_hold_in_a_tenant<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let session = session(&w, "one")?;
    store.open(&session).await?;
    let root = w.platform.as_root();
    let groups = root.groups(w.tenant.id);
    for name in ["read_only", "approver"] {
        groups.add(session.user, &name.parse()?).await?;
    }
    let other = root.tenants().create("cards".parse()?, None).await?;
    root.tenants().deactivate(other.id()).await?;
    let hash = session.token_hash;
    let user = root.users().get(session.user).await?;
    let arrival = |tenant, held| Arrival {
        session: session.clone(),
        user: user.clone(),
        tenant,
        held,
    };
    let mut tx = w.read(w.scope()).await?;
    let held = tx.groups().held_by(session.user, Some(w.tenant.id)).await?;
    drop(tx);
    let names: Vec<String> = held.iter().map(|held| held.name.to_string()).collect();
    assert_eq!(names, ["approver", "create", "read_only"]);
    let here = Some(TenantState {
        id: w.tenant.id,
        is_active: true,
    });
    let by_name = TenantKey::Name("loan".parse()?);
    for key in [by_name, TenantKey::Id(w.tenant.id)] {
        let found = store.arrival(hash, Some(&key)).await?;
        assert_eq!(found, Some(arrival(here, held.clone())));
        assert_eq!(store.arrival(Digest::of(b"two"), Some(&key)).await?, None);
    }
    assert_eq!(
        store.arrival(hash, None).await?,
        Some(arrival(None, vec![]))
    );
    let elsewhere = Some(TenantState {
        id: other.id(),
        is_active: false,
    });
    let by_name = TenantKey::Name("cards".parse()?);
    let found = store.arrival(hash, Some(&by_name)).await?;
    assert_eq!(found, Some(arrival(elsewhere, vec![])));
    let nowhere = [
        TenantKey::Name("nowhere".parse()?),
        TenantKey::Id(TenantId::from_uuid(w.uuid())),
    ];
    for key in nowhere {
        let found = store.arrival(hash, Some(&key)).await?;
        assert_eq!(found, Some(arrival(None, vec![])));
    }
    Ok(())
}

async fn a_touched_session_was_seen_then<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let session = session(&w, "one")?;
    store.open(&session).await?;
    let later = w.now().plus(TimeDelta::minutes(5));
    store.touch(session.id, later).await?;
    let seen = Session {
        last_seen_at: later,
        ..session
    };
    assert_eq!(store.find(seen.token_hash).await?, Some(seen));
    store.touch(SessionId::from_uuid(w.uuid()), later).await?;
    Ok(())
}

async fn a_users_sessions_are_listed_the_oldest_first<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let mut expected = Vec::new();
    for token in ["one", "two", "three"] {
        let session = session(&w, token)?;
        store.open(&session).await?;
        expected.push(session);
        w.pass(TimeDelta::minutes(1));
    }
    let other = Session {
        user: user(&w.tenant.admin)?,
        ..session(&w, "other")?
    };
    store.open(&other).await?;
    let listed = offerkit_core::ports::Sessions::list(store, user(&w.tenant.creator)?).await?;
    assert_eq!(listed, expected);
    Ok(())
}

async fn an_ended_session_is_gone<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let session = session(&w, "one")?;
    store.open(&session).await?;
    assert!(store.end(session.id).await?, "it was there");
    assert!(!store.end(session.id).await?, "it was there twice");
    assert_eq!(store.find(session.token_hash).await?, None);
    Ok(())
}

async fn ending_all_of_a_users_sessions_spares_the_others<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let other = Session {
        user: user(&w.tenant.admin)?,
        ..session(&w, "other")?
    };
    store.open(&other).await?;
    for token in ["one", "two"] {
        store.open(&session(&w, token)?).await?;
    }
    store.end_all(user(&w.tenant.creator)?).await?;
    for token in ["one", "two"] {
        assert_eq!(store.find(Digest::of(token.as_bytes())).await?, None);
    }
    assert_eq!(store.find(other.token_hash).await?, Some(other));
    Ok(())
}

async fn what_has_expired_is_pruned<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let old = session(&w, "old")?;
    store.open(&old).await?;
    w.pass(TimeDelta::hours(6));
    let young = session(&w, "young")?;
    store.open(&young).await?;
    assert_eq!(store.prune(w.now()).await?, 0);
    w.pass(TimeDelta::hours(6));
    assert_eq!(store.prune(w.now()).await?, 1);
    assert_eq!(store.find(old.token_hash).await?, None);
    assert_eq!(store.find(young.token_hash).await?, Some(young));
    Ok(())
}

async fn failed_logins_are_counted_by_key<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let (key, other) = (Digest::of(b"asha"), Digest::of(b"ben"));
    assert_eq!(store.failures(key).await?, LoginFailures::default());
    for count in 1..=3 {
        w.pass(TimeDelta::seconds(1));
        let failures = LoginFailures {
            count,
            last_at: Some(w.now()),
        };
        assert_eq!(store.record_failure(key, w.now()).await?, failures);
        assert_eq!(store.failures(key).await?, failures);
    }
    assert_eq!(store.failures(other).await?, LoginFailures::default());
    Ok(())
}

async fn cleared_failures_begin_anew<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let (key, other) = (Digest::of(b"asha"), Digest::of(b"ben"));
    store.record_failure(key, w.now()).await?;
    store.record_failure(other, w.now()).await?;
    store.clear_failures(key).await?;
    assert_eq!(store.failures(key).await?, LoginFailures::default());
    assert_eq!(store.failures(other).await?.count, 1);
    assert_eq!(store.record_failure(key, w.now()).await?.count, 1);
    Ok(())
}
