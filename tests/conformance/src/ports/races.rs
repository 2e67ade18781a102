//! What happens at the same time in a store.

use futures_util::future::join;
use offerkit_core::{domain::Scope, ports::StoreError};

use crate::{Adapter, Failure, Outcome, cases::cases, pause::pause, world::World};

cases! { ports::races:
    readers_see_all_of_a_commit_or_nothing,
    of_two_writers_with_one_version_one_wins,
    of_two_commits_of_one_operation_one_wins,
}

async fn readers_see_all_of_a_commit_or_nothing<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let (one, two) = (w.new_user("one")?, w.new_user("two")?);
    let writer = async {
        let mut tx = w.write(Scope::Platform).await?;
        tx.users().insert(&one).await?;
        pause().await;
        tx.users().insert(&two).await?;
        pause().await;
        w.commit(tx, one.id()).await.map(drop)
    };
    let reader = async {
        for _ in 0..10_000 {
            let mut tx = w.read(Scope::Platform).await?;
            let first = tx.users().find(one.id()).await?.is_some();
            pause().await;
            let second = tx.users().find(two.id()).await?.is_some();
            assert_eq!(first, second, "a reader saw half of a commit");
            if first {
                return Outcome::Ok(());
            }
            drop(tx);
            pause().await;
        }
        Err("the commit was never seen".into())
    };
    let (written, read) = join(writer, reader).await;
    written?;
    read
}

/// First seen to fail with the comparison of versions removed.
async fn of_two_writers_with_one_version_one_wins<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let offer = w.kept_offer("spring").await?;
    let by = offer.created_by();
    let write = async || -> Result<(), Failure> {
        let next = offer.clone().submit(offer.revision(), by, w.now())?;
        let mut tx = w.write(w.scope()).await?;
        pause().await;
        tx.offers().update(next).await?;
        pause().await;
        w.commit(tx, offer.id()).await.map(drop)
    };
    let (one, two) = join(write(), write()).await;
    let lost = match (one, two) {
        (Ok(()), Err(lost)) | (Err(lost), Ok(())) => lost,
        both => return Err(format!("exactly one should win: {both:?}").into()),
    };
    assert!(
        matches!(
            lost.downcast_ref(),
            Some(StoreError::Conflict(_) | StoreError::Retry(_))
        ),
        "{lost:?}"
    );
    Ok(())
}

/// First seen to fail with the search for the operation removed.
async fn of_two_commits_of_one_operation_one_wins<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let operation = w.operation();
    let write = async |name: &str| -> Result<(), Failure> {
        let user = w.new_user(name)?;
        let mut tx = w.write(Scope::Platform).await?;
        pause().await;
        tx.users().insert(&user).await?;
        pause().await;
        let event = w.event_of(Scope::Platform, user.id(), operation)?;
        Ok(tx.commit(event).await.map(drop)?)
    };
    let outcomes = join(write("one"), write("two")).await;
    let (winner, lost) = match outcomes {
        (Ok(()), Err(lost)) => ("one", lost),
        (Err(lost), Ok(())) => ("two", lost),
        both => return Err(format!("exactly one should win: {both:?}").into()),
    };
    assert!(
        matches!(
            lost.downcast_ref(),
            Some(StoreError::AlreadyDone(_) | StoreError::Retry(_))
        ),
        "{lost:?}"
    );
    for name in ["one", "two"] {
        let parsed = name.parse()?;
        let found = w
            .look(Scope::Platform, async |tx| {
                tx.users().find_by_name(&parsed).await
            })
            .await?;
        assert_eq!(found.is_some(), name == winner, "{name}");
    }
    Ok(())
}
