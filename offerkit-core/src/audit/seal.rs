//! The chain of hashes over a scope's committed records.

use serde::{Deserialize, Serialize};

use super::AuditRecord;
use crate::{canonical::canonical_text, digest::Digest, domain::Scope, id::AuditId};

/// One link of the chain: that a record stands at a position, after everything before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seal {
    /// The position, from 1 on, without gaps.
    pub position: u64,
    /// The record.
    pub record: AuditId,
    /// The SHA-256 of the link before, the position and the record.
    pub hash: Digest,
}

/// The end of a chain. Published elsewhere (printed, mailed, anchored), it shows later whether the tail was cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealHead {
    /// How many records are sealed.
    pub position: u64,
    /// The hash of the last link.
    pub hash: Digest,
}

impl SealHead {
    /// The head of an empty chain, which differs between scopes, so that chains cannot be exchanged.
    #[must_use]
    pub fn genesis(scope: Scope) -> Self {
        let tenant = scope.tenant().map(crate::id::TenantId::as_uuid);
        let hash = match tenant {
            None => Digest::of_parts([b"offerkit audit".as_slice(), b"platform"]),
            Some(tenant) => {
                Digest::of_parts([b"offerkit audit".as_slice(), b"tenant", tenant.as_bytes()])
            }
        };
        Self { position: 0, hash }
    }

    /// The seal of `record` after this head.
    #[must_use]
    pub fn seal(self, record: &AuditRecord) -> Seal {
        let position = self.position.saturating_add(1);
        let text = canonical_text(&serde_json::to_value(record).unwrap_or_default());
        Seal {
            position,
            record: record.id,
            hash: Digest::of_parts([
                self.hash.as_bytes().as_slice(),
                &position.to_be_bytes(),
                text.as_bytes(),
            ]),
        }
    }
}

impl From<Seal> for SealHead {
    fn from(seal: Seal) -> Self {
        Self {
            position: seal.position,
            hash: seal.hash,
        }
    }
}
