//! Connections that are kept for the next mail.

use std::sync::{Mutex, MutexGuard, PoisonError};

use offerkit_core::ports::Outcome;
use tokio::time::Instant;

use super::{
    SmtpTimeouts,
    connection::{Connection, Progress, Server},
    mail::Mail,
};
use crate::pace::retry;

/// Connections to one server. How many there are at a time is the pace's to limit.
pub(super) struct Pool {
    server: Server,
    mails_per_connection: u32,
    idle: Mutex<Vec<Idle>>,
}

struct Idle {
    connection: Connection,
    sent: u32,
    since: Instant,
}

impl std::fmt::Debug for Pool {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pool")
            .field("server", &self.server)
            .finish_non_exhaustive()
    }
}

impl Pool {
    pub(super) const fn new(server: Server, mails_per_connection: u32) -> Self {
        Self {
            server,
            mails_per_connection,
            idle: Mutex::new(Vec::new()),
        }
    }

    /// Sends a mail over a kept connection, or over a new one.
    pub(super) async fn send(&self, mail: &Mail) -> Outcome {
        if let Some(mut kept) = self.take() {
            match kept.connection.send(mail).await {
                Progress::Settled { outcome, reusable } => {
                    self.keep(kept, reusable).await;
                    return outcome;
                }
                // A server closes what was idle for too long, which shows only when it is used; nothing was sent then,
                // and the others will be no better.
                Progress::Lost => self.idle().clear(),
            }
        }
        let mut connection = match self.server.connect().await {
            Ok(connection) => connection,
            Err(reason) => return retry(reason),
        };
        match connection.send(mail).await {
            Progress::Settled { outcome, reusable } => {
                let fresh = Idle {
                    connection,
                    sent: 0,
                    since: Instant::now(),
                };
                self.keep(fresh, reusable).await;
                outcome
            }
            Progress::Lost => retry("the connection was lost before the mail was handed over"),
        }
    }

    fn take(&self) -> Option<Idle> {
        let SmtpTimeouts { idle, .. } = self.server.timeouts;
        let mut kept = self.idle();
        kept.retain(|one| one.since.elapsed() < idle);
        kept.pop()
    }

    async fn keep(&self, mut used: Idle, reusable: bool) {
        used.sent = used.sent.saturating_add(1);
        used.since = Instant::now();
        if !reusable {
            return;
        }
        if used.sent >= self.mails_per_connection {
            used.connection.quit().await;
        } else {
            self.idle().push(used);
        }
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Idle>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
