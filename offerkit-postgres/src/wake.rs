//! Telling idle workers of new work.

use offerkit_core::ports::{Access, StoreError};
use sqlx::{
    pool::PoolOptions,
    postgres::{PgListener, PgPoolOptions},
};

use crate::{commit, connection::detached, store::PgStore};

/// Hears when someone calls [`PgStore::wake_workers`]. It is a hint, which is lost while its connection is being made anew:
/// a worker looks for work by itself, too.
///
/// It holds a connection of its own, beside the store's pool, and needs one that is the same for each statement: not
/// through a pooler that changes connections between transactions.
#[derive(Debug)]
pub struct PgWake {
    listener: PgListener,
}

impl PgStore {
    /// Tells every [`PgWake`] on this database and schema that there is something to do. A host calls it after a launch, if
    /// seconds matter to it.
    ///
    /// It is a transaction of its own, and no part of the launch's: committing a notification takes a lock that is one for
    /// the whole server, and launches should not wait for each other there.
    ///
    /// # Errors
    ///
    /// [`StoreError::Backend`] where the database cannot be reached, and [`StoreError::Refused`] in a transaction of the host's.
    pub async fn wake_workers(&self) -> Result<(), StoreError> {
        self.refuse_joined("workers are woken once the host's transaction has ended")?;
        let mut open = self.open_short(Access::Write).await?;
        let channel = open.schema().as_str().to_owned();
        detached(async move {
            let notify = open.query(&["SELECT pg_notify($1, '')"]).bind(channel);
            open.execute(notify).await?;
            commit::end(open).await
        })
        .await
    }

    /// Begins to hear of new work.
    ///
    /// # Errors
    ///
    /// [`sqlx::Error`] where the database cannot be reached.
    pub async fn hear_of_work(&self) -> Result<PgWake, sqlx::Error> {
        let (pool, schema) = self.parts();
        let options: PgPoolOptions = PoolOptions::new()
            .max_connections(1)
            .max_lifetime(None)
            .idle_timeout(None);
        let own = options.connect_lazy_with((*pool.connect_options()).clone());
        let mut listener = PgListener::connect_with(&own).await?;
        listener.listen(schema.as_str()).await?;
        Ok(PgWake { listener })
    }
}

impl PgWake {
    /// Waits until someone tells of new work, or the connection was lost and made anew, since a hint may have been lost
    /// with it.
    ///
    /// # Errors
    ///
    /// [`sqlx::Error`] where the connection was lost and cannot be made anew. It may be called again later.
    pub async fn woken(&mut self) -> Result<(), sqlx::Error> {
        self.listener.try_recv().await.map(drop)
    }
}
