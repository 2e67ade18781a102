//! The order of commits, in which the log is sealed and told. Committed records are taken in the order of their
//! transactions, and only those of transactions that began before every one that still runs: whatever comes later stands
//! after them.

use offerkit_core::id::TenantId;

use crate::connection::{Open, Statement};

/// Whether no transaction that began before the record's still runs.
pub(crate) const SETTLED: &str =
    "(it.epoch < (SELECT installation.epoch FROM {schema}.installation)
    OR it.transaction_id < pg_snapshot_xmin(pg_current_snapshot()))";

/// The order, and how many records are taken.
pub(crate) const ORDER: &str = " ORDER BY it.epoch, it.transaction_id, it.id LIMIT ";

/// A statement about the scope's log: those of tenants bind the tenant first, the platform's bind nothing there.
pub(crate) fn bound(open: &Open, parts: &[&'static str]) -> Statement {
    let tenant = open.scope().tenant().map(TenantId::as_uuid);
    open.query(parts).bind(tenant)
}
