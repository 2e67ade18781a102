//! What a store refuses of launches, whatever a service asks of it: no policy stands before it here.

use offerkit_core::{
    digest::Digest,
    domain::{Campaign, CampaignStatus, Launch, Offer, SegmentPin},
    id::UserId,
    ports::StoreError,
    testing::offer_data,
};

use crate::{
    Adapter, Outcome,
    cases::{cases, fails},
    world::{World, user},
};

cases! { ports::launches:
    whoever_wrote_or_requested_a_campaign_does_not_launch_it,
    another_person_launches,
    a_launch_sends_what_was_approved,
    a_launch_pins_what_is_launched,
    a_campaign_does_not_become_active_without_a_launch,
    a_campaigns_contributions_are_not_forgotten,
    whoever_wrote_a_segment_that_a_campaign_begins_to_use_does_not_launch_it,
}

/// The campaign as a launch by someone leaves it, asked of no policy.
fn launched(campaign: &Campaign, offer: &Offer, by: UserId) -> Campaign {
    let mut parts = campaign.clone().into_parts();
    parts.launch = Some(Launch {
        by,
        at: campaign.updated_at(),
        revision: parts.revision,
        offer_revision: offer.revision(),
        offer_digest: offer.working().digest(),
        criteria_digest: parts.plan.selection_criteria.digest,
        messages_digest: parts.plan.messages_digest(),
        schedule_digest: parts.plan.schedule_digest(),
        segments: parts.plan.segment_ids(),
        counted: 1,
        ceiling: 2,
    });
    parts.launch_request = None;
    parts.contributions.clear();
    parts.status = CampaignStatus::Active;
    Campaign::from_parts(parts)
}

async fn is_not_launched<B: Adapter>(w: &World<B>, next: Campaign) -> Outcome {
    fails!(
        w.attempt(w.scope(), async |tx| tx.campaigns().update(next).await)
            .await,
        StoreError::Refused(_)
    );
    Ok(())
}

/// First seen to fail with the search through the contributions removed.
async fn whoever_wrote_or_requested_a_campaign_does_not_launch_it<B: Adapter>(
    store: &B,
) -> Outcome {
    let w = World::new(store).await?;
    let offer = w.tenant.approved_offer("spring").await?;
    let draft = w.tenant.campaign(offer.id())?;
    let written = w.campaigns(&w.tenant.creator).create(draft).await?;
    let requested = w
        .campaigns(&w.tenant.admin)
        .request_launch(written.id(), written.revision())
        .await?;
    for by in [&w.tenant.creator, &w.tenant.admin] {
        is_not_launched(&w, launched(&requested, &offer, user(by)?)).await?;
    }
    Ok(())
}

async fn another_person_launches<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let offer = w.tenant.approved_offer("spring").await?;
    let draft = w.tenant.campaign(offer.id())?;
    let requested = w.tenant.requested_campaign(draft).await?;
    let next = launched(&requested, &offer, user(&w.tenant.approver)?);
    let stored = w
        .change(w.scope(), requested.id(), async |tx| {
            tx.campaigns().update(next.clone()).await
        })
        .await?;
    assert_eq!(stored, next.with_version(requested.version().next()));
    Ok(())
}

async fn a_launch_sends_what_was_approved<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let by = user(&w.tenant.approver)?;
    let draft = w.tenant.submitted_offer("never approved").await?;
    let campaign = w
        .campaigns(&w.tenant.creator)
        .create(w.tenant.campaign(draft.id())?)
        .await?;
    is_not_launched(&w, launched(&campaign, &draft, by)).await?;
    let offer = w.tenant.approved_offer("spring").await?;
    let requested = w
        .tenant
        .requested_campaign(w.tenant.campaign(offer.id())?)
        .await?;
    let edited = w
        .offers(&w.tenant.creator)
        .edit(offer.id(), offer.revision(), offer_data("new").into())
        .await?;
    is_not_launched(&w, launched(&requested, &edited, by)).await?;
    let mut parts = launched(&requested, &offer, by).into_parts();
    if let Some(launch) = &mut parts.launch {
        launch.offer_digest = edited.working().digest();
    }
    is_not_launched(&w, Campaign::from_parts(parts)).await
}

async fn a_launch_pins_what_is_launched<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let offer = w.tenant.approved_offer("spring").await?;
    let draft = w.tenant.campaign(offer.id())?;
    let requested = w.tenant.requested_campaign(draft).await?;
    let by = user(&w.tenant.approver)?;
    let wrong = Digest::of(b"something else");
    let changes: [fn(&mut Launch, Digest); 4] = [
        |launch, wrong| launch.criteria_digest = wrong,
        |launch, wrong| launch.messages_digest = wrong,
        |launch, wrong| launch.schedule_digest = wrong,
        |launch, _| launch.revision = launch.revision.next(),
    ];
    for change in changes {
        let mut parts = launched(&requested, &offer, by).into_parts();
        if let Some(launch) = &mut parts.launch {
            change(launch, wrong);
        }
        is_not_launched(&w, Campaign::from_parts(parts)).await?;
    }
    Ok(())
}

async fn a_campaign_does_not_become_active_without_a_launch<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let offer = w.tenant.approved_offer("spring").await?;
    let draft = w.tenant.campaign(offer.id())?;
    let requested = w.tenant.requested_campaign(draft).await?;
    let mut parts = requested.into_parts();
    parts.status = CampaignStatus::Active;
    is_not_launched(&w, Campaign::from_parts(parts)).await
}

async fn a_campaigns_contributions_are_not_forgotten<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let live = w.tenant.approved_offer("live").await?;
    let requested = w
        .tenant
        .requested_campaign(w.tenant.campaign(live.id())?)
        .await?;
    let mut parts = requested.into_parts();
    parts.contributions.clear();
    fails!(
        w.attempt(w.scope(), async |tx| {
            tx.campaigns().update(Campaign::from_parts(parts)).await
        })
        .await,
        StoreError::Refused(_)
    );
    Ok(())
}

// First seen to fail with the look at the segments' authors removed: the contributions alone say nothing here.
async fn whoever_wrote_a_segment_that_a_campaign_begins_to_use_does_not_launch_it<B: Adapter>(
    store: &B,
) -> Outcome {
    let w = World::new(store).await?;
    let offer = w.tenant.approved_offer("spring").await?;
    let segment = w.new_segment("premium", 1)?;
    let mut parts = w.new_campaign(w.tenant.id, offer.id())?.into_parts();
    parts.plan.segments = vec![SegmentPin::from(&segment)];
    parts.contributions.clear();
    let draft = Campaign::from_parts(parts);
    w.change(w.scope(), draft.id(), async |tx| {
        tx.segments().insert(&segment).await?;
        tx.campaigns().insert(&draft).await
    })
    .await?;
    is_not_launched(&w, launched(&draft, &offer, segment.author)).await?;
    let mut without = launched(&draft, &offer, user(&w.tenant.approver)?).into_parts();
    if let Some(launch) = &mut without.launch {
        launch.segments.clear();
    }
    is_not_launched(&w, Campaign::from_parts(without)).await?;
    let update = async |next: Campaign| {
        w.change(w.scope(), draft.id(), async |tx| {
            tx.campaigns().update(next).await
        })
        .await
    };
    let active = update(launched(&draft, &offer, user(&w.tenant.approver)?)).await?;
    let paused = active.pause("wait".parse()?, w.now())?;
    let paused = update(paused).await?;
    // Someone else has decided on that version.
    update(launched(&paused, &offer, segment.author)).await?;
    Ok(())
}
