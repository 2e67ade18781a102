//! How long transactions took, and how many were done.

use std::time::Duration;

/// The latencies of clients that asked one after the other, for a while.
#[derive(Debug, Default)]
pub(crate) struct Latencies {
    /// Each one's, in microseconds.
    taken: Vec<u64>,
    /// For how long.
    window: Duration,
}

impl Latencies {
    pub(crate) const fn new(taken: Vec<u64>, window: Duration) -> Self {
        Self { taken, window }
    }

    /// Those of another while.
    pub(crate) fn extend(&mut self, more: Self) {
        self.taken.extend(more.taken);
        self.window += more.window;
    }

    #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
    pub(crate) fn per_second(&self) -> f64 {
        self.taken.len() as f64 / self.window.as_secs_f64()
    }

    /// In milliseconds.
    #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
    pub(crate) fn percentile(&mut self, percent: usize) -> f64 {
        self.taken.sort_unstable();
        let place = (self.taken.len() * percent / 100).min(self.taken.len().saturating_sub(1));
        self.taken
            .get(place)
            .map_or(f64::NAN, |taken| *taken as f64 / 1e3)
    }
}
