//! Hints that there is work.

use sqlx::Executor as _;

use crate::world::{Outcome, World};

#[tokio::test]
async fn whoever_listens_hears_of_work_also_after_the_connection_was_lost() -> Outcome {
    let world = World::new().await?;
    let (store, _pool) = world.store(2)?;
    let (mut one, mut two) = (store.hear_of_work().await?, store.hear_of_work().await?);
    store.wake_workers().await?;
    one.woken().await?;
    two.woken().await?;
    let mut beside = world.beside().await?;
    let others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid()";
    beside.execute(others).await?;
    // That it was lost is a hint, too.
    one.woken().await?;
    store.wake_workers().await?;
    one.woken().await?;
    Ok(())
}
