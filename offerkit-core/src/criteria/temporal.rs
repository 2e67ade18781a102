//! Dates and timestamps, as documents and attributes write them.

use chrono::{FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, TimeZone};

use super::code::ErrorCode;
use crate::time::Timestamp;

/// The date that `text` writes as `YYYY-MM-DD`, in the years 1 to 9999.
///
/// # Errors
/// `date_format` or `date_range`.
pub(super) fn date(text: &str) -> Result<NaiveDate, ErrorCode> {
    let mut reader = Fields { rest: text };
    let date = reader.date().ok_or(ErrorCode::DateFormat)?;
    if !reader.rest.is_empty() {
        return Err(ErrorCode::DateFormat);
    }
    existing(date)
}

fn existing((year, month, day): (u32, u32, u32)) -> Result<NaiveDate, ErrorCode> {
    // PostgreSQL has no year 0.
    let year = i32::try_from(year).ok().filter(|year| *year > 0);
    year.and_then(|year| NaiveDate::from_ymd_opt(year, month, day))
        .ok_or(ErrorCode::DateRange)
}

/// The timestamp that `text` writes after RFC 3339: with an offset, at most six digits behind the second, no leap
/// second and no hour 24.
///
/// # Errors
/// `timestamp_format`, `timestamp_offset`, `timestamp_precision` or `date_range`.
pub(super) fn timestamp(text: &str) -> Result<Timestamp, ErrorCode> {
    let mut reader = Fields { rest: text };
    let date = reader.date().ok_or(ErrorCode::TimestampFormat)?;
    let (hour, minute, second) = reader.time().ok_or(ErrorCode::TimestampFormat)?;
    let micros = reader.micros()?;
    let offset = reader.offset()?;
    let date = existing(date)?;
    let time = NaiveTime::from_hms_micro_opt(hour, minute, second, micros)
        .ok_or(ErrorCode::TimestampFormat)?;
    let local = NaiveDateTime::new(date, time);
    let at = offset
        .from_local_datetime(&local)
        .single()
        .ok_or(ErrorCode::DateRange)?
        .to_utc();
    let (first, last) = (
        NaiveDate::from_ymd_opt(1, 1, 1),
        NaiveDate::from_ymd_opt(9999, 12, 31),
    );
    let day = at.date_naive();
    // An offset can push the first or the last day out of the years that four digits write.
    if first.is_none_or(|first| day < first) || last.is_none_or(|last| day > last) {
        return Err(ErrorCode::DateRange);
    }
    Ok(Timestamp::from_datetime(at))
}

/// The timestamp in the one form in which attributes are stored, `YYYY-MM-DDTHH:MM:SS.ffffffZ`.
pub(super) fn stored_timestamp(text: &str) -> Option<Timestamp> {
    let is_stored_form = text.len() == "0000-00-00T00:00:00.000000Z".len()
        && text.ends_with('Z')
        && text.contains('T');
    is_stored_form.then(|| timestamp(text).ok()).flatten()
}

struct Fields<'t> {
    rest: &'t str,
}

impl Fields<'_> {
    /// Exactly `count` ASCII digits.
    fn digits(&mut self, count: usize) -> Option<u32> {
        let (digits, rest) = self.rest.split_at_checked(count)?;
        if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        self.rest = rest;
        digits.parse().ok()
    }

    fn one_of(&mut self, characters: &[char]) -> Option<()> {
        self.rest = self.rest.strip_prefix(characters)?;
        Some(())
    }

    /// Year, month and day, whether or not there is such a day.
    fn date(&mut self) -> Option<(u32, u32, u32)> {
        let year = self.digits(4)?;
        self.one_of(&['-'])?;
        let month = self.digits(2)?;
        self.one_of(&['-'])?;
        let day = self.digits(2)?;
        Some((year, month, day))
    }

    fn time(&mut self) -> Option<(u32, u32, u32)> {
        self.one_of(&['T', 't'])?;
        let hour = self.digits(2)?;
        self.one_of(&[':'])?;
        let minute = self.digits(2)?;
        self.one_of(&[':'])?;
        let second = self.digits(2)?;
        (hour < 24 && minute < 60 && second < 60).then_some((hour, minute, second))
    }

    fn micros(&mut self) -> Result<u32, ErrorCode> {
        if self.one_of(&['.']).is_none() {
            return Ok(0);
        }
        let count = self.rest.bytes().take_while(u8::is_ascii_digit).count();
        if count > 6 {
            return Err(ErrorCode::TimestampPrecision);
        }
        let fraction = if count == 0 { None } else { self.digits(count) };
        let missing = 6_u32.saturating_sub(u32::try_from(count).unwrap_or(6));
        fraction
            .map(|fraction| fraction * 10_u32.pow(missing))
            .ok_or(ErrorCode::TimestampFormat)
    }

    fn offset(&mut self) -> Result<FixedOffset, ErrorCode> {
        if self.rest.is_empty() {
            return Err(ErrorCode::TimestampOffset);
        }
        let seconds = self
            .offset_seconds()
            .filter(|_| self.rest.is_empty())
            .ok_or(ErrorCode::TimestampFormat)?;
        FixedOffset::east_opt(seconds).ok_or(ErrorCode::TimestampFormat)
    }

    fn offset_seconds(&mut self) -> Option<i32> {
        if self.one_of(&['Z', 'z']).is_some() {
            return Some(0);
        }
        let sign = if self.rest.starts_with('-') { -1 } else { 1 };
        self.one_of(&['+', '-'])?;
        let hours = self.digits(2)?;
        self.one_of(&[':'])?;
        let minutes = self.digits(2)?;
        let seconds = i32::try_from(hours * 3600 + minutes * 60).ok()?;
        (hours < 24 && minutes < 60).then_some(sign * seconds)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_have_one_shape_and_must_exist() {
        assert_eq!(date("2024-02-29").unwrap().to_string(), "2024-02-29");
        assert_eq!(date("2023-02-29"), Err(ErrorCode::DateRange));
        assert_eq!(date("0000-01-01"), Err(ErrorCode::DateRange));
        for text in [
            "",
            "2024-2-9",
            "2024-02-09 ",
            "24-02-09",
            "2024/02/09",
            "２０24-02-09",
            "+2024-02-09",
        ] {
            assert_eq!(date(text), Err(ErrorCode::DateFormat), "{text}");
        }
    }

    #[test]
    fn timestamps_are_brought_to_utc() {
        let expected = "2026-01-31T04:00:00.500000Z";
        for text in [
            "2026-01-31T09:30:00.5+05:30",
            "2026-01-31T04:00:00.500000Z",
            "2026-01-30t23:00:00.5-05:00",
        ] {
            assert_eq!(timestamp(text).unwrap().to_string(), expected, "{text}");
        }
        assert!(stored_timestamp(expected).is_some());
        assert!(stored_timestamp("2026-01-31T04:00:00.50000+00:00").is_none());
        assert!(stored_timestamp("2026-01-31T04:00:00Z").is_none());
    }

    #[test]
    fn each_fault_of_a_timestamp_has_its_code() {
        let cases = [
            ("2026-01-31", ErrorCode::TimestampFormat),
            ("2026-01-31 04:00:00Z", ErrorCode::TimestampFormat),
            ("2026-01-31T24:00:00Z", ErrorCode::TimestampFormat),
            ("2026-01-31T23:59:60Z", ErrorCode::TimestampFormat),
            ("2026-01-31T04:00:00.Z", ErrorCode::TimestampFormat),
            ("2026-01-31T04:00:00+0530", ErrorCode::TimestampFormat),
            ("2026-01-31T04:00:00+99:99", ErrorCode::TimestampFormat),
            ("2026-01-31T04:00:00Zé", ErrorCode::TimestampFormat),
            ("2026-01-31T04:00:00", ErrorCode::TimestampOffset),
            ("2026-01-31T04:00:00.123", ErrorCode::TimestampOffset),
            (
                "2026-01-31T04:00:00.1234567Z",
                ErrorCode::TimestampPrecision,
            ),
            ("2026-02-30T04:00:00Z", ErrorCode::DateRange),
            ("0001-01-01T00:00:00+01:00", ErrorCode::DateRange),
            ("9999-12-31T23:59:59-01:00", ErrorCode::DateRange),
        ];
        for (text, code) in cases {
            assert_eq!(timestamp(text).unwrap_err(), code, "{text}");
        }
    }
}
