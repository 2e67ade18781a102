//! The services' side.

use std::{
    error::Error,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use offerkit::testing::offer_data;

use super::{
    Operation,
    latency::Latencies,
    world::{OFFERS, World},
};

/// Every client asks, one question after the other, until the window is over.
pub(crate) async fn run(
    world: &Arc<World>,
    operation: Operation,
    connections: u32,
    window: Duration,
) -> Result<Latencies, Box<dyn Error>> {
    let begin = Instant::now();
    let clients: Vec<_> = (0..u64::from(connections))
        .map(|client| {
            let world = Arc::clone(world);
            tokio::spawn(async move { ask(&world, operation, client, begin + window).await })
        })
        .collect();
    let mut taken = Vec::new();
    for client in clients {
        taken.extend(client.await??);
    }
    Ok(Latencies::new(taken, begin.elapsed()))
}

async fn ask(
    world: &World,
    operation: Operation,
    client: u64,
    end: Instant,
) -> Result<Vec<u64>, offerkit::Error> {
    /// Where the clients go on, so that every round edits other offers first.
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let mut taken = Vec::new();
    let tenant = &world.tenant;
    let offers = tenant.acting(&tenant.creator).offers(tenant.id);
    while Instant::now() < end {
        let number = NEXT.fetch_add(1, Ordering::Relaxed) % OFFERS;
        let id = world.offer(OFFERS + number);
        let begin;
        match operation {
            Operation::Read => {
                begin = Instant::now();
                drop(offers.get(id).await?);
            }
            Operation::Edit => {
                // What an editor has on the screen; it is not timed.
                let seen = world.edited(number);
                let draft = offer_data(&format!("Card {client}.{}", seen.get())).into();
                begin = Instant::now();
                drop(offers.edit(id, seen, draft).await?);
            }
        }
        let micros = begin.elapsed().as_micros();
        taken.push(u64::try_from(micros).unwrap_or(u64::MAX));
    }
    Ok(taken)
}
