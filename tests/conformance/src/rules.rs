//! The rules that the services hold on any store.

pub mod audience_counts;
pub mod audit_log;
pub mod audit_trail;
pub mod campaign_life;
pub mod campaign_plan;
pub mod consents;
pub mod contact_rules;
pub mod delivery;
pub mod delivery_failures;
pub mod desk;
pub mod file_imports;
pub mod fill;
pub mod four_eyes;
pub mod login;
pub mod no_takeover;
pub mod offer_life;
pub mod offer_schema;
pub mod operations;
pub mod outsiders;
pub mod received;
pub mod recovery;
pub mod relaunch;
pub mod revocation;
pub mod saved_segments;
pub mod worklist;
