//! A campaign that reaches each customer over the first channel that may.

use chrono::TimeDelta;
use futures_util::future::{join, try_join_all};
use offerkit_core::{
    domain::{
        Campaign, Channel, ChannelChoice, Consent, ConsentWord, Customer, DeliveryStatus,
        NOT_SELECTED_ANEW, Purpose,
    },
    id::CustomerId,
    policy::Job,
    ports::Outcome as Sent,
    services::{CampaignDraft, Error, NextBatch},
};

use crate::{
    Adapter, Failure, Outcome,
    acts::written,
    audience::{customers, settlement},
    cases::{cases, fails},
    rules::{
        contact_caps::capped,
        relaunch::relaunched,
        sending_hours::{outcomes, set},
    },
    world::World,
};

use Channel::{Email, Sms};
use DeliveryStatus::Suppressed;

cases! { rules::channel_choice:
    each_is_reached_over_the_first_channel_that_may,
    a_word_decides_where_consent_is_asked_for,
    a_refusal_or_a_wait_stays_on_its_channel,
    an_order_names_every_channel_once,
    a_change_of_the_choice_needs_a_new_launch,
    a_settlement_too_late_passes_nobody_on,
    workers_on_all_channels_at_once_reach_nobody_twice,
    who_was_reached_by_an_earlier_launch_is_not_reached_anew,
    who_waits_on_several_channels_is_reached_over_one_after_a_new_launch,
}

impl<B: Adapter> World<B> {
    /// What a campaign over both channels would say.
    async fn over_one_of(&self, order: [Channel; 2]) -> Result<CampaignDraft, Failure> {
        let offer = self.tenant.approved_offer("Cashback").await?;
        let mut draft = self.over(Email, offer.id())?;
        draft.messages.extend(self.over(Sms, offer.id())?.messages);
        draft.channels = ChannelChoice::FirstAvailable(order.into());
        Ok(draft)
    }

    async fn filled_by(&self, draft: CampaignDraft) -> Result<Campaign, Failure> {
        let campaign = self.tenant.launched_campaign(draft).await?;
        self.job(Job::Audience).fill(campaign.id()).await?;
        Ok(campaign)
    }

    /// Customers without this address.
    async fn without(&self, channel: Channel, count: usize) -> Result<Vec<CustomerId>, Failure> {
        let mut all = Vec::new();
        for _ in 0..count {
            let customer = self.platform.customer(&[])?;
            let mut parts = customer.to_parts();
            match channel {
                Email => parts.email = None,
                _ => parts.phone = None,
            }
            all.push(Customer::from_parts(parts)?);
        }
        let ids = all.iter().map(Customer::id).collect();
        self.platform.as_root().customers().import(all).await?;
        Ok(ids)
    }

    /// The channels that each customer's messages went over, by the customers' ids.
    async fn over_which(&self, campaign: &Campaign) -> Result<Vec<(CustomerId, Channel)>, Failure> {
        let rows = self.ledger_rows(campaign).await?.into_iter();
        let sent = rows.filter(|row| row.status == DeliveryStatus::Sent);
        Ok(sent
            .map(|row| (row.key.customer, row.key.channel))
            .collect())
    }
}

async fn each_is_reached_over_the_first_channel_that_may<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let all = w.platform.customers(1).await?;
    let without_email = w.without(Email, 1).await?;
    let without_phone = w.without(Sms, 1).await?;
    for order in [[Email, Sms], [Sms, Email]] {
        let draft = w.over_one_of(order).await?;
        let campaign = w.filled_by(draft).await?;
        let reach = w.campaigns(&w.tenant.creator).reach(campaign.id()).await?;
        let reached: u64 = reach.channels.iter().map(|it| it.contacted).sum();
        assert_eq!(reached, 3);
        for on in &reach.channels {
            let removed: u64 = on.removed.iter().map(|it| it.customers).sum();
            assert_eq!(on.contacted + removed + on.other_channel, reach.selected);
        }
        assert_eq!(w.ledger_rows(&campaign).await?.len(), 3, "one for each");
        assert_eq!(w.sent(&campaign).await?.sent, 3);
        let [first, _] = order;
        let expected = [
            (&all, first),
            (&without_email, Sms),
            (&without_phone, Email),
        ];
        let expected: Vec<_> = expected
            .into_iter()
            .flat_map(|(ids, channel)| ids.iter().map(move |id| (*id, channel)))
            .collect();
        assert_eq!(w.over_which(&campaign).await?, expected);
        let rows = w.ledger_rows(&campaign).await?;
        let passed: Vec<_> = rows.iter().filter(|it| it.status == Suppressed).collect();
        let reasons: Vec<_> = passed
            .iter()
            .filter_map(|it| it.reason.as_deref())
            .collect();
        assert_eq!(reasons, ["no_address"]);
        let progress = w.progress(&campaign).await?;
        assert_eq!(progress.audience, 3, "nobody counts twice");
    }
    Ok(())
}

async fn a_word_decides_where_consent_is_asked_for<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let ids = w.platform.customers(2).await?;
    let [one, two] = ids.as_slice() else {
        return Err("two customers".into());
    };
    let word = |customer: &CustomerId, channel| -> Result<Consent, Failure> {
        Ok(Consent {
            customer: *customer,
            purpose: Purpose::Marketing,
            channel,
            said_at: w.now(),
            word: ConsentWord::Given,
            source: "form".parse()?,
        })
    };
    let words = vec![word(one, Email)?, word(one, Sms)?, word(two, Sms)?];
    w.platform.as_root().consents().import(words).await?;
    let mut draft = w.over_one_of([Email, Sms]).await?;
    draft.purpose = Purpose::Marketing;
    let campaign = w.filled_by(draft).await?;
    w.sent(&campaign).await?;
    assert_eq!(w.over_which(&campaign).await?, [(*one, Email), (*two, Sms)]);
    let expected = ["sent ", "suppressed no_consent", "sent "];
    assert_eq!(outcomes(&w, &campaign).await?, expected);
    Ok(())
}

async fn a_refusal_or_a_wait_stays_on_its_channel<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    w.platform.customers(1).await?;
    w.platform.email.script(Some(Sent::Failed {
        reason: "refused".to_owned(),
        address_is_dead: true,
    }));
    let draft = w.over_one_of([Email, Sms]).await?;
    let campaign = w.filled_by(draft.clone()).await?;
    w.sent(&campaign).await?;
    assert_eq!(outcomes(&w, &campaign).await?, ["failed refused"]);
    // The next campaign knows that the address is dead.
    let next = w.filled_by(draft.clone()).await?;
    w.sent(&next).await?;
    let expected = ["suppressed suppressed_address", "sent "];
    assert_eq!(outcomes(&w, &next).await?, expected);
    let mut rules = capped(1, 7, None);
    rules.zone_field = None;
    set(&w, rules).await?;
    w.platform.customers(1).await?;
    let mut draft = draft;
    draft.purpose = Purpose::Marketing;
    for expected in ["sent ", "pending cap"] {
        let campaign = w.filled_by(draft.clone()).await?;
        w.sent(&campaign).await?;
        let outcomes = outcomes(&w, &campaign).await?;
        assert_eq!(outcomes.last().map(String::as_str), Some(expected));
    }
    Ok(())
}

async fn an_order_names_every_channel_once<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let draft = w.over_one_of([Sms, Sms]).await?;
    let campaigns = w.campaigns(&w.tenant.creator);
    fails!(campaigns.create(draft).await, Error::Invalid(_));
    let mut draft = w.over_one_of([Sms, Email]).await?;
    draft.messages.remove(&Email);
    fails!(campaigns.create(draft).await, Error::Invalid(_));
    let draft = w.over_one_of([Sms, Email]).await?;
    let kept = campaigns.create(draft.clone()).await?;
    assert_eq!(
        campaigns.get(kept.id()).await?.plan().channels,
        draft.channels
    );
    Ok(())
}

async fn a_change_of_the_choice_needs_a_new_launch<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let draft = w.over_one_of([Email, Sms]).await?;
    let campaign = w.tenant.launched_campaign(draft).await?;
    let paused = w.paused(&w.tenant.admin, &campaign).await?;
    let mut draft = written(&paused);
    draft.channels = ChannelChoice::All;
    let campaigns = w.campaigns(&w.tenant.creator);
    let edited = campaigns
        .edit(paused.id(), paused.revision(), draft)
        .await?;
    assert_eq!(edited.revision(), paused.revision().next());
    let resumed = w.campaigns(&w.tenant.admin).resume(paused.id()).await;
    fails!(resumed, Error::Transition(_));
    Ok(())
}

/// First seen to fail where every settlement that names next channels adds a row, whether or not it settles one.
async fn a_settlement_too_late_passes_nobody_on<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    for round in 0..20 {
        w.platform.customers(1).await?;
        let draft = w.over_one_of([Email, Sms]).await?;
        let campaign = w.filled_by(draft).await?;
        let (token, claimed) = w.claim(&campaign, 100).await?;
        let late: Vec<_> = claimed
            .iter()
            .map(|it| {
                let mut settlement = settlement(it.key, Suppressed);
                settlement.next = vec![Sms];
                settlement
            })
            .collect();
        let first = claimed.first().ok_or("nothing was claimed")?.key;
        if round == 0 {
            // The provider reports before the worker settles.
            store
                .receipt(w.tenant.id, first, DeliveryStatus::Sent, w.now())
                .await?;
            let settled = store.settle(w.tenant.id, token, &late, w.now()).await?;
            assert_eq!(settled + 1, u64::try_from(claimed.len())?);
        } else {
            let both = join(
                store.receipt(w.tenant.id, first, DeliveryStatus::Sent, w.now()),
                store.settle(w.tenant.id, token, &late, w.now()),
            );
            let (reported, settled) = both.await;
            let (reported, settled) = (u64::from(reported?), settled?);
            assert_eq!(reported + settled, u64::try_from(claimed.len())?);
        }
        let rows = w.ledger_rows(&campaign).await?;
        for row in rows.iter().filter(|row| row.status == DeliveryStatus::Sent) {
            let other = rows
                .iter()
                .find(|it| it.key.customer == row.key.customer && it.key != row.key);
            assert_eq!(other, None, "sent, and passed on");
        }
        let passed = rows.iter().filter(|row| row.status == Suppressed).count();
        let pending = rows.iter().filter(|row| row.key.channel == Sms).count();
        assert_eq!(passed, pending, "nobody is lost");
    }
    Ok(())
}

/// First seen to fail with a filling that adds a row on every channel.
async fn workers_on_all_channels_at_once_reach_nobody_twice<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let mut all = w.platform.customers(15).await?;
    all.extend(w.without(Email, 15).await?);
    all.extend(w.without(Sms, 5).await?);
    for order in [[Email, Sms], [Sms, Email]] {
        let draft = w.over_one_of(order).await?;
        let campaign = w.filled_by(draft).await?;
        let worker = async |channel| -> Result<(), Error> {
            let delivery = w.job(Job::Delivery);
            let mut idle = 0;
            while idle < 20 {
                let batch = delivery.run_batch(campaign.id(), channel).await?;
                idle = if batch.next == NextBatch::Now {
                    0
                } else {
                    idle + 1
                };
            }
            Ok(())
        };
        let workers = [Email, Sms, Email, Sms].map(|channel| Box::pin(worker(channel)));
        try_join_all(workers).await?;
        // Who was passed on after a worker had given up.
        w.sent(&campaign).await?;
        let mut reached: Vec<_> = w.over_which(&campaign).await?;
        reached.sort_unstable();
        let ids: Vec<_> = reached.iter().map(|(customer, _)| *customer).collect();
        let mut expected = all.clone();
        expected.sort_unstable();
        assert_eq!(ids, expected, "everybody, and nobody twice");
    }
    Ok(())
}

async fn who_was_reached_by_an_earlier_launch_is_not_reached_anew<B: Adapter>(
    store: &B,
) -> Outcome {
    let w = World::new(store).await?;
    w.platform.customers(1).await?;
    let mut draft = w.over_one_of([Email, Sms]).await?;
    draft.messages.remove(&Sms);
    draft.channels = ChannelChoice::All;
    let campaign = w.filled_by(draft).await?;
    assert_eq!(w.sent(&campaign).await?.sent, 1);
    let newcomer = w.without(Email, 1).await?;
    let paused = w.paused(&w.tenant.admin, &campaign).await?;
    let mut draft = w.over_one_of([Sms, Email]).await?;
    draft.offer = paused.plan().offer;
    let campaigns = w.campaigns(&w.tenant.creator);
    let edited = campaigns
        .edit(paused.id(), paused.revision(), draft)
        .await?;
    w.requested(&w.tenant.creator, &edited).await?;
    let launched = w.launched_by(&w.tenant.approver, &edited).await?;
    let run = w.job(Job::Audience).fill(launched.id()).await?;
    assert_eq!((run.added, run.kept), (1, 1));
    assert_eq!(w.sent(&launched).await?.sent, 1);
    let over = w.over_which(&launched).await?;
    let sms: Vec<_> = over.iter().filter(|(_, channel)| *channel == Sms).collect();
    let sms: Vec<_> = sms.into_iter().map(|(customer, _)| *customer).collect();
    assert_eq!((over.len(), sms), (2, newcomer));
    w.pass(TimeDelta::hours(1));
    let request = w.request(&launched, 9);
    let claimed = store.claim(&request).await?;
    assert_eq!(customers(&claimed), []);
    Ok(())
}

/// First seen to fail with a filling that takes a cancelled row for a message that was tried.
async fn who_waits_on_several_channels_is_reached_over_one_after_a_new_launch<B: Adapter>(
    store: &B,
) -> Outcome {
    let w = World::new(store).await?;
    let ids = w.platform.customers(2).await?;
    let draft = w.over_one_of([Email, Sms]).await?;
    let choice = draft.channels.clone();
    let all = CampaignDraft {
        channels: ChannelChoice::All,
        ..draft
    };
    let campaign = w.filled_by(all).await?;
    assert_eq!(w.ledger_rows(&campaign).await?.len(), 4);
    let campaign = relaunched(&w, &campaign, |draft| draft.channels = choice).await?;
    w.job(Job::Audience).fill(campaign.id()).await?;
    let cancelled = format!("cancelled {NOT_SELECTED_ANEW}");
    let expected = ["pending ", &cancelled].repeat(2);
    assert_eq!(outcomes(&w, &campaign).await?, expected);
    let campaign = relaunched(&w, &campaign, |draft| {
        draft.end_date += TimeDelta::days(1);
    })
    .await?;
    let run = w.job(Job::Audience).fill(campaign.id()).await?;
    assert_eq!((run.added, run.kept), (2, 0));
    assert_eq!(w.sent(&campaign).await?.sent, 2);
    let expected: Vec<_> = ids.into_iter().map(|id| (id, Email)).collect();
    assert_eq!(w.over_which(&campaign).await?, expected);
    Ok(())
}
