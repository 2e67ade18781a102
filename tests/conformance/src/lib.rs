//! What every adapter of Offerkit's ports must do, case by case.
//!
//! A case is a sentence about behaviour and begins with an empty store. An adapter implements [`Harness`] and runs
//! them all, each as a test of its own name:
//!
//! ```ignore
//! offerkit_conformance::conformance!(MyHarness);
//! ```
//!
//! The files named after ports ask the store alone, also for what no service asks of it. The others ask the whole
//! library on that store. A file begins with the list of its cases, and the files are listed below; what no list names
//! does not compile.

#![deny(dead_code)]

mod acts;
mod audience;
mod cases;
mod harness;
mod objects;
mod pause;
mod walk;
mod world;

#[doc(hidden)]
pub use cases::run;
pub use harness::{Adapter, Failure, Harness, Outcome};

pub mod ports;
pub mod rules;

cases::files! {
    ports: {
        approvals, audit, campaigns, catalog, comments, complaints, configurations, customers, days, groups, imports,
        kept_messages, launches, ledger_claims, ledger_reading, ledger_runs, live_offers, offers, races, random_imports, receipts, seals, segments, selections,
        sessions, stops, tenants,
        transactions, users,
    }
    rules: {
        four_eyes, front, login, no_takeover, outsiders, revocation, audit_trail, operations, offer_life,
        campaign_life, desk, eligibility, fill, delivery, recovery, relaunch, campaign_plan, delivery_failures,
        offer_schema, audit_log, saved_segments, received, audience_counts, worklist, schedules, stopping,
        file_imports, languages, resends, test_sends, consents, suppressions, sending_hours, contact_caps,
        reach, channel_choice, rate_limits, report_contents, report_drawing, claims,
    }
}
