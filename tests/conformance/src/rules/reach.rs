//! What a preview says that contact rules do, against what claims do then.

use std::{borrow::Cow, collections::BTreeSet};

use chrono::{NaiveTime, TimeDelta};
use offerkit_core::{
    criteria::{FieldDefinition, FieldType},
    domain::{
        Campaign, Channel, ChannelChoice, Consent, ConsentMode, ConsentWord, ContactCap,
        ContactRules, Customer, Delivery, DeliveryStatus, Purpose, QuietHours, SendingHours,
        Weekday, Withheld,
    },
    policy::Job,
    services::{ChannelReach, Error, Reach, Settings},
};
use serde_json::json;

use crate::{
    Adapter, Failure, Outcome,
    cases::{cases, fails},
    rules::{
        consents::marketed,
        contact_caps::capped,
        sending_hours::{open, set},
    },
    world::World,
};

use DeliveryStatus::{Cancelled, Pending, Sent, Suppressed};

cases! { rules::reach:
    a_preview_says_what_claims_do_then,
    a_draft_is_judged_by_its_plan_and_nothing_is_changed,
    what_goes_out_over_one_channel_counts_for_the_next,
    a_cap_of_several_is_named_by_which_holds_longest,
    a_preview_beyond_its_limit_says_so,
    outsiders_see_no_reach,
}

/// Numbers that follow each other in no order, the same in every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: u32) -> u32 {
        let Self(state) = self;
        *state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let high = u32::try_from(*state >> 33).unwrap_or(u32::MAX);
        high.checked_rem(end).unwrap_or(0)
    }

    fn one_in(&mut self, count: u32) -> bool {
        self.below(count) == 0
    }

    fn of<T: Copy>(&mut self, all: &[T]) -> Result<T, Failure> {
        let place = self.below(u32::try_from(all.len())?);
        let found = all.get(usize::try_from(place)?);
        Ok(*found.ok_or("nothing to choose from")?)
    }
}

/// Customers of every kind: some without an address, some inactive, on several clocks, with words on some channels, and
/// with addresses that nothing is sent to.
async fn people<B: Adapter>(w: &World<B>, numbers: &mut Numbers, count: usize) -> Outcome {
    let mut all = Vec::new();
    let mut words = Vec::new();
    let mut dead = Vec::new();
    for _ in 0..count {
        let customer = w.platform.customer(&[])?;
        let mut parts = customer.to_parts();
        if numbers.one_in(4) {
            parts.email = None;
        }
        if numbers.one_in(4) {
            parts.phone = None;
        }
        parts.is_active = !numbers.one_in(8);
        let zone = numbers.of(&["+05:30", "-08:00", "Mars/Base", ""])?;
        if !zone.is_empty() {
            let attributes = json!({ "zone": zone });
            let attributes = attributes.as_object().cloned().unwrap_or_default();
            parts.attributes = Cow::Owned(attributes);
        }
        let customer = Customer::from_parts(parts)?;
        for channel in [Channel::Email, Channel::Sms] {
            for said in [ConsentWord::Given, ConsentWord::Withdrawn] {
                if numbers.one_in(2) {
                    words.push(Consent {
                        customer: customer.id(),
                        purpose: Purpose::Marketing,
                        channel,
                        said_at: w.now().minus(TimeDelta::seconds(numbers.below(9).into())),
                        word: said,
                        source: "form".parse()?,
                    });
                }
            }
        }
        if numbers.one_in(6) {
            dead.extend(customer.email().map(|it| (Channel::Email, it.to_owned())));
            dead.extend(customer.phone().map(|it| (Channel::Sms, it.to_owned())));
        }
        all.push(customer);
    }
    let root = w.platform.as_root();
    root.customers().import(all).await?;
    root.consents().import(words).await?;
    for (channel, address) in dead {
        root.suppressions().add(channel, &address).await?;
    }
    Ok(())
}

fn rules(numbers: &mut Numbers) -> Result<ContactRules, Failure> {
    let mut hours = SendingHours::default();
    let hour = |hour| NaiveTime::from_hms_opt(hour, 0, 0).ok_or("no such hour");
    if numbers.one_in(2) {
        let from = numbers.below(24);
        let to = (from + 1 + numbers.below(16)) % 24;
        hours.quiet = Some(QuietHours {
            from: hour(from)?,
            to: hour(to)?,
        });
    }
    if numbers.one_in(3) {
        hours.days = Weekday::ALL
            .into_iter()
            .filter(|_| !numbers.one_in(3))
            .collect();
        hours.days.insert(Weekday::Friday);
    }
    let mut caps = Vec::new();
    for _ in 0..numbers.below(3) {
        caps.push(ContactCap {
            messages: 1 + numbers.below(2),
            days: 1 + numbers.below(4),
            channel: numbers.of(&[None, Some(Channel::Email), Some(Channel::Sms)])?,
        });
    }
    Ok(ContactRules {
        consent: numbers.of(&[ConsentMode::OptIn, ConsentMode::OptOut])?,
        hours,
        zone_field: numbers.one_in(2).then(|| "zone".into()),
        caps,
        ..ContactRules::default()
    })
}

/// What is to have decided about somebody.
const DECIDING: [Withheld; 6] = [
    Withheld::NoConsent,
    Withheld::NoAddress,
    Withheld::SuppressedAddress,
    Withheld::QuietHours,
    Withheld::SendDay,
    Withheld::Cap,
];

fn on(reach: &Reach, channel: Channel) -> Result<&ChannelReach, Failure> {
    let mut channels = reach.channels.iter();
    let found = channels.find(|it| it.channel == channel);
    Ok(found.ok_or("no such channel")?)
}

fn adds_up(reach: &Reach) {
    for on in &reach.channels {
        let removed: u64 = on.removed.iter().map(|it| it.customers).sum();
        let held: u64 = on.held.iter().map(|it| it.customers).sum();
        let cancelled: u64 = on.cancelled.iter().map(|it| it.customers).sum();
        let others = on.settled + on.waiting + on.other_channel;
        let all = on.contacted + others + removed + held + cancelled;
        assert_eq!(all, reach.selected, "{on:?}");
    }
}

/// How many rows over a channel are now as `wanted` and were not before.
fn new_rows(
    (before, after): (&[Delivery], &[Delivery]),
    channel: Channel,
    (status, reason): (DeliveryStatus, Option<&str>),
) -> u64 {
    let is_new = |row: &&Delivery| {
        let old = before.iter().find(|it| it.key == row.key);
        row.key.channel == channel
            && row.status == status
            && row.reason.as_deref() == reason
            && old.is_none_or(|old| (old.status, old.updated_at) != (row.status, row.updated_at))
    };
    after.iter().filter(is_new).fold(0, |count, _| count + 1)
}

/// Asks for a campaign's reach, sends, and compares.
async fn compared<B: Adapter>(w: &World<B>, campaign: &Campaign) -> Result<Reach, Failure> {
    // What an earlier claim touched bears another moment than this one.
    w.pass(TimeDelta::microseconds(1));
    let campaigns = w.campaigns(&w.tenant.creator);
    let reach = campaigns.reach(campaign.id()).await?;
    adds_up(&reach);
    let before = w.ledger_rows(campaign).await?;
    w.sent(campaign).await?;
    let after = w.ledger_rows(campaign).await?;
    let rows = (before.as_slice(), after.as_slice());
    for on in &reach.channels {
        let sent = new_rows(rows, on.channel, (Sent, None));
        assert_eq!(sent, on.contacted, "{on:?}");
        for (status, rules) in [(Suppressed, &on.removed), (Cancelled, &on.cancelled)] {
            for rule in rules {
                let wanted = (status, Some(rule.reason.as_str()));
                assert_eq!(new_rows(rows, on.channel, wanted), rule.customers, "{on:?}");
            }
            let all: u64 = rules.iter().map(|it| it.customers).sum();
            let moved = after.iter().filter(|it| it.status == status);
            let moved = moved.filter(|it| it.key.channel == on.channel && it.updated_at == w.now());
            assert_eq!(moved.fold(0, |count, _| count + 1), all, "{on:?}");
        }
        // Hours that are the same for all touch no row.
        let is_touched = after.iter().any(|it| it.updated_at == w.now());
        for rule in on.held.iter().filter(|_| is_touched) {
            let wanted = (Pending, Some(rule.reason.as_str()));
            assert_eq!(new_rows(rows, on.channel, wanted), rule.customers, "{on:?}");
        }
    }
    Ok(reach)
}

/// First seen to fail with a preview that judges rows which wait for a later moment.
async fn a_preview_says_what_claims_do_then<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let zone = FieldDefinition::attribute("zone", FieldType::Text)?;
    w.platform.as_root().catalog().add_attribute(zone).await?;
    let mut numbers = Numbers(26);
    // Whoever came later would have no row of the campaigns before.
    people(&w, &mut numbers, 24).await?;
    let mut campaigns: Vec<Campaign> = Vec::new();
    let mut seen = BTreeSet::new();
    for _ in 0..12 {
        set(&w, rules(&mut numbers)?).await?;
        let offer = w.tenant.approved_offer("Cashback").await?;
        let mut draft = w.tenant.campaign(offer.id())?;
        let over_sms = w.over(Channel::Sms, offer.id())?;
        draft.messages.extend(over_sms.messages);
        if !numbers.one_in(4) {
            draft.purpose = Purpose::Marketing;
        }
        if numbers.one_in(2) {
            let order = numbers.of(&[
                [Channel::Email, Channel::Sms],
                [Channel::Sms, Channel::Email],
            ])?;
            draft.channels = ChannelChoice::FirstAvailable(order.into());
        }
        draft.end_date = draft.start_date + TimeDelta::days(numbers.below(6).into());
        let campaign = w.tenant.launched_campaign(draft).await?;
        let before = w.campaigns(&w.tenant.creator).reach(campaign.id()).await?;
        w.job(Job::Audience).fill(campaign.id()).await?;
        let after = w.campaigns(&w.tenant.creator).reach(campaign.id()).await?;
        assert_eq!(before, after, "a row that is pending changes nothing");
        campaigns.push(campaign);
        for campaign in &campaigns {
            let today = w.now().date();
            if today <= campaign.plan().end_date {
                let reach = compared(&w, campaign).await?;
                for on in &reach.channels {
                    let counts = on.removed.iter().chain(&on.cancelled);
                    seen.extend(counts.map(|it| it.reason));
                    seen.extend(on.held.iter().map(|it| it.reason));
                }
            }
        }
        w.pass(TimeDelta::hours(1 + i64::from(numbers.below(12))));
    }
    for why in DECIDING {
        assert!(seen.contains(&why), "{why} decided about somebody");
    }
    Ok(())
}

async fn a_draft_is_judged_by_its_plan_and_nothing_is_changed<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    w.platform.customers(3).await?;
    let offer = w.kept_offer("Cashback").await?;
    let mut draft = w.tenant.campaign(offer.id())?;
    draft.purpose = Purpose::Marketing;
    let campaigns = w.campaigns(&w.tenant.creator);
    let campaign = campaigns.create(draft.clone()).await?;
    let reach = w.unrecorded(campaigns.reach(campaign.id())).await??;
    adds_up(&reach);
    let email = on(&reach, Channel::Email)?;
    let removed: Vec<_> = email.removed.iter().map(|it| it.reason.as_str()).collect();
    assert_eq!((email.contacted, removed), (0, vec!["no_consent"]));
    draft.purpose = Purpose::Service;
    let seen = campaign.revision();
    campaigns.edit(campaign.id(), seen, draft).await?;
    let reach = campaigns.reach(campaign.id()).await?;
    assert_eq!((reach.selected, reach.is_complete), (3, true));
    assert_eq!(on(&reach, Channel::Email)?.contacted, 3);
    assert_eq!(w.ledger_rows(&campaign).await?, []);
    Ok(())
}

/// First seen to fail with a preview that judges each channel alone.
async fn what_goes_out_over_one_channel_counts_for_the_next<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    w.platform.customers(2).await?;
    set(&w, capped(1, 7, None)).await?;
    let offer = w.tenant.approved_offer("Cashback").await?;
    let mut draft = w.tenant.campaign(offer.id())?;
    draft.purpose = Purpose::Marketing;
    let over_sms = w.over(Channel::Sms, offer.id())?;
    draft.messages.extend(over_sms.messages);
    let campaign = w.tenant.launched_campaign(draft).await?;
    w.job(Job::Audience).fill(campaign.id()).await?;
    let reach = compared(&w, &campaign).await?;
    assert_eq!(on(&reach, Channel::Email)?.contacted, 2);
    let held = on(&reach, Channel::Sms)?.held.iter();
    let held: Vec<_> = held.map(|it| (it.reason, it.customers)).collect();
    assert_eq!(held, [(Withheld::Cap, 2)]);
    Ok(())
}

async fn a_cap_of_several_is_named_by_which_holds_longest<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    w.platform.customers(2).await?;
    let (week, day) = (capped(1, 7, None), capped(1, 1, Some(Channel::Email)));
    set(&w, open()).await?;
    let first = marketed(&w).await?;
    assert_eq!(w.sent(&first).await?.sent, 2);
    let caps = [day.caps.clone(), week.caps.clone()].concat();
    set(&w, ContactRules { caps, ..open() }).await?;
    let second = marketed(&w).await?;
    let reach = w.campaigns(&w.tenant.creator).reach(second.id()).await?;
    let email = on(&reach, Channel::Email)?;
    let named: Vec<_> = email.caps.iter().map(|it| (it.cap, it.customers)).collect();
    let [cap] = week.caps.as_slice() else {
        return Err("one cap".into());
    };
    assert_eq!(named, [(*cap, 2)]);
    let until: Vec<_> = email.held.iter().map(|it| it.last_until).collect();
    assert_eq!(until, [w.now().plus(TimeDelta::days(7))]);
    Ok(())
}

async fn a_preview_beyond_its_limit_says_so<B: Adapter>(store: &B) -> Outcome {
    let settings = Settings {
        reach_limit: 3,
        ..Settings::default()
    };
    let w = World::with(store, |builder| builder.settings(settings)).await?;
    let campaign = w.launched().await?;
    for (more, is_complete) in [(3, true), (1, false)] {
        w.platform.customers(more).await?;
        let reach = w.campaigns(&w.tenant.creator).reach(campaign.id()).await?;
        assert_eq!((reach.selected, reach.is_complete), (3, is_complete));
        adds_up(&reach);
    }
    Ok(())
}

async fn outsiders_see_no_reach<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let campaign = w.launched().await?;
    let stranger = w.member("stranger", &[]).await?;
    let reach = w.campaigns(&stranger).reach(campaign.id()).await;
    fails!(reach, Error::NotFound(_));
    Ok(())
}
