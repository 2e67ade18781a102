//! The guarantees that are tried, and what each allows.

use std::time::Duration;

use offerkit::ports::Guarantee;
use serde::{Deserialize, Serialize};

use crate::verdict::Verdict;

/// How long the provider remembers a key: longer than any trial.
const KEY_TTL: Duration = Duration::from_hours(24);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Mode {
    Deduplicated,
    Reconcile,
    AtMostOnce,
    AtLeastOnce,
}

impl Mode {
    pub(crate) const ALL: [Self; 4] = [
        Self::Deduplicated,
        Self::Reconcile,
        Self::AtMostOnce,
        Self::AtLeastOnce,
    ];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Deduplicated => "Deduplicated",
            Self::Reconcile => "Reconcile",
            Self::AtMostOnce => "AtMostOnce",
            Self::AtLeastOnce => "AtLeastOnce",
        }
    }

    pub(crate) const fn guarantee(self) -> Guarantee {
        match self {
            Self::Deduplicated => Guarantee::Deduplicated { key_ttl: KEY_TTL },
            Self::Reconcile => Guarantee::Reconcile,
            Self::AtMostOnce => Guarantee::AtMostOnce,
            Self::AtLeastOnce => Guarantee::AtLeastOnce,
        }
    }

    /// What the verdict has that the guarantee rules out.
    pub(crate) fn broken(self, verdict: &Verdict) -> Vec<&'static str> {
        let mut broken = Vec::new();
        let mut rule = |is_kept: bool, what| {
            if !is_kept {
                broken.push(what);
            }
        };
        rule(verdict.lost == 0, "messages were lost");
        rule(
            verdict.unledgered == 0,
            "messages were sent that the ledger does not know",
        );
        rule(verdict.unfinished == 0, "rows were not final in time");
        match self {
            Self::Deduplicated => {
                rule(verdict.duplicated == 0, "messages were sent twice");
                rule(
                    verdict.unknown == 0,
                    "rows are unknown though their keys lived",
                );
            }
            Self::Reconcile => {
                rule(verdict.duplicated == 0, "messages were sent twice");
                rule(
                    verdict.unknown == 0,
                    "rows are unknown though the provider was asked",
                );
            }
            Self::AtMostOnce => rule(verdict.duplicated == 0, "messages were sent twice"),
            Self::AtLeastOnce => rule(verdict.unknown == 0, "rows are unknown"),
        }
        broken
    }
}
