//! Counts under everything that may happen to a ledger, at once and by hand.

use std::{collections::hash_map::RandomState, env, hash::BuildHasher as _, sync::Arc};

use chrono::TimeDelta;
use offerkit_core::{
    domain::{DeliveryStatus, RunStatus},
    ports::{ClaimRequest, Claimed, Ledger as _, Settlement, StoreError},
};
use offerkit_postgres::PgStore;
use sqlx::{Connection as _, Executor as _, PgConnection};

use crate::world::{Outcome, World};

const WRITERS: u64 = 6;
const STEPS: u64 = 60;

/// Statements of a host that writes to the ledger itself. Each changes what it may, in rows that `$` picks.
const BY_HAND: [&str; 8] = [
    "UPDATE offerkit.campaign_customers SET reason = 'by hand' WHERE hashtext(customer_id::TEXT) % 5 = $",
    "UPDATE offerkit.campaign_customers SET delivery_status = 'cancelled', not_before = NULL
        WHERE delivery_status = 'pending' AND hashtext(customer_id::TEXT) % 23 = $",
    "UPDATE offerkit.campaign_customers SET delivery_status = 'pending', not_before = updated_at + INTERVAL '$ minutes'
        WHERE delivery_status = 'failed'",
    "UPDATE offerkit.campaign_customers SET not_before = updated_at + INTERVAL '$ minutes'
        WHERE delivery_status = 'pending' AND hashtext(customer_id::TEXT) % 7 = $",
    "UPDATE offerkit.campaign_customers SET not_before = NULL WHERE delivery_status = 'pending' AND hashtext(customer_id::TEXT) % 3 = $",
    "UPDATE offerkit.campaign_customers SET lot = lot + $ WHERE delivery_status = 'pending' AND hashtext(customer_id::TEXT) % 4 = $",
    "UPDATE offerkit.campaign_customers AS it SET lot = 9000 + hashtext(it.customer_id::TEXT) % 2
        WHERE it.delivery_status = 'pending' AND hashtext(it.customer_id::TEXT) % 6 = $",
    "INSERT INTO offerkit.campaign_customers (tenant_number, campaign_number, channel, customer_id, run_number, lot, updated_at)
        SELECT it.tenant_number, it.campaign_number, 'sms', it.customer_id, it.run_number, it.lot % 3, it.updated_at
        FROM offerkit.campaign_customers AS it WHERE it.channel = 'email' AND hashtext(it.customer_id::TEXT) % 9 = $
        ON CONFLICT DO NOTHING",
];

/// Numbers that look random, the same for the same seed.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}

/// What another writer may cause, and no more.
fn is_expected(error: &StoreError) -> bool {
    matches!(error, StoreError::Conflict(_) | StoreError::Retry(_))
}

async fn settle(
    world: &World,
    store: &PgStore,
    (request, claimed): (&ClaimRequest, &[Claimed]),
    dice: &mut Dice,
) -> Result<(), StoreError> {
    use DeliveryStatus::{Bounced, Delivered, Failed, Pending, Sent, Suppressed, Unknown};
    let statuses = [
        Sent, Pending, Pending, Failed, Delivered, Unknown, Bounced, Suppressed,
    ];
    let settlements: Vec<_> = claimed
        .iter()
        .map(|claimed| {
            let status = statuses[usize::try_from(dice.roll(8)).unwrap_or_default()];
            let wait = i64::try_from(dice.roll(4)).unwrap_or_default();
            let not_before = (wait > 0).then(|| request.now.plus(TimeDelta::minutes(wait)));
            Settlement {
                key: claimed.key,
                status,
                reason: None,
                not_before,
                next: Vec::new(),
            }
        })
        .collect();
    // A worker that stops in between leaves the rest to lapse.
    let kept = settlements.len()
        - usize::try_from(dice.roll(3))
            .unwrap_or_default()
            .min(settlements.len());
    let settlements = settlements.get(..kept).unwrap_or_default();
    store
        .settle(world.tenant.id, request.token, settlements, request.now)
        .await
        .map(drop)
}

/// One step of whatever may happen.
async fn step(
    world: &World,
    store: &PgStore,
    by_hand: &mut PgConnection,
    (step, dice): (u64, &mut Dice),
) -> Outcome {
    let now = world.now().plus(TimeDelta::minutes(i64::try_from(step)?));
    let (tenant, campaign) = (world.tenant.id, world.campaign.id());
    let done = match dice.roll(12) {
        0 | 1 => match world.unfinished().await? {
            Some(run) if dice.roll(9) == 0 => {
                store
                    .end_run(tenant, run.id, RunStatus::Superseded, now)
                    .await
            }
            Some(run) => {
                let limit = usize::try_from(1 + dice.roll(40))?;
                world.extend((store, store), run.id, limit).await.map(drop)
            }
            None => {
                world.tenant.platform().customers(3).await?;
                world.start().await.map(drop)
            }
        },
        2..=4 => {
            let request = world.request(usize::try_from(1 + dice.roll(30))?, now);
            match store.claim(&request).await {
                Ok(claimed) => settle(world, store, (&request, &claimed), dice).await,
                Err(error) => Err(error),
            }
        }
        5 => {
            let request = world.request(
                usize::try_from(1 + dice.roll(9))?,
                now.plus(TimeDelta::minutes(9)),
            );
            match store.reclaim(&request).await {
                Ok(claimed) => settle(world, store, (&request, &claimed), dice).await,
                Err(error) => Err(error),
            }
        }
        6 => {
            let request = world.request(3, now);
            match store.claim(&request).await {
                Ok(claimed) => {
                    let mut done = Ok(());
                    for claimed in claimed {
                        let status = DeliveryStatus::Delivered;
                        done = store
                            .receipt(tenant, claimed.key, status, now)
                            .await
                            .map(drop);
                    }
                    done
                }
                Err(error) => Err(error),
            }
        }
        7 if dice.roll(8) == 0 => {
            let cancelled = store.cancel(tenant, campaign, "enough", now).await;
            cancelled.map(drop)
        }
        7 => store.retry_failed(tenant, campaign, now).await.map(drop),
        _ => {
            let place = usize::try_from(dice.roll(8))?;
            let picked = dice.roll(3).to_string();
            let statement = BY_HAND[place].replace('$', &picked);
            return by_hand_done(by_hand.execute(sqlx::AssertSqlSafe(statement)).await);
        }
    };
    match done {
        Err(error) if !is_expected(&error) => Err(error.into()),
        _ => Ok(()),
    }
}

/// Statements by hand may lock each other out.
fn by_hand_done(done: Result<sqlx::postgres::PgQueryResult, sqlx::Error>) -> Outcome {
    match done {
        Err(sqlx::Error::Database(error)) if error.code().as_deref() == Some("40P01") => Ok(()),
        Err(error) => Err(error.into()),
        Ok(_) => Ok(()),
    }
}

/// First seen to fail with counts that were read before they were locked, and with lots that did not grow with what was
/// moved into them.
#[tokio::test(flavor = "multi_thread")]
#[expect(clippy::print_stdout, reason = "the seed of a failure is told")]
async fn counts_are_exact_whatever_happens_at_once() -> Outcome {
    let seed = match env::var("OFFERKIT_LEDGER_SEED") {
        Ok(seed) => seed.parse()?,
        Err(_) => RandomState::new().hash_one("seed"),
    };
    println!("OFFERKIT_LEDGER_SEED={seed}");
    let world = Arc::new(World::new(240).await?);
    world.start().await?;
    let writers: Vec<_> = (0..WRITERS)
        .map(|number| {
            let world = world.clone();
            tokio::spawn(async move {
                let store = world.another()?;
                let mut by_hand = world.beside().await?;
                let tenant = world.tenant.id.to_string();
                let enter = "SELECT set_config('role', 'offerkit_app', FALSE), set_config('offerkit.tenant', $1, FALSE)";
                sqlx::query(enter).bind(tenant).execute(&mut by_hand).await?;
                let mut dice = Dice(seed ^ number);
                for number in 0..STEPS {
                    step(&world, &store, &mut by_hand, (number, &mut dice)).await?;
                }
                Ok::<_, Box<dyn std::error::Error + Send + Sync>>(())
            })
        })
        .collect();
    for writer in writers {
        writer.await??;
    }
    world.counts_are_exact().await?;
    // Whatever moved where, everything that is pending is found.
    let late = world.now().plus(TimeDelta::days(9));
    let mut claimed = 0;
    loop {
        let request = world.request(50, late);
        match world.store.claim(&request).await?.len() {
            0 => break,
            more => claimed += more,
        }
    }
    let progress = world
        .store
        .progress(world.tenant.id, world.campaign.id())
        .await?;
    let of_email = progress.counts.iter().filter(|count| {
        count.channel == offerkit_core::domain::Channel::Email
            && count.status == DeliveryStatus::Pending
    });
    assert_eq!(
        of_email.map(|count| count.count).sum::<u64>(),
        0,
        "{claimed} were claimed"
    );
    world.counts_are_exact().await
}

/// A newcomer's row on a channel.
const NEWCOMER: &str = "INSERT INTO offerkit.campaign_customers (tenant_number, campaign_number, channel, customer_id, run_number,
        updated_at)
    SELECT DISTINCT it.tenant_number, it.campaign_number, $1::TEXT, $2, it.run_number, it.updated_at
    FROM offerkit.campaign_customers AS it";

/// First seen to fail with an audience that was counted without waiting for who else adds to it: the newcomer was two.
#[tokio::test(flavor = "multi_thread")]
async fn a_newcomer_on_two_channels_at_once_is_one_customer() -> Outcome {
    let world = World::new(3).await?;
    let run = world.start().await?;
    world
        .extend((&world.store, &world.store), run.id, 9)
        .await?;
    let newcomers = world.tenant.platform().customers(1).await?;
    let newcomer = newcomers.first().map(|id| id.as_uuid());
    let (mut one, mut two) = (world.beside().await?, world.beside().await?);
    let mut first = one.begin().await?;
    let insert = sqlx::query(NEWCOMER).bind("sms").bind(newcomer);
    insert.execute(&mut *first).await?;
    let second = tokio::spawn(async move {
        let insert = sqlx::query(NEWCOMER).bind("push").bind(newcomer);
        insert.execute(&mut two).await
    });
    world.waiting().await?;
    first.commit().await?;
    assert_eq!(second.await??.rows_affected(), 1);
    world.counts_are_exact().await
}
