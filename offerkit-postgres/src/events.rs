//! The audit log as a feed for other systems.

use offerkit_core::{
    audit::AuditRecord,
    domain::Scope,
    id::TenantId,
    ports::{Access, StoreError},
};

pub use self::cursor::{EventCursor, EventCursorError};
use crate::{
    audit::{self, COLUMNS},
    connection::Open,
    order::{ORDER, SETTLED, bound},
    rows::{Row, wrong},
    store::PgStore,
};

mod cursor;

/// A committed record, and the place after it.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// What was done or refused.
    pub record: AuditRecord,
    /// Where to go on once this is dealt with.
    pub cursor: EventCursor,
}

/// Why events cannot be told.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EventsError {
    /// The cursor is of another scope's feed.
    #[error("the cursor is of the feed of {cursor:?}, not of {asked:?}")]
    OtherScope {
        /// Whose feed it is of.
        cursor: Scope,
        /// Whose feed was asked for.
        asked: Scope,
    },
    /// The database is a copy.
    #[error(
        "the database was made in the cluster {made} and restored into {here}; make sure that the original is stopped, \
         then run `PgStore::arm` as the owner: the feed goes on after what was restored"
    )]
    Restored {
        /// The system identifier of the cluster it was made in.
        made: i64,
        /// The one it is in.
        here: i64,
    },
    /// The cursor is of a history that this database has not, as when it was put back to an earlier state.
    #[error(
        "the cursor names a place that this database never came to, so it was put back to an earlier state or is another; \
         find out what was told since, then read from an earlier cursor, or from the beginning"
    )]
    Foreign,
    /// The store does not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The logs, each with the tenant, or nothing, bound first.
const TENANT: &str = " FROM {schema}.offer_audit_logs AS it WHERE it.tenant_id = $1 AND ";
const PLATFORM: &str = " FROM {schema}.platform_audit_logs AS it WHERE $1::UUID IS NULL AND ";

impl PgStore {
    /// At most `limit` committed records of a scope after a place, in the order of their commits: each once, none
    /// left out. Without a place it is the beginning. Fewer than `limit` are all there are for now.
    ///
    /// Save the cursor of the last event that was dealt with, best together with what was done about it; after a crash
    /// the feed goes on there. Ask again every second or so; asking costs an index's look where nothing is new.
    ///
    /// ```no_run
    /// # use std::{collections::BTreeMap, error::Error, time::Duration};
    /// # use offerkit_postgres::{Event, EventCursor, PgStore};
    /// # async fn deal_with(event: &Event) -> Result<(), Box<dyn Error>> { Ok(()) }
    /// # async fn feed(store: PgStore) -> Result<(), Box<dyn Error>> {
    /// let mut saved: BTreeMap<_, EventCursor> = BTreeMap::new();
    /// loop {
    ///     for scope in store.scopes().await? {
    ///         for event in store.events(scope, saved.get(&scope), 100).await? {
    ///             deal_with(&event).await?;
    ///             saved.insert(scope, event.cursor);
    ///         }
    ///     }
    ///     tokio::time::sleep(Duration::from_secs(1)).await;
    /// }
    /// # }
    /// ```
    ///
    /// A record is told once every transaction that began before its own has ended, since those may still put records
    /// before it. So a transaction that stays open, in any database of the cluster, holds events back; it loses none.
    ///
    /// After a restored copy was [armed](Self::arm), a cursor of the original goes on in the copy's new epoch. What was
    /// told of the original after the copy was made, the copy knows nothing of.
    ///
    /// # Errors
    ///
    /// [`EventsError`]; in a transaction of the host's, [`StoreError::Refused`].
    pub async fn events(
        &self,
        scope: Scope,
        after: Option<&EventCursor>,
        limit: usize,
    ) -> Result<Vec<Event>, EventsError> {
        self.refuse_joined("events are told once the host's transaction has ended")?;
        let mut open = self.open_in(scope, Access::Read).await?;
        let here = Place::of(&mut open).await?;
        let after = here.accept(scope, after)?;
        let log = match scope {
            Scope::Platform => PLATFORM,
            Scope::Tenant(_) => TENANT,
        };
        let statement = bound(
            &open,
            &[
                COLUMNS,
                ", it.epoch, it.transaction_id::TEXT AS transaction_id",
                log,
                SETTLED,
                " AND (it.epoch, it.transaction_id, it.id) > ($2, $3::TEXT::XID8, $4)",
                ORDER,
                "$5",
            ],
        )
        .bind(after.epoch)
        .bind(after.transaction.to_string())
        .bind(after.record)
        .bind(i64::try_from(limit).unwrap_or(i64::MAX));
        let rows = open.all(statement).await?;
        let events = rows.iter().map(|row| event(row, scope, here.system));
        Ok(events.collect::<Result<_, _>>()?)
    }

    /// Every scope that has a feed: the platform, and each tenant, active or not.
    ///
    /// # Errors
    ///
    /// [`StoreError::Backend`] where the store cannot be reached.
    pub async fn scopes(&self) -> Result<Vec<Scope>, StoreError> {
        let mut open = self.open_in(Scope::Platform, Access::Read).await?;
        let statement = open.query(&["SELECT it.id FROM {schema}.tenants AS it ORDER BY it.id"]);
        let mut scopes = vec![Scope::Platform];
        for row in &open.all(statement).await? {
            scopes.push(Scope::Tenant(TenantId::from_uuid(row.get("id")?)));
        }
        Ok(scopes)
    }
}

/// Where the database has come to.
struct Place {
    system: i64,
    /// The cluster that the database is in.
    here: i64,
    epoch: i32,
    /// The transaction that comes next.
    next: u64,
}

impl Place {
    async fn of(open: &mut Open) -> Result<Self, StoreError> {
        let statement = open.query(&[
            "SELECT it.system_identifier AS made, here.system_identifier AS here, it.epoch,
                pg_snapshot_xmax(pg_current_snapshot())::TEXT AS next
            FROM {schema}.installation AS it, pg_control_system() AS here",
        ]);
        let row = open.one(statement).await?;
        Ok(Self {
            system: row.get("made")?,
            here: row.get("here")?,
            epoch: row.get("epoch")?,
            next: row.text("next")?,
        })
    }

    /// The place to go on at, if the database has been there.
    fn accept(
        &self,
        scope: Scope,
        after: Option<&EventCursor>,
    ) -> Result<EventCursor, EventsError> {
        if self.system != self.here {
            return Err(EventsError::Restored {
                made: self.system,
                here: self.here,
            });
        }
        let Some(cursor) = after else {
            return Ok(EventCursor::beginning(scope, self.system));
        };
        if cursor.scope != scope {
            return Err(EventsError::OtherScope {
                cursor: cursor.scope,
                asked: scope,
            });
        }
        // Of an earlier epoch, it is from before a copy was armed.
        let was_here = cursor.epoch < self.epoch
            || (cursor.epoch == self.epoch
                && cursor.system == self.system
                && cursor.transaction < self.next);
        if was_here {
            return Ok(cursor.clone());
        }
        Err(EventsError::Foreign)
    }
}

fn event(row: &Row, scope: Scope, system: i64) -> Result<Event, StoreError> {
    let transaction: &str = row.get("transaction_id")?;
    let transaction = transaction.parse();
    let record = audit::record(row, scope)?;
    let cursor = EventCursor {
        scope,
        system,
        epoch: row.get("epoch")?,
        transaction: transaction.map_err(|error| wrong("transaction_id", error))?,
        record: record.id.as_uuid(),
    };
    Ok(Event { record, cursor })
}
