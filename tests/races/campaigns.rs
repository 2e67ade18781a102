use offerkit::{Context, domain::CampaignStatus};

use crate::world::{Outcome, World, at_once, is_one};

/// First seen to fail without `FOR UPDATE`, the comparison of versions and the rules of launches in the database.
#[tokio::test(flavor = "multi_thread")]
async fn of_two_launches_one_launches() -> Outcome {
    let world = World::new().await?;
    let tenant = &world.tenant;
    let second = world.platform.user("second").await?;
    world.platform.join(tenant.id, &second, "approver").await?;
    let second = Context::user(second.id());
    let offer = tenant.approved_offer("Spring").await?;
    for round in 0..40 {
        let draft = tenant.campaign(offer.id())?;
        let campaign = tenant.requested_campaign(draft).await?;
        let (id, read) = (campaign.id(), campaign.revision());
        let one = tenant.acting(&tenant.approver).campaigns(tenant.id);
        let two = tenant.acting(&second).campaigns(tenant.id);
        let (one, two) = at_once(
            round,
            async move { one.launch(id, read).await },
            async move { two.launch(id, read).await },
        )
        .await?;
        assert!(is_one(&one, &two), "{one:?} {two:?}");
    }
    let launches = "SELECT count(*) FROM offerkit.campaign_launches";
    assert_eq!(world.number(launches).await?, 40);
    Ok(())
}

/// First seen to fail without `FOR UPDATE`, the comparison of versions and the rules of launches in the database: what was
/// launched was not what was read.
#[tokio::test(flavor = "multi_thread")]
async fn an_edit_against_a_launch_never_has_another_plan_launched() -> Outcome {
    let world = World::new().await?;
    let tenant = &world.tenant;
    let offer = tenant.approved_offer("Spring").await?;
    let (mut launched_first, mut edited_first) = (0, 0);
    for round in 0..60 {
        let campaign = tenant
            .requested_campaign(tenant.campaign(offer.id())?)
            .await?;
        let (id, read) = (campaign.id(), campaign.revision());
        let mut other = tenant.campaign(offer.id())?;
        other.name = "As edited".parse()?;
        let editing = tenant.acting(&tenant.creator).campaigns(tenant.id);
        let launching = tenant.acting(&tenant.approver).campaigns(tenant.id);
        let (edited, launched) = at_once(
            round,
            async move { editing.edit(id, read, other).await },
            async move { launching.launch(id, read).await },
        )
        .await?;
        let reading = tenant.acting(&tenant.creator).campaigns(tenant.id);
        let now = reading.get(id).await?;
        assert!(is_one(&edited, &launched), "{edited:?} {launched:?}");
        if launched.is_ok() {
            launched_first += 1;
            assert_eq!(now.status(), CampaignStatus::Active);
            assert_eq!(now.plan(), campaign.plan());
        } else {
            edited_first += 1;
            assert_eq!(now.status(), CampaignStatus::Draft);
        }
    }
    assert!(
        launched_first > 0 && edited_first > 0,
        "they never met: {launched_first} launches and {edited_first} edits came first"
    );
    Ok(())
}
