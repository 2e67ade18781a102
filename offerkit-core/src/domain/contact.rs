//! Whom a message may reach: purposes, consents, addresses that are dead, and a tenant's contact rules.

mod claim;
mod consent;
mod reason;
mod rules;
mod suppression;

pub use claim::{ClaimRules, ConsentRule, ContactFacts, Verdict};
pub use consent::{Consent, ConsentWord, Purpose};
pub use reason::Withheld;
pub use rules::{ConsentMode, ContactRules};
pub use suppression::{AddressDigest, Suppression, SuppressionReason};
