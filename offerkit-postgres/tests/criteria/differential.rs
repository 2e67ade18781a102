//! Random criteria select the same of many hostile customers in memory and in PostgreSQL, whatever the customers were sent.
//!
//! First seen to fail with each of these mutants:
//! - a leaf that must not hold is `NOT (…)`, which is unknown where there is no value;
//! - a prefix has no upper bound, or ends with the greatest character behind it;
//! - a prefix includes what lies behind it;
//! - whoever is a day too young has the age.
//!
//! `OFFERKIT_PROPERTY_CASES` asks for more criteria than an ordinary run. A failure prints its seed, which
//! `OFFERKIT_CRITERIA_SEED` repeats.

use std::{
    collections::BTreeSet,
    hash::{BuildHasher as _, RandomState},
};

use offerkit_core::{
    criteria::{Catalog, Compiler, Criteria, Moment, References},
    domain::{Customer, customer::CustomerParts},
    id::CustomerId,
    ports::{CustomerSource as _, Selection},
};
use offerkit_generator::{Row, UUIDS, customer_of, document, row};
use proptest::{
    prelude::*,
    strategy::ValueTree as _,
    test_runner::{RngAlgorithm, RngSeed, TestError, TestRunner},
};
use serde_json::{Value, json};
use sqlx::types::Uuid;

use crate::{
    history::{Ledger, sent},
    world::{Outcome, World, catalog, moment, references, tenant},
};

/// How many customers each of the criteria is put to.
const CUSTOMERS: usize = 500;

/// How many criteria an ordinary run puts to them.
const CRITERIA: u32 = 1_500;

fn seed() -> Outcome<u64> {
    match std::env::var("OFFERKIT_CRITERIA_SEED") {
        Ok(seed) => Ok(seed.parse()?),
        Err(_) => Ok(RandomState::new().hash_one("criteria")),
    }
}

fn runner(seed: u64) -> Outcome<TestRunner> {
    let wanted = std::env::var("OFFERKIT_PROPERTY_CASES").ok();
    let wanted: Option<u32> = wanted.map(|wanted| wanted.parse()).transpose()?;
    Ok(TestRunner::new(ProptestConfig {
        cases: wanted.unwrap_or(0).max(CRITERIA),
        failure_persistence: None,
        rng_algorithm: RngAlgorithm::ChaCha,
        rng_seed: RngSeed::Fixed(seed),
        max_shrink_iters: 2_000,
        ..ProptestConfig::default()
    }))
}

/// A customer of a row. Ids and addresses differ from one customer to the next, and few customers are not active, since
/// those are never selected.
fn customer(place: usize, mut row: Row) -> Outcome<Customer> {
    let id = Uuid::from_u128(0x018f_4a2c_0000_7000_8000_0010_0000_0000 | place as u128);
    let id = UUIDS.get(place).map_or(id.to_string(), ToString::to_string);
    row.insert("id".to_owned(), json!(id));
    if place > 20 || place % 2 == 1 {
        row.insert("email".to_owned(), Value::Null);
    }
    row.insert("is_active".to_owned(), json!(place % 10 != 9));
    let parts: CustomerParts<'static> = serde_json::from_value(customer_of(&row))?;
    Ok(Customer::from_parts(parts)?)
}

fn drawn<S: Strategy>(strategy: &S, runner: &mut TestRunner) -> Outcome<S::Value> {
    let tree = strategy.new_tree(runner);
    Ok(tree.map_err(|why| why.to_string())?.current())
}

struct Comparison {
    world: World,
    customers: Vec<Customer>,
    ledger: Ledger,
    catalog: Catalog,
    references: References,
    moment: Moment,
}

impl Comparison {
    async fn new(runner: &mut TestRunner) -> Outcome<Self> {
        let world = World::new().await?;
        let mut customers = Vec::new();
        let mut deliveries = Vec::new();
        for place in 0..CUSTOMERS {
            customers.push(customer(place, drawn(&row(), runner)?)?);
            deliveries.push(drawn(&sent(), runner)?);
        }
        // An address may be drawn twice.
        let mut addresses = BTreeSet::new();
        customers.retain(|it| it.email().is_none_or(|it| addresses.insert(it.to_owned())));
        world.store_customers(&customers).await?;
        let ledger = world.store_history(&customers, deliveries).await?;
        world.run("ANALYZE").await?;
        Ok(Self {
            world,
            customers,
            ledger,
            catalog: catalog()?,
            references: references()?,
            moment: moment()?,
        })
    }

    fn compile(&self, document: &Value) -> Result<Criteria, TestCaseError> {
        let compiler = Compiler::new(&self.catalog).with_references(&self.references);
        let criteria = compiler.compile(&document.to_string());
        criteria.map_err(|errors| TestCaseError::fail(errors.to_string()))
    }

    async fn selected(&self, document: &Value) -> Result<Vec<CustomerId>, TestCaseError> {
        let selection = Selection::new(tenant(), self.compile(document)?, self.moment);
        let selected = self.world.store.select(&selection, None, CUSTOMERS).await;
        selected.map_err(|error| TestCaseError::fail(format!("{error:?}")))
    }

    async fn agree(&self, document: &Value) -> Result<(), TestCaseError> {
        // The definition of the language, which shares no bound and no interval with any evaluator.
        let selection = Selection::new(tenant(), self.compile(document)?, self.moment);
        let expected = self.customers.iter();
        let expected = expected.filter(|it| selection.selects(it, &self.ledger));
        let mut expected: Vec<CustomerId> = expected.map(Customer::id).collect();
        expected.sort_unstable();
        let found = self.selected(document).await?;
        if found != expected {
            let (found, expected) = (
                BTreeSet::from_iter(found.clone()),
                BTreeSet::from_iter(expected),
            );
            let differing: Vec<_> = found.symmetric_difference(&expected).collect();
            let first = self
                .customers
                .iter()
                .find(|it| Some(&&it.id()) == differing.first());
            let shown = serde_json::to_string(&first).unwrap_or_default();
            prop_assert!(false, "{} differ, such as {shown}", differing.len());
        }
        let mut part = document.clone();
        if let Some(members) = part.as_object_mut() {
            members.remove("$v");
        }
        let others = self.selected(&json!({"$not": part})).await?;
        let active = self.customers.iter().filter(|it| it.is_active()).count();
        prop_assert_eq!(found.len() + others.len(), active, "count of the negation");
        Ok(())
    }
}

#[test]
fn criteria_select_the_same_customers_in_memory_and_in_postgres() -> Outcome {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let seed = seed()?;
    let mut runner = runner(seed)?;
    let comparison = runtime.block_on(Comparison::new(&mut runner))?;
    let compared = runner.run(&document(), |document| {
        runtime.block_on(comparison.agree(&document))
    });
    match compared {
        Ok(()) => Ok(()),
        Err(TestError::Fail(why, document)) => {
            panic!("OFFERKIT_CRITERIA_SEED={seed}: {document}\n{why}")
        }
        Err(TestError::Abort(why)) => panic!("OFFERKIT_CRITERIA_SEED={seed}: {why}"),
    }
}
