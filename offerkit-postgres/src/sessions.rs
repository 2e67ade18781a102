use async_trait::async_trait;
use offerkit_core::{
    digest::Digest,
    domain::Session,
    id::{SessionId, UserId},
    ports::{Access, LoginFailures, Sessions, StoreError},
    time::Timestamp,
};

use crate::{
    commit,
    connection::{Open, Statement, detached},
    rows::{Row, signed, wrong},
    store::PgStore,
};

const SELECT: &str =
    "SELECT it.id, it.user_id, it.token_hash, it.credential_version, it.opened_at, it.last_seen_at,
    it.expires_at
FROM {schema}.sessions AS it ";

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

    async fn find(&self, token_hash: Digest) -> Result<Option<Session>, StoreError> {
        let mut open = self.open_short(Access::Read).await?;
        let statement = open.query(&[SELECT, "WHERE it.token_hash = $1"]);
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
        let mut open = self.open_short(Access::Read).await?;
        let statement = open.query(&[SELECT, "WHERE it.user_id = $1 ORDER BY it.opened_at, it.id"]);
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
        let mut open = self.open_short(Access::Read).await?;
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
        id: SessionId::from_uuid(row.get("id")?),
        user: UserId::from_uuid(row.get("user_id")?),
        token_hash: row.digest("token_hash")?,
        credential_version: row.number("credential_version")?,
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
