//! Requests and answers, as notifiers need them.

mod answer;
mod client;

pub(crate) use answer::Answer;
pub use client::HttpTimeouts;
pub(crate) use client::{Exchange, Http};
