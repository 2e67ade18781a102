//! Values of each type, the hostile ones among them, so few that those of documents and records often meet.

use chrono::{Days, Months, NaiveDate, TimeDelta};
use offerkit_generator::{HOSTILE, UUIDS};
use proptest::prelude::*;
use rust_decimal::Decimal;
use uuid::Uuid;

use super::super::*;
use crate::time::Timestamp;

/// Days on which clocks and calendars are known to differ, the last ones of what can be a date among them.
const TODAY: [&str; 4] = ["2026-01-31", "2024-02-29", "2023-03-01", "9999-12-31"];

pub(super) fn moment() -> BoxedStrategy<Moment> {
    let zones = prop::sample::select(vec![-1_i64, 0, 1]);
    let day = prop::sample::select(TODAY.to_vec());
    (day, zones)
        .prop_map(|(day, shift)| {
            let today: NaiveDate = day.parse().unwrap();
            let now = today.and_hms_opt(4, 0, 0).unwrap() + TimeDelta::days(shift);
            Moment::new(Timestamp::from_datetime(now.and_utc()), today)
        })
        .boxed()
}

pub(super) fn text() -> BoxedStrategy<Box<str>> {
    let more = [
        "",
        "premiu",
        "premium ",
        "premiun",
        "xPREMIUM",
        "mium",
        "50%_OFF",
        "ÉX",
        "ß50%_off\u{10ffff}",
        "\u{10ffff}\u{10ffff}",
        "\u{d7ff}x",
        "K",
        "k",
        "S",
        "s",
        "i",
        "I",
        "gold",
        "silver",
        "verified",
    ];
    let known: Vec<&str> = HOSTILE.into_iter().chain(more).collect();
    prop_oneof![
        6 => prop::sample::select(known).prop_map(Box::from),
        2 => "[aAzZxéÉ\u{17f}\u{212a}_@\\[]{0,4}".prop_map(Box::from),
    ]
    .boxed()
}

pub(super) fn int() -> BoxedStrategy<i64> {
    let limits = vec![
        i64::MIN,
        i64::MIN + 1,
        i64::MAX - 1,
        i64::MAX,
        i32::MIN.into(),
        i32::MAX.into(),
        9_007_199_254_740_991,
        9_007_199_254_740_992,
        9_007_199_254_740_993,
    ];
    prop_oneof![
        3 => prop::sample::select(limits),
        4 => -3_i64..8,
        2 => -400_i64..400,
    ]
    .boxed()
}

/// Some are the same number with another number of zeros.
pub(super) fn decimal() -> BoxedStrategy<Decimal> {
    let known = [
        "0",
        "-0.0",
        "0.1",
        "0.10",
        "1",
        "1.000",
        "-12.25",
        "9999.99",
        "9999999999999999999999999999",
        "-9999999999999999999999999999",
        "0.0000000000000000000000000001",
        "79228162514264337593543950335",
    ];
    let known: Vec<Decimal> = known.iter().map(|it| it.parse().unwrap()).collect();
    prop_oneof![
        4 => prop::sample::select(known),
        4 => (-300_i64..300, 0_u32..4).prop_map(|(digits, scale)| Decimal::new(digits, scale)),
    ]
    .boxed()
}

pub(super) fn date() -> BoxedStrategy<NaiveDate> {
    let limits = vec![
        NaiveDate::MIN,
        NaiveDate::MAX,
        NaiveDate::from_ymd_opt(1, 1, 1).unwrap(),
        NaiveDate::from_ymd_opt(9999, 12, 31).unwrap(),
        NaiveDate::from_ymd_opt(1992, 2, 29).unwrap(),
        NaiveDate::from_ymd_opt(2000, 2, 29).unwrap(),
    ];
    let years = prop::sample::select(vec![0_u32, 1, 2, 3, 18, 34]);
    let near = (prop::sample::select(TODAY.to_vec()), years, 0_u64..5);
    let near = near.prop_map(|(today, years, days)| {
        let today: NaiveDate = today.parse().unwrap();
        (today - Months::new(12 * years) - Days::new(2))
            .checked_add_days(Days::new(days))
            .unwrap_or(today)
    });
    let by_month = (prop::sample::select(TODAY.to_vec()), 0_u32..15, 0_u64..3);
    let by_month = by_month.prop_map(|(today, months, days)| {
        let today: NaiveDate = today.parse().unwrap();
        today - Months::new(months) - Days::new(days)
    });
    prop_oneof![1 => prop::sample::select(limits), 5 => near, 2 => by_month].boxed()
}

pub(super) fn timestamp() -> BoxedStrategy<Timestamp> {
    let days = prop::sample::select(vec![-100_i64, -30, -7, -2, -1, 0, 1, 2, 7]);
    let micros = prop::sample::select(vec![-60_000_000_i64, -1, 0, 1, 500_000, 3_600_000_000]);
    let near = (prop::sample::select(TODAY.to_vec()), days, micros);
    let near = near.prop_map(|(today, days, micros)| {
        let today: NaiveDate = today.parse().unwrap();
        let now = Timestamp::from_datetime(today.and_hms_opt(4, 0, 0).unwrap().and_utc());
        now.plus(TimeDelta::days(days))
            .plus(TimeDelta::microseconds(micros))
    });
    let zero: Timestamp = "1970-01-01T00:00:00Z".parse().unwrap();
    let limits = vec![zero, zero.plus(TimeDelta::MAX), zero.minus(TimeDelta::MAX)];
    prop_oneof![1 => prop::sample::select(limits), 8 => near].boxed()
}

pub(super) fn uuid() -> BoxedStrategy<Uuid> {
    let known = UUIDS.map(|id| id.parse().unwrap()).to_vec();
    prop_oneof![
        2 => prop::sample::select(known),
        2 => (0_u128..300).prop_map(Uuid::from_u128),
    ]
    .boxed()
}

pub(super) fn texts() -> BoxedStrategy<Vec<String>> {
    prop::collection::vec(text().prop_map(String::from), 0..4).boxed()
}
