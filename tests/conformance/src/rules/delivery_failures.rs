//! What fails is tried again as its failure allows, and never more.

use std::time::Duration;

use chrono::TimeDelta;
use offerkit_core::{
    domain::{Customer, DeliveryStatus, TransitionError},
    policy::Job,
    ports::Outcome as Sent,
    services::{DeliveryReport, Error, Settings},
};

use crate::{
    Adapter, Outcome,
    acts::denied,
    cases::{cases, fails},
    world::World,
};

cases! { rules::delivery_failures:
    a_message_that_cannot_be_filled_in_stops_no_other,
    a_failure_that_passes_is_tried_again_later_and_later,
    a_provider_may_ask_for_a_wait,
    after_too_many_tries_a_delivery_has_failed,
    a_failure_for_good_is_not_tried_again,
    what_nobody_can_tell_is_unknown_and_not_sent_again,
    an_admin_puts_failures_back,
}

fn failed(reason: &str) -> Sent {
    Sent::Failed {
        reason: reason.to_owned(),
        address_is_dead: false,
    }
}

fn busy(after: Option<u64>) -> Sent {
    Sent::Retry {
        after: after.map(Duration::from_secs),
        reason: "busy".to_owned(),
    }
}

/// Changes what is known of a customer.
async fn import<B: Adapter>(w: &World<B>, customer: Customer) -> Outcome {
    w.platform
        .as_root()
        .customers()
        .import(vec![customer])
        .await?;
    Ok(())
}

async fn a_message_that_cannot_be_filled_in_stops_no_other<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    import(&w, w.platform.customer(&[("city", "Pune")])?).await?;
    w.platform.customers(2).await?;
    let offer = w.tenant.approved_offer("cashback").await?;
    let mut draft = w.tenant.campaign(offer.id())?;
    for message in draft.messages.values_mut() {
        "{% if customer.city %}{{ [1] }}{% endif %}Hello".clone_into(&mut message.text.body);
    }
    let campaign = w.tenant.launched_campaign(draft).await?;
    w.job(Job::Audience).fill(campaign.id()).await?;
    let report = w.sent(&campaign).await?;
    assert_eq!((report.sent, report.failed), (2, 1));
    let progress = w.progress(&campaign).await?;
    assert_eq!(progress.of(DeliveryStatus::Failed), 1);
    let outcomes = w.outcomes(&campaign).await?;
    let failed = outcomes.iter().find(|it| it.0 == DeliveryStatus::Failed);
    let (_, reason) = failed.ok_or("none failed")?;
    assert!(reason.starts_with("the message could not be "), "{reason}");
    Ok(())
}

async fn a_failure_that_passes_is_tried_again_later_and_later<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let (campaign, _) = w.filled(1).await?;
    for minutes in [1, 2, 4] {
        w.platform.email.script(Some(busy(None)));
        assert_eq!(w.sent(&campaign).await?.retried, 1);
        assert_eq!(
            w.outcomes(&campaign).await?,
            [(DeliveryStatus::Pending, "busy".to_owned())]
        );
        w.pass(TimeDelta::minutes(minutes) - TimeDelta::seconds(1));
        assert_eq!(w.sent(&campaign).await?, DeliveryReport::default());
        // Up to a quarter is added.
        w.pass(TimeDelta::seconds(1 + 15 * minutes));
    }
    assert_eq!(w.sent(&campaign).await?.sent, 1);
    let attempts: Vec<_> = w
        .platform
        .email
        .messages()
        .iter()
        .map(|it| it.attempt)
        .collect();
    assert_eq!(attempts, [1, 2, 3, 4]);
    let mut ids: Vec<_> = w.platform.email.messages().iter().map(|it| it.id).collect();
    ids.dedup();
    assert_eq!(ids.len(), 1, "every try has the same id");
    Ok(())
}

async fn a_provider_may_ask_for_a_wait<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let (campaign, _) = w.filled(1).await?;
    w.platform.email.script(Some(busy(Some(3_600))));
    assert_eq!(w.sent(&campaign).await?.retried, 1);
    w.pass(TimeDelta::minutes(59));
    assert_eq!(w.sent(&campaign).await?, DeliveryReport::default());
    w.pass(TimeDelta::minutes(1));
    assert_eq!(w.sent(&campaign).await?.sent, 1);
    Ok(())
}

async fn after_too_many_tries_a_delivery_has_failed<B: Adapter>(store: &B) -> Outcome {
    let settings = Settings {
        delivery_attempts: 2,
        ..Settings::default()
    };
    let w = World::with(store, |builder| builder.settings(settings)).await?;
    let (campaign, _) = w.filled(1).await?;
    w.platform.email.script(Some(busy(None)));
    w.platform.email.script(Some(busy(None)));
    assert_eq!(w.sent(&campaign).await?.retried, 1);
    w.pass(TimeDelta::seconds(75));
    assert_eq!(w.sent(&campaign).await?.failed, 1);
    assert_eq!(
        w.outcomes(&campaign).await?,
        [(DeliveryStatus::Failed, "busy".to_owned())]
    );
    w.pass(TimeDelta::days(1));
    assert_eq!(w.sent(&campaign).await?, DeliveryReport::default());
    Ok(())
}

async fn a_failure_for_good_is_not_tried_again<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let (campaign, _) = w.filled(2).await?;
    w.platform.email.script(Some(failed("no such mailbox")));
    let report = w.sent(&campaign).await?;
    assert_eq!((report.sent, report.failed), (1, 1));
    w.pass(TimeDelta::days(1));
    assert_eq!(w.sent(&campaign).await?, DeliveryReport::default());
    let expected = [
        (DeliveryStatus::Failed, "no such mailbox".to_owned()),
        (DeliveryStatus::Sent, String::new()),
    ];
    assert_eq!(w.outcomes(&campaign).await?, expected);
    Ok(())
}

async fn what_nobody_can_tell_is_unknown_and_not_sent_again<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let (campaign, _) = w.filled(3).await?;
    w.platform.email.script(None);
    w.platform.email.script(Some(Sent::Unknown {
        reason: "timed out".to_owned(),
    }));
    let report = w.sent(&campaign).await?;
    assert_eq!((report.sent, report.unknown), (1, 2));
    w.pass(TimeDelta::days(1));
    assert_eq!(w.sent(&campaign).await?, DeliveryReport::default());
    let expected = [
        (
            DeliveryStatus::Unknown,
            "the notifier said nothing about it".to_owned(),
        ),
        (DeliveryStatus::Unknown, "timed out".to_owned()),
        (DeliveryStatus::Sent, String::new()),
    ];
    assert_eq!(w.outcomes(&campaign).await?, expected);
    let deliveries = w.deliveries(&w.tenant.admin);
    assert_eq!(deliveries.retry_failed(campaign.id()).await?, 0);
    Ok(())
}

async fn an_admin_puts_failures_back<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let (campaign, _) = w.filled(2).await?;
    w.platform.email.script(Some(failed("out of credit")));
    w.sent(&campaign).await?;
    let creator = w
        .deliveries(&w.tenant.creator)
        .retry_failed(campaign.id())
        .await;
    denied(creator, "missing_permission")?;
    let deliveries = w.deliveries(&w.tenant.admin);
    assert_eq!(deliveries.retry_failed(campaign.id()).await?, 1);
    assert_eq!(w.sent(&campaign).await?.sent, 1);
    assert_eq!(w.progress(&campaign).await?.of(DeliveryStatus::Sent), 2);
    w.paused(&w.tenant.creator, &campaign).await?;
    let held = deliveries.retry_failed(campaign.id()).await;
    fails!(held, Error::Transition(TransitionError::Status { .. }));
    Ok(())
}
