//! For the tests of a host: a clock that stands still, ids that count, a notifier that records, and fixtures.
//!
//! Nothing here belongs in production; the feature `testing` brings it.

mod clock;
mod fixtures;
mod hasher;
mod ids;
mod notifier;

pub use clock::FixedClock;
pub use fixtures::{TestPlatform, TestTenant, offer_data};
pub use hasher::PlainHasher;
pub use ids::CountingIds;
pub use notifier::RecordingNotifier;
