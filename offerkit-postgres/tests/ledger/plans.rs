//! A filling looks at its own campaign, however many rows others have.

use sqlx::Executor as _;

use crate::world::{Outcome, World};

/// As many rows as a chunk of five may look at.
const FEW: i64 = 100;

/// 50,000 rows of the later campaign, of customers before all others, and as many of the earlier one, of customers after them.
const MANY: &str = "SET session_replication_role = replica;
    INSERT INTO offerkit.campaign_customers (tenant_number, campaign_number, channel, customer_id, run_number, updated_at)
    SELECT it.tenant_number, it.campaign_number, 'email',
        (CASE it.run_number WHEN first.run_number THEN 'ffffffff-0000-7000-8000-' ELSE '00000000-0000-0000-8000-' END
            || lpad(to_hex(i), 12, '0'))::UUID,
        it.run_number, it.updated_at
    FROM (SELECT min(run_number) AS run_number FROM offerkit.campaign_customers) AS first,
        (SELECT DISTINCT ON (campaign_number) * FROM offerkit.campaign_customers ORDER BY campaign_number) AS it,
        generate_series(1, 50000) AS i";

/// The campaign has many rows before the run's position, and another has as many after it. First seen to fail where the index
/// of customers is walked to ask whether somebody is ahead: all those of the other campaign were read.
#[tokio::test]
async fn a_chunk_reads_no_rows_of_other_campaigns() -> Outcome {
    let mut world = World::new(20).await?;
    let run = world.start().await?;
    world
        .extend((&world.store, &world.store), run.id, 20)
        .await?;
    world.campaign = world.another_campaign().await?;
    let run = world.start().await?;
    let (store, pool) = world.single()?;
    let run = world.extend((&store, &store), run.id, 5).await?;
    assert!(run.position.is_some());
    let mut beside = world.beside().await?;
    beside.execute(MANY).await?;
    beside.execute("VACUUM ANALYZE").await?;
    let mut read = Vec::new();
    for is_after in [false, true] {
        pool.acquire()
            .await?
            .execute("SELECT pg_stat_force_next_flush()")
            .await?;
        let counted: i64 = sqlx::query_scalar(
            "SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_user_tables WHERE relname = 'campaign_customers'",
        )
        .fetch_one(&mut beside)
        .await?;
        read.push(counted);
        if !is_after {
            let run = world.extend((&store, &store), run.id, 5).await?;
            assert_eq!(run.added, 10);
        }
    }
    let [before, after] = read.as_slice() else {
        return Err("counted twice".into());
    };
    assert!(after - before < FEW, "{} rows were read", after - before);
    Ok(())
}
