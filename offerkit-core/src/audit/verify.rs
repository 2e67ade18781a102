//! Verification: the first thing wrong with a sealed log, if anything is.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{AuditRecord, Seal, SealHead};
use crate::{domain::Scope, id::AuditId};

/// What is wrong with a sealed log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "finding", rename_all = "snake_case")]
pub enum Finding {
    /// The record at this position is not what was sealed, or stands at another's place.
    Changed {
        /// The position.
        position: u64,
        /// The record that stands there.
        record: AuditId,
    },
    /// The record sealed at this position is gone.
    Dropped {
        /// The position.
        position: u64,
        /// The record that stood there.
        record: AuditId,
    },
    /// The seal at this position is gone.
    SealMissing {
        /// The position.
        position: u64,
    },
    /// The chain ends before the published head.
    TailCut {
        /// The last position there is.
        position: u64,
        /// The published one.
        published: u64,
    },
    /// The chain passes the published head with another hash: it was rewritten.
    HeadDiffers {
        /// The published position.
        position: u64,
    },
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Changed { position, record } => write!(
                f,
                "record {record} at position {position} is not what was sealed there"
            ),
            Self::Dropped { position, record } => {
                write!(f, "record {record}, sealed at position {position}, is gone")
            }
            Self::SealMissing { position } => write!(f, "the seal at position {position} is gone"),
            Self::TailCut {
                position,
                published,
            } => write!(
                f,
                "the chain ends at position {position}, but a head at {published} was published"
            ),
            Self::HeadDiffers { position } => write!(
                f,
                "the chain differs from the head published at position {position}"
            ),
        }
    }
}

/// The outcome of verifying a scope's log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verification {
    /// The end of the chain as far as it is whole.
    pub head: SealHead,
    /// How many committed records wait for the sealer.
    pub unsealed: u64,
    /// The first thing wrong.
    pub finding: Option<Finding>,
}

impl Verification {
    /// Whether nothing is wrong.
    #[must_use]
    pub const fn is_intact(&self) -> bool {
        self.finding.is_none()
    }
}

/// Walks a scope's chain from its beginning, link by link.
#[derive(Debug, Clone)]
pub struct Verifier {
    head: SealHead,
    published: Option<SealHead>,
    finding: Option<Finding>,
}

impl Verifier {
    /// A walk of `scope`'s chain, which must pass the `published` head if one is given.
    #[must_use]
    pub fn new(scope: Scope, published: Option<SealHead>) -> Self {
        let mut verifier = Self {
            head: SealHead::genesis(scope),
            published,
            finding: None,
        };
        verifier.compare_with_published();
        verifier
    }

    /// Takes the next seal and the record it names, if that is still there.
    pub fn push(&mut self, seal: &Seal, record: Option<&AuditRecord>) {
        if self.finding.is_some() {
            return;
        }
        let expected = self.head.position.saturating_add(1);
        if seal.position != expected {
            self.finding = Some(Finding::SealMissing { position: expected });
            return;
        }
        match record {
            None => {
                self.finding = Some(Finding::Dropped {
                    position: seal.position,
                    record: seal.record,
                });
            }
            Some(record) if self.head.seal(record) != *seal => {
                self.finding = Some(Finding::Changed {
                    position: seal.position,
                    record: record.id,
                });
            }
            Some(_) => {
                self.head = SealHead::from(*seal);
                self.compare_with_published();
            }
        }
    }

    /// The outcome, with how many committed records wait for the sealer.
    #[must_use]
    pub fn finish(self, unsealed: u64) -> Verification {
        let cut = self
            .published
            .filter(|published| published.position > self.head.position)
            .map(|published| Finding::TailCut {
                position: self.head.position,
                published: published.position,
            });
        Verification {
            head: self.head,
            unsealed,
            finding: self.finding.or(cut),
        }
    }

    fn compare_with_published(&mut self) {
        if let Some(published) = self.published
            && published.position == self.head.position
            && published.hash != self.head.hash
        {
            self.finding = Some(Finding::HeadDiffers {
                position: published.position,
            });
        }
    }
}

#[cfg(test)]
mod tests;
