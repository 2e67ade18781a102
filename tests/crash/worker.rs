//! A worker: the library's own, with a ledger and a notifier at whose steps something befalls it.

use std::{sync::Arc, time::Duration};

use chrono::TimeDelta;
use offerkit::{
    Offerkit, Settings,
    postgres::{PgStore, SchemaName},
    worker::{Shutdown, Worker},
};
use sqlx::postgres::PgConnectOptions;

use crate::{
    Outcome,
    faults::{Faults, FaultyLedger},
    plan::{DEADLINE, Point, WorkerPlan},
    protocols::Protocol,
    proxy,
    stub::Stub,
};

/// Works until it is killed.
pub(crate) async fn work(plan: WorkerPlan) -> Outcome {
    let faults = Arc::new(Faults::new(plan.fault));
    let mut options: PgConnectOptions = plan.url.parse()?;
    let is_at_commit = plan.fault.is_some_and(|fault| {
        matches!(
            fault.point,
            Point::ClaimCommit | Point::SettleCommit | Point::Settled
        )
    });
    if is_at_commit {
        options = proxy::through(options, &plan.folder, &faults)?;
    }
    let pool = PgStore::pool_options()
        // A new session is slow at first, so there are no more than needed.
        .max_connections(if plan.protocol == Protocol::InsideTransaction {
            3
        } else {
            1
        })
        .connect_lazy_with(options);
    let store = PgStore::from_pool(pool.clone(), SchemaName::default());
    let settings = Settings {
        claim_deadline: TimeDelta::from_std(DEADLINE)?,
        fill_chunk: 250,
        ..Settings::default()
    };
    let ledger = FaultyLedger {
        inner: store.clone(),
        claims: plan.protocol.claims(store.clone(), pool),
        faults: Arc::clone(&faults),
    };
    let kit = Offerkit::builder(store)
        .ledger(ledger)
        .notifier(Stub::new(&plan, &faults))
        .settings(settings)
        .build()?;
    let worker = Worker::builder(kit)
        // One step at a time, so that a commit is the one that was meant.
        .concurrency(1)
        .poll(Duration::from_millis(100)..=Duration::from_millis(400))
        .seed(plan.seed)
        .build()?;
    worker.run(&Shutdown::new()).await;
    Ok(())
}
