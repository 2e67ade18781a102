//! The worker: launching a campaign is enough, and it fills the audience, sends, and ends what is over, for all tenants.
//!
//! A [`Worker`] is built around an [`Offerkit`](offerkit_core::services::Offerkit). It runs until it is told to stop
//! ([`Worker::run`]), or does what is due and returns ([`Worker::once`]), for cron or a function in a cloud. Any number
//! of them run beside each other, in one process or in many, and need no coordinator but the store.
//!
//! What one does is always a small step: a chunk of an audience, a batch of messages. Between any two the campaign is
//! looked at anew, and a process that is killed at any moment leaves behind what another one recovers, as the notifier's
//! [`Guarantee`](offerkit_core::ports::Guarantee) allows.
//!
//! ```
//! # use offerkit_core::services::Offerkit;
//! # use offerkit_worker::{Shutdown, Worker};
//! # async fn example(kit: Offerkit) -> Result<(), Box<dyn std::error::Error>> {
//! let worker = Worker::builder(kit).concurrency(8).build()?;
//! let shutdown = Shutdown::new();
//! // Elsewhere, when the process is asked to end: shutdown.drain()
//! let report = worker.run(&shutdown).await;
//! println!("{} messages sent", report.deliveries.sent);
//! # Ok(())
//! # }
//! ```

mod builder;
mod check;
mod event;
mod look;
mod pace;
mod place;
mod rota;
mod shutdown;
mod step;
mod tally;
mod wake;
mod worker;

pub use builder::{BuildError, WorkerBuilder};
pub use event::{Event, Failure};
pub use shutdown::Shutdown;
pub use tally::WorkReport;
pub use wake::Wake;
pub use worker::Worker;
