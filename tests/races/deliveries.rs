use std::collections::BTreeSet;

use offerkit::{Context, policy::Job};

use crate::world::{Outcome, World, at_once};

const CUSTOMERS: usize = 250;

/// Two runners fill one audience, and two workers send it: each customer is in it once, and is written to once.
///
/// First seen to fail without `FOR UPDATE … SKIP LOCKED`: a worker claimed what another had, which the database refused.
#[tokio::test(flavor = "multi_thread")]
async fn two_runners_and_two_workers_reach_every_customer_once() -> Outcome {
    let world = World::new().await?;
    let tenant = &world.tenant;
    world.platform.customers(CUSTOMERS).await?;
    let offer = tenant.approved_offer("Spring").await?;
    for round in 0..12 {
        let campaign = tenant
            .launched_campaign(tenant.campaign(offer.id())?)
            .await?;
        let id = campaign.id();
        let (audience, delivery) = (Context::job(Job::Audience), Context::job(Job::Delivery));
        let fill = || {
            let filling = tenant.acting(&audience).deliveries(tenant.id);
            async move { filling.fill(id).await }
        };
        // One of two may learn that the other was faster; then nothing is missing.
        let (one, two) = at_once(round, fill(), fill()).await?;
        assert!(one.is_ok() || two.is_ok(), "{one:?} {two:?}");
        let before = world.platform.email.messages().len();
        let work = || {
            let sending = tenant.acting(&delivery).deliveries(tenant.id);
            async move { sending.run(id).await }
        };
        let (one, two) = at_once(round, work(), work()).await?;
        let (one, two) = (one?, two?);
        let messages = world.platform.email.messages();
        let sent: Vec<_> = messages.iter().skip(before).map(|it| it.id).collect();
        assert_eq!(sent.len(), CUSTOMERS, "{one:?} {two:?}");
        let each: BTreeSet<_> = sent.into_iter().collect();
        assert_eq!(each.len(), CUSTOMERS, "a customer was written to twice");
    }
    let rows = "SELECT count(*) FROM offerkit.campaign_customers";
    assert_eq!(world.number(rows).await?, i64::try_from(12 * CUSTOMERS)?);
    Ok(())
}
