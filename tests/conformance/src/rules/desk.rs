//! What waits for a decision.

use chrono::TimeDelta;
use offerkit_core::{
    domain::Permission,
    policy::Denied,
    services::{DeskItem, Waiting},
};

use crate::{
    Adapter, Failure, Outcome,
    acts::denied,
    cases::cases,
    world::{World, user},
};

cases! { rules::desk:
    what_waits_in_all_tenants_is_listed_the_longest_wait_first,
    what_an_actor_may_not_decide_says_why,
    what_was_decided_waits_no_more,
    who_decides_nothing_has_an_empty_desk,
    who_may_not_see_offers_sees_none_on_the_desk,
    nobody_known_has_no_desk,
}

/// The ids on a desk, in its order.
fn ids(items: &[DeskItem]) -> Vec<uuid::Uuid> {
    let ids = items.iter().map(|item| match &item.waiting {
        Waiting::Offer(offer) => offer.id().as_uuid(),
        Waiting::Campaign(campaign) => campaign.id().as_uuid(),
    });
    ids.collect()
}

async fn what_waits_in_all_tenants_is_listed_the_longest_wait_first<B: Adapter>(
    store: &B,
) -> Outcome {
    let w = World::new(store).await?;
    let (card, other) = (
        w.platform.tenant("card").await?,
        w.platform.tenant("other").await?,
    );
    let asha = user(&w.tenant.approver)?;
    let groups = w.platform.as_root().groups(card.id);
    groups.add(asha, &"approver".parse()?).await?;
    other.submitted_offer("of others").await?;
    let live = w.tenant.approved_offer("live").await?;
    let early = w.tenant.draft_offer("made first").await?;
    let mut expected = Vec::new();
    w.pass(TimeDelta::minutes(1));
    expected.push(card.submitted_offer("first").await?.id().as_uuid());
    w.pass(TimeDelta::minutes(1));
    let draft = w.tenant.campaign(live.id())?;
    expected.push(w.tenant.requested_campaign(draft).await?.id().as_uuid());
    w.pass(TimeDelta::minutes(1));
    w.submitted(&w.tenant.creator, &early).await?;
    expected.push(early.id().as_uuid());
    let desk = w.acting(&w.tenant.approver).desk().list().await?;
    assert_eq!(ids(&desk), expected);
    let tenants: Vec<_> = desk.iter().map(|item| item.tenant.id()).collect();
    assert_eq!(tenants, [card.id, w.tenant.id, w.tenant.id]);
    assert!(desk.iter().all(|item| item.obstacle.is_none()), "{desk:?}");
    assert_eq!(desk.last().map(|item| item.since), Some(w.now()));
    Ok(())
}

async fn what_an_actor_may_not_decide_says_why<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let both = w.member("both", &["create", "approver"]).await?;
    let offer = w.tenant.draft_offer("cashback").await?;
    w.submitted(&both, &offer).await?;
    let desk = w.acting(&both).desk().list().await?;
    let [item] = desk.as_slice() else {
        return Err(format!("one thing waits, not {desk:?}").into());
    };
    let obstacle = item.obstacle.as_ref().map(Denied::code);
    assert_eq!(obstacle, Some("four_eyes"));
    let desk = w.acting(&w.tenant.approver).desk().list().await?;
    let [item] = desk.as_slice() else {
        return Err(format!("one thing waits, not {desk:?}").into());
    };
    assert_eq!(item.obstacle, None);
    Ok(())
}

async fn what_was_decided_waits_no_more<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let offer = w.tenant.submitted_offer("cashback").await?;
    w.approved(&w.tenant.approver, &offer).await?;
    let draft = w.tenant.campaign(offer.id())?;
    let declined = w.tenant.requested_campaign(draft.clone()).await?;
    let campaigns = w.campaigns(&w.tenant.approver);
    let (reason, seen) = ("not now".parse()?, declined.revision());
    campaigns.decline(declined.id(), seen, &reason).await?;
    w.tenant.launched_campaign(draft).await?;
    assert_eq!(w.acting(&w.tenant.approver).desk().list().await?, []);
    Ok(())
}

async fn who_decides_nothing_has_an_empty_desk<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    w.tenant.submitted_offer("cashback").await?;
    for who in [
        &w.tenant.creator,
        &w.tenant.reader,
        &w.tenant.admin,
        &w.platform.root,
    ] {
        assert_eq!(w.acting(who).desk().list().await?, []);
    }
    Ok(())
}

async fn who_may_not_see_offers_sees_none_on_the_desk<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    w.tenant.submitted_offer("cashback").await?;
    let blind = w.permitted("blind", &[Permission::DecideOffers]).await?;
    assert_eq!(w.acting(&blind).desk().list().await?, []);
    Ok(())
}

async fn nobody_known_has_no_desk<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    w.tenant.submitted_offer("cashback").await?;
    let anonymous = offerkit_core::services::Context::anonymous();
    denied(w.acting(&anonymous).desk().list().await, "unauthenticated")?;
    Ok::<_, Failure>(())
}
