//! Test messages: they reach the staff alone, are known for what they are, and count for nothing.

use chrono::TimeDelta;
use offerkit_core::{
    domain::{Campaign, Channel, DeliveryStatus, MessageText, StopExtent, UserChange},
    id::{CustomerId, UserId},
    ports::Outcome as Answer,
    services::{Context, Error, Sample, Settings, TestMessage, TestOutcome},
    testing::RecordingNotifier,
};

use crate::{
    Adapter, Failure, Outcome,
    acts::denied,
    cases::{cases, fails},
    world::{World, user},
};

cases! { rules::test_sends:
    a_test_reaches_a_member_marked_and_recorded,
    a_text_is_marked_at_its_beginning,
    a_test_counts_for_nothing,
    nobody_but_an_active_member_with_an_address_gets_a_test,
    a_sample_takes_what_looking_at_it_takes,
    only_so_many_tests_are_sent_within_an_hour,
    what_the_provider_says_is_told,
    a_stop_holds_a_test,
}

impl<B: Adapter> World<B> {
    /// Gives somebody an e-mail address and a phone.
    async fn reachable(&self, who: &Context) -> Outcome {
        let (id, users) = (user(who)?, self.platform.as_root().users());
        let seen = users.get(id).await?.version();
        let change = UserChange {
            email: Some(Some("ben@bank.example".parse()?)),
            phone: Some(Some("+91 98765 43210".parse()?)),
            ..UserChange::default()
        };
        users.update(id, seen, change).await?;
        Ok(())
    }

    /// A draft over e-mail and SMS, and an approver who can be reached.
    async fn tried(&self) -> Result<Campaign, Failure> {
        self.reachable(&self.tenant.approver).await?;
        let offer = self.tenant.approved_offer("Cashback").await?;
        let mut draft = self.tenant.campaign(offer.id())?;
        let sms = MessageText::new("{{ customer.full_name }}: {{ offer.title }}");
        draft.messages.insert(Channel::Sms, sms.into());
        Ok(self.campaigns(&self.tenant.creator).create(draft).await?)
    }

    fn test(&self, channel: Channel) -> Result<TestMessage, Failure> {
        Ok(TestMessage {
            channel,
            sample: Sample::Invented,
            language: None,
            to: user(&self.tenant.approver)?,
        })
    }

    async fn test_sent(
        &self,
        by: &Context,
        campaign: &Campaign,
        test: &TestMessage,
    ) -> Result<TestOutcome, Error> {
        self.campaigns(by).test_send(campaign.id(), test).await
    }
}

async fn a_test_reaches_a_member_marked_and_recorded<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let campaign = w.tried().await?;
    let test = w.test(Channel::Email)?;
    let from = w.records(w.scope()).await?.len();
    let outcome = w.test_sent(&w.tenant.creator, &campaign, &test).await?;
    assert_eq!(outcome, TestOutcome::Sent);
    let messages = w.platform.email.messages();
    let [message] = messages.as_slice() else {
        return Err(format!("one message, not {messages:?}").into());
    };
    assert_eq!(message.address, "ben@bank.example");
    assert_eq!(message.subject.as_deref(), Some("[Test] Cashback"));
    assert_eq!(message.body, "Dear Sample Customer, it is 12.5 %.");
    assert!(message.is_test);
    let records = w.records(w.scope()).await?;
    let [record] = records.get(from..).unwrap_or_default() else {
        return Err("one record".into());
    };
    assert_eq!(record.action.as_str(), "campaign.test_send");
    assert_eq!(record.subject, campaign.id().into());
    assert_eq!(record.after, Some(serde_json::to_value(&test)?));
    Ok(())
}

async fn a_text_is_marked_at_its_beginning<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let campaign = w.tried().await?;
    let test = w.test(Channel::Sms)?;
    w.test_sent(&w.tenant.creator, &campaign, &test).await?;
    let messages = w.platform.sms.messages();
    let message = messages.first().ok_or("nothing was sent")?;
    assert_eq!(message.address, "+919876543210");
    assert_eq!(message.body, "[Test] Sample Customer: Cashback");
    Ok(())
}

async fn a_test_counts_for_nothing<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let customers = w.platform.customers(1).await?;
    let campaign = w.tried().await?;
    let test = TestMessage {
        sample: Sample::Masked,
        ..w.test(Channel::Email)?
    };
    w.test_sent(&w.tenant.admin, &campaign, &test).await?;
    assert_eq!(w.progress(&campaign).await?.counts, []);
    let messages = w.platform.email.messages();
    let message = messages.first().ok_or("nothing was sent")?;
    assert!(!customers.contains(&message.key.customer));
    // A provider's receipt for it finds no delivery.
    let job = w.job(offerkit_core::policy::Job::Delivery);
    assert!(!job.receipt(message.key, DeliveryStatus::Delivered).await?);
    assert_eq!(w.store.kept(message.id).await?, None);
    Ok(())
}

// First seen to fail with tests sent to any user.
async fn nobody_but_an_active_member_with_an_address_gets_a_test<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let campaign = w.tried().await?;
    let creator = &w.tenant.creator;
    let to = async |to: UserId| {
        let test = TestMessage {
            to,
            ..w.test(Channel::Email)?
        };
        Ok::<_, Failure>(w.test_sent(creator, &campaign, &test).await)
    };
    let outsider = w.platform.user("outsider").await?.id();
    w.reachable(&Context::user(outsider)).await?;
    fails!(to(outsider).await?, Error::NotFound("member"));
    fails!(
        to(UserId::from_uuid(w.uuid())).await?,
        Error::NotFound("member")
    );
    fails!(to(user(&w.tenant.reader)?).await?, Error::Invalid(_));
    let webhook = w.test(Channel::Webhook)?;
    let other = w.test_sent(creator, &campaign, &webhook).await;
    fails!(other, Error::NotFound("message"));
    let approver = user(&w.tenant.approver)?;
    w.platform.as_root().users().deactivate(approver).await?;
    fails!(to(approver).await?, Error::NotFound("member"));
    assert_eq!(w.platform.email.messages(), []);
    let test = w.test(Channel::Email)?;
    let reading = w.test_sent(&w.tenant.reader, &campaign, &test);
    denied(reading.await, "missing_permission")?;
    Ok(())
}

async fn a_sample_takes_what_looking_at_it_takes<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let customers = w.platform.customers(1).await?;
    let customer: CustomerId = *customers.first().ok_or("no customer")?;
    let campaign = w.tried().await?;
    for (sample, may) in [
        (Sample::Masked, Some(&w.tenant.admin)),
        (Sample::MaskedCustomer(customer), Some(&w.tenant.admin)),
        (Sample::Customer(customer), None),
    ] {
        let test = TestMessage {
            sample,
            ..w.test(Channel::Email)?
        };
        let refused = w.test_sent(&w.tenant.creator, &campaign, &test).await;
        denied(refused, "missing_permission")?;
        let admin = w.test_sent(&w.tenant.admin, &campaign, &test).await;
        match may {
            Some(_) => drop(admin?),
            None => drop(denied(admin, "missing_permission")?),
        }
    }
    assert_eq!(w.platform.email.messages().len(), 2);
    Ok(())
}

// First seen to fail without the limit.
async fn only_so_many_tests_are_sent_within_an_hour<B: Adapter>(store: &B) -> Outcome {
    let settings = Settings {
        test_sends_per_hour: 2,
        ..Settings::default()
    };
    let w = World::with(store, |builder| builder.settings(settings)).await?;
    let campaign = w.tried().await?;
    let (creator, test) = (&w.tenant.creator, w.test(Channel::Email)?);
    w.test_sent(creator, &campaign, &test).await?;
    w.pass(TimeDelta::minutes(20));
    w.test_sent(creator, &campaign, &test).await?;
    w.pass(TimeDelta::minutes(20));
    let again = w.test_sent(creator, &campaign, &test).await;
    fails!(again, Error::TooManyTests { retry_after } if retry_after.as_secs() == 1_200);
    w.test_sent(&w.tenant.approver, &campaign, &test).await?;
    w.pass(TimeDelta::minutes(20) + TimeDelta::seconds(1));
    w.test_sent(creator, &campaign, &test).await?;
    let again = w.test_sent(creator, &campaign, &test).await;
    fails!(again, Error::TooManyTests { .. });
    assert_eq!(w.platform.email.messages().len(), 4);
    Ok(())
}

async fn what_the_provider_says_is_told<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let campaign = w.tried().await?;
    let test = w.test(Channel::Email)?;
    let notifier: &RecordingNotifier = &w.platform.email;
    notifier.script(Some(Answer::Retry {
        after: None,
        reason: "busy".to_owned(),
    }));
    notifier.script(None);
    let creator = &w.tenant.creator;
    let refused = w.test_sent(creator, &campaign, &test).await?;
    let reason = "busy".to_owned();
    assert_eq!(refused, TestOutcome::NotSent { reason });
    let unheard = w.test_sent(creator, &campaign, &test).await?;
    let reason = "the notifier said nothing about it".to_owned();
    assert_eq!(unheard, TestOutcome::Unknown { reason });
    Ok(())
}

// First seen to fail with tests that look at no stop.
async fn a_stop_holds_a_test<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let campaign = w.tried().await?;
    let (creator, test) = (&w.tenant.creator, w.test(Channel::Email)?);
    let stops = w.platform.as_root().stops();
    let reason = "a test".parse()?;
    for extent in [
        StopExtent::Everything,
        StopExtent::Tenant(w.tenant.id),
        StopExtent::Channel(Channel::Email),
    ] {
        let stop = stops.stop(extent, &reason).await?;
        let held = w.test_sent(creator, &campaign, &test).await;
        fails!(held, Error::Stopped(by) if by.id == stop.id);
        stops.lift(stop.id, &reason).await?;
    }
    stops
        .stop(StopExtent::Channel(Channel::Sms), &reason)
        .await?;
    w.test_sent(creator, &campaign, &test).await?;
    assert_eq!(w.platform.email.messages().len(), 1);
    Ok(())
}
