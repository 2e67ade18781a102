use std::collections::BTreeMap;

use async_trait::async_trait;
use offerkit_core::{
    digest::Digest,
    domain::{Scope, Session},
    id::{SessionId, UserId},
    ports::{
        Access, Arrival, LoginFailures, Sessions, Store as _, StoreError, TenantKey, TenantState,
        UniqueKey,
    },
    time::Timestamp,
};

use crate::{locks::lock, store::MemoryStore};

#[derive(Default)]
pub(crate) struct Logins {
    sessions: BTreeMap<SessionId, Session>,
    tokens: BTreeMap<Digest, SessionId>,
    failures: BTreeMap<Digest, LoginFailures>,
}

impl Logins {
    fn forget(&mut self, is_over: impl Fn(&Session) -> bool) -> u64 {
        let ended = self.sessions.extract_if(.., |_, session| is_over(session));
        let mut count = 0;
        for (_, session) in ended {
            self.tokens.remove(&session.token_hash);
            count += 1;
        }
        count
    }
}

#[async_trait]
impl Sessions for MemoryStore {
    async fn open(&self, session: &Session) -> Result<(), StoreError> {
        let mut logins = lock(&self.shared().logins);
        if logins.sessions.contains_key(&session.id)
            || logins.tokens.contains_key(&session.token_hash)
        {
            return Err(StoreError::Duplicate(UniqueKey::Id));
        }
        logins.tokens.insert(session.token_hash, session.id);
        logins.sessions.insert(session.id, session.clone());
        Ok(())
    }

    async fn arrival(
        &self,
        token_hash: Digest,
        tenant: Option<&TenantKey>,
    ) -> Result<Option<Arrival>, StoreError> {
        let Some(session) = Sessions::find(self, token_hash).await? else {
            return Ok(None);
        };
        let mut tx = self.begin(Scope::Platform, Access::ReadCommitted).await?;
        let Some(user) = tx.users().find(session.user).await? else {
            return Ok(None);
        };
        let tenant = match tenant {
            Some(TenantKey::Id(id)) => tx.tenants().find(*id).await?,
            Some(TenantKey::Name(name)) => tx.tenants().find_by_name(name).await?,
            None => None,
        };
        let held = match &tenant {
            Some(tenant) => tx.groups().held_by(user.id(), Some(tenant.id())).await?,
            None => Vec::new(),
        };
        Ok(Some(Arrival {
            session,
            user,
            tenant: tenant.map(|tenant| TenantState {
                id: tenant.id(),
                is_active: tenant.is_active(),
            }),
            held,
        }))
    }

    async fn find(&self, token_hash: Digest) -> Result<Option<Session>, StoreError> {
        let logins = lock(&self.shared().logins);
        let id = logins.tokens.get(&token_hash);
        Ok(id.and_then(|id| logins.sessions.get(id)).cloned())
    }

    async fn touch(&self, session: SessionId, at: Timestamp) -> Result<(), StoreError> {
        if let Some(session) = lock(&self.shared().logins).sessions.get_mut(&session) {
            session.last_seen_at = session.last_seen_at.max(at);
        }
        Ok(())
    }

    async fn list(&self, user: UserId) -> Result<Vec<Session>, StoreError> {
        let logins = lock(&self.shared().logins);
        let sessions = logins.sessions.values();
        let mut sessions: Vec<_> = sessions.filter(|it| it.user == user).cloned().collect();
        sessions.sort_by_key(|session| session.opened_at);
        Ok(sessions)
    }

    async fn end(&self, session: SessionId) -> Result<bool, StoreError> {
        let mut logins = lock(&self.shared().logins);
        let Some(ended) = logins.sessions.remove(&session) else {
            return Ok(false);
        };
        logins.tokens.remove(&ended.token_hash);
        Ok(true)
    }

    async fn end_all(&self, user: UserId) -> Result<(), StoreError> {
        lock(&self.shared().logins).forget(|session| session.user == user);
        Ok(())
    }

    async fn prune(&self, now: Timestamp) -> Result<u64, StoreError> {
        Ok(lock(&self.shared().logins).forget(|session| session.expires_at <= now))
    }

    async fn failures(&self, key: Digest) -> Result<LoginFailures, StoreError> {
        let logins = lock(&self.shared().logins);
        Ok(logins.failures.get(&key).copied().unwrap_or_default())
    }

    async fn record_failure(
        &self,
        key: Digest,
        at: Timestamp,
    ) -> Result<LoginFailures, StoreError> {
        let mut logins = lock(&self.shared().logins);
        let failures = logins.failures.entry(key).or_default();
        failures.count = failures.count.saturating_add(1);
        failures.last_at = Some(at);
        Ok(*failures)
    }

    async fn clear_failures(&self, key: Digest) -> Result<(), StoreError> {
        lock(&self.shared().logins).failures.remove(&key);
        Ok(())
    }
}
