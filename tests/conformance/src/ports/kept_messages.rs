//! Messages kept as they were filled in.

use chrono::TimeDelta;
use futures_util::future::join;
use offerkit_core::{
    domain::{Channel, DeliveryKey, RevisionNumber},
    id::{CampaignId, CustomerId},
    ports::{KeptMessage, Message},
    services::Error,
    time::Timestamp,
};

use crate::{
    Adapter, Failure, Outcome,
    cases::{cases, fails},
    world::World,
};

cases! { ports::kept_messages:
    a_message_comes_back_as_it_was_kept,
    the_first_message_of_a_launch_stays,
    two_who_keep_at_once_are_answered_the_same,
    what_is_forgotten_is_gone_and_with_it_what_is_of_no_use,
    erasing_deletes_the_messages_of_one_customer,
    nothing_is_kept_of_somebody_erased,
    messages_are_erased_also_of_customers_of_another_source,
}

impl<B: Adapter> World<B> {
    /// A message to a customer of a launch.
    fn filled_in(&self, customer: CustomerId, revision: u64, body: &str) -> KeptMessage {
        let key = DeliveryKey {
            campaign: CampaignId::from_uuid(uuid::Uuid::nil()),
            customer,
            channel: Channel::Email,
        };
        let message = Message {
            id: key.id(),
            key,
            address: "asha@example.com".to_owned(),
            subject: Some("Cashback — ₹".to_owned()),
            body: body.to_owned(),
            html: Some(format!("<p>{body}</p>")),
            unsubscribe_url: Some("https://example.com/out?t=1".to_owned()),
            is_test: false,
            attempt: 1,
        };
        KeptMessage::of(&message, RevisionNumber::new(revision), Some(self.until(1)))
    }

    fn until(&self, hours: i64) -> Timestamp {
        self.now().plus(TimeDelta::hours(hours))
    }

    async fn keep(&self, message: &KeptMessage) -> Result<Vec<KeptMessage>, Failure> {
        Ok(self.store.keep(vec![message.clone()], self.now()).await?)
    }

    async fn kept(&self, message: &KeptMessage) -> Result<Option<KeptMessage>, Failure> {
        Ok(self.store.kept(message.delivery).await?)
    }

    fn stranger(&self) -> CustomerId {
        CustomerId::from_uuid(self.uuid())
    }
}

async fn a_message_comes_back_as_it_was_kept<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let full = w.filled_in(w.stranger(), 1, "one\r\ntwo\n \t");
    let mut bare = w.filled_in(w.stranger(), 1, "");
    (bare.subject, bare.html, bare.unsubscribe_url, bare.until) = (None, None, None, None);
    let both = vec![full.clone(), bare.clone()];
    let mut kept = w.store.keep(both.clone(), w.now()).await?;
    kept.sort_by_key(|message| message.until.is_none());
    assert_eq!(kept, both);
    assert_eq!(w.kept(&full).await?, Some(full.clone()));
    assert!(w.kept(&full).await?.is_some_and(|kept| kept.is_intact()));
    assert_eq!(w.kept(&bare).await?, Some(bare));
    assert_eq!(w.store.keep(Vec::new(), w.now()).await?, []);
    let other = w.filled_in(w.stranger(), 1, "");
    assert_eq!(w.kept(&other).await?, None);
    Ok(())
}

// First seen to fail where the later message was kept, and where an earlier launch's was.
async fn the_first_message_of_a_launch_stays<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let customer = w.stranger();
    let first = w.filled_in(customer, 1, "first");
    w.keep(&first).await?;
    let second = w.filled_in(customer, 1, "second");
    let other = w.filled_in(w.stranger(), 1, "other");
    let mut kept = w.store.keep(vec![second, other.clone()], w.now()).await?;
    kept.sort_by_key(|message| message.body != "first");
    assert_eq!(kept, [first, other]);
    let anew = w.filled_in(customer, 2, "launched anew");
    let kept = w.keep(&anew).await?;
    assert_eq!(kept, std::slice::from_ref(&anew));
    assert_eq!(w.kept(&anew).await?, Some(anew));
    Ok(())
}

async fn two_who_keep_at_once_are_answered_the_same<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    for round in 0..10 {
        let customers = [w.stranger(), w.stranger()];
        let by = |who: &str| {
            let message = |customer: &CustomerId| w.filled_in(*customer, 1, who);
            customers.iter().map(message).collect::<Vec<_>>()
        };
        let mut backwards = by("two");
        backwards.reverse();
        let (one, two) = join(
            w.store.keep(by("one"), w.now()),
            w.store.keep(backwards, w.now()),
        )
        .await;
        let (mut one, mut two) = (one?, two?);
        one.sort_by_key(|message| message.delivery);
        two.sort_by_key(|message| message.delivery);
        assert_eq!((one.len(), &one), (2, &two), "round {round}");
    }
    Ok(())
}

async fn what_is_forgotten_is_gone_and_with_it_what_is_of_no_use<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let kept = |until| {
        let mut message = w.filled_in(w.stranger(), 1, "Hello");
        message.until = until;
        message
    };
    let settled = kept(Some(w.until(5)));
    let (over, last, for_good) = (kept(Some(w.until(1))), kept(Some(w.until(2))), kept(None));
    for message in [&settled, &over, &last, &for_good] {
        w.keep(message).await?;
    }
    w.pass(TimeDelta::hours(1));
    w.store.forget(&[settled.delivery], w.now()).await?;
    assert_eq!(w.kept(&settled).await?, None);
    assert_eq!(w.kept(&over).await?, None);
    assert_eq!(w.kept(&last).await?, Some(last));
    w.pass(TimeDelta::days(10_000));
    w.store.forget(&[], w.now()).await?;
    assert_eq!(w.kept(&for_good).await?, Some(for_good));
    Ok(())
}

async fn erasing_deletes_the_messages_of_one_customer<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let customers = w.platform.customers(2).await?;
    let [gone, stays] = *customers.as_slice() else {
        return Err("two customers".into());
    };
    let (gone, stays) = (
        w.filled_in(gone, 1, "Hello"),
        w.filled_in(stays, 1, "Hello"),
    );
    let both = vec![gone.clone(), stays.clone()];
    assert_eq!(w.store.keep(both, w.now()).await?.len(), 2);
    w.platform
        .as_root()
        .customers()
        .erase(gone.customer)
        .await?;
    assert_eq!(w.kept(&gone).await?, None);
    assert_eq!(w.kept(&stays).await?, Some(stays));
    Ok(())
}

// First seen to fail without the question whether the customer is erased.
async fn nothing_is_kept_of_somebody_erased<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let customers = w.platform.customers(2).await?;
    let [gone, stays] = *customers.as_slice() else {
        return Err("two customers".into());
    };
    w.platform.as_root().customers().erase(gone).await?;
    let (gone, stays) = (
        w.filled_in(gone, 1, "Hello"),
        w.filled_in(stays, 1, "Hello"),
    );
    let both = vec![gone.clone(), stays.clone()];
    assert_eq!(w.store.keep(both, w.now()).await?, [stays]);
    assert_eq!(w.kept(&gone).await?, None);
    Ok(())
}

async fn messages_are_erased_also_of_customers_of_another_source<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let message = w.filled_in(w.stranger(), 1, "Hello");
    w.keep(&message).await?;
    let customers = w.platform.as_root().customers();
    customers.erase(message.customer).await?;
    assert_eq!(w.kept(&message).await?, None);
    let nothing_left = customers.erase(message.customer).await;
    fails!(nothing_left, Error::NotFound(_));
    Ok(())
}
