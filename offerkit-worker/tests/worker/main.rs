//! The worker on the store in memory, in time that passes when nothing else is to be done.

mod delivering;
mod failures;
mod fairness;
mod ledger;
mod provider;
mod schedules;
mod stopping;
mod world;
