//! A campaign from its plan to its end.

use chrono::TimeDelta;
use offerkit_core::{
    domain::{CampaignStatus, CommentKind, TransitionError},
    ports::CampaignFilter,
    services::{CampaignDraft, Error},
};

use crate::{
    Adapter, Failure, Outcome,
    acts::{all, denied, written},
    cases::{cases, fails},
    world::{World, user},
};

cases! { rules::campaign_life:
    a_campaign_is_planned_before_its_offer_is_approved_and_launched_after,
    a_launch_needs_a_request_for_this_revision,
    a_launch_needs_days_that_are_not_over,
    a_launch_pins_what_it_approved,
    a_newer_approval_leaves_a_running_campaign_alone,
    only_drafts_and_paused_campaigns_are_edited,
    a_paused_campaign_that_was_edited_needs_a_new_launch,
    a_launch_is_declined_with_a_reason,
    who_may_hold_resume_and_end_a_campaign,
    a_clone_is_a_draft_of_its_own,
    campaigns_are_listed_by_status_and_request,
}

/// A plan for a live offer.
async fn plan<B: Adapter>(w: &World<B>) -> Result<CampaignDraft, Error> {
    let offer = w.tenant.approved_offer("cashback").await?;
    w.tenant.campaign(offer.id())
}

async fn a_campaign_is_planned_before_its_offer_is_approved_and_launched_after<B: Adapter>(
    store: &B,
) -> Outcome {
    let w = World::new(store).await?;
    let offer = w.tenant.submitted_offer("cashback").await?;
    let draft = w.tenant.campaign(offer.id())?;
    let campaign = w.campaigns(&w.tenant.creator).create(draft).await?;
    let early = w.requested(&w.tenant.creator, &campaign).await;
    fails!(early, Error::Transition(TransitionError::OfferNotLive));
    w.approved(&w.tenant.approver, &offer).await?;
    let asked = w.requested(&w.tenant.creator, &campaign).await?;
    let launched = w.launched_by(&w.tenant.approver, &asked).await?;
    assert_eq!(launched.status(), CampaignStatus::Active);
    Ok(())
}

async fn a_launch_needs_a_request_for_this_revision<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let draft = plan(&w).await?;
    let campaign = w.campaigns(&w.tenant.creator).create(draft).await?;
    let approver = &w.tenant.approver;
    let unasked = w.launched_by(approver, &campaign).await;
    fails!(unasked, Error::Transition(TransitionError::NoLaunchRequest));
    let asked = w.requested(&w.tenant.creator, &campaign).await?;
    denied(
        w.launched_by(&w.tenant.creator, &asked).await,
        "missing_permission",
    )?;
    let edited = w.renamed(&w.tenant.creator, &asked, "Summer").await?;
    assert_eq!(edited.launch_request(), &None);
    let stale = w.launched_by(approver, &asked).await;
    fails!(
        stale,
        Error::Transition(TransitionError::Stale {
            seen: 1,
            current: 2
        })
    );
    let unasked = w.launched_by(approver, &edited).await;
    fails!(unasked, Error::Transition(TransitionError::NoLaunchRequest));
    Ok(())
}

async fn a_launch_needs_days_that_are_not_over<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let mut draft = plan(&w).await?;
    draft.end_date = draft.start_date - TimeDelta::days(1);
    let campaigns = w.campaigns(&w.tenant.creator);
    let empty = campaigns.create(draft.clone()).await;
    fails!(empty, Error::Transition(TransitionError::Dates { .. }));
    draft.end_date = draft.start_date;
    let campaign = w.tenant.requested_campaign(draft.clone()).await?;
    w.pass(TimeDelta::days(1));
    let late = w.launched_by(&w.tenant.approver, &campaign).await;
    fails!(late, Error::Transition(TransitionError::Over { .. }));
    let late = w.requested(&w.tenant.creator, &campaign).await;
    fails!(late, Error::Transition(TransitionError::Over { .. }));
    draft.start_date = w.now().date() + TimeDelta::days(5);
    draft.end_date = draft.start_date;
    let early = w.tenant.launched_campaign(draft).await?;
    assert_eq!(early.status(), CampaignStatus::Active);
    Ok(())
}

async fn a_launch_pins_what_it_approved<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    w.platform.customers(15).await?;
    let offer = w.tenant.approved_offer("cashback").await?;
    let draft = w.tenant.campaign(offer.id())?;
    let campaign = w.tenant.requested_campaign(draft).await?;
    let request = campaign.launch_request().as_ref().ok_or("no request")?;
    assert_eq!(
        (request.counted, request.by),
        (15, user(&w.tenant.creator)?)
    );
    let campaign = w.launched_by(&w.tenant.approver, &campaign).await?;
    let launch = campaign.launch().as_ref().ok_or("no launch")?;
    assert_eq!((launch.by, launch.at), (user(&w.tenant.approver)?, w.now()));
    assert_eq!(launch.revision, campaign.revision());
    assert_eq!(launch.offer_revision, offer.revision());
    assert_eq!(launch.offer_digest, offer.working().digest());
    assert_eq!(
        launch.criteria_digest,
        campaign.plan().selection_criteria.digest
    );
    assert_eq!(launch.messages_digest, campaign.plan().messages_digest());
    assert_eq!(launch.schedule_digest, campaign.plan().schedule_digest());
    assert_eq!((launch.counted, launch.ceiling), (15, 17));
    Ok(())
}

async fn a_newer_approval_leaves_a_running_campaign_alone<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let (campaign, _) = w.filled(1).await?;
    let offers = w.offers(&w.tenant.creator);
    let offer = offers.get(campaign.plan().offer).await?;
    let edited = w.edited(&w.tenant.creator, &offer, "Autumn").await?;
    w.submitted(&w.tenant.creator, &edited).await?;
    w.approved(&w.tenant.approver, &edited).await?;
    w.sent(&campaign).await?;
    let subjects = w.platform.email.messages();
    let subjects: Vec<_> = subjects.iter().map(|it| it.subject.as_deref()).collect();
    assert_eq!(subjects, [Some("Spring cashback")]);
    Ok(())
}

async fn only_drafts_and_paused_campaigns_are_edited<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let campaign = w.launched().await?;
    let campaigns = w.campaigns(&w.tenant.creator);
    let (id, seen) = (campaign.id(), campaign.revision());
    let mut draft = written(&campaign);
    draft.name = "Summer".parse()?;
    fails!(
        campaigns.edit(id, seen, draft.clone()).await,
        Error::Transition(_)
    );
    w.paused(&w.tenant.creator, &campaign).await?;
    let same = campaigns.edit(id, seen, written(&campaign)).await;
    fails!(same, Error::Transition(TransitionError::Unchanged));
    let edited = campaigns.edit(id, seen, draft.clone()).await?;
    assert_eq!(edited.revision(), seen.next());
    fails!(
        campaigns.edit(id, seen, draft.clone()).await,
        Error::Transition(_)
    );
    w.campaigns(&w.tenant.admin).complete(id).await?;
    let ended = campaigns.edit(id, seen.next(), draft).await;
    fails!(ended, Error::Transition(_));
    Ok(())
}

async fn a_paused_campaign_that_was_edited_needs_a_new_launch<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let campaign = w.launched().await?;
    let campaign = w.paused(&w.tenant.approver, &campaign).await?;
    let edited = w.renamed(&w.tenant.creator, &campaign, "Summer").await?;
    let admin = w.campaigns(&w.tenant.admin);
    let resumed = admin.resume(edited.id()).await;
    fails!(
        resumed,
        Error::Transition(TransitionError::ChangedSinceLaunch)
    );
    let asked = w.requested(&w.tenant.creator, &edited).await?;
    let launched = w.launched_by(&w.tenant.approver, &asked).await?;
    assert_eq!(
        (launched.status(), launched.pause_reason()),
        (CampaignStatus::Active, &None)
    );
    Ok(())
}

async fn a_launch_is_declined_with_a_reason<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let campaign = w.tenant.requested_campaign(plan(&w).await?).await?;
    let (id, seen, reason) = (campaign.id(), campaign.revision(), "not in May".parse()?);
    let creator = w.campaigns(&w.tenant.creator);
    denied(
        creator.decline(id, seen, &reason).await,
        "missing_permission",
    )?;
    let approver = w.campaigns(&w.tenant.approver);
    let declined = approver.decline(id, seen, &reason).await?;
    assert_eq!(declined.launch_request(), &None);
    assert_eq!(declined.status(), CampaignStatus::Draft);
    let again = approver.decline(id, seen, &reason).await;
    fails!(again, Error::Transition(TransitionError::NoLaunchRequest));
    let comments = creator.comments(id, &all()?).await?.items;
    let said: Vec<_> = comments
        .iter()
        .map(|it| (it.kind, it.body.as_str()))
        .collect();
    assert_eq!(said, [(CommentKind::Decline, "not in May")]);
    Ok(())
}

async fn who_may_hold_resume_and_end_a_campaign<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let campaign = w.launched().await?;
    let (id, reason) = (campaign.id(), "a question".parse()?);
    let admin = w.campaigns(&w.tenant.admin);
    let reader = w.campaigns(&w.tenant.reader).pause(id, &reason).await;
    denied(reader, "missing_permission")?;
    for who in [&w.tenant.creator, &w.tenant.approver, &w.tenant.admin] {
        let paused = w.paused(who, &campaign).await?;
        assert_eq!(paused.pause_reason().as_ref(), Some(&reason));
        fails!(
            w.campaigns(who).pause(id, &reason).await,
            Error::Transition(_)
        );
        admin.resume(id).await?;
    }
    for who in [&w.tenant.creator, &w.tenant.approver] {
        denied(w.campaigns(who).resume(id).await, "missing_permission")?;
        denied(w.campaigns(who).complete(id).await, "missing_permission")?;
    }
    admin.complete(id).await?;
    fails!(admin.resume(id).await, Error::Transition(_));
    fails!(admin.complete(id).await, Error::Transition(_));
    Ok(())
}

async fn a_clone_is_a_draft_of_its_own<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let campaign = w.launched().await?;
    let clone = w.campaigns(&w.tenant.admin).clone_of(campaign.id()).await?;
    assert_ne!(clone.id(), campaign.id());
    assert_eq!(clone.plan(), campaign.plan());
    assert_eq!(
        (clone.status(), clone.launch()),
        (CampaignStatus::Draft, &None)
    );
    assert_eq!(clone.created_by(), user(&w.tenant.admin)?);
    Ok(())
}

async fn campaigns_are_listed_by_status_and_request<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let running = w.launched().await?;
    let asked = w.tenant.requested_campaign(written(&running)).await?;
    let draft = w
        .campaigns(&w.tenant.admin)
        .create(written(&running))
        .await?;
    let campaigns = w.campaigns(&w.tenant.creator);
    let list = async |filter: CampaignFilter| -> Result<_, Failure> {
        Ok(campaigns.list(&filter, &all()?).await?.items)
    };
    let any = CampaignFilter::default;
    let active = CampaignFilter {
        status: Some(CampaignStatus::Active),
        ..any()
    };
    assert_eq!(list(active).await?, std::slice::from_ref(&running));
    let waiting = CampaignFilter {
        is_launch_requested: Some(true),
        ..any()
    };
    assert_eq!(list(waiting).await?, std::slice::from_ref(&asked));
    let mine = CampaignFilter {
        created_by: Some(user(&w.tenant.admin)?),
        ..any()
    };
    assert_eq!(list(mine).await?, std::slice::from_ref(&draft));
    assert_eq!(list(any()).await?, [running, asked, draft]);
    Ok(())
}
