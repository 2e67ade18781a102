//! What a new schema would do to the offers that are live.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::SchemaViolations;
use crate::{domain::RevisionNumber, id::OfferId};

/// A live offer whose data a new schema would refuse.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Break {
    /// The offer.
    pub offer: OfferId,
    /// Its live revision.
    pub revision: RevisionNumber,
    /// What the new schema would refuse about it.
    pub violations: SchemaViolations,
}

/// Which live offers a new version of a schema would break. They stay live, under the version they were written under;
/// their next revision must satisfy the new one.
///
/// ```
/// use offerkit_core::schema::CompatibilityReport;
///
/// let report = CompatibilityReport::default();
/// assert!(report.is_compatible());
/// assert_eq!(report.to_string(), "no live offer breaks");
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CompatibilityReport {
    /// The offers that would break.
    pub breaks: Vec<Break>,
}

impl CompatibilityReport {
    /// Whether no live offer would break.
    #[must_use]
    pub const fn is_compatible(&self) -> bool {
        self.breaks.is_empty()
    }
}

impl fmt::Display for Break {
    /// The offer, then a line for each violation.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "offer {}, revision {}", self.offer, self.revision)?;
        self.violations
            .iter()
            .try_for_each(|violation| write!(f, "\n  {violation}"))
    }
}

impl fmt::Display for CompatibilityReport {
    /// How many offers break, then each of them.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.breaks.len() {
            0 => f.write_str("no live offer breaks")?,
            1 => f.write_str("1 live offer breaks")?,
            count => write!(f, "{count} live offers break")?,
        }
        self.breaks
            .iter()
            .try_for_each(|broken| write!(f, "\n{broken}"))
    }
}
