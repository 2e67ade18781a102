//! Workers at once, and rows that become pending again behind them.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use chrono::TimeDelta;
use offerkit_core::{
    domain::{DeliveryStatus, RunStatus},
    id::CustomerId,
    ports::{Claimed, Ledger as _, Settlement},
    time::Timestamp,
};

use sqlx::{Connection as _, Executor as _};

use crate::world::{Outcome, World};

/// Filled in chunks of so many.
async fn filled(customers: usize, limit: usize) -> Outcome<World> {
    let world = World::new(customers).await?;
    let mut run = world.start().await?;
    while run.status == RunStatus::Running {
        run = world
            .extend((&world.store, &world.store), run.id, limit)
            .await?;
    }
    Ok(world)
}

/// First seen to fail with the locks of lots and the second look at the status removed: only the database refused to let a
/// claim be taken over.
#[tokio::test(flavor = "multi_thread")]
async fn workers_at_once_send_to_each_customer_once() -> Outcome {
    let world = Arc::new(filled(1_300, 1_000).await?);
    let workers: Vec<_> = (0..5)
        .map(|_| {
            let world = world.clone();
            tokio::spawn(async move {
                let store = world.another()?;
                let mut tries: Vec<CustomerId> = Vec::new();
                let mut now = world.now();
                loop {
                    let request = world.request(70, now);
                    let claimed = store.claim(&request).await?;
                    if claimed.is_empty() {
                        return Ok::<_, Box<dyn std::error::Error + Send + Sync>>(tries);
                    }
                    // Each is tried twice, the second time a little later.
                    let settlements: Vec<_> = claimed
                        .iter()
                        .map(|claimed| {
                            let (status, not_before) = match claimed.attempt {
                                1 if claimed.key.customer.as_uuid().as_u128() % 3 == 0 => {
                                    (DeliveryStatus::Pending, None)
                                }
                                1 => (
                                    DeliveryStatus::Pending,
                                    Some(now.plus(TimeDelta::seconds(1))),
                                ),
                                _ => (DeliveryStatus::Sent, None),
                            };
                            Settlement {
                                key: claimed.key,
                                status,
                                reason: None,
                                not_before,
                                next: Vec::new(),
                            }
                        })
                        .collect();
                    tries.extend(claimed.iter().map(|claimed| claimed.key.customer));
                    let settled = store
                        .settle(world.tenant.id, request.token, &settlements, now)
                        .await?;
                    assert_eq!(usize::try_from(settled)?, claimed.len());
                    now = now.plus(TimeDelta::seconds(1));
                }
            })
        })
        .collect();
    let mut tries: BTreeMap<CustomerId, usize> = BTreeMap::new();
    for worker in workers {
        for customer in worker.await?? {
            *tries.entry(customer).or_default() += 1;
        }
    }
    assert_eq!(tries.len(), 1_300);
    let counts: BTreeSet<_> = tries.into_values().collect();
    assert_eq!(counts, BTreeSet::from([2]));
    let progress = world
        .store
        .progress(world.tenant.id, world.campaign.id())
        .await?;
    assert_eq!(progress.of(DeliveryStatus::Sent), 1_300);
    world.counts_are_exact().await
}

/// First seen to fail with a lot's moment left as it was when the row that it was of had been claimed.
#[tokio::test(flavor = "multi_thread")]
async fn what_becomes_pending_behind_a_claim_is_found() -> Outcome {
    let world = filled(1_200, 1_000).await?;
    let store = &world.store;
    let now = world.now();
    let request = world.request(1_100, now);
    let claimed = store.claim(&request).await?;
    assert_eq!(claimed.len(), 1_100);
    // The fourth again at once, the second in a minute, the third in two, and the first fails.
    let again: Vec<_> = claimed
        .iter()
        .zip([
            (DeliveryStatus::Failed, None),
            (
                DeliveryStatus::Pending,
                Some(now.plus(TimeDelta::minutes(1))),
            ),
            (
                DeliveryStatus::Pending,
                Some(now.plus(TimeDelta::minutes(2))),
            ),
            (DeliveryStatus::Pending, None),
        ])
        .map(|(claimed, (status, not_before))| Settlement {
            key: claimed.key,
            status,
            reason: None,
            not_before,
            next: Vec::new(),
        })
        .collect();
    store
        .settle(world.tenant.id, request.token, &again, now)
        .await?;
    let place = |customer| claimed.iter().position(|row| row.key.customer == customer);
    let claim = async |minutes| -> Outcome<Vec<Option<usize>>> {
        let request = world.request(1, now.plus(TimeDelta::minutes(minutes)));
        let claimed = store.claim(&request).await?;
        Ok(claimed.iter().map(|row| place(row.key.customer)).collect())
    };
    assert_eq!(claim(0).await?, [Some(3)]);
    store
        .retry_failed(world.tenant.id, world.campaign.id(), now)
        .await?;
    assert_eq!(claim(0).await?, [Some(0)]);
    assert_eq!(claim(1).await?, [Some(1)]);
    // Nobody has waited long enough, so the next one is new.
    assert_eq!(claim(1).await?, [None]);
    assert_eq!(claim(2).await?, [Some(2)]);
    world.counts_are_exact().await
}

/// Whoever holds a lot and waited for another could wait for somebody who waits for the first. First seen to fail with
/// claims that wait for every lot: this one waited until it was given up.
#[tokio::test(flavor = "multi_thread")]
async fn a_claim_takes_what_nobody_holds_and_waits_only_with_empty_hands() -> Outcome {
    let world = filled(1_000, 1_000).await?;
    let now = world.now();
    let mut beside = world.beside().await?;
    let mut held = beside.begin().await?;
    held.execute(
        "SELECT FROM offerkit.campaign_lots ORDER BY first_customer DESC LIMIT 1 FOR UPDATE",
    )
    .await?;
    let claimed = world.store.claim(&world.request(1_000, now)).await?;
    assert_eq!(claimed.len(), 500);
    let (store, request) = (world.another()?, world.request(1_000, now));
    let waiting = tokio::spawn(async move { store.claim(&request).await });
    world.waiting().await?;
    held.rollback().await?;
    assert_eq!(waiting.await??.len(), 500);
    world.counts_are_exact().await
}

/// However few of a lot's rows are settled, and whatever else the settlements name. First seen to fail without asking for the
/// token.
#[tokio::test(flavor = "multi_thread")]
async fn only_what_a_token_holds_is_settled() -> Outcome {
    for step in [1, 2, 20] {
        let world = filled(2_000, 1_000).await?;
        let (store, now) = (&world.store, world.now());
        let mine = world.request(1_600, now);
        let claimed = store.claim(&mine).await?;
        let other = world.request(300, now);
        let others = store.claim(&other).await?;
        let later = now.plus(TimeDelta::minutes(3));
        let outcomes = [
            (DeliveryStatus::Sent, None, None),
            (DeliveryStatus::Failed, Some("no such mailbox"), None),
            (DeliveryStatus::Pending, Some("busy"), Some(later)),
        ];
        let settlement = |(claimed, (status, reason, not_before)): (&Claimed, Told)| Settlement {
            key: claimed.key,
            status,
            reason: reason.map(Box::from),
            not_before,
            next: Vec::new(),
        };
        let settled = claimed.iter().step_by(step);
        let told = outcomes.into_iter().cycle();
        let mut settlements: Vec<_> = settled.zip(told).map(settlement).collect();
        let count = settlements.len();
        // What another holds, the same again with another outcome, and what nobody has a row of.
        let sent = std::iter::repeat((DeliveryStatus::Sent, None, None));
        let foreign = others.iter().zip(sent).map(settlement);
        settlements.extend(foreign);
        settlements.extend(settlements.first().cloned().map(|mut first| {
            first.status = DeliveryStatus::Unknown;
            first
        }));
        settlements.extend(settlements.last().cloned().map(|mut last| {
            last.key.customer = CustomerId::from_uuid(world.uuid());
            last
        }));
        let done = store
            .settle(world.tenant.id, mine.token, &settlements, now)
            .await?;
        assert_eq!(usize::try_from(done)?, count, "every {step}. row");
        let progress = store.progress(world.tenant.id, world.campaign.id()).await?;
        let counts = outcomes.map(|(status, ..)| progress.of(status));
        let third = |more: usize| u64::try_from((count + more) / 3);
        // A hundred were never claimed.
        assert_eq!(counts, [third(2)?, third(1)?, third(0)? + 100]);
        let left = u64::try_from(1_600 - count + 300)?;
        assert_eq!(progress.of(DeliveryStatus::Sending), left);
        let again = store
            .settle(world.tenant.id, mine.token, &settlements, now)
            .await?;
        assert_eq!(again, 0, "the first settlement counts");
        // Those that may be tried again wait until they may.
        let due = store.claim(&world.request(2_000, now)).await?;
        assert_eq!(due.len(), 100);
        let due = store.claim(&world.request(2_000, later)).await?;
        assert_eq!(u64::try_from(due.len())?, third(0)?);
        world.counts_are_exact().await?;
    }
    Ok(())
}

/// A status, its reason, and when it is tried again.
type Told = (DeliveryStatus, Option<&'static str>, Option<Timestamp>);
