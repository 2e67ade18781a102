//! A campaign's rows, counted by day.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use offerkit_core::{
    domain::{Campaign, Channel, DeliveryStatus},
    id::TenantId,
    ports::{DailyCounting, DayCount, DayCounts, StoreError},
    time::Timestamp,
};

use crate::{
    Adapter, Failure, Outcome,
    cases::{cases, fails},
    world::World,
};

use DeliveryStatus::{Delivered, Failed, Pending, Sent, Suppressed};

cases! { ports::days:
    rows_count_for_the_day_they_were_sent_or_else_changed,
    a_day_begins_at_its_first_moment,
    parts_of_any_size_add_up_and_end_between_customers,
    nothing_is_counted_of_what_is_not_there,
    rows_are_counted_by_some_day,
}

/// The beginnings of days of 24 hours from a moment on.
fn days(from: Timestamp, count: i32) -> Vec<Timestamp> {
    (0..count)
        .map(|day| from.plus(TimeDelta::days(day.into())))
        .collect()
}

async fn counted<B: Adapter>(
    w: &World<B>,
    campaign: &Campaign,
    counting: &DailyCounting<'_>,
) -> Result<DayCounts, StoreError> {
    let (tenant, id) = (campaign.tenant(), campaign.id());
    w.store.counted_by_day(tenant, id, counting).await
}

const fn whole(days: &[Timestamp]) -> DailyCounting<'_> {
    DailyCounting {
        days,
        after: None,
        limit: usize::MAX,
    }
}

type Told = (usize, Channel, DeliveryStatus, u64);

fn told(count: &DayCount) -> Told {
    (count.day, count.channel, count.status, count.count)
}

/// Two e-mails sent on the first day, of which one is delivered on the third; one suppressed on the second; one failed on the
/// third, and the rest as they were added on the first.
async fn eventful<B: Adapter>(w: &World<B>) -> Result<(Campaign, Vec<Timestamp>), Failure> {
    let days = days(w.now(), 3);
    let (campaign, _) = w.audience(5).await?;
    let (token, sent) = w.claim(&campaign, 2).await?;
    w.settle(token, &sent, Sent).await?;
    w.pass(TimeDelta::days(1));
    let (token, one) = w.claim(&campaign, 1).await?;
    w.settle(token, &one, Suppressed).await?;
    w.pass(TimeDelta::days(1));
    let (token, one) = w.claim(&campaign, 1).await?;
    w.settle(token, &one, Failed).await?;
    let first = sent.first().ok_or("nothing was claimed")?.key;
    w.store
        .receipt(w.tenant.id, first, Delivered, w.now())
        .await?;
    Ok((campaign, days))
}

const EVENTFUL: [Told; 6] = [
    (0, Channel::Email, Pending, 1),
    (0, Channel::Email, Sent, 1),
    (0, Channel::Email, Delivered, 1),
    (0, Channel::Sms, Pending, 5),
    (1, Channel::Email, Suppressed, 1),
    (2, Channel::Email, Failed, 1),
];

// First seen to fail with the day of the last change for all rows.
async fn rows_count_for_the_day_they_were_sent_or_else_changed<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let (campaign, days) = eventful(&w).await?;
    let counts = counted(&w, &campaign, &whole(&days)).await?;
    let rows: Vec<_> = counts.counts.iter().map(told).collect();
    assert_eq!((rows.as_slice(), counts.next), (&EVENTFUL[..], None));
    Ok(())
}

// First seen to fail with the moment that a day begins at counted for the day before.
async fn a_day_begins_at_its_first_moment<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let (campaign, _) = w.audience(1).await?;
    let (made, tick) = (w.now(), TimeDelta::microseconds(1));
    for (beginnings, day) in [
        (vec![made], 0),
        (vec![made.minus(tick), made], 1),
        (vec![made.minus(tick), made.plus(tick)], 0),
        // What is before the first day counts for it.
        (vec![made.plus(tick), made.plus(TimeDelta::days(1))], 0),
    ] {
        let counts = counted(&w, &campaign, &whole(&beginnings)).await?;
        let rows: Vec<_> = counts.counts.iter().map(told).collect();
        let expected = [Channel::Email, Channel::Sms].map(|channel| (day, channel, Pending, 1));
        assert_eq!(rows, expected, "{beginnings:?}");
    }
    // The same from both sides of the first day.
    let (token, claimed) = w.claim(&campaign, 1).await?;
    w.pass(TimeDelta::days(1));
    w.settle(token, &claimed, Failed).await?;
    let beginnings = [w.now().plus(tick)];
    let counts = counted(&w, &campaign, &whole(&beginnings)).await?;
    assert_eq!(counts.counts.iter().map(|it| it.count).sum::<u64>(), 2);
    Ok(())
}

async fn parts_of_any_size_add_up_and_end_between_customers<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let (campaign, days) = eventful(&w).await?;
    for limit in 0..=11 {
        let mut counting = DailyCounting {
            limit,
            ..whole(&days)
        };
        let mut sums = BTreeMap::new();
        loop {
            let part = counted(&w, &campaign, &counting).await?;
            let rows: u64 = part.counts.iter().map(|it| it.count).sum();
            // Each customer has an e-mail and an SMS.
            let expected = u64::try_from(limit.max(1).next_multiple_of(2))?;
            assert!(
                rows.is_multiple_of(2) && rows <= expected,
                "{rows} for {limit}"
            );
            for count in part.counts {
                *sums
                    .entry((count.day, count.channel, count.status))
                    .or_default() += count.count;
            }
            match part.next {
                Some(last) => counting.after = Some(last),
                None => break,
            }
        }
        let sums = sums.into_iter();
        let sums: Vec<Told> = sums.map(|((d, c, s), count)| (d, c, s, count)).collect();
        assert_eq!(sums, EVENTFUL, "parts of {limit}");
    }
    Ok(())
}

async fn nothing_is_counted_of_what_is_not_there<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let (campaign, _) = w.audience(2).await?;
    let empty = w.launched().await?;
    let days = days(w.now(), 1);
    let none = DayCounts::default();
    assert_eq!(counted(&w, &empty, &whole(&days)).await?, none);
    let elsewhere = TenantId::from_uuid(w.uuid());
    for tenant in [elsewhere, w.platform.tenant("card").await?.id] {
        let counting = whole(&days);
        let counts = store.counted_by_day(tenant, campaign.id(), &counting);
        assert_eq!(counts.await?, none);
    }
    Ok(())
}

async fn rows_are_counted_by_some_day<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let (campaign, _) = w.audience(1).await?;
    fails!(
        counted(&w, &campaign, &whole(&[])).await,
        StoreError::Refused(_)
    );
    Ok(())
}
