//! What a claim asks of each row, and what follows from the answers.

use super::{ConsentWord, Purpose, Withheld};

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
}

/// What a claim asks of each row: the tenant's rules, as far as they concern a campaign now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimRules {
    /// What the campaign's messages are for.
    pub purpose: Purpose,
    /// Which word they need.
    pub consent: ConsentRule,
}

/// What a store knows about a row's customer, as far as the rules ask for it.
#[derive(Debug, Clone, Copy, Default)]
pub struct ContactFacts {
    /// The last word on the campaign's purpose and the row's channel, where the rules need one.
    pub consent: Option<ConsentWord>,
}

/// What becomes of a row that is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It may be sent.
    Send,
    /// It is never sent.
    Suppress(Withheld),
}

impl ClaimRules {
    /// Whether they ask for anything; a claim under rules that do not is a plain one.
    #[must_use]
    pub const fn ask_anything(&self) -> bool {
        !matches!(self.consent, ConsentRule::None)
    }

    /// What becomes of a row that is due, which every store decides by this.
    #[must_use]
    pub const fn judge(&self, facts: &ContactFacts) -> Verdict {
        if !self.consent.allows(facts.consent) {
            return Verdict::Suppress(Withheld::NoConsent);
        }
        Verdict::Send
    }
}
