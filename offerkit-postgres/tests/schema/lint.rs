//! What every table keeps to, read from the catalog.

/// The tables whose rows are one tenant's.
pub(crate) const TENANT_TABLES: &[&str] = &[
    "audience_runs",
    "audit_seals",
    "campaign_contributions",
    "campaign_customers",
    "campaign_launches",
    "campaign_segments",
    "campaigns",
    "delivery_attempts",
    "message_templates",
    "offer_approvals",
    "offer_audit_logs",
    "offer_comments",
    "offer_configurations",
    "offer_contributions",
    "offer_revisions",
    "offers",
    "segments",
];
