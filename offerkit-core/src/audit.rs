//! The audit log: what was done and what was refused, by whom, and proof that nobody changed it since.
//!
//! Nothing is committed without an [`AuditEvent`], and only a [`Grant`](crate::policy::Grant) makes one. Committed
//! records are sealed into a chain of hashes, one for each tenant and one for the platform: [`Verifier`] finds what
//! was changed, dropped, swapped or cut off.

mod event;
mod record;
mod seal;
mod verify;

pub use event::{AuditEvent, Provenance, Refusal};
pub use record::{AuditOutcome, AuditRecord, Subject, SubjectKind};
pub use seal::{Seal, SealHead};
pub use verify::{Finding, Verification, Verifier};
