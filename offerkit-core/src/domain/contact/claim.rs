//! What a claim asks of each row, and what follows from the answers.

use chrono::TimeDelta;

use super::{
    ClaimRates, ConsentWord, Contact, ContactCap, Purpose, SendingHours, Window, Withheld,
};
use crate::{
    domain::Channel,
    time::{TimeZone, Timestamp},
};

/// Which word a message needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConsentRule {
    /// None.
    None,
    /// The last word must be [`Given`](ConsentWord::Given).
    Given,
    /// The last word, if there is any, must not be [`Withdrawn`](ConsentWord::Withdrawn).
    NotWithdrawn,
}

impl ConsentRule {
    /// Whether the last word allows a message.
    #[must_use]
    pub const fn allows(self, last: Option<ConsentWord>) -> bool {
        match (self, last) {
            (Self::None, _)
            | (Self::Given | Self::NotWithdrawn, Some(ConsentWord::Given))
            | (Self::NotWithdrawn, None) => true,
            (Self::Given | Self::NotWithdrawn, Some(ConsentWord::Withdrawn))
            | (Self::Given, None) => false,
        }
    }

    /// Whether it asks for a word.
    #[must_use]
    pub const fn asks(self) -> bool {
        !matches!(self, Self::None)
    }
}

/// The hours of sending by each customer's own clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalHours {
    /// The hours.
    pub hours: SendingHours,
    /// The customers' attribute that names their zone.
    pub zone_field: Box<str>,
    /// The zone of those who have none, or one that this build does not know.
    pub otherwise: TimeZone,
}

/// What a claim asks of each row: the tenant's rules, as far as they concern a campaign now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimRules {
    /// What the campaign's messages are for.
    pub purpose: Purpose,
    /// Which word they need.
    pub consent: ConsentRule,
    /// The hours of sending, where they follow each customer's clock.
    pub hours: Option<LocalHours>,
    /// The channels that whom nothing may be sent to over this one is passed on to, the next first.
    pub next: Vec<Channel>,
    /// How many messages a customer may be sent.
    pub caps: Vec<ContactCap>,
    /// How many messages may go out in a while.
    pub rates: ClaimRates,
    /// When the campaign is over: what would be held until then is cancelled.
    pub ends_at: Timestamp,
}

/// What a store knows about a row's customer, as far as the rules ask for it.
#[derive(Debug, Clone, Copy, Default)]
pub struct ContactFacts<'a> {
    /// The last word on the campaign's purpose and the row's channel.
    pub consent: Option<ConsentWord>,
    /// What the customer's attribute says about their zone, where the store has the customer.
    pub zone: Option<&'a str>,
    /// The marketing messages of the tenant's campaigns that the customer was sent or is being sent, since
    /// [`ClaimRules::caps_since`] at least.
    pub contacts: &'a [Contact],
}

/// What becomes of a row that is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It may be sent.
    Send,
    /// It is never sent.
    Suppress(Withheld),
    /// It stays pending, and is judged again then.
    Hold(Timestamp, Withheld),
    /// It would be held until its campaign is over.
    Cancel(Withheld),
}

impl ClaimRules {
    /// Whether they ask for anything; a claim under rules that do not is a plain one.
    #[must_use]
    pub const fn ask_anything(&self) -> bool {
        self.consent.asks()
            || self.hours.is_some()
            || !self.caps.is_empty()
            || self.rates.ask_anything()
    }

    /// The attribute that names a customer's zone, where the rules ask for that.
    #[must_use]
    pub fn zone_field(&self) -> Option<&str> {
        self.hours.as_ref().map(|hours| &*hours.zone_field)
    }

    /// Since when messages are counted, where any are.
    #[must_use]
    pub fn caps_since(&self, now: Timestamp) -> Option<Timestamp> {
        let longest: TimeDelta = self.caps.iter().map(ContactCap::span).max()?;
        Some(now.minus(longest))
    }

    /// What becomes of a row over `channel` that is due, which every store decides by this.
    #[must_use]
    pub fn judge(&self, channel: Channel, now: Timestamp, facts: &ContactFacts<'_>) -> Verdict {
        if !self.consent.allows(facts.consent) {
            return Verdict::Suppress(Withheld::NoConsent);
        }
        if let Some(hours) = &self.hours {
            let zone = facts.zone.and_then(|zone| zone.parse().ok());
            let zone = zone.unwrap_or(hours.otherwise);
            if let Window::Closed { until, why } = hours.hours.window(now, zone) {
                return self.held(until, why);
            }
        }
        match self.cap_in_force(channel, now, facts.contacts) {
            Some((until, _)) => self.held(until, Withheld::Cap),
            None => Verdict::Send,
        }
    }

    /// The cap that allows one more message over `channel` last, and from when on it does; none where all of them do now.
    #[must_use]
    pub fn cap_in_force(
        &self,
        channel: Channel,
        now: Timestamp,
        contacts: &[Contact],
    ) -> Option<(Timestamp, ContactCap)> {
        let holding = |cap: &ContactCap| Some((cap.holds_until(channel, now, contacts)?, *cap));
        self.caps.iter().filter_map(holding).max()
    }

    /// What becomes of a row that nothing is sent for until a moment.
    #[must_use]
    pub fn held(&self, until: Timestamp, why: Withheld) -> Verdict {
        if until < self.ends_at {
            Verdict::Hold(until, why)
        } else {
            Verdict::Cancel(why)
        }
    }
}
