//! A hint that there may be something to do.

use tokio::sync::watch;

/// Wakes idle workers, so that they look for work before their wait is over. It is a hint: nothing is lost where it is lost,
/// and nothing done where there is nothing to do. Clones wake the same workers.
#[derive(Debug, Clone, Default)]
pub struct Wake(watch::Sender<()>);

impl Wake {
    /// A handle that no worker listens to yet: give it to [`WorkerBuilder::wake`](crate::WorkerBuilder::wake).
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Has the workers look for work now.
    pub fn wake(&self) {
        self.0.send_replace(());
    }

    pub(crate) fn listen(&self) -> watch::Receiver<()> {
        self.0.subscribe()
    }
}
