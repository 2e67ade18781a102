//! Commits whose answer is lost on the way.

use std::time::Duration;

use offerkit_core::{
    domain::Scope,
    ports::{Access, Store as _, StoreError},
};

use crate::{
    proxy::{Cut, Proxy},
    world::{Outcome, World, event, on, user},
};

/// What a commit answers that is cut, and whether its change is there.
async fn commit(cut: Cut) -> Outcome<(Result<(), StoreError>, bool)> {
    let world = World::new().await?;
    let proxy = Proxy::before(&world.database.url(), Duration::ZERO)?;
    let store = on(&world.pool(2, |options| proxy.through(options))?);
    let user = user("new")?;
    let mut tx = store.begin(Scope::Platform, Access::Write).await?;
    tx.users().insert(&user).await?;
    proxy.cut(cut);
    let answer = tx.commit(event()?).await.map(drop);
    let mut tx = store.begin(Scope::Platform, Access::Read).await?;
    let is_there = tx.users().find(user.id()).await?.is_some();
    Ok((answer, is_there))
}

/// First seen to fail where a lost answer was an error.
#[tokio::test]
async fn a_commit_whose_answer_is_lost_is_found_to_be_done() -> Outcome {
    let (answer, is_there) = commit(Cut::Answer).await?;
    assert!(answer.is_ok(), "{answer:?}");
    assert!(is_there, "the change is not there");
    Ok(())
}

#[tokio::test]
async fn a_commit_that_never_arrived_may_be_tried_again() -> Outcome {
    let (answer, is_there) = commit(Cut::Request).await?;
    assert!(matches!(answer, Err(StoreError::Retry(_))), "{answer:?}");
    assert!(!is_there, "the change is there");
    Ok(())
}

#[tokio::test]
async fn a_commit_that_nothing_happens_to_is_done() -> Outcome {
    let (answer, is_there) = commit(Cut::None).await?;
    assert!(answer.is_ok() && is_there, "{answer:?}");
    Ok(())
}
