//! Campaigns in a store.

use chrono::TimeDelta;
use offerkit_core::{
    digest::Digest,
    domain::{Campaign, CampaignStatus, LaunchRequest, Scope, SegmentPin, Version},
    id::OfferId,
    page::PageRequest,
    ports::{CampaignFilter, StoreError, UniqueKey},
};

use crate::{
    Adapter, Failure, Outcome,
    cases::{cases, fails},
    walk::{is_stable_while_rows_are_added, pages_are},
    world::{World, user},
};

cases! { ports::campaigns:
    a_campaign_is_read_back_as_stored,
    a_campaign_needs_an_offer_of_its_tenant,
    a_campaign_pins_segments_as_they_are,
    a_changed_campaign_has_the_next_version,
    a_stale_or_absent_campaign_is_a_conflict,
    a_campaigns_id_is_taken_once,
    a_campaign_is_its_tenants_alone,
    every_page_of_campaigns_holds_its_part,
    pages_of_campaigns_are_stable_while_campaigns_are_added,
    campaigns_are_filtered_by_status_and_request,
    campaigns_are_filtered_by_offer_creator_and_day,
}

async fn keep<B: Adapter>(w: &World<B>, campaign: &Campaign) -> Outcome {
    w.change(w.scope(), campaign.id(), async |tx| {
        tx.campaigns().insert(campaign).await
    })
    .await
}

async fn kept<B: Adapter>(w: &World<B>, offer: OfferId) -> Result<Campaign, Failure> {
    let campaign = w.new_campaign(w.tenant.id, offer)?;
    keep(w, &campaign).await?;
    Ok(campaign)
}

async fn a_campaign_is_read_back_as_stored<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let offer = w.kept_offer("spring").await?;
    let mut parts = w.new_campaign(w.tenant.id, offer.id())?.into_parts();
    parts.plan.description = Some("For everyone.".parse()?);
    parts.launch_request = Some(LaunchRequest {
        by: user(&w.tenant.admin)?,
        at: w.now(),
        revision: parts.revision,
        counted: 12_345_678_901,
    });
    let campaign = Campaign::from_parts(parts);
    keep(&w, &campaign).await?;
    let found = w
        .look(w.scope(), async |tx| {
            tx.campaigns().find(campaign.id()).await
        })
        .await?;
    assert_eq!(found.as_ref(), Some(&campaign));
    let found = w
        .attempt(w.scope(), async |tx| {
            tx.campaigns().find_for_update(campaign.id()).await
        })
        .await?;
    assert_eq!(found, Some(campaign));
    Ok(())
}

async fn a_campaign_needs_an_offer_of_its_tenant<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let twin = w.platform.tenant("card").await?;
    let of_twin = twin.approved_offer("spring").await?.id();
    for offer in [of_twin, OfferId::from_uuid(w.uuid())] {
        let campaign = w.new_campaign(w.tenant.id, offer)?;
        fails!(
            w.attempt(w.scope(), async |tx| tx.campaigns().insert(&campaign).await)
                .await,
            StoreError::MissingReference(_)
        );
    }
    Ok(())
}

async fn a_campaign_pins_segments_as_they_are<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let offer = w.kept_offer("spring").await?;
    let segment = w.new_segment("premium", 1)?;
    w.change(w.scope(), segment.id, async |tx| {
        tx.segments().insert(&segment).await
    })
    .await?;
    let pin = SegmentPin::from(&segment);
    let pinning = |pin: SegmentPin| {
        let mut parts = w.new_campaign(w.tenant.id, offer.id())?.into_parts();
        parts.plan.segments = vec![pin];
        Ok::<_, Failure>(Campaign::from_parts(parts))
    };
    let wrong: [fn(&mut SegmentPin, &World<B>) -> Outcome; 4] = [
        |pin, w| {
            pin.id = w.new_segment("other", 1)?.id;
            Ok(())
        },
        |pin, _| {
            pin.digest = Digest::of(b"something else");
            Ok(())
        },
        |pin, w| {
            pin.author = user(&w.tenant.admin)?;
            Ok(())
        },
        |pin, _| {
            pin.version = pin.version.next();
            Ok(())
        },
    ];
    for change in wrong {
        let mut pin = pin.clone();
        change(&mut pin, &w)?;
        let campaign = pinning(pin)?;
        fails!(
            w.attempt(w.scope(), async |tx| tx.campaigns().insert(&campaign).await)
                .await,
            StoreError::MissingReference(_)
        );
    }
    let campaign = pinning(pin)?;
    keep(&w, &campaign).await?;
    let found = w
        .look(w.scope(), async |tx| {
            tx.campaigns().find(campaign.id()).await
        })
        .await?;
    assert_eq!(found, Some(campaign));
    Ok(())
}

async fn a_changed_campaign_has_the_next_version<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let offer = w.kept_offer("spring").await?;
    let campaign = kept(&w, offer.id()).await?;
    let edited = campaign.clone().edit(
        campaign.revision(),
        w.new_plan(offer.id(), "Autumn")?,
        user(&w.tenant.admin)?,
        w.now(),
    )?;
    let stored = w
        .change(w.scope(), campaign.id(), async |tx| {
            tx.campaigns().update(edited.clone()).await
        })
        .await?;
    assert_eq!(stored, edited.with_version(Version::FIRST.next()));
    let found = w
        .look(w.scope(), async |tx| {
            tx.campaigns().find(campaign.id()).await
        })
        .await?;
    assert_eq!(found, Some(stored));
    Ok(())
}

async fn a_stale_or_absent_campaign_is_a_conflict<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let offer = w.kept_offer("spring").await?.id();
    let campaign = kept(&w, offer).await?;
    let edited = campaign.clone().edit(
        campaign.revision(),
        w.new_plan(offer, "Autumn")?,
        user(&w.tenant.admin)?,
        w.now(),
    )?;
    w.change(w.scope(), campaign.id(), async |tx| {
        tx.campaigns().update(edited).await
    })
    .await?;
    for stale in [campaign, w.new_campaign(w.tenant.id, offer)?] {
        fails!(
            w.attempt(w.scope(), async |tx| tx.campaigns().update(stale).await)
                .await,
            StoreError::Conflict(_)
        );
    }
    Ok(())
}

async fn a_campaigns_id_is_taken_once<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let campaign = kept(&w, w.kept_offer("spring").await?.id()).await?;
    fails!(
        w.attempt(w.scope(), async |tx| tx.campaigns().insert(&campaign).await)
            .await,
        StoreError::Duplicate(UniqueKey::Id)
    );
    Ok(())
}

async fn a_campaign_is_its_tenants_alone<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let offer = w.kept_offer("spring").await?.id();
    let campaign = kept(&w, offer).await?;
    let new = w.new_campaign(w.tenant.id, offer)?;
    let twin = Scope::Tenant(w.platform.tenant("card").await?.id);
    for scope in [twin, Scope::Platform] {
        w.look(scope, async |tx| {
            let campaigns = tx.campaigns();
            assert_eq!(campaigns.find(campaign.id()).await?, None);
            let any = CampaignFilter::default();
            let listed = campaigns.list(&any, &PageRequest::default()).await?;
            assert_eq!(listed.items, [], "{scope:?}");
            Ok(())
        })
        .await?;
        fails!(
            w.attempt(scope, async |tx| tx.campaigns().insert(&new).await)
                .await,
            StoreError::WrongScope { .. }
        );
        fails!(
            w.attempt(scope, async |tx| {
                tx.campaigns().update(campaign.clone()).await
            })
            .await,
            StoreError::WrongScope { .. }
        );
    }
    Ok(())
}

/// Asserts which campaigns a filter lets through, on pages of every size.
async fn filter_gives<B: Adapter>(
    w: &World<B>,
    filter: CampaignFilter,
    expected: &[&Campaign],
) -> Outcome {
    let expected: Vec<_> = expected.iter().map(|campaign| campaign.id()).collect();
    pages_are(&expected, Campaign::id, async |page| {
        w.look(w.scope(), async |tx| {
            tx.campaigns().list(&filter, &page).await
        })
        .await
    })
    .await
}

async fn every_page_of_campaigns_holds_its_part<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let offer = w.kept_offer("spring").await?.id();
    let mut campaigns = Vec::new();
    for _ in 0..4 {
        campaigns.push(kept(&w, offer).await?);
    }
    let expected: Vec<_> = campaigns.iter().collect();
    filter_gives(&w, CampaignFilter::default(), &expected).await
}

async fn pages_of_campaigns_are_stable_while_campaigns_are_added<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let offer = w.kept_offer("spring").await?.id();
    let mut before = Vec::new();
    for _ in 0..5 {
        before.push(kept(&w, offer).await?.id());
    }
    let any = CampaignFilter::default();
    let list = async |page| {
        w.look(w.scope(), async |tx| tx.campaigns().list(&any, &page).await)
            .await
    };
    let add = async || kept(&w, offer).await.map(drop);
    is_stable_while_rows_are_added(&before, Campaign::id, list, add).await
}

async fn campaigns_are_filtered_by_status_and_request<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let offer = w.tenant.approved_offer("spring").await?.id();
    let draft = kept(&w, offer).await?;
    let requested = w
        .tenant
        .requested_campaign(w.tenant.campaign(offer)?)
        .await?;
    let active = w
        .tenant
        .launched_campaign(w.tenant.campaign(offer)?)
        .await?;
    let paused = w
        .tenant
        .launched_campaign(w.tenant.campaign(offer)?)
        .await?;
    let reason = "wait".parse()?;
    w.campaigns(&w.tenant.creator)
        .pause(paused.id(), &reason)
        .await?;
    let with = |status, is_launch_requested| CampaignFilter {
        status,
        is_launch_requested,
        ..CampaignFilter::default()
    };
    let drafts = Some(CampaignStatus::Draft);
    filter_gives(&w, with(drafts, None), &[&draft, &requested]).await?;
    filter_gives(&w, with(None, Some(true)), &[&requested]).await?;
    filter_gives(&w, with(drafts, Some(false)), &[&draft]).await?;
    filter_gives(&w, with(Some(CampaignStatus::Active), None), &[&active]).await?;
    filter_gives(&w, with(Some(CampaignStatus::Paused), None), &[&paused]).await?;
    filter_gives(&w, with(Some(CampaignStatus::Completed), None), &[]).await
}

async fn campaigns_are_filtered_by_offer_creator_and_day<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let (spring, autumn) = (w.kept_offer("spring").await?, w.kept_offer("autumn").await?);
    let first = kept(&w, spring.id()).await?;
    let mut draft = w.tenant.campaign(autumn.id())?;
    let start = first.plan().end_date + TimeDelta::days(1);
    (draft.start_date, draft.end_date) = (start, start);
    let second = w.campaigns(&w.tenant.admin).create(draft).await?;
    let any = CampaignFilter::default;
    let of_spring = CampaignFilter {
        offer: Some(spring.id()),
        ..any()
    };
    filter_gives(&w, of_spring, &[&first]).await?;
    let by_admin = CampaignFilter {
        created_by: Some(user(&w.tenant.admin)?),
        ..any()
    };
    filter_gives(&w, by_admin, &[&second]).await?;
    let on = |day| CampaignFilter {
        running_on: Some(day),
        ..any()
    };
    filter_gives(&w, on(first.plan().start_date), &[&first]).await?;
    filter_gives(&w, on(first.plan().end_date), &[&first]).await?;
    filter_gives(&w, on(start), &[&second]).await?;
    filter_gives(&w, on(start + TimeDelta::days(1)), &[]).await
}
