//! Whom a message may reach: purposes, consents, addresses that are dead, and a tenant's contact rules.

mod cap;
mod claim;
mod consent;
mod hours;
mod rate;
mod reason;
mod rules;
mod suppression;

pub use cap::{Contact, ContactCap};
pub use claim::{ClaimRules, ConsentRule, ContactFacts, LocalHours, Verdict};
pub use consent::{Consent, ConsentWord, Purpose};
pub use hours::{QuietHours, SendingHours, SendingHoursError, Weekday, Window};
pub use rate::{ClaimRates, RateLimit, RateLimitError, RateWindow};
pub use reason::Withheld;
pub use rules::{ConsentMode, ContactRules, ContactRulesError};
pub use suppression::{AddressDigest, Suppression, SuppressionReason};
