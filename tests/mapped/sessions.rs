//! Logins, whoever has the customers.

use async_trait::async_trait;
use offerkit::{
    digest::Digest,
    domain::Session,
    id::{SessionId, UserId},
    ports::{Arrival, LoginFailures, Sessions, StoreError, TenantKey},
    time::Timestamp,
};

use super::Mapped;

#[async_trait]
impl Sessions for Mapped {
    async fn open(&self, session: &Session) -> Result<(), StoreError> {
        Sessions::open(&self.store, session).await
    }

    async fn arrival(
        &self,
        token_hash: Digest,
        tenant: Option<&TenantKey>,
    ) -> Result<Option<Arrival>, StoreError> {
        Sessions::arrival(&self.store, token_hash, tenant).await
    }

    async fn find(&self, token_hash: Digest) -> Result<Option<Session>, StoreError> {
        Sessions::find(&self.store, token_hash).await
    }

    async fn touch(&self, session: SessionId, at: Timestamp) -> Result<(), StoreError> {
        Sessions::touch(&self.store, session, at).await
    }

    async fn list(&self, user: UserId) -> Result<Vec<Session>, StoreError> {
        Sessions::list(&self.store, user).await
    }

    async fn end(&self, session: SessionId) -> Result<bool, StoreError> {
        Sessions::end(&self.store, session).await
    }

    async fn end_all(&self, user: UserId) -> Result<(), StoreError> {
        Sessions::end_all(&self.store, user).await
    }

    async fn prune(&self, now: Timestamp) -> Result<u64, StoreError> {
        Sessions::prune(&self.store, now).await
    }

    async fn failures(&self, key: Digest) -> Result<LoginFailures, StoreError> {
        Sessions::failures(&self.store, key).await
    }

    async fn record_failure(
        &self,
        key: Digest,
        at: Timestamp,
    ) -> Result<LoginFailures, StoreError> {
        Sessions::record_failure(&self.store, key, at).await
    }

    async fn clear_failures(&self, key: Digest) -> Result<(), StoreError> {
        Sessions::clear_failures(&self.store, key).await
    }
}
