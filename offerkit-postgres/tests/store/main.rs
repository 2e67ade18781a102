//! What a transaction of the store keeps to where connections fail, callers hang up and commits overlap.

mod cancelling;
mod connections;
mod erasing;
mod locks;
mod plans;
mod proxy;
mod sealing;
mod timeouts;
mod unknown_commits;
mod waking;
mod world;
