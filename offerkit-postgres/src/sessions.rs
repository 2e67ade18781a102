use async_trait::async_trait;
use offerkit_core::{
    digest::Digest,
    domain::Session,
    id::{SessionId, TenantId, UserId},
    ports::{Access, Arrival, LoginFailures, Sessions, StoreError, TenantKey, TenantState},
    time::Timestamp,
};
use sqlx::types::Uuid;

use crate::{
    commit,
    connection::{Open, Statement, detached},
    groups,
    rows::{Row, signed, wrong},
    store::PgStore,
    users,
};

const COLUMNS: &str = "session.id AS session, session.user_id AS session_of, session.token_hash,
    session.credential_version AS session_version, session.opened_at, session.last_seen_at, session.expires_at";
const FROM: &str = " FROM {schema}.sessions AS session ";

/// What is joined to a session, up to the condition on the tenant, and from there to what is held.
const ARRIVAL: [&str; 2] = [
    "JOIN {schema}.users AS it ON it.id = session.user_id LEFT JOIN {schema}.tenants AS tenant ON ",
    " LEFT JOIN (",
];
const OF_TOKEN: &str = ") AS held ON held.tenant_id = tenant.id AND held.user_id = session.user_id
WHERE session.token_hash = $1 ORDER BY held.name COLLATE \"C\"";

#[async_trait]
impl Sessions for PgStore {
    async fn open(&self, session: &Session) -> Result<(), StoreError> {
        let credential_version = signed(session.credential_version)?;
        let session = session.clone();
        self.change(move |open| {
            open.query(&[
                "INSERT INTO {schema}.sessions (id, user_id, token_hash, credential_version, opened_at, last_seen_at,
                    expires_at)
                VALUES ($1, $2, $3, $4, $5, $6, $7)",
            ])
            .bind(session.id.as_uuid())
            .bind(session.user.as_uuid())
            .bind(session.token_hash.as_bytes().to_vec())
            .bind(credential_version)
            .bind(session.opened_at.as_datetime())
            .bind(session.last_seen_at.as_datetime())
            .bind(session.expires_at.as_datetime())
        })
        .await
        .map(drop)
    }

    async fn arrival(
        &self,
        token_hash: Digest,
        tenant: Option<&TenantKey>,
    ) -> Result<Option<Arrival>, StoreError> {
        let mut open = self.open_short(Access::ReadCommitted).await?;
        let of_tenant = match tenant {
            None => "FALSE",
            Some(TenantKey::Id(_)) => "tenant.id = $2",
            Some(TenantKey::Name(_)) => "tenant.name = $2",
        };
        let [joined, held] = ARRIVAL;
        let statement = open
            .query(&[
                users::COLUMNS,
                ", tenant.id AS tenant, tenant.is_active AS tenant_is_active",
                groups::HELD,
                ", ",
                COLUMNS,
                FROM,
                joined,
                of_tenant,
                held,
                groups::SELECT_HELD,
                OF_TOKEN,
            ])
            .bind(token_hash.as_bytes().to_vec());
        let statement = match tenant {
            None => statement,
            Some(TenantKey::Id(id)) => statement.bind(id.as_uuid()),
            Some(TenantKey::Name(name)) => statement.bind(name.to_string()),
        };
        let rows = open.all(statement).await?;
        let Some(row) = rows.first() else {
            return Ok(None);
        };
        let session = session(row)?;
        let tenant = row.get::<Option<Uuid>>("tenant")?;
        let state = |id| {
            Ok(TenantState {
                id: TenantId::from_uuid(id),
                is_active: row.get("tenant_is_active")?,
            })
        };
        Ok(Some(Arrival {
            session,
            user: users::user(row)?,
            tenant: tenant.map(state).transpose()?,
            held: groups::all_held(&rows)?,
        }))
    }

    async fn find(&self, token_hash: Digest) -> Result<Option<Session>, StoreError> {
        let mut open = self.open_short(Access::ReadCommitted).await?;
        let statement = open.query(&["SELECT ", COLUMNS, FROM, "WHERE session.token_hash = $1"]);
        let row = open
            .optional(statement.bind(token_hash.as_bytes().to_vec()))
            .await?;
        row.as_ref().map(session).transpose()
    }

    async fn touch(&self, session: SessionId, at: Timestamp) -> Result<(), StoreError> {
        self.change(move |open| {
            open.query(&[
                "UPDATE {schema}.sessions SET last_seen_at = greatest(last_seen_at, $2) WHERE id = $1",
            ])
            .bind(session.as_uuid())
            .bind(at.as_datetime())
        })
        .await
        .map(drop)
    }

    async fn list(&self, user: UserId) -> Result<Vec<Session>, StoreError> {
        let mut open = self.open_short(Access::ReadCommitted).await?;
        let statement = open.query(&[
            "SELECT ",
            COLUMNS,
            FROM,
            "WHERE session.user_id = $1 ORDER BY session.opened_at, session.id",
        ]);
        let rows = open.all(statement.bind(user.as_uuid())).await?;
        rows.iter().map(session).collect()
    }

    async fn end(&self, session: SessionId) -> Result<bool, StoreError> {
        let ended = self
            .change(move |open| {
                open.query(&["DELETE FROM {schema}.sessions WHERE id = $1"])
                    .bind(session.as_uuid())
            })
            .await?;
        Ok(ended > 0)
    }

    async fn end_all(&self, user: UserId) -> Result<(), StoreError> {
        self.change(move |open| {
            open.query(&["DELETE FROM {schema}.sessions WHERE user_id = $1"])
                .bind(user.as_uuid())
        })
        .await
        .map(drop)
    }

    async fn prune(&self, now: Timestamp) -> Result<u64, StoreError> {
        self.change(move |open| {
            open.query(&["DELETE FROM {schema}.sessions WHERE expires_at <= $1"])
                .bind(now.as_datetime())
        })
        .await
    }

    async fn failures(&self, key: Digest) -> Result<LoginFailures, StoreError> {
        let mut open = self.open_short(Access::ReadCommitted).await?;
        let statement = open.query(&[
            "SELECT it.failures, it.last_at FROM {schema}.login_failures AS it WHERE it.key = $1",
        ]);
        let row = open
            .optional(statement.bind(key.as_bytes().to_vec()))
            .await?;
        let failures = row.as_ref().map(failures).transpose()?;
        Ok(failures.unwrap_or_default())
    }

    async fn record_failure(
        &self,
        key: Digest,
        at: Timestamp,
    ) -> Result<LoginFailures, StoreError> {
        let mut open = self.open_short(Access::Write).await?;
        detached(async move {
            let statement = open
                .query(&[
                    "INSERT INTO {schema}.login_failures AS it (key, failures, last_at) VALUES ($1, 1, $2)
                    ON CONFLICT (key) DO UPDATE SET failures = it.failures + 1, last_at = excluded.last_at
                    RETURNING failures, last_at",
                ])
                .bind(key.as_bytes().to_vec())
                .bind(at.as_datetime());
            let noted = failures(&open.one(statement).await?)?;
            commit::end(open).await?;
            Ok(noted)
        })
        .await
    }

    async fn clear_failures(&self, key: Digest) -> Result<(), StoreError> {
        self.change(move |open| {
            open.query(&["DELETE FROM {schema}.login_failures WHERE key = $1"])
                .bind(key.as_bytes().to_vec())
        })
        .await
        .map(drop)
    }
}

impl PgStore {
    /// Runs one statement that nobody audits, and answers how many rows it changed.
    async fn change(
        &self,
        statement: impl FnOnce(&Open) -> Statement + Send,
    ) -> Result<u64, StoreError> {
        let mut open = self.open_short(Access::Write).await?;
        let statement = statement(&open);
        detached(async move {
            let changed = open.execute(statement).await?;
            commit::end(open).await?;
            Ok(changed)
        })
        .await
    }
}

fn session(row: &Row) -> Result<Session, StoreError> {
    Ok(Session {
        id: SessionId::from_uuid(row.get("session")?),
        user: UserId::from_uuid(row.get("session_of")?),
        token_hash: row.digest("token_hash")?,
        credential_version: row.number("session_version")?,
        opened_at: row.moment("opened_at")?,
        last_seen_at: row.moment("last_seen_at")?,
        expires_at: row.moment("expires_at")?,
    })
}

fn failures(row: &Row) -> Result<LoginFailures, StoreError> {
    let count = u32::try_from(row.number("failures")?).map_err(|error| wrong("failures", error))?;
    Ok(LoginFailures {
        count,
        last_at: Some(row.moment("last_at")?),
    })
}
