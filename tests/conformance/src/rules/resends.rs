//! A delivery that is sent again says what it said before, where the provider could tell the difference.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use chrono::TimeDelta;
use offerkit_core::{
    domain::{Campaign, Channel, DeliveryKey, DeliveryStatus},
    id::{ClaimToken, DeliveryId},
    policy::Job,
    ports::{ClaimRequest, Guarantee, KeptMessage, Message, Notifier, Outcome as Answer, Profile},
    services::{KeepMessages, Settings},
    testing::RecordingNotifier,
};

use crate::{Adapter, Failure, Outcome, acts::written, cases::cases, world::World};

cases! { rules::resends:
    a_retry_of_a_provider_that_knows_keys_is_the_same_though_the_customer_changed,
    what_a_stopped_worker_had_kept_is_what_is_sent,
    a_message_is_kept_before_the_provider_is_given_it,
    other_providers_are_told_what_is_true_now,
    where_everything_is_kept_every_retry_is_the_same,
    a_new_launch_says_what_was_launched,
    a_settled_message_is_forgotten,
    everything_is_kept_where_the_host_asks,
    a_kept_message_that_was_changed_is_not_sent,
    a_retry_to_somebody_erased_is_not_sent,
}

const KEYS: Guarantee = Guarantee::Deduplicated {
    key_ttl: Duration::from_hours(24),
};

/// A campaign for one customer over a notifier.
struct Resend<B> {
    w: World<B>,
    notifier: RecordingNotifier,
    campaign: Campaign,
}

impl<B: Adapter> Resend<B> {
    async fn over(store: &B, guarantee: Guarantee, keep: KeepMessages) -> Result<Self, Failure> {
        let notifier = RecordingNotifier::new(Channel::Webhook).with_guarantee(guarantee);
        let settings = Settings {
            keep_messages: keep,
            ..Settings::default()
        };
        let w = World::with(store, |builder| {
            builder.notifier(notifier.clone()).settings(settings)
        })
        .await?;
        let campaign = w.filled_over(Channel::Webhook, 1).await?;
        Ok(Self {
            w,
            notifier,
            campaign,
        })
    }

    async fn new(store: &B, guarantee: Guarantee) -> Result<Self, Failure> {
        Self::over(store, guarantee, KeepMessages::WhileNeeded).await
    }

    /// Sends, is told to try again, renames the customer, and sends again.
    async fn retried(&self) -> Result<[Message; 2], Failure> {
        self.notifier.script(Some(Answer::Retry {
            after: None,
            reason: "busy".to_owned(),
        }));
        self.w.sent(&self.campaign).await?;
        self.rename("Somebody Else").await?;
        self.w.pass(TimeDelta::hours(1));
        self.w.sent(&self.campaign).await?;
        match self.notifier.messages().as_slice() {
            [first, second] => Ok([first.clone(), second.clone()]),
            messages => Err(format!("two messages, not {messages:?}").into()),
        }
    }

    async fn rename(&self, name: &str) -> Outcome {
        let row = self.row().await?;
        let id = row.customer.to_string();
        let customer = self
            .w
            .platform
            .customer(&[("id", &id), ("full_name", name)])?;
        let customers = self.w.platform.as_root().customers();
        customers.import(vec![customer]).await?;
        Ok(())
    }

    async fn row(&self) -> Result<DeliveryKey, Failure> {
        let rows = self.w.ledger_rows(&self.campaign).await?;
        Ok(rows.first().ok_or("no row")?.key)
    }

    async fn kept(&self) -> Result<Option<KeptMessage>, Failure> {
        Ok(self.w.store.kept(self.row().await?.id()).await?)
    }
}

/// What the customer gets.
fn said(message: &Message) -> (&str, Option<&str>, &str) {
    (&message.address, message.subject.as_deref(), &message.body)
}

// First seen to fail with nothing kept.
async fn a_retry_of_a_provider_that_knows_keys_is_the_same_though_the_customer_changed<
    B: Adapter,
>(
    store: &B,
) -> Outcome {
    let resend = Resend::new(store, KEYS).await?;
    let [first, second] = resend.retried().await?;
    assert_eq!(said(&first), said(&second));
    assert_eq!((first.id, first.attempt, second.attempt), (second.id, 1, 2));
    assert!(!first.body.contains("Somebody Else"));
    Ok(())
}

async fn what_a_stopped_worker_had_kept_is_what_is_sent<B: Adapter>(store: &B) -> Outcome {
    let resend = Resend::new(store, KEYS).await?;
    let (w, campaign) = (&resend.w, &resend.campaign);
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
    let claimed = w.store.claim(&request).await?;
    let key = claimed.first().ok_or("nothing was claimed")?.key;
    let message = Message {
        id: key.id(),
        key,
        address: key.customer.to_string(),
        subject: None,
        body: "What the stopped worker had said".to_owned(),
        html: None,
        unsubscribe_url: Some("https://example.com/out".to_owned()),
        is_test: false,
        attempt: 1,
    };
    let until = Some(w.now().plus(TimeDelta::hours(24)));
    let kept = KeptMessage::of(&message, campaign.revision(), until);
    w.store.keep(vec![kept], w.now()).await?;
    w.pass(TimeDelta::minutes(6));
    assert_eq!(w.sent(campaign).await?.sent, 1);
    assert_eq!(resend.notifier.messages(), [message]);
    Ok(())
}

/// Notes, while it sends, what the store has kept.
struct Looking<B> {
    store: B,
    seen: Arc<Mutex<Vec<Option<KeptMessage>>>>,
}

#[async_trait]
impl<B: Adapter> Notifier for Looking<B> {
    fn profile(&self) -> Profile {
        let notifier = RecordingNotifier::new(Channel::Webhook);
        notifier.with_guarantee(KEYS).profile()
    }

    async fn send(&self, batch: &[Message]) -> Vec<(DeliveryId, Answer)> {
        for message in batch {
            let kept = self.store.kept(message.id).await.unwrap_or_default();
            let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
            seen.push(kept.filter(|kept| kept.body == message.body));
        }
        let sent = batch.iter().map(|message| (message.id, Answer::Sent));
        sent.collect()
    }

    async fn lookup(&self, _: &[DeliveryKey]) -> Vec<(DeliveryId, Answer)> {
        Vec::new()
    }
}

// First seen to fail with messages kept after they were sent.
async fn a_message_is_kept_before_the_provider_is_given_it<B: Adapter>(store: &B) -> Outcome {
    let seen = Arc::default();
    let looking = Looking {
        store: store.clone(),
        seen: Arc::clone(&seen),
    };
    let w = World::with(store, |builder| builder.notifier(looking)).await?;
    let campaign = w.filled_over(Channel::Webhook, 3).await?;
    assert_eq!(w.sent(&campaign).await?.sent, 3);
    let seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
    assert_eq!((seen.len(), seen.iter().flatten().count()), (3, 3));
    let until = w.now().plus(TimeDelta::hours(24));
    assert!(seen.iter().flatten().all(|kept| kept.until == Some(until)));
    Ok(())
}

async fn other_providers_are_told_what_is_true_now<B: Adapter>(store: &B) -> Outcome {
    let resend = Resend::new(store, Guarantee::AtMostOnce).await?;
    let [first, second] = resend.retried().await?;
    assert!(!first.body.contains("Somebody Else"));
    assert!(second.body.contains("Somebody Else"));
    Ok(())
}

async fn where_everything_is_kept_every_retry_is_the_same<B: Adapter>(store: &B) -> Outcome {
    let resend = Resend::over(store, Guarantee::AtMostOnce, KeepMessages::Always).await?;
    let [first, second] = resend.retried().await?;
    assert_eq!(said(&first), said(&second));
    Ok(())
}

// First seen to fail with the launch left out of the comparison.
async fn a_new_launch_says_what_was_launched<B: Adapter>(store: &B) -> Outcome {
    let resend = Resend::new(store, KEYS).await?;
    let (w, notifier) = (&resend.w, &resend.notifier);
    notifier.script(Some(Answer::Retry {
        after: None,
        reason: "busy".to_owned(),
    }));
    w.sent(&resend.campaign).await?;
    let (creator, approver) = (&w.tenant.creator, &w.tenant.approver);
    w.paused(creator, &resend.campaign).await?;
    let mut draft = written(&resend.campaign);
    for message in draft.messages.values_mut() {
        "Launched anew".clone_into(&mut message.text.body);
    }
    let (id, seen) = (resend.campaign.id(), resend.campaign.revision());
    let edited = w.campaigns(creator).edit(id, seen, draft).await?;
    w.requested(creator, &edited).await?;
    let launched = w.launched_by(approver, &edited).await?;
    w.job(Job::Audience).fill(launched.id()).await?;
    w.pass(TimeDelta::hours(1));
    assert_eq!(w.sent(&launched).await?.sent, 1);
    let bodies: Vec<_> = notifier.messages().into_iter().map(|it| it.body).collect();
    assert_eq!(bodies.last().map(String::as_str), Some("Launched anew"));
    Ok(())
}

async fn a_settled_message_is_forgotten<B: Adapter>(store: &B) -> Outcome {
    let resend = Resend::new(store, KEYS).await?;
    let (w, notifier) = (&resend.w, &resend.notifier);
    notifier.script(Some(Answer::Retry {
        after: None,
        reason: "busy".to_owned(),
    }));
    w.sent(&resend.campaign).await?;
    assert!(resend.kept().await?.is_some(), "it is tried again");
    w.pass(TimeDelta::hours(1));
    w.sent(&resend.campaign).await?;
    assert_eq!(resend.kept().await?, None);
    Ok(())
}

async fn everything_is_kept_where_the_host_asks<B: Adapter>(store: &B) -> Outcome {
    let resend = Resend::over(store, Guarantee::AtMostOnce, KeepMessages::Always).await?;
    let w = &resend.w;
    w.sent(&resend.campaign).await?;
    let kept = resend.kept().await?.ok_or("nothing was kept")?;
    assert_eq!((kept.is_intact(), kept.until), (true, None));
    let sent = resend.notifier.messages();
    assert_eq!(sent.first().map(|it| &it.body), Some(&kept.body));
    let customers = w.platform.as_root().customers();
    customers.erase(kept.customer).await?;
    assert_eq!(resend.kept().await?, None);
    Ok(())
}

async fn a_kept_message_that_was_changed_is_not_sent<B: Adapter>(store: &B) -> Outcome {
    let resend = Resend::new(store, KEYS).await?;
    let (w, campaign) = (&resend.w, &resend.campaign);
    let key = resend.row().await?;
    let message = Message {
        id: key.id(),
        key,
        address: "elsewhere".to_owned(),
        subject: None,
        body: "Dear you".to_owned(),
        html: None,
        unsubscribe_url: None,
        is_test: false,
        attempt: 1,
    };
    let mut kept = KeptMessage::of(&message, campaign.revision(), None);
    "Dear me".clone_into(&mut kept.body);
    w.store.keep(vec![kept], w.now()).await?;
    assert_eq!(w.sent(campaign).await?.failed, 1);
    assert_eq!(resend.notifier.messages(), []);
    let expected = (
        DeliveryStatus::Failed,
        "the kept message was changed".to_owned(),
    );
    assert_eq!(w.outcomes(campaign).await?, [expected]);
    Ok(())
}

async fn a_retry_to_somebody_erased_is_not_sent<B: Adapter>(store: &B) -> Outcome {
    let resend = Resend::new(store, KEYS).await?;
    let (w, notifier) = (&resend.w, &resend.notifier);
    notifier.script(Some(Answer::Retry {
        after: None,
        reason: "busy".to_owned(),
    }));
    w.sent(&resend.campaign).await?;
    let customer = resend.row().await?.customer;
    w.platform.as_root().customers().erase(customer).await?;
    w.pass(TimeDelta::hours(1));
    assert_eq!(w.sent(&resend.campaign).await?.suppressed, 1);
    assert_eq!(notifier.messages().len(), 1);
    Ok(())
}
