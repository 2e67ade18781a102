//! What a tenant decides about contacting customers.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{
    ClaimRates, ClaimRules, ConsentRule, ContactCap, LocalHours, Purpose, RateLimit,
    RateLimitError, SendingHours, SendingHoursError, Window,
};
use crate::{
    domain::Channel,
    time::{TimeZone, Timestamp},
};

/// What it means that a customer has said nothing about marketing over a channel.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum ConsentMode {
    /// No: marketing goes only to those who agreed. The safe choice, and the default.
    #[default]
    OptIn,
    /// Yes, until they withdraw.
    OptOut,
}

impl ConsentMode {
    /// What messages of a purpose need.
    #[must_use]
    pub const fn rule_for(self, purpose: Purpose) -> ConsentRule {
        match (purpose, self) {
            (Purpose::Service, _) => ConsentRule::None,
            (Purpose::Marketing, Self::OptIn) => ConsentRule::Given,
            (Purpose::Marketing, Self::OptOut) => ConsentRule::NotWithdrawn,
        }
    }
}

/// A tenant's contact rules, part of its offer configuration, and so versioned and audited with it. The rules that hold
/// when a message is claimed are those that decide about it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ContactRules {
    /// What no word on marketing means.
    pub consent: ConsentMode,
    /// When messages of any purpose may be sent.
    pub hours: SendingHours,
    /// The customers' attribute that names the time zone of their hours. Without it, and for those who have none there,
    /// the hours are the tenant's. Customers are asked where they stand in the database of the ledger, in our table or in a
    /// host's that is mapped; those of any other source are on the tenant's clock.
    pub zone_field: Option<Box<str>>,
    /// How many marketing messages a customer may be sent, all of the tenant's campaigns together.
    pub caps: Vec<ContactCap>,
    /// How many messages of any purpose may go out over a channel in a while, all of the tenant's campaigns together.
    pub rates: BTreeMap<Channel, RateLimit>,
}

/// Contact rules that cannot be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ContactRulesError {
    /// The hours.
    #[error(transparent)]
    Hours(#[from] SendingHoursError),
    /// A cap that allows nothing.
    #[error("a cap of no messages allows none; pause the campaigns instead")]
    NoMessages,
    /// A cap over no time, or over too much.
    #[error("a cap is over 1 to {max} days, not {0}", max = ContactCap::MAX_DAYS)]
    Days(u32),
    /// Too many caps.
    #[error("there are {0} caps, {max} are allowed", max = ContactRules::MAX_CAPS)]
    TooManyCaps(usize),
    /// A rate limit.
    #[error(transparent)]
    Rate(#[from] RateLimitError),
}

impl ContactRules {
    /// The most caps.
    pub const MAX_CAPS: usize = 16;

    /// Checks that something can be sent by them.
    ///
    /// # Errors
    ///
    /// [`ContactRulesError`].
    pub fn check(&self) -> Result<(), ContactRulesError> {
        self.hours.check()?;
        if self.caps.len() > Self::MAX_CAPS {
            return Err(ContactRulesError::TooManyCaps(self.caps.len()));
        }
        for cap in &self.caps {
            if cap.messages == 0 {
                return Err(ContactRulesError::NoMessages);
            }
            if cap.days == 0 || cap.days > ContactCap::MAX_DAYS {
                return Err(ContactRulesError::Days(cap.days));
            }
        }
        for limit in self.rates.values() {
            limit.check()?;
        }
        Ok(())
    }

    /// Whether messages may be sent at `now`, as far as that is the same for all customers of a tenant in `zone`.
    #[must_use]
    pub fn window(&self, now: Timestamp, zone: TimeZone) -> Window {
        match self.zone_field {
            Some(_) => Window::Open,
            None => self.hours.window(now, zone),
        }
    }

    /// What a claim asks of each row of a campaign of this purpose, which is over at `ends_at`. The hours of the tenant's
    /// zone are not among it: they hold for all rows alike; nor are rate limits, which are of a channel.
    #[must_use]
    pub fn for_claims(&self, purpose: Purpose, zone: TimeZone, ends_at: Timestamp) -> ClaimRules {
        let hours = self.zone_field.as_ref().map(|zone_field| LocalHours {
            hours: self.hours.clone(),
            zone_field: zone_field.clone(),
            otherwise: zone,
        });
        ClaimRules {
            purpose,
            consent: self.consent.rule_for(purpose),
            next: Vec::new(),
            rates: ClaimRates::default(),
            hours: hours.filter(|hours| hours.hours != SendingHours::default()),
            caps: match purpose {
                Purpose::Marketing => self.caps.clone(),
                Purpose::Service => Vec::new(),
            },
            ends_at,
        }
    }
}
