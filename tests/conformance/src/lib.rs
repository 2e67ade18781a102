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
//! library on that store. A file begins with the list of its cases; a case that no list names does not compile.

#![warn(dead_code)]

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

/// One test for each case, named after it, on the backends of a [`Harness`]: `conformance!(MyHarness)`.
#[macro_export]
macro_rules! conformance {
    ($harness:expr) => {
        $crate::approvals!($harness);
        $crate::audit!($harness);
        $crate::campaigns!($harness);
        $crate::catalog!($harness);
        $crate::comments!($harness);
        $crate::configurations!($harness);
        $crate::customers!($harness);
        $crate::groups!($harness);
        $crate::launches!($harness);
        $crate::ledger_claims!($harness);
        $crate::ledger_reading!($harness);
        $crate::ledger_runs!($harness);
        $crate::offers!($harness);
        $crate::races!($harness);
        $crate::seals!($harness);
        $crate::segments!($harness);
        $crate::sessions!($harness);
        $crate::tenants!($harness);
        $crate::transactions!($harness);
        $crate::users!($harness);
        $crate::four_eyes!($harness);
        $crate::login!($harness);
        $crate::no_takeover!($harness);
        $crate::outsiders!($harness);
        $crate::revocation!($harness);
        $crate::audit_trail!($harness);
        $crate::operations!($harness);
        $crate::offer_life!($harness);
        $crate::campaign_life!($harness);
        $crate::desk!($harness);
        $crate::fill!($harness);
        $crate::delivery!($harness);
        $crate::recovery!($harness);
        $crate::relaunch!($harness);
        $crate::campaign_plan!($harness);
        $crate::delivery_failures!($harness);
        $crate::offer_schema!($harness);
        $crate::audit_log!($harness);
    };
}
