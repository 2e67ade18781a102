//! How a worker is told to stop.

use tokio::sync::watch;

/// Tells workers to stop. Clones tell the same workers.
#[derive(Debug, Clone)]
pub struct Shutdown(watch::Sender<Wish>);

/// What is wished of a worker.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Wish {
    /// To go on.
    Work,
    /// To finish what it has begun, and begin nothing.
    Drain,
    /// To end at once.
    Halt,
}

impl Shutdown {
    /// A handle by which nothing is wished yet.
    #[must_use]
    pub fn new() -> Self {
        Self(watch::Sender::new(Wish::Work))
    }

    /// Lets the steps that have begun end, and has no other begin. When [`Worker::run`](crate::Worker::run) has returned,
    /// nothing more is sent.
    pub fn drain(&self) {
        self.raise(Wish::Drain);
    }

    /// Ends at once, in the middle of steps: what was claimed is recovered once its claim has lapsed.
    pub fn halt(&self) {
        self.raise(Wish::Halt);
    }

    fn raise(&self, to: Wish) {
        self.0.send_if_modified(|wish| {
            let is_new = *wish < to;
            *wish = to.max(*wish);
            is_new
        });
    }

    pub(crate) fn listen(&self) -> watch::Receiver<Wish> {
        self.0.subscribe()
    }
}

impl Default for Shutdown {
    fn default() -> Self {
        Self::new()
    }
}
