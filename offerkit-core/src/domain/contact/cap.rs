//! How many messages a customer may be sent.

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use crate::{domain::Channel, time::Timestamp};

/// At most so many marketing messages of a tenant for one customer in so many days: the last ones, day and night, not
/// those of a calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ContactCap {
    /// How many messages.
    pub messages: u32,
    /// In how many days of 24 hours.
    pub days: u32,
    /// Over which channel; none for all of them together.
    pub channel: Option<Channel>,
}

/// A marketing message that a customer was sent, or is being sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Contact {
    /// Over which channel.
    pub channel: Channel,
    /// When.
    pub at: Timestamp,
}

impl ContactCap {
    /// The most days of a cap.
    pub const MAX_DAYS: u32 = 366;

    /// How long it looks back.
    #[must_use]
    pub fn span(&self) -> TimeDelta {
        TimeDelta::days(i64::from(self.days))
    }

    /// From when on one more message over `channel` is allowed, where it is not at `now`.
    pub(super) fn holds_until(
        &self,
        channel: Channel,
        now: Timestamp,
        contacts: &[Contact],
    ) -> Option<Timestamp> {
        if self.channel.is_some_and(|it| it != channel) {
            return None;
        }
        let counts = |contact: &&Contact| {
            self.channel.is_none_or(|it| it == contact.channel)
                && now < contact.at.plus(self.span())
        };
        let mut moments: Vec<_> = contacts.iter().filter(counts).map(|it| it.at).collect();
        moments.sort_unstable();
        // The oldest of the last so many: once it has passed, one fewer is left than the cap allows.
        let messages = usize::try_from(self.messages).unwrap_or(usize::MAX);
        let place = moments.len().checked_sub(messages)?;
        moments.get(place).map(|at| at.plus(self.span()))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(hours: i64) -> Timestamp {
        let start: Timestamp = "2026-03-01T00:00:00Z".parse().unwrap();
        start.plus(TimeDelta::hours(hours))
    }

    proptest! {
        #[test]
        fn one_more_is_allowed_from_the_first_hour_on_at_which_a_count_says_so(
            messages in 1_u32..4, days in 1_u32..5, is_email in any::<Option<bool>>(),
            contacts in prop::collection::vec((any::<bool>(), -150_i64..=0), 0..8),
        ) {
            let channel = |is_email| if is_email { Channel::Email } else { Channel::Sms };
            let cap = ContactCap { messages, days, channel: is_email.map(channel) };
            let contacts: Vec<_> = contacts
                .into_iter()
                .map(|(is_email, hour)| Contact { channel: channel(is_email), at: at(hour) })
                .collect();
            let is_full = |now: Timestamp| {
                let since = now.minus(cap.span());
                let counted = contacts.iter().filter(|it| since < it.at);
                let counted = counted.filter(|it| cap.channel.is_none_or(|only| only == it.channel));
                counted.count() >= usize::try_from(messages).unwrap()
            };
            let applies = cap.channel.is_none_or(|only| only == Channel::Email);
            let first = (0..200).find(|hour| !(applies && is_full(at(*hour)))).unwrap();
            let expected = (first > 0).then(|| at(first));
            prop_assert_eq!(cap.holds_until(Channel::Email, at(0), &contacts), expected);
        }
    }
}
