//! No campaign holds up another.

use offerkit_core::domain::DeliveryStatus;

use crate::{
    provider::Provider,
    world::{EVERYONE, Outcome, World},
};

/// First seen to fail with tenants that keep their turn while they have work.
#[tokio::test(start_paused = true)]
async fn a_tenants_small_campaign_is_sent_beside_anothers_large_one() -> Outcome {
    let w = World::with(Provider::new().taking(1), |_, builder| builder).await?;
    let large = w.everyone(300).await?;
    w.fill(&large).await?;
    let other = w.platform.tenant("card").await?;
    let customer = w.platform.customer(&[("city", "Pune")])?;
    w.platform
        .as_root()
        .customers()
        .import(vec![customer])
        .await?;
    let small = w.launched(&other, r#"{"city": "Pune"}"#).await?;
    w.worker().concurrency(1).build()?.once().await?;
    let order = w.provider.campaigns();
    assert_eq!(order.len(), 31);
    let place = order.iter().position(|campaign| *campaign == small.id());
    assert!(place < Some(4), "{place:?}");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn campaigns_of_a_tenant_take_turns() -> Outcome {
    let w = World::with(Provider::new().taking(1), |_, builder| builder).await?;
    let one = w.everyone(50).await?;
    let two = w.launched(&w.tenant, EVERYONE).await?;
    w.fill(&one).await?;
    w.fill(&two).await?;
    w.worker().concurrency(1).build()?.once().await?;
    let order = w.provider.campaigns();
    let turns = order.chunk_by(PartialEq::eq).map(<[_]>::len);
    assert_eq!(turns.collect::<Vec<_>>(), [1; 10]);
    Ok(())
}

/// First seen to fail with every task given a place.
#[tokio::test(start_paused = true)]
async fn a_notifier_gets_as_many_batches_at_once_as_it_takes() -> Outcome {
    for (takes, worker, expected) in [(3, 8, 3), (8, 2, 2)] {
        let provider = Provider::new().taking(1).with_concurrency(takes);
        let w = World::with(provider, |_, builder| builder).await?;
        let campaign = w.everyone(200).await?;
        let report = w.worker().concurrency(worker).build()?.once().await?;
        assert_eq!(report.deliveries.sent, 200);
        assert_eq!(w.provider.most_at_once(), expected);
        assert_eq!(w.count(&campaign, DeliveryStatus::Sent).await?, 200);
    }
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn two_workers_share_the_work_and_repeat_none_of_it() -> Outcome {
    let w = World::with(Provider::new().taking(1), |_, builder| builder).await?;
    w.everyone(200).await?;
    let (one, two) = (w.worker().build()?, w.worker().seed(2).build()?);
    let (one, two) = tokio::join!(one.once(), two.once());
    let (one, two) = (one?.deliveries.sent, two?.deliveries.sent);
    assert_eq!(one + two, 200);
    assert!(one > 0 && two > 0);
    let mut ids: Vec<_> = w.provider.messages().iter().map(|it| it.id).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 200);
    Ok(())
}
