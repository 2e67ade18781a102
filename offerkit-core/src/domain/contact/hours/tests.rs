//! The calendar against a clock that is looked at every minute.

use proptest::prelude::*;

use super::*;

fn moment(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn hours(quiet: Option<(u32, u32)>, days: &[Weekday], holidays: &[NaiveDate]) -> SendingHours {
    let time = |minute: u32| NaiveTime::from_hms_opt(minute / 60, minute % 60, 0).unwrap();
    SendingHours {
        quiet: quiet.map(|(from, to)| QuietHours {
            from: time(from),
            to: time(to),
        }),
        days: days.iter().copied().collect(),
        holidays: holidays.iter().copied().collect(),
    }
}

/// Why nothing is sent when a clock shows `local`: the rule in other words.
fn forbidden(hours: &SendingHours, local: NaiveDateTime) -> Option<Withheld> {
    if hours.holidays.contains(&local.date()) {
        return Some(Withheld::Holiday);
    }
    let day = usize::try_from(local.weekday().num_days_from_monday()).unwrap();
    if !hours.days.contains(&Weekday::ALL[day]) {
        return Some(Withheld::SendDay);
    }
    let quiet = hours.quiet?;
    // The clock is turned back until the quiet hours begin at midnight.
    let since = |time: NaiveTime| {
        let seconds = (time - quiet.from).num_seconds();
        seconds.rem_euclid(86_400)
    };
    (since(local.time()) < since(quiet.to)).then_some(Withheld::QuietHours)
}

/// The first minute from `now` on at which something may be sent.
fn looked_at_every_minute(hours: &SendingHours, now: Timestamp, zone: TimeZone) -> Window {
    let Some(why) = forbidden(hours, zone.local(now)) else {
        return Window::Open;
    };
    let mut until = now;
    while forbidden(hours, zone.local(until)).is_some() {
        until = until.plus(chrono::TimeDelta::minutes(1));
    }
    Window::Closed { until, why }
}

/// Zones, and a moment of 2026 at which their clocks are put forward or back, if that is done.
const ZONES: &[(&str, &str)] = &[
    ("UTC", "2026-03-08T07:00:00Z"),
    ("+05:30", "2026-03-08T07:00:00Z"),
    ("-03:00", "2026-03-08T07:00:00Z"),
    #[cfg(feature = "time-zones")]
    ("Europe/Vienna", "2026-03-29T01:00:00Z"),
    #[cfg(feature = "time-zones")]
    ("Europe/Vienna", "2026-10-25T01:00:00Z"),
    #[cfg(feature = "time-zones")]
    ("America/New_York", "2026-03-08T07:00:00Z"),
    #[cfg(feature = "time-zones")]
    ("America/New_York", "2026-11-01T06:00:00Z"),
    // Midnight does not exist, or comes twice.
    #[cfg(feature = "time-zones")]
    ("America/Santiago", "2026-04-05T03:00:00Z"),
    #[cfg(feature = "time-zones")]
    ("America/Santiago", "2026-09-06T04:00:00Z"),
    #[cfg(feature = "time-zones")]
    ("Africa/Cairo", "2026-04-23T22:00:00Z"),
    #[cfg(feature = "time-zones")]
    ("Africa/Cairo", "2026-10-29T21:00:00Z"),
    // By half an hour.
    #[cfg(feature = "time-zones")]
    ("Australia/Lord_Howe", "2026-04-04T15:00:00Z"),
    #[cfg(feature = "time-zones")]
    ("Australia/Lord_Howe", "2026-10-03T15:30:00Z"),
];

/// A zone, and a minute of 2026, mostly in the days around a change of its clock.
fn zone_and_minute() -> impl Strategy<Value = (TimeZone, Timestamp)> {
    let later = |text, minutes| moment(text).plus(chrono::TimeDelta::minutes(minutes));
    let places = prop::sample::select(ZONES);
    (places, any::<bool>(), -1_800_i64..600, 0_i64..525_600).prop_map(
        move |((zone, change), is_near, near, any)| {
            let minute = if is_near {
                later(change, near)
            } else {
                later("2026-01-01T00:00:00Z", any)
            };
            (zone.parse().unwrap(), minute)
        },
    )
}

fn any_hours() -> impl Strategy<Value = SendingHours> {
    let quiet =
        (0_u32..1_440, 1_u32..1_440).prop_map(|(from, length)| (from, (from + length) % 1_440));
    let days = prop::collection::btree_set(prop::sample::select(Weekday::ALL.to_vec()), 1..=7);
    let holidays = prop::collection::btree_set(0_u64..365, 0..40);
    (prop::option::of(quiet), days, holidays).prop_map(|(quiet, days, holidays)| {
        let first = NaiveDate::from_ymd_opt(2026, 1, 1).unwrap();
        let days: Vec<_> = days.into_iter().collect();
        let holidays: Vec<_> = holidays
            .into_iter()
            .map(|it| first + Days::new(it))
            .collect();
        hours(quiet, &days, &holidays)
    })
}

proptest! {
    /// First seen to fail where changes of the clock were not looked for.
    #[test]
    fn the_window_opens_when_a_clock_looked_at_every_minute_says_so(
        hours in any_hours(), (zone, now) in zone_and_minute(),
    ) {
        let expected = looked_at_every_minute(&hours, now, zone);
        prop_assert_eq!(hours.window(now, zone), expected);
    }

    #[test]
    fn a_date_starts_when_the_clock_first_shows_it(day in 0_u64..365, (zone, _) in zone_and_minute()) {
        let date = NaiveDate::from_ymd_opt(2026, 1, 1).unwrap() + Days::new(day);
        let start = zone.start_of(date);
        prop_assert_eq!(zone.date_of(start), date);
        let before = start.minus(chrono::TimeDelta::microseconds(1));
        prop_assert!(zone.date_of(before) < date);
    }
}

/// First seen to fail where changes of the clock were not looked for.
#[cfg(feature = "time-zones")]
#[test]
fn nights_are_shorter_and_longer_when_clocks_are_changed() {
    let hours = hours(Some((21 * 60, 9 * 60)), &Weekday::ALL, &[]);
    let zone = "Europe/Vienna".parse().unwrap();
    for (now, until) in [
        ("2026-03-27T22:00:00Z", "2026-03-28T08:00:00Z"),
        ("2026-03-28T22:00:00Z", "2026-03-29T07:00:00Z"),
        ("2026-10-24T22:00:00Z", "2026-10-25T08:00:00Z"),
    ] {
        let why = Withheld::QuietHours;
        let until = moment(until);
        let closed = Window::Closed { until, why };
        assert_eq!(hours.window(moment(now), zone), closed);
    }
}

#[test]
fn the_last_quiet_microsecond_is_quiet() {
    let hours = hours(Some((60, 120)), &Weekday::ALL, &[]);
    let end = moment("2026-03-01T02:00:00Z");
    let last = end.minus(chrono::TimeDelta::microseconds(1));
    let why = Withheld::QuietHours;
    let closed = Window::Closed { until: end, why };
    assert_eq!(hours.window(last, TimeZone::UTC), closed);
    assert_eq!(hours.window(end, TimeZone::UTC), Window::Open);
}

#[test]
fn holidays_in_a_row_are_passed() {
    let first = NaiveDate::from_ymd_opt(2026, 1, 1).unwrap();
    let holidays: Vec<_> = (0..400).map(|day| first + Days::new(day)).collect();
    let hours = hours(Some((0, 540)), &[Weekday::Monday], &holidays);
    assert_eq!(hours.check(), Ok(()));
    let window = hours.window(moment("2026-01-01T10:00:00Z"), TimeZone::UTC);
    let until = moment("2027-02-08T09:00:00Z");
    let why = Withheld::Holiday;
    assert_eq!(window, Window::Closed { until, why });
}

#[test]
fn hours_in_which_nothing_is_ever_sent_are_refused() {
    let error = |hours: SendingHours| hours.check().unwrap_err();
    assert_eq!(error(hours(None, &[], &[])), SendingHoursError::NoDay);
    let same = hours(Some((60, 60)), &Weekday::ALL, &[]);
    assert_eq!(error(same), SendingHoursError::NoQuietHours);
    let first = NaiveDate::from_ymd_opt(2026, 1, 1).unwrap();
    let many: Vec<_> = (0..401).map(|day| first + Days::new(day)).collect();
    let many = hours(None, &Weekday::ALL, &many);
    assert_eq!(error(many), SendingHoursError::TooManyHolidays(401));
}
