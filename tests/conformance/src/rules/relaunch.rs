//! A campaign that is launched anew sends what, and to whom, the new launch says.

use chrono::TimeDelta;
use offerkit_core::{
    domain::{Campaign, Channel, DeliveryStatus, NOT_SELECTED_ANEW, RunStatus},
    id::ClaimToken,
    policy::Job,
    ports::{ClaimRequest, Guarantee, Outcome as Answer},
    services::CampaignDraft,
    testing::RecordingNotifier,
};

use crate::{Adapter, Failure, Outcome, acts::written, cases::cases, world::World};

cases! { rules::relaunch:
    a_new_launch_sends_to_nobody_whom_it_does_not_select,
    nothing_is_sent_between_a_new_launch_and_its_filling,
    what_was_sent_is_not_sent_again_after_a_new_launch,
    a_channel_that_a_new_launch_adds_reaches_the_old_audience,
    the_ceiling_of_a_new_launch_counts_whom_it_selects,
    a_message_whose_worker_stopped_before_a_new_launch_is_unknown,
    a_retried_delivery_has_all_its_attempts_again,
}

const PREMIUM: &str = r#"{"segment": "premium"}"#;
const REGULAR: &str = r#"{"segment": "regular"}"#;

/// Two premium customers and three regular ones.
async fn customers<B: Adapter>(w: &World<B>) -> Outcome {
    let mut customers = Vec::new();
    for segment in ["premium", "regular", "premium", "regular", "regular"] {
        customers.push(w.platform.customer(&[("segment", segment)])?);
    }
    w.platform.as_root().customers().import(customers).await?;
    Ok(())
}

async fn launched<B: Adapter>(w: &World<B>, criteria: &str) -> Result<Campaign, Failure> {
    let offer = w.tenant.approved_offer("Cashback").await?;
    let mut draft = w.tenant.campaign(offer.id())?;
    criteria.clone_into(&mut draft.selection_criteria);
    Ok(w.tenant.launched_campaign(draft).await?)
}

/// The campaign paused, changed and launched anew.
pub(super) async fn relaunched<B: Adapter>(
    w: &World<B>,
    campaign: &Campaign,
    change: impl FnOnce(&mut CampaignDraft),
) -> Result<Campaign, Failure> {
    let (creator, approver) = (&w.tenant.creator, &w.tenant.approver);
    w.paused(creator, campaign).await?;
    let mut draft = written(campaign);
    change(&mut draft);
    let campaigns = w.campaigns(creator);
    let edited = campaigns
        .edit(campaign.id(), campaign.revision(), draft)
        .await?;
    w.requested(creator, &edited).await?;
    Ok(w.launched_by(approver, &edited).await?)
}

// Seen to fail with the cancelling removed from the filling.
async fn a_new_launch_sends_to_nobody_whom_it_does_not_select<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    customers(&w).await?;
    let campaign = launched(&w, r#"{"$everyone": true}"#).await?;
    w.job(Job::Audience).fill(campaign.id()).await?;
    let campaign = relaunched(&w, &campaign, |draft| {
        PREMIUM.clone_into(&mut draft.selection_criteria);
    })
    .await?;
    let run = w.job(Job::Audience).fill(campaign.id()).await?;
    assert_eq!(
        (run.status, run.added, run.kept),
        (RunStatus::Finished, 2, 0)
    );
    assert_eq!(w.sent(&campaign).await?.sent, 2);
    let (sent, cancelled) = (DeliveryStatus::Sent, DeliveryStatus::Cancelled);
    let statuses = [sent, cancelled, sent, cancelled, cancelled];
    assert_eq!(w.emails(&campaign).await?, statuses);
    for (status, reason) in w.outcomes(&campaign).await? {
        let expected = if status == cancelled {
            NOT_SELECTED_ANEW
        } else {
            ""
        };
        assert_eq!(reason, expected);
    }
    assert_eq!(w.progress(&campaign).await?.audience, 5);
    Ok(())
}

// Seen to fail with the look at the revision removed from claiming.
async fn nothing_is_sent_between_a_new_launch_and_its_filling<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    customers(&w).await?;
    let campaign = launched(&w, PREMIUM).await?;
    w.job(Job::Audience).fill(campaign.id()).await?;
    let campaign = relaunched(&w, &campaign, |draft| {
        REGULAR.clone_into(&mut draft.selection_criteria);
    })
    .await?;
    assert_eq!(w.sent(&campaign).await?.sent, 0);
    assert!(w.platform.email.messages().is_empty());
    Ok(())
}

async fn what_was_sent_is_not_sent_again_after_a_new_launch<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    customers(&w).await?;
    let campaign = launched(&w, PREMIUM).await?;
    let first = w.job(Job::Audience).fill(campaign.id()).await?;
    assert_eq!(w.sent(&campaign).await?.sent, 2);
    let campaign = relaunched(&w, &campaign, |draft| {
        r#"{"$everyone": true}"#.clone_into(&mut draft.selection_criteria);
    })
    .await?;
    let run = w.job(Job::Audience).fill(campaign.id()).await?;
    assert_eq!((run.added, run.kept), (3, 2));
    assert_eq!(w.sent(&campaign).await?.sent, 3);
    assert_eq!(w.platform.email.messages().len(), 5);
    // What was sent says under which filling.
    let rows = w.ledger_rows(&campaign).await?;
    let of_first = rows.iter().filter(|row| row.run == first.id).count();
    assert_eq!(of_first, 2);
    Ok(())
}

async fn a_channel_that_a_new_launch_adds_reaches_the_old_audience<B: Adapter>(
    store: &B,
) -> Outcome {
    let w = World::new(store).await?;
    customers(&w).await?;
    let campaign = launched(&w, PREMIUM).await?;
    w.job(Job::Audience).fill(campaign.id()).await?;
    assert_eq!(w.sent(&campaign).await?.sent, 2);
    let sms = w.over(Channel::Sms, campaign.plan().offer)?.messages;
    let campaign = relaunched(&w, &campaign, |draft| draft.messages.extend(sms)).await?;
    let run = w.job(Job::Audience).fill(campaign.id()).await?;
    assert_eq!((run.added, run.kept), (2, 0));
    assert_eq!(w.sent(&campaign).await?.sent, 2);
    assert_eq!(w.platform.email.messages().len(), 2);
    assert_eq!(w.platform.sms.messages().len(), 2);
    Ok(())
}

async fn the_ceiling_of_a_new_launch_counts_whom_it_selects<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    customers(&w).await?;
    let campaign = launched(&w, REGULAR).await?;
    w.job(Job::Audience).fill(campaign.id()).await?;
    let campaign = relaunched(&w, &campaign, |draft| {
        PREMIUM.clone_into(&mut draft.selection_criteria);
    })
    .await?;
    // Two counted, and 10 % more: the three of the first launch do not stand against them.
    let run = w.job(Job::Audience).fill(campaign.id()).await?;
    assert_eq!((run.status, run.added), (RunStatus::Finished, 2));
    w.platform.customers(2).await?;
    let refresh = w.job(Job::Audience).fill(campaign.id()).await?;
    assert_eq!((refresh.status, refresh.added), (RunStatus::OverCeiling, 1));
    Ok(())
}

async fn a_message_whose_worker_stopped_before_a_new_launch_is_unknown<B: Adapter>(
    store: &B,
) -> Outcome {
    let notifier = RecordingNotifier::new(Channel::Webhook).with_guarantee(Guarantee::AtLeastOnce);
    let w = World::with(store, |builder| builder.notifier(notifier.clone())).await?;
    let campaign = w.filled_over(Channel::Webhook, 1).await?;
    let request = ClaimRequest {
        tenant: campaign.tenant(),
        campaign: campaign.id(),
        revision: campaign.revision(),
        channel: Channel::Webhook,
        token: ClaimToken::from_uuid(w.uuid()),
        limit: 1,
        now: w.now(),
        deadline: w.now().plus(TimeDelta::minutes(5)),
    };
    assert_eq!(w.store.claim(&request).await?.len(), 1);
    let campaign = relaunched(&w, &campaign, |draft| {
        REGULAR.clone_into(&mut draft.selection_criteria);
    })
    .await?;
    w.pass(TimeDelta::minutes(6));
    assert_eq!(w.sent(&campaign).await?.unknown, 1);
    assert!(notifier.messages().is_empty());
    Ok(())
}

async fn a_retried_delivery_has_all_its_attempts_again<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    customers(&w).await?;
    let campaign = launched(&w, PREMIUM).await?;
    w.job(Job::Audience).fill(campaign.id()).await?;
    let reason = "busy".to_owned();
    w.platform.email.script(Some(Answer::Failed {
        reason,
        address_is_dead: false,
    }));
    assert_eq!(w.sent(&campaign).await?.failed, 1);
    let admin = w.deliveries(&w.tenant.admin);
    assert_eq!(admin.retry_failed(campaign.id()).await?, 1);
    let rows = w.ledger_rows(&campaign).await?;
    let again = rows
        .iter()
        .find(|row| row.status == DeliveryStatus::Pending)
        .ok_or("nothing waits")?;
    assert_eq!(again.attempts, 0);
    Ok(())
}
