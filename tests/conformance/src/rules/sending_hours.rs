//! Hours of sending: what waits, until when, and what is cancelled.

use chrono::{NaiveTime, TimeDelta};
use offerkit_core::{
    criteria::{FieldDefinition, FieldType},
    domain::{
        Campaign, Channel, ConsentMode, ContactRules, DeliveryStatus, QuietHours, SendingHours,
        Weekday, Withheld,
    },
    id::CustomerId,
    policy::Job,
    services::{Error, NextBatch},
};
use serde_json::json;

use crate::{
    Adapter, Failure, Outcome,
    cases::{cases, fails},
    rules::contact_caps::capped,
    world::World,
};

use DeliveryStatus::{Pending, Sending};

cases! { rules::sending_hours:
    nothing_is_sent_in_quiet_hours_or_on_other_days,
    what_waits_past_the_end_of_its_campaign_is_cancelled,
    quiet_hours_follow_the_customers_clock,
    what_waits_by_its_own_clock_past_the_end_is_cancelled,
    what_a_worker_left_is_not_sent_in_quiet_hours,
    rules_that_cannot_be_are_refused,
}

pub(crate) async fn set<B: Adapter>(w: &World<B>, contact: ContactRules) -> Result<(), Error> {
    let configuration = w.configuration(&w.tenant.admin);
    let current = configuration.current().await?;
    let mut settings = current.settings.clone();
    settings.contact = contact;
    configuration.publish(current.version, settings).await?;
    Ok(())
}

fn time(hour: u32) -> Result<NaiveTime, Failure> {
    NaiveTime::from_hms_opt(hour, 0, 0).ok_or_else(|| "no such hour".into())
}

fn quiet(from: u32, to: u32) -> Result<ContactRules, Failure> {
    let (from, to) = (time(from)?, time(to)?);
    Ok(ContactRules {
        hours: SendingHours {
            quiet: Some(QuietHours { from, to }),
            ..SendingHours::default()
        },
        ..open()
    })
}

/// Everyone may be sent marketing.
pub(crate) fn open() -> ContactRules {
    ContactRules {
        consent: ConsentMode::OptOut,
        ..ContactRules::default()
    }
}

pub(crate) async fn outcomes<B: Adapter>(
    w: &World<B>,
    campaign: &Campaign,
) -> Result<Vec<String>, Failure> {
    let outcomes = w.outcomes(campaign).await?.into_iter();
    let words = outcomes.map(|(status, why)| format!("{} {why}", status.as_str()));
    Ok(words.collect())
}

/// It is nine o'clock on a Monday.
async fn nothing_is_sent_in_quiet_hours_or_on_other_days<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let (campaign, _) = w.filled(2).await?;
    let (monday, today) = (w.now(), w.now().date());
    let next = today.succ_opt().ok_or("no tomorrow")?;
    let hour = |hours| monday.plus(TimeDelta::hours(hours));
    let other_days = SendingHours {
        days: [Weekday::Wednesday].into(),
        ..SendingHours::default()
    };
    let holidays = SendingHours {
        holidays: [today, next].into(),
        ..SendingHours::default()
    };
    let with = |hours| ContactRules { hours, ..open() };
    for (rules, until, why) in [
        (quiet(20, 11)?, hour(2), Withheld::QuietHours),
        (quiet(8, 21)?, hour(12), Withheld::QuietHours),
        (with(other_days), hour(39), Withheld::SendDay),
        (with(holidays), hour(39), Withheld::Holiday),
    ] {
        set(&w, rules).await?;
        let delivery = w.job(Job::Delivery);
        let batch = delivery.run_batch(campaign.id(), Channel::Email).await?;
        assert_eq!(batch.closed, Some((until, why)));
        assert_eq!(batch.next, NextBatch::Later);
        let wait = until.as_datetime() - w.now().as_datetime();
        assert_eq!(batch.again_after, wait.to_std().ok());
        assert_eq!(w.sent(&campaign).await?.sent, 0);
        assert_eq!(w.emails(&campaign).await?, [Pending; 2]);
    }
    w.pass(TimeDelta::hours(39));
    assert_eq!(w.sent(&campaign).await?.sent, 2);
    Ok(())
}

async fn what_waits_past_the_end_of_its_campaign_is_cancelled<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    w.platform.customers(2).await?;
    let offer = w.tenant.approved_offer("Cashback").await?;
    let mut draft = w.tenant.campaign(offer.id())?;
    draft.end_date = draft.start_date;
    let campaign = w.tenant.launched_campaign(draft).await?;
    w.job(Job::Audience).fill(campaign.id()).await?;
    set(&w, quiet(8, 23)?).await?;
    assert_eq!(w.sent(&campaign).await?.suppressed, 0);
    set(&w, quiet(8, 0)?).await?;
    assert_eq!(w.sent(&campaign).await?.suppressed, 2);
    assert_eq!(outcomes(&w, &campaign).await?, ["cancelled quiet_hours"; 2]);
    Ok(())
}

/// Three customers by three clocks, and one without.
async fn abroad<B: Adapter>(w: &World<B>) -> Result<Vec<CustomerId>, Failure> {
    let zone = FieldDefinition::attribute("zone", FieldType::Text)?;
    w.platform.as_root().catalog().add_attribute(zone).await?;
    let mut ids = Vec::new();
    let mut all = Vec::new();
    for zone in [
        json!("+05:30"),
        json!("-08:00"),
        json!("Mars/Base"),
        json!(null),
    ] {
        let customer = w.platform.customer(&[])?;
        let mut parts = customer.to_parts();
        if zone.is_string() {
            let attributes = json!({ "zone": zone });
            let attributes = attributes.as_object().cloned().unwrap_or_default();
            parts.attributes = std::borrow::Cow::Owned(attributes);
        }
        let customer = offerkit_core::domain::Customer::from_parts(parts)?;
        ids.push(customer.id());
        all.push(customer);
    }
    w.platform.as_root().customers().import(all).await?;
    Ok(ids)
}

async fn quiet_hours_follow_the_customers_clock<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    abroad(&w).await?;
    let (campaign, _) = w.filled(0).await?;
    // It is 9:00 in UTC, 14:30 and 1:00 elsewhere.
    set(
        &w,
        ContactRules {
            zone_field: Some("zone".into()),
            ..quiet(21, 8)?
        },
    )
    .await?;
    let report = w.sent(&campaign).await?;
    assert_eq!((report.sent, report.held), (3, 1));
    let expected = ["sent ", "pending quiet_hours", "sent ", "sent "];
    assert_eq!(outcomes(&w, &campaign).await?, expected);
    w.pass(TimeDelta::hours(7) - TimeDelta::microseconds(1));
    assert_eq!(w.sent(&campaign).await?.sent, 0);
    w.pass(TimeDelta::microseconds(1));
    assert_eq!(w.sent(&campaign).await?.sent, 1);
    let attempts: Vec<_> = w
        .ledger_rows(&campaign)
        .await?
        .iter()
        .map(|it| it.attempts)
        .collect();
    assert_eq!(attempts, [1; 4], "held is not tried");
    Ok(())
}

async fn what_waits_by_its_own_clock_past_the_end_is_cancelled<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    abroad(&w).await?;
    let offer = w.tenant.approved_offer("Cashback").await?;
    let mut draft = w.tenant.campaign(offer.id())?;
    draft.end_date = draft.start_date;
    let campaign = w.tenant.launched_campaign(draft).await?;
    w.job(Job::Audience).fill(campaign.id()).await?;
    // Where it is 1:00, it is 16:00 when the day of the tenant ends.
    let rules = |to| -> Result<_, Failure> {
        Ok(ContactRules {
            zone_field: Some("zone".into()),
            ..quiet(0, to)?
        })
    };
    set(&w, rules(16)?).await?;
    let report = w.sent(&campaign).await?;
    assert_eq!((report.suppressed, report.held), (1, 3));
    let cancelled = outcomes(&w, &campaign).await?;
    assert_eq!(
        cancelled.get(1).map(String::as_str),
        Some("cancelled quiet_hours")
    );
    Ok(())
}

async fn what_a_worker_left_is_not_sent_in_quiet_hours<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let (campaign, _) = w.filled(1).await?;
    w.claim(&campaign, 1).await?;
    w.pass(TimeDelta::minutes(6));
    set(&w, quiet(8, 21)?).await?;
    w.sent(&campaign).await?;
    assert_eq!(w.emails(&campaign).await?, [Sending]);
    Ok(())
}

async fn rules_that_cannot_be_are_refused<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let no_days = SendingHours {
        days: [].into(),
        ..SendingHours::default()
    };
    for wrong in [
        quiet(9, 9)?,
        capped(0, 7, None),
        capped(1, 0, None),
        capped(1, 367, None),
        ContactRules {
            hours: no_days,
            ..open()
        },
        ContactRules {
            zone_field: Some("nowhere".into()),
            ..open()
        },
    ] {
        fails!(set(&w, wrong).await, Error::Invalid(_));
    }
    let all = ContactRules {
        zone_field: None,
        ..capped(3, 30, Some(Channel::Sms))
    };
    let all = ContactRules {
        hours: quiet(21, 9)?.hours,
        ..all
    };
    set(&w, all.clone()).await?;
    let current = w.configuration(&w.tenant.admin).current().await?;
    assert_eq!(current.settings.contact, all, "as they were stored");
    Ok(())
}
