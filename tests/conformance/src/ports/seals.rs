//! The chain over a scope's audit log, in a store.

use futures_util::future::join;
use offerkit_core::{
    audit::{AuditRecord, Seal, SealHead},
    domain::Scope,
    ports::StoreError,
};

use crate::{
    Adapter, Failure, Outcome,
    cases::{cases, fails},
    world::World,
};

cases! { ports::seals:
    a_chain_begins_at_its_scopes_genesis,
    unsealed_records_come_in_the_order_of_their_commits,
    appended_seals_move_the_head_and_are_read_back,
    sealed_records_are_read_in_batches,
    a_stale_head_is_a_conflict,
    of_two_sealers_one_wins,
    each_scope_has_its_own_chain,
    refused_records_are_sealed_too,
}

fn seals(mut head: SealHead, records: &[AuditRecord]) -> Vec<Seal> {
    let seals = records.iter().map(|record| {
        let seal = head.seal(record);
        head = seal.into();
        seal
    });
    seals.collect()
}

/// Seals at most `limit` records.
async fn seal<B: Adapter>(w: &World<B>, scope: Scope, limit: usize) -> Result<(), Failure> {
    let head = w.store.head(scope).await?;
    let records = w.store.unsealed(scope, limit).await?;
    Ok(w.store.append(scope, head, &seals(head, &records)).await?)
}

async fn a_chain_begins_at_its_scopes_genesis<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    for scope in [Scope::Platform, w.scope()] {
        assert_eq!(store.head(scope).await?, SealHead::genesis(scope));
        assert_eq!(store.sealed(scope, 0, 10).await?, []);
        let count = usize::try_from(store.count_unsealed(scope).await?)?;
        assert_eq!(count, w.records(scope).await?.len());
    }
    Ok(())
}

async fn unsealed_records_come_in_the_order_of_their_commits<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let records = w.records(w.scope()).await?;
    let unsealed = store.unsealed(w.scope(), 100).await?;
    assert_eq!(unsealed, records);
    let first = store.unsealed(w.scope(), 2).await?;
    assert_eq!(Some(first.as_slice()), records.get(..2));
    Ok(())
}

async fn appended_seals_move_the_head_and_are_read_back<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let records = w.records(w.scope()).await?;
    let expected = seals(SealHead::genesis(w.scope()), &records);
    seal(&w, w.scope(), 2).await?;
    let left = store.count_unsealed(w.scope()).await?;
    assert_eq!(usize::try_from(left)?, records.len() - 2);
    seal(&w, w.scope(), 100).await?;
    assert_eq!(store.count_unsealed(w.scope()).await?, 0);
    let last = expected.last().copied().ok_or("no seal")?;
    assert_eq!(store.head(w.scope()).await?, SealHead::from(last));
    let sealed = store.sealed(w.scope(), 0, 100).await?;
    let records = records.into_iter().map(Some);
    let expected: Vec<_> = expected.into_iter().zip(records).collect();
    assert_eq!(sealed, expected);
    Ok(())
}

async fn sealed_records_are_read_in_batches<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    seal(&w, w.scope(), 100).await?;
    let all = store.sealed(w.scope(), 0, 100).await?;
    let mut walked = Vec::new();
    loop {
        let after = walked
            .last()
            .map_or(0, |(seal, _): &(Seal, _)| seal.position);
        let batch = store.sealed(w.scope(), after, 2).await?;
        assert!(batch.len() <= 2, "a batch is too long");
        if batch.is_empty() {
            break;
        }
        walked.extend(batch);
        assert!(walked.len() <= all.len(), "the chain has no end");
    }
    assert_eq!(walked, all);
    Ok(())
}

async fn a_stale_head_is_a_conflict<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let stale = store.head(w.scope()).await?;
    let records = store.unsealed(w.scope(), 1).await?;
    seal(&w, w.scope(), 1).await?;
    let head = store.head(w.scope()).await?;
    fails!(
        store
            .append(w.scope(), stale, &seals(stale, &records))
            .await,
        StoreError::Conflict(_)
    );
    assert_eq!(store.head(w.scope()).await?, head);
    Ok(())
}

async fn of_two_sealers_one_wins<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let head = store.head(w.scope()).await?;
    let records = store.unsealed(w.scope(), 2).await?;
    let batch = seals(head, &records);
    let (one, two) = join(
        store.append(w.scope(), head, &batch),
        store.append(w.scope(), head, &batch),
    )
    .await;
    assert_ne!(one.is_ok(), two.is_ok(), "exactly one wins");
    assert_eq!(store.head(w.scope()).await?.position, 2);
    Ok(())
}

async fn each_scope_has_its_own_chain<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let twin = Scope::Tenant(w.platform.tenant("card").await?.id);
    seal(&w, w.scope(), 100).await?;
    for scope in [twin, Scope::Platform] {
        assert_eq!(store.head(scope).await?, SealHead::genesis(scope));
        assert!(store.count_unsealed(scope).await? > 0);
    }
    Ok(())
}

async fn refused_records_are_sealed_too<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    seal(&w, w.scope(), 100).await?;
    let refusal = w.refusal(w.scope());
    w.write(w.scope()).await?.refuse(refusal).await?;
    assert_eq!(store.count_unsealed(w.scope()).await?, 1);
    seal(&w, w.scope(), 100).await?;
    let records = w.records(w.scope()).await?.len();
    let head = store.head(w.scope()).await?;
    assert_eq!(usize::try_from(head.position)?, records);
    Ok(())
}
