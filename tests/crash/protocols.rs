//! The library's way to send, and five ways that are wrong.

use std::sync::atomic::{AtomicU64, Ordering};

use offerkit::{id::DeliveryId, postgres::PgStore};
use serde::{Deserialize, Serialize};
use sqlx::PgPool;
use tokio::sync::Mutex;

use crate::{mode::Mode, plan::Point, verdict::Verdict};

mod wrong;

pub(crate) use wrong::Claims;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Protocol {
    Ours,
    /// Claims, sends and marks in one transaction.
    InsideTransaction,
    /// Marks rows as sent before they are.
    MarkFirst,
    /// Never looks at rows again that were fetched once.
    CheckpointAtFetch,
    /// Sends again with another key.
    NewKey,
    /// Sends again without asking the provider.
    NoLookup,
}

impl Protocol {
    pub(crate) const WRONG: [Self; 5] = [
        Self::InsideTransaction,
        Self::MarkFirst,
        Self::CheckpointAtFetch,
        Self::NewKey,
        Self::NoLookup,
    ];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Ours => "ours",
            Self::InsideTransaction => "inside a transaction",
            Self::MarkFirst => "mark first",
            Self::CheckpointAtFetch => "checkpoint at fetch",
            Self::NewKey => "resend without key",
            Self::NoLookup => "resend without asking",
        }
    }

    /// What a row of the table is called.
    pub(crate) const fn title(self, mode: Mode) -> &'static str {
        match self {
            Self::Ours => mode.name(),
            Self::InsideTransaction
            | Self::MarkFirst
            | Self::CheckpointAtFetch
            | Self::NewKey
            | Self::NoLookup => self.name(),
        }
    }

    /// The guarantee that it would be held to.
    pub(crate) const fn mode(self) -> Mode {
        match self {
            Self::Ours | Self::NewKey => Mode::Deduplicated,
            Self::NoLookup => Mode::Reconcile,
            Self::InsideTransaction | Self::MarkFirst => Mode::AtMostOnce,
            Self::CheckpointAtFetch => Mode::AtLeastOnce,
        }
    }

    /// Where a kill shows what is wrong.
    pub(crate) const fn weak_point(self) -> Option<Point> {
        match self {
            Self::Ours => None,
            Self::InsideTransaction | Self::NewKey | Self::NoLookup => Some(Point::Accepted),
            Self::MarkFirst | Self::CheckpointAtFetch => Some(Point::Claimed),
        }
    }

    /// Whether the comparison shows what the protocol does.
    pub(crate) const fn is_found_in(self, verdict: &Verdict) -> bool {
        match self {
            Self::Ours => true,
            Self::InsideTransaction | Self::NewKey | Self::NoLookup => verdict.duplicated > 0,
            Self::MarkFirst => verdict.lost > 0,
            Self::CheckpointAtFetch => verdict.unfinished > 0,
        }
    }

    /// The key that a message bears.
    pub(crate) fn key(self, delivery: DeliveryId, process: u32) -> String {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        match self {
            Self::NewKey => {
                let number = NEXT.fetch_add(1, Ordering::Relaxed);
                format!("{delivery}.{process}.{number}")
            }
            Self::Ours
            | Self::InsideTransaction
            | Self::MarkFirst
            | Self::CheckpointAtFetch
            | Self::NoLookup => delivery.to_string(),
        }
    }

    /// How it claims and settles.
    pub(crate) fn claims(self, store: PgStore, pool: PgPool) -> Claims {
        Claims {
            store,
            pool,
            protocol: self,
            open: Mutex::default(),
        }
    }
}
