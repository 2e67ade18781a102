//! Nobody is messaged twice or lost, and every row says what became of it.

use std::{
    num::NonZeroU32,
    sync::{Arc, OnceLock},
};

use async_trait::async_trait;
use chrono::TimeDelta;
use offerkit_core::{
    domain::{Campaign, Channel, Customer, DeliveryKey, DeliveryStatus, OfferStatus, Validity},
    id::DeliveryId,
    policy::Job,
    ports::{DeliveryFilter, Message, Notifier, Outcome as Sent, Profile},
    services::{DeliveryReport, Error, OfferDraft},
    testing::{RecordingNotifier, TestTenant, offer_data},
};

use crate::{
    Adapter, Failure, Outcome,
    acts::all,
    cases::{cases, fails},
    world::World,
};

cases! { rules::delivery:
    every_customer_is_messaged_once_on_every_channel,
    a_message_is_filled_in_for_its_customer,
    who_has_no_address_is_suppressed,
    who_became_inactive_or_was_erased_is_suppressed,
    nothing_is_sent_on_days_outside_the_campaign_or_the_offer,
    a_pause_holds_the_next_batch,
    a_retired_offer_is_not_sent,
    recipients_are_shown_masked_or_not_as_groups_permit,
    a_batch_is_as_large_as_the_notifier_takes,
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

async fn every_customer_is_messaged_once_on_every_channel<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    w.platform.customers(3).await?;
    let offer = w.tenant.approved_offer("cashback").await?;
    let mut draft = w.tenant.campaign(offer.id())?;
    draft
        .messages
        .extend(w.over(Channel::Sms, offer.id())?.messages);
    let campaign = w.tenant.launched_campaign(draft).await?;
    w.job(Job::Audience).fill(campaign.id()).await?;
    let report = w.sent(&campaign).await?;
    assert_eq!(
        report,
        DeliveryReport {
            sent: 6,
            ..DeliveryReport::default()
        }
    );
    let again = w.sent(&campaign).await?;
    assert_eq!(again, DeliveryReport::default());
    let mut ids = Vec::new();
    for notifier in [&w.platform.email, &w.platform.sms] {
        assert_eq!(notifier.messages().len(), 3);
        ids.extend(notifier.messages().iter().map(|message| message.id));
    }
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 6, "each has an id of its own");
    let progress = w.progress(&campaign).await?;
    assert_eq!(
        (progress.audience, progress.of(DeliveryStatus::Sent)),
        (3, 6)
    );
    for row in w.ledger_rows(&campaign).await? {
        assert_eq!((row.attempts, row.sent_at), (1, Some(w.now())));
    }
    Ok(())
}

async fn a_message_is_filled_in_for_its_customer<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let asha = [("full_name", "Asha <Rao>"), ("email", "asha@example.com")];
    import(&w, w.platform.customer(&asha)?).await?;
    let campaign = w.launched().await?;
    w.job(Job::Audience).fill(campaign.id()).await?;
    w.sent(&campaign).await?;
    let messages = w.platform.email.messages();
    let [message] = messages.as_slice() else {
        return Err(format!("one message, not {messages:?}").into());
    };
    assert_eq!(message.address, "asha@example.com");
    assert_eq!(message.subject.as_deref(), Some("Spring cashback"));
    assert_eq!(message.body, "Dear Asha <Rao>, it is 12.5 %.");
    assert_eq!((message.id, message.attempt), (message.key.id(), 1));
    Ok(())
}

async fn who_has_no_address_is_suppressed<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    import(&w, w.platform.customer(&[("email", "")])?).await?;
    let (campaign, _) = w.filled(1).await?;
    let report = w.sent(&campaign).await?;
    assert_eq!((report.sent, report.suppressed), (1, 1));
    let expected = (DeliveryStatus::Suppressed, "no_address".to_owned());
    assert_eq!(w.outcomes(&campaign).await?.first(), Some(&expected));
    Ok(())
}

async fn who_became_inactive_or_was_erased_is_suppressed<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let (campaign, customers) = w.filled(3).await?;
    let [gone, erased, _] = customers.as_slice() else {
        return Err("three customers".into());
    };
    let id = gone.to_string();
    import(
        &w,
        w.platform
            .customer(&[("id", &id), ("is_active", "false")])?,
    )
    .await?;
    w.platform.as_root().customers().erase(*erased).await?;
    let report = w.sent(&campaign).await?;
    assert_eq!((report.sent, report.suppressed), (1, 2));
    let outcomes = w.outcomes(&campaign).await?;
    let expected = (DeliveryStatus::Suppressed, "inactive".to_owned());
    assert_eq!(outcomes.iter().filter(|it| **it == expected).count(), 2);
    Ok(())
}

async fn nothing_is_sent_on_days_outside_the_campaign_or_the_offer<B: Adapter>(
    store: &B,
) -> Outcome {
    let w = World::new(store).await?;
    w.platform.customers(1).await?;
    let today = w.now().date();
    let day = |days| today + TimeDelta::days(days);
    let validity = Validity {
        from: Some(day(3)),
        until: Some(day(4)),
    };
    let offers = w.offers(&w.tenant.creator);
    let offer = offers
        .create(OfferDraft {
            data: offer_data("cashback"),
            validity,
        })
        .await?;
    w.submitted(&w.tenant.creator, &offer).await?;
    let offer = w.approved(&w.tenant.approver, &offer).await?;
    assert_eq!(offer.status(), OfferStatus::Approved);
    let mut draft = w.tenant.campaign(offer.id())?;
    (draft.start_date, draft.end_date) = (day(2), day(6));
    let first = w.tenant.launched_campaign(draft.clone()).await?;
    let second = w.tenant.launched_campaign(draft).await?;
    for campaign in [&first, &second] {
        w.job(Job::Audience).fill(campaign.id()).await?;
    }
    for _ in 0..3 {
        assert_eq!(
            w.sent(&first).await?,
            DeliveryReport::default(),
            "{}",
            w.now()
        );
        w.pass(TimeDelta::days(1));
    }
    assert_eq!(w.sent(&first).await?.sent, 1);
    for _ in 0..4 {
        w.pass(TimeDelta::days(2));
        assert_eq!(
            w.sent(&second).await?,
            DeliveryReport::default(),
            "{}",
            w.now()
        );
    }
    assert_eq!(w.platform.email.messages().len(), 1);
    Ok(())
}

/// Pauses a campaign while its first batch is under way.
#[derive(Clone)]
struct Pausing {
    inner: RecordingNotifier,
    campaign: Arc<OnceLock<(TestTenant, Campaign)>>,
}

impl Pausing {
    async fn pause(&self) -> Result<(), Error> {
        let Some((tenant, campaign)) = self.campaign.get() else {
            return Ok(());
        };
        let campaigns = tenant.acting(&tenant.creator).campaigns(tenant.id);
        campaigns
            .pause(campaign.id(), &"stop".parse()?)
            .await
            .map(drop)
    }
}

#[async_trait]
impl Notifier for Pausing {
    fn profile(&self) -> Profile {
        self.inner.profile()
    }

    async fn send(&self, batch: &[Message]) -> Vec<(DeliveryId, Sent)> {
        let sent = self.inner.send(batch).await;
        let paused = self.pause().await;
        assert!(paused.is_ok(), "{paused:?}");
        sent
    }

    async fn lookup(&self, keys: &[DeliveryKey]) -> Vec<(DeliveryId, Sent)> {
        self.inner.lookup(keys).await
    }
}

async fn a_pause_holds_the_next_batch<B: Adapter>(store: &B) -> Outcome {
    let notifier = Pausing {
        inner: RecordingNotifier::new(Channel::Webhook).with_max_batch(NonZeroU32::MIN),
        campaign: Arc::default(),
    };
    let w = World::with(store, |builder| builder.notifier(notifier.clone())).await?;
    let campaign = w.filled_over(Channel::Webhook, 3).await?;
    let watched = (w.tenant.clone(), campaign.clone());
    notifier.campaign.set(watched).map_err(|_| "it was set")?;
    let report = w.sent(&campaign).await?;
    assert_eq!((report.sent, w.sent(&campaign).await.is_err()), (1, true));
    let progress = w.progress(&campaign).await?;
    let (sent, pending) = (DeliveryStatus::Sent, DeliveryStatus::Pending);
    assert_eq!((progress.of(sent), progress.of(pending)), (1, 2));
    Ok(())
}

async fn a_retired_offer_is_not_sent<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let (campaign, _) = w.filled(2).await?;
    let offers = w.offers(&w.tenant.approver);
    offers
        .retire(campaign.plan().offer, &"over".parse()?)
        .await?;
    fails!(w.sent(&campaign).await, Error::Transition(_));
    assert_eq!(w.platform.email.messages(), []);
    let cancelled = (
        DeliveryStatus::Cancelled,
        "the offer was retired".to_owned(),
    );
    assert_eq!(w.outcomes(&campaign).await?, [cancelled.clone(), cancelled]);
    Ok(())
}

async fn recipients_are_shown_masked_or_not_as_groups_permit<B: Adapter>(store: &B) -> Outcome {
    use offerkit_core::domain::Permission;
    let w = World::new(store).await?;
    let asha = [("full_name", "Asha Rao"), ("email", "asha@example.com")];
    import(&w, w.platform.customer(&asha)?).await?;
    let campaign = w.launched().await?;
    w.job(Job::Audience).fill(campaign.id()).await?;
    let (filter, page) = (DeliveryFilter::default(), all()?);
    let admin = w.deliveries(&w.tenant.admin);
    let masked = admin.recipients(campaign.id(), &filter, &page).await?.items;
    let masked = masked.first().and_then(|row| row.customer.as_ref());
    let masked = masked.ok_or("no recipient")?;
    assert_eq!(
        (masked.full_name.as_str(), masked.email.as_deref()),
        ("A••• R••", Some("a•••@example.com"))
    );
    let clerk = w
        .permitted("clerk", &[Permission::ViewRecipientsUnmasked])
        .await?;
    let clerk = w.deliveries(&clerk);
    let whole = clerk
        .recipients_unmasked(campaign.id(), &filter, &page)
        .await?
        .items;
    let whole = whole.first().and_then(|row| row.customer.as_ref());
    assert_eq!(
        whole.and_then(|customer| customer.email()),
        Some("asha@example.com")
    );
    let sent = DeliveryFilter {
        status: Some(DeliveryStatus::Sent),
        ..filter
    };
    let found = admin.recipients(campaign.id(), &sent, &page).await?;
    assert_eq!(found.items, []);
    Ok(())
}

async fn a_batch_is_as_large_as_the_notifier_takes<B: Adapter>(store: &B) -> Outcome {
    let two = NonZeroU32::new(2).ok_or("two is not zero")?;
    let notifier = RecordingNotifier::new(Channel::Webhook).with_max_batch(two);
    let w = World::with(store, |builder| builder.notifier(notifier.clone())).await?;
    let campaign = w.filled_over(Channel::Webhook, 5).await?;
    assert_eq!(w.sent(&campaign).await?.sent, 5);
    let messages = notifier.messages();
    let known: Vec<_> = messages
        .iter()
        .map(|it| it.key.customer.to_string())
        .collect();
    let addresses: Vec<_> = messages.iter().map(|it| it.address.clone()).collect();
    assert_eq!(addresses, known);
    Ok::<_, Failure>(())
}
