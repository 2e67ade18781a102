//! Cron expressions, read on the clock of a time zone.

use chrono::{DateTime, TimeDelta};
use croner::{
    Cron,
    parser::{CronParser, Seconds, Year},
};

use super::{TimeZone, Timestamp};

/// The longest expression.
const LONGEST: usize = 100;

/// A text that is no cron expression, or one of no moment.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CronError {
    /// It is too long, or has another character than a cron expression can have.
    #[error(
        "a cron expression has at most {LONGEST} characters, digits, letters, spaces and `*`, `/`, `,`, `-`, `#`, `+`, `?`"
    )]
    Characters,
    /// It has not five fields: no seconds, no years, no nickname.
    #[error(
        "a cron expression has five fields: minute, hour, day of the month, month, day of the week; this one has {0}"
    )]
    Fields(usize),
    /// A field cannot be read.
    #[error("`{text}` is not a cron expression")]
    Syntax {
        /// The expression.
        text: Box<str>,
        /// What its reader says.
        #[source]
        source: CronSyntaxError,
    },
    /// Such a day never comes.
    #[error("`{0}` is a day that never comes")]
    Never(Box<str>),
}

/// What the reader of cron expressions says.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct CronSyntaxError(String);

/// The expression, its fields parted by single spaces.
pub(crate) fn checked(text: &str) -> Result<Box<str>, CronError> {
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || " */,-#+?".contains(c);
    if text.len() > LONGEST || !text.chars().all(is_allowed) {
        return Err(CronError::Characters);
    }
    let fields: Vec<_> = text.split_whitespace().collect();
    if fields.len() != 5 {
        return Err(CronError::Fields(fields.len()));
    }
    let text = fields.join(" ").into_boxed_str();
    let cron = parsed(&text).map_err(|error| CronError::Syntax {
        text: text.clone(),
        source: CronSyntaxError(error.to_string()),
    })?;
    // The reader gives up where no moment is found in many years.
    let somewhen = DateTime::UNIX_EPOCH;
    match cron.find_next_occurrence(&somewhen, false) {
        Ok(_) => Ok(text),
        Err(_) => Err(CronError::Never(text)),
    }
}

/// The first of an expression's moments after this one.
pub(crate) fn next_after(text: &str, moment: Timestamp, zone: TimeZone) -> Option<Timestamp> {
    let cron = parsed(text).ok()?;
    zone.next_of(&cron, moment)
}

/// The shortest time between two of an expression's moments, where each day is one of its days.
pub(crate) fn shortest_wait(text: &str) -> TimeDelta {
    let (day, minute) = (TimeDelta::days(1), TimeDelta::minutes(1));
    let mut fields = text.split_whitespace();
    let (Some(minutes), Some(hours)) = (fields.next(), fields.next()) else {
        return day;
    };
    let Ok(daily) = parsed(&format!("{minutes} {hours} * * *")) else {
        return day;
    };
    // Two days hold what lies between the moments of one, and from its last to the first of the next.
    let begin = DateTime::UNIX_EPOCH;
    let (mut moment, mut shortest) = (None, day);
    while let Ok(next) = daily.find_next_occurrence(&moment.unwrap_or(begin), moment.is_none()) {
        if next - begin >= day * 2 || shortest <= minute {
            break;
        }
        shortest = moment.map_or(shortest, |last| shortest.min(next - last));
        moment = Some(next);
    }
    shortest
}

fn parsed(text: &str) -> Result<Cron, croner::errors::CronError> {
    CronParser::builder()
        .seconds(Seconds::Disallowed)
        .year(Year::Disallowed)
        .build()
        .parse(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moments(text: &str, from: &str, zone: &str, count: usize) -> Vec<String> {
        let text = checked(text).unwrap();
        let zone: TimeZone = zone.parse().unwrap();
        let mut moment: Timestamp = from.parse().unwrap();
        let mut found = Vec::new();
        for _ in 0..count {
            moment = next_after(&text, moment, zone).unwrap();
            found.push(moment.to_string().replace(":00.000000Z", "Z"));
        }
        found
    }

    #[test]
    fn an_expression_has_five_fields_that_can_be_read_and_that_come() {
        assert_eq!(
            checked(" 0  6 * * MON-FRI ").unwrap().as_ref(),
            "0 6 * * MON-FRI"
        );
        for (text, error) in [
            ("", CronError::Fields(0)),
            ("0 0 6 * * *", CronError::Fields(6)),
            ("0 0 0 6 * * * 2027", CronError::Fields(8)),
            ("@daily", CronError::Characters),
            ("0 6 * * mon\u{131}", CronError::Characters),
            ("0 0 30 2 *", CronError::Never("0 0 30 2 *".into())),
        ] {
            assert_eq!(checked(text).unwrap_err(), error, "{text}");
        }
        assert_eq!(checked(&"* ".repeat(80)), Err(CronError::Characters));
        for text in [
            "60 * * * *",
            "* 24 * * *",
            "* * * 13 *",
            "5-1 * * * *",
            "*/0 * * * *",
            "x * * * *",
        ] {
            let error = checked(text).unwrap_err();
            assert!(
                matches!(error, CronError::Syntax { .. }),
                "{text}: {error:?}"
            );
        }
    }

    #[test]
    fn it_is_read_on_the_clock_of_its_zone() {
        let found = moments("0 6 * * *", "2026-03-02T00:30:00Z", "+05:30", 2);
        assert_eq!(found, ["2026-03-03T00:30Z", "2026-03-04T00:30Z"]);
        let found = moments("0 6 * * *", "2026-03-02T00:29:59.999999Z", "+05:30", 1);
        assert_eq!(found, ["2026-03-02T00:30Z"]);
        let found = moments("15 9 1,15 * *", "2026-02-20T00:00:00Z", "UTC", 2);
        assert_eq!(found, ["2026-03-01T09:15Z", "2026-03-15T09:15Z"]);
    }

    /// Vienna goes from 02:00 to 03:00 on 29 March 2026, at 01:00 UTC.
    #[cfg(feature = "time-zones")]
    #[test]
    fn a_moment_in_a_gap_comes_after_it() {
        let found = moments("30 2 * * *", "2026-03-28T01:00:00Z", "Europe/Vienna", 3);
        let expected = [
            "2026-03-28T01:30Z",
            "2026-03-29T01:00Z",
            "2026-03-30T00:30Z",
        ];
        assert_eq!(found, expected);
        // What a step stands for is left out.
        let found = moments("*/30 2 * * *", "2026-03-28T01:00:00Z", "Europe/Vienna", 2);
        assert_eq!(found, ["2026-03-28T01:30Z", "2026-03-30T00:00Z"]);
        let found = moments("*/30 * * * *", "2026-03-29T00:30:00Z", "Europe/Vienna", 2);
        assert_eq!(found, ["2026-03-29T01:00Z", "2026-03-29T01:30Z"]);
    }

    /// Vienna goes from 03:00 back to 02:00 on 25 October 2026, at 01:00 UTC.
    #[cfg(feature = "time-zones")]
    #[test]
    fn a_moment_that_comes_twice_counts_once() {
        let found = moments("30 2 * * *", "2026-10-24T00:00:00Z", "Europe/Vienna", 3);
        let expected = [
            "2026-10-24T00:30Z",
            "2026-10-25T00:30Z",
            "2026-10-26T01:30Z",
        ];
        assert_eq!(found, expected);
        let found = moments("30 * * * *", "2026-10-25T00:00:00Z", "Europe/Vienna", 3);
        let expected = [
            "2026-10-25T00:30Z",
            "2026-10-25T01:30Z",
            "2026-10-25T02:30Z",
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn the_shortest_wait_is_that_within_a_day_or_over_midnight() {
        for (text, minutes) in [
            ("* * * * *", 1),
            ("*/15 * * * *", 15),
            ("*/20 8-18 * * MON-FRI", 20),
            ("0,10 6 * * *", 10),
            ("0 6 * * *", 24 * 60),
            ("0 0 29 2 *", 24 * 60),
            ("30 6,18 * * *", 12 * 60),
            // From 23:50 to 00:05.
            ("5,50 0,23 * * *", 15),
            // From 50 to 0 of the next hour.
            ("0,50 * * * *", 10),
        ] {
            let wait = shortest_wait(&checked(text).unwrap());
            assert_eq!(wait, TimeDelta::minutes(minutes), "{text}");
        }
    }
}
