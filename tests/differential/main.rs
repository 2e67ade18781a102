//! The same random work on the memory store and on PostgreSQL: every answer and the final state are the same.
//!
//! `OFFERKIT_DIFFERENTIAL_STEPS` asks for more steps than usual, `OFFERKIT_DIFFERENTIAL_SEED` for others.

#![expect(
    clippy::indexing_slicing,
    reason = "places are drawn from within the length, and a test may fail by a panic"
)]

#[path = "../migrated/database.rs"]
mod database;
mod everything;
mod operations;
mod picks;

use std::{collections::BTreeMap, env, error::Error};

use database::migrated;

use offerkit::{
    memory::MemoryStore,
    postgres::PgStore,
    services::Backend,
    testing::{TestPlatform, TestTenant},
};
use operations::Operation;
use picks::Pick;

pub(crate) type Outcome<T = ()> = Result<T, Box<dyn Error + Send + Sync>>;

/// The library on one of the stores.
pub(crate) struct Side {
    pub(crate) platform: TestPlatform,
    pub(crate) tenants: [TestTenant; 2],
}

impl Side {
    async fn on(store: impl Backend + 'static) -> Outcome<Self> {
        let platform = TestPlatform::new(store).await?;
        let tenants = [
            platform.tenant("loan").await?,
            platform.tenant("card").await?,
        ];
        platform.user("stranger").await?;
        platform.super_admin("second").await?;
        platform.customers(3).await?;
        Ok(Self { platform, tenants })
    }
}

fn number(name: &str, usual: u64) -> Outcome<u64> {
    Ok(match env::var(name) {
        Ok(text) => text.parse()?,
        Err(_) => usual,
    })
}

/// First seen to fail with deleted offers listed.
#[tokio::test]
async fn memory_and_postgresql_give_the_same_answers() -> Outcome {
    let steps = number("OFFERKIT_DIFFERENTIAL_STEPS", 1_500)?;
    let seed = number("OFFERKIT_DIFFERENTIAL_SEED", 1)?;
    let database = migrated().await?;
    let postgres = PgStore::connect(&database.url()).await?;
    let memory = MemoryStore::new();
    let sides = [
        Side::on(memory.clone()).await?,
        Side::on(postgres.clone()).await?,
    ];
    let mut pick = Pick::new(seed);
    let mut outcomes: BTreeMap<Operation, [u32; 2]> = BTreeMap::new();
    for step in 0..steps {
        let known = everything::known(&memory, &sides[0]).await?;
        let operation = pick.operation();
        let call = pick.call(operation, &known);
        let expected = operations::run(&sides[0], &call).await;
        let answer = operations::run(&sides[1], &call).await;
        assert_eq!(answer, expected, "seed {seed}, step {step}: {call:?}");
        outcomes.entry(operation).or_default()[usize::from(answer.is_ok())] += 1;
        for side in &sides {
            side.platform.clock.advance(chrono::TimeDelta::minutes(7));
        }
    }
    let expected = everything::of(&memory, &sides[0]).await?;
    let found = everything::of(&postgres, &sides[1]).await?;
    for (one, two) in expected.iter().zip(&found) {
        assert_eq!(two, one, "seed {seed}");
    }
    assert_eq!(found.len(), expected.len());
    let lacking = Operation::ALL.iter().filter_map(|operation| {
        let [refused, done] = outcomes.get(operation).copied().unwrap_or_default();
        let is_seen = refused > 0 && done > 0;
        (!is_seen)
            .then(|| format!("{operation:?} was done {done} times and refused {refused} times"))
    });
    let lacking: Vec<_> = lacking.collect();
    assert!(lacking.is_empty(), "seed {seed}: {lacking:#?}");
    Ok(())
}
