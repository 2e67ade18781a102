//! What a server answered.

use std::time::Duration;

use chrono::DateTime;
use offerkit_core::time::Timestamp;
use reqwest::header::{HeaderMap, RETRY_AFTER};

/// The longest wait that is taken from a server.
const LONGEST_WAIT: Duration = Duration::from_hours(24);

/// Status, wait and body of an answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) retry_after: Option<Duration>,
    /// As much of the body as was asked for; empty where it could not be read.
    #[cfg_attr(
        not(any(feature = "sms", feature = "push")),
        expect(dead_code, reason = "a webhook's status says all")
    )]
    pub(crate) body: Vec<u8>,
}

/// The wait that `Retry-After` asks for, in seconds or as a date (RFC 9110, section 10.2.3); a day at most.
pub(super) fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    let wait = if text.bytes().all(|byte| byte.is_ascii_digit()) {
        // More digits than a number holds are a long wait all the same.
        text.parse().map_or(LONGEST_WAIT, Duration::from_secs)
    } else {
        let until = DateTime::parse_from_rfc2822(text).ok()?;
        let wait = until.to_utc() - now.as_datetime();
        wait.to_std().unwrap_or(Duration::ZERO)
    };
    Some(wait.min(LONGEST_WAIT))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_a_number_or_a_date() {
        let now = "2026-03-01T10:00:00Z".parse().unwrap();
        for (text, seconds) in [
            ("120", Some(120)),
            (" 0 ", Some(0)),
            ("Sun, 01 Mar 2026 10:01:40 GMT", Some(100)),
            ("Sun, 01 Mar 2026 09:00:00 GMT", Some(0)),
            ("86401", Some(86_400)),
            ("99999999999999999999999999", Some(86_400)),
            ("Tue, 31 Dec 2199 23:59:59 GMT", Some(86_400)),
            ("soon", None),
            ("-5", None),
            ("1.5", None),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(RETRY_AFTER, text.parse().unwrap());
            let expected = seconds.map(Duration::from_secs);
            assert_eq!(retry_after(&headers, now), expected, "{text}");
        }
    }
}
