use proptest::prelude::*;

use super::*;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn any_date() -> impl Strategy<Value = NaiveDate> {
    // Many leap days and ends of months, between years of every kind.
    let year = prop_oneof![1890_i32..2110, Just(1), Just(9999)];
    (year, 1_u32..=12, prop_oneof![1_u32..=31, 28_u32..=31])
        .prop_filter_map("there is such a day", |(year, month, day)| {
            NaiveDate::from_ymd_opt(year, month, day)
        })
}

/// Counts birthdays, one after the other.
fn completed_years(born: NaiveDate, today: NaiveDate) -> i64 {
    let birthdays = (1..).map(|years| {
        let year = born.year() + years;
        let same_day = NaiveDate::from_ymd_opt(year, born.month(), born.day());
        same_day.or_else(|| NaiveDate::from_ymd_opt(year, 3, 1))
    });
    let past = birthdays.take_while(|birthday| birthday.is_some_and(|day| day <= today));
    i64::try_from(past.count()).unwrap()
}

#[test]
fn someone_born_on_a_leap_day_completes_a_year_on_1_march() {
    let born = day("2000-02-29");
    let has_completed = |today, years| born <= born_by(day(today), years);
    assert!(!has_completed("2018-02-28", 18));
    assert!(has_completed("2018-03-01", 18));
    assert!(has_completed("2020-02-29", 20));
    assert!(!has_completed("2020-02-28", 20));
}

#[test]
fn months_are_clamped_to_their_end() {
    let months = |amount| Period::new(amount, PeriodUnit::Months);
    assert_eq!(date_before(day("2026-03-31"), months(1)), day("2026-02-28"));
    assert_eq!(date_after(day("2024-01-31"), months(1)), day("2024-02-29"));
    let year = Period::new(1, PeriodUnit::Years);
    assert_eq!(date_before(day("2024-02-29"), year), day("2023-02-28"));
}

#[test]
fn the_calendar_has_ends() {
    let long = Period::new(u32::MAX, PeriodUnit::Days);
    assert_eq!(date_before(NaiveDate::MIN, long), NaiveDate::MIN);
    assert_eq!(date_after(NaiveDate::MAX, long), NaiveDate::MAX);
    for years in [i64::MIN, -1, i64::MAX] {
        let expected = if years < 0 {
            day("2026-01-31")
        } else {
            NaiveDate::MIN
        };
        assert_eq!(born_by(day("2026-01-31"), years), expected);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    /// Seen to fail with the last day of February clamped to 1 March, and with ages that begin a day late.
    #[test]
    fn ages_count_birthdays(dates in (any_date(), any_date()), years in 0_i64..=130) {
        let (born, today) = (dates.0.min(dates.1), dates.0.max(dates.1));
        prop_assert_eq!(born <= born_by(today, years), completed_years(born, today) >= years);
    }

    #[test]
    fn the_set_of_anniversaries_is_that_of_its_days(
        date in any_date(),
        today in any_date(),
        days in prop_oneof![0_u16..=14, 350_u16..=366],
    ) {
        let span = today.iter_days().take(usize::from(days) + 1);
        let expected = span.into_iter().any(|day| is_anniversary(date, day));
        prop_assert_eq!(Anniversaries::from(today, days).contains(date), expected);
    }
}
