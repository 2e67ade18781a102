//! Caps: a customer is sent no more marketing than the tenant allows, whoever sends it.

use chrono::TimeDelta;
use futures_util::future::join;
use offerkit_core::{
    domain::{Campaign, Channel, ContactCap, ContactRules, DeliveryStatus, Purpose},
    policy::Job,
    ports::{ClaimRequest, Outcome as Sent},
    services::NextBatch,
    time::{TimeZone, Timestamp},
};

use crate::{
    Adapter, Outcome,
    audience::customers,
    cases::cases,
    rules::{
        consents::marketed,
        sending_hours::{open, outcomes, set},
    },
    world::World,
};

use DeliveryStatus::Cancelled;

cases! { rules::contact_caps:
    a_cap_holds_what_comes_after_it,
    a_cap_counts_the_tenants_marketing_alone,
    a_cap_may_be_of_one_channel,
    what_was_not_sent_is_not_counted,
    two_claims_at_once_do_not_pass_a_cap,
    held_past_its_campaign_by_a_cap_a_row_is_cancelled,
}

pub(crate) fn capped(messages: u32, days: u32, channel: Option<Channel>) -> ContactRules {
    ContactRules {
        caps: vec![ContactCap {
            messages,
            days,
            channel,
        }],
        ..open()
    }
}

async fn a_cap_holds_what_comes_after_it<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    w.platform.customers(2).await?;
    set(&w, capped(2, 7, None)).await?;
    let first = w.now();
    for _ in 0..2 {
        let campaign = marketed(&w).await?;
        assert_eq!(w.sent(&campaign).await?.sent, 2);
        w.pass(TimeDelta::hours(1));
    }
    let third = marketed(&w).await?;
    let delivery = w.job(Job::Delivery);
    let batch = delivery.run_batch(third.id(), Channel::Email).await?;
    assert_eq!((batch.report.held, batch.next), (2, NextBatch::Later));
    assert_eq!(outcomes(&w, &third).await?, ["pending cap"; 2]);
    let free = first.plus(TimeDelta::days(7));
    let wait = free.as_datetime() - w.now().as_datetime();
    assert_eq!(batch.again_after, wait.to_std().ok());
    w.pass(wait - TimeDelta::microseconds(1));
    assert_eq!(w.sent(&third).await?.sent, 0);
    w.pass(TimeDelta::microseconds(1));
    assert_eq!(w.sent(&third).await?.sent, 2);
    Ok(())
}

async fn a_cap_counts_the_tenants_marketing_alone<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    w.platform.customers(1).await?;
    set(&w, capped(1, 7, None)).await?;
    let (service, _) = w.filled(0).await?;
    assert_eq!(w.sent(&service).await?.sent, 1);
    let twin = w.platform.tenant("card").await?;
    let offer = twin.approved_offer("Card").await?;
    let mut draft = twin.campaign(offer.id())?;
    draft.purpose = Purpose::Marketing;
    let other = twin.launched_campaign(draft).await?;
    let acting = |job| {
        let context = offerkit_core::services::Context::job(job);
        twin.acting(&context).deliveries(twin.id)
    };
    let configuration = twin.acting(&twin.admin).configuration(twin.id);
    let current = configuration.current().await?;
    let mut settings = current.settings.clone();
    settings.contact = open();
    configuration.publish(current.version, settings).await?;
    acting(Job::Audience).fill(other.id()).await?;
    assert_eq!(acting(Job::Delivery).run(other.id()).await?.sent, 1);
    let campaign = marketed(&w).await?;
    assert_eq!(w.sent(&campaign).await?.sent, 1);
    let (service, _) = w.filled(0).await?;
    assert_eq!(w.sent(&service).await?.sent, 1, "no cap is about it");
    let again = marketed(&w).await?;
    assert_eq!(w.sent(&again).await?.held, 1);
    Ok(())
}

async fn a_cap_may_be_of_one_channel<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    w.platform.customers(1).await?;
    for (channel, second) in [(Some(Channel::Email), 1), (None, 0)] {
        set(&w, capped(1, 7, channel)).await?;
        let offer = w.tenant.approved_offer("Cashback").await?;
        let mut draft = w.tenant.campaign(offer.id())?;
        draft.purpose = Purpose::Marketing;
        draft
            .messages
            .extend(w.over(Channel::Sms, offer.id())?.messages);
        let campaign = w.tenant.launched_campaign(draft).await?;
        w.job(Job::Audience).fill(campaign.id()).await?;
        let report = w.sent(&campaign).await?;
        assert_eq!((report.sent, report.held), (1 + second, 1 - second));
        w.pass(TimeDelta::days(7));
    }
    Ok(())
}

async fn what_was_not_sent_is_not_counted<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    w.platform.customers(1).await?;
    set(&w, capped(1, 7, None)).await?;
    let failed = |address_is_dead| Sent::Failed {
        reason: "refused".to_owned(),
        address_is_dead,
    };
    w.platform.email.script(Some(failed(false)));
    let campaign = marketed(&w).await?;
    assert_eq!(w.sent(&campaign).await?.failed, 1);
    let campaign = marketed(&w).await?;
    w.platform.email.script(Some(Sent::Retry {
        after: None,
        reason: "busy".to_owned(),
    }));
    assert_eq!(w.sent(&campaign).await?.retried, 1);
    w.pass(TimeDelta::hours(1));
    assert_eq!(
        w.sent(&campaign).await?.sent,
        1,
        "its own try does not count"
    );
    let again = marketed(&w).await?;
    assert_eq!(w.sent(&again).await?.held, 1);
    Ok(())
}

/// First seen to fail without the turns that claims take: on PostgreSQL both sent to the same customers.
async fn two_claims_at_once_do_not_pass_a_cap<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    for _ in 0..8 {
        w.pass(TimeDelta::days(8));
        let all = w.platform.customers(20).await?;
        let (one, two) = (marketed(&w).await?, marketed(&w).await?);
        let rules = capped(1, 7, None);
        let end = w.now().plus(TimeDelta::days(20));
        let rules = rules.for_claims(Purpose::Marketing, TimeZone::UTC, end);
        let (first, second) = (w.request(&one, 200), w.request(&two, 200));
        let claims = join(
            store.claim_by_rules(store, &first, &rules),
            store.claim_by_rules(store, &second, &rules),
        );
        let (first, second) = claims.await;
        let (first, second) = (first?, second?);
        let mut taken = [customers(&first.rows), customers(&second.rows)].concat();
        let count = taken.len();
        taken.sort_unstable();
        taken.dedup();
        assert_eq!(taken.len(), count, "nobody twice");
        assert!(all.iter().all(|it| taken.contains(it)), "nobody lost");
    }
    Ok(())
}

async fn held_past_its_campaign_by_a_cap_a_row_is_cancelled<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    w.platform.customers(1).await?;
    let campaigns = [marketed(&w).await?, marketed(&w).await?];
    let rules = |until: Timestamp| {
        let rules = capped(1, 7, None);
        rules.for_claims(Purpose::Marketing, TimeZone::UTC, until)
    };
    let [one, two] = &campaigns;
    let free = w.now().plus(TimeDelta::days(7));
    let claim = async |campaign: &Campaign, until| {
        let request: ClaimRequest = w.request(campaign, 9);
        store.claim_by_rules(store, &request, &rules(until)).await
    };
    assert_eq!(claim(one, free).await?.rows.len(), 1);
    let later = free.plus(TimeDelta::microseconds(1));
    let held = claim(two, later).await?;
    assert_eq!(
        (held.held, held.cancelled, held.wakes_at),
        (1, 0, Some(free))
    );
    w.pass(TimeDelta::days(7) - TimeDelta::microseconds(1));
    assert_eq!(claim(two, later).await?.held, 0, "it is not due");
    let third = marketed(&w).await?;
    let cancelled = claim(&third, free).await?;
    assert_eq!((cancelled.held, cancelled.cancelled), (0, 1));
    assert_eq!(w.emails(&third).await?, [Cancelled]);
    Ok(())
}
