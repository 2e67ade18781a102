//! The first super admin, logging in and out, and what a session token stands for.

use std::{fmt, time::Duration};

use chrono::TimeDelta;

use super::{Context, Error, Offerkit, context::Standing, work::facts};
use crate::{
    digest::Digest,
    domain::{ExternalIdentity, NewUser, Scope, Session, User},
    id::{SessionId, TenantId, UserId},
    policy::{Action, Job, Resource, TenantFacts},
    ports::{Access, Arrival, LoginFailures, TenantKey},
    text::{PasswordText, RequestSource, Username},
    time::Timestamp,
};

/// A session is noted as used at most this often.
const TOUCH_EVERY: TimeDelta = TimeDelta::minutes(1);

/// The secret that proves a session: 256 random bits, in hexadecimal. Only its hash is stored.
#[derive(Clone, PartialEq, Eq)]
pub struct SessionToken(Box<str>);

impl SessionToken {
    /// The token as a caller sent it.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self(text.into())
    }

    /// The token, to be given to its holder and to nobody else.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    fn hash(&self) -> Digest {
        Digest::of(self.0.as_bytes())
    }
}

impl fmt::Debug for SessionToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionToken(…)")
    }
}

/// A successful login.
#[derive(Debug, Clone)]
pub struct Login {
    /// The token, shown once.
    pub token: SessionToken,
    /// The session.
    pub session: Session,
    /// Whether the password is temporary: changing it is all the user may do.
    pub must_change_password: bool,
}

impl Offerkit {
    /// Makes the first super admin of an empty platform.
    ///
    /// # Errors
    ///
    /// [`Error::AlreadyBootstrapped`] where there is a super admin.
    pub async fn bootstrap(&self, user: NewUser, password: &PasswordText) -> Result<User, Error> {
        let acting = self.acting(&Context::job(Job::Bootstrap));
        let hash = self.hasher()?.hash(password.expose()).await?;
        acting
            .mutate(Action::Bootstrap, || async {
                let mut work = acting.write(Scope::Platform).await?;
                if work.tx()?.users().count_super_admins().await? > 0 {
                    return Err(Error::AlreadyBootstrapped);
                }
                let id = UserId::from_uuid(work.uuid());
                let grant = work
                    .authorize(Action::Bootstrap, &Resource::Platform, id)
                    .await?;
                let now = work.now();
                let user = User::create(id, user.clone(), None, now)
                    .with_own_password(hash.clone(), now)
                    .with_super_admin(true, now);
                work.tx()?.users().insert(&user).await?;
                let event = work.event(grant, id).after(&user);
                work.commit(event, user).await
            })
            .await
    }

    /// Logs a user in by password.
    ///
    /// An unknown name costs the same as a wrong password, and answers the same. After
    /// [`Settings::login_attempts`](super::Settings::login_attempts) failures under one name from one source, further
    /// tries there must wait; tries from elsewhere need not, so that nobody can lock others out.
    ///
    /// # Errors
    ///
    /// [`Error::WrongCredentials`], [`Error::TooManyAttempts`].
    pub async fn login(
        &self,
        name: &str,
        password: &str,
        source: Option<&RequestSource>,
    ) -> Result<Login, Error> {
        let key = throttle_key(name, source);
        let failures = self.throttle(key).await?;
        let user = match name.parse::<Username>() {
            Ok(name) => self.find_user(Wanted::Name(name)).await?,
            Err(_) => None,
        };
        let hash = user.as_ref().and_then(|user| user.password().as_ref());
        // A password longer than any that can be set is wrong, and is not worth hashing.
        let matches = password.len() <= PasswordText::MAX_BYTES
            && self.hasher()?.verify(password, hash).await?;
        let Some(user) = user.filter(|user| matches && user.is_active()) else {
            let now = self.now();
            self.inner.sessions.record_failure(key, now).await?;
            return Err(Error::WrongCredentials);
        };
        if failures.count > 0 {
            self.inner.sessions.clear_failures(key).await?;
        }
        self.open_session(&user).await
    }

    /// Logs in a user whom the host's own identity provider has authenticated.
    ///
    /// # Errors
    ///
    /// [`Error::WrongCredentials`] where no active user has this identity.
    pub async fn login_external(&self, identity: &ExternalIdentity) -> Result<Login, Error> {
        let user = self.find_user(Wanted::Identity(identity.clone())).await?;
        match user.filter(User::is_active) {
            Some(user) => self.open_session(&user).await,
            None => Err(Error::WrongCredentials),
        }
    }

    /// The context of a session's user, if the session has not ended.
    ///
    /// # Errors
    ///
    /// [`Error::SessionEnded`] for an unknown token, after the idle or the absolute expiry, after logging out, and
    /// after the user's password was changed or the user deactivated.
    pub async fn authenticate(&self, token: &SessionToken) -> Result<Context, Error> {
        let arrival = self.arrival(token, None).await?;
        Ok(arrived(&arrival))
    }

    /// The same for a request about a tenant, with that tenant's id, or one that no tenant has. What the user holds there is
    /// found at the same time, and for a second, what is read in the tenant is decided by it; changes look again.
    ///
    /// The id says nothing of who may know of the tenant: give it to a service, which decides.
    ///
    /// # Errors
    ///
    /// As for [`authenticate`](Self::authenticate).
    pub async fn authenticate_in(
        &self,
        token: &SessionToken,
        tenant: &TenantKey,
    ) -> Result<(Context, TenantId), Error> {
        let arrival = self.arrival(token, Some(tenant)).await?;
        let id = tenant.id_of(arrival.tenant.map(|found| found.id));
        let context = arrived(&arrival);
        let at = self.now();
        let standing = Standing {
            scope: Scope::Tenant(id),
            tenant: arrival.tenant.map(|found| TenantFacts {
                id,
                is_active: found.is_active,
            }),
            user: facts(&arrival.user, arrival.held, at),
            at,
        };
        Ok((context.with_standing(standing), id))
    }

    async fn arrival(
        &self,
        token: &SessionToken,
        tenant: Option<&TenantKey>,
    ) -> Result<Arrival, Error> {
        let now = self.now();
        let sessions = &self.inner.sessions;
        let Some(arrival) = sessions.arrival(token.hash(), tenant).await? else {
            return Err(Error::SessionEnded);
        };
        let (session, user) = (&arrival.session, &arrival.user);
        let lives = now < session.expires_at
            && now < session.last_seen_at.plus(self.inner.settings.session_idle)
            && user.is_active()
            && user.credential_version() == session.credential_version;
        if !lives {
            sessions.end(session.id).await?;
            return Err(Error::SessionEnded);
        }
        if session.last_seen_at.plus(TOUCH_EVERY) <= now {
            sessions.touch(session.id, now).await?;
        }
        Ok(arrival)
    }

    /// Ends a session. Ending it again does no harm.
    ///
    /// # Errors
    ///
    /// [`Error::Store`] where the store fails.
    pub async fn logout(&self, token: &SessionToken) -> Result<(), Error> {
        let sessions = &self.inner.sessions;
        if let Some(session) = sessions.find(token.hash()).await? {
            sessions.end(session.id).await?;
        }
        Ok(())
    }

    /// Forgets expired sessions, and answers how many; for a job that runs now and then.
    ///
    /// # Errors
    ///
    /// [`Error::Store`] where the store fails.
    pub async fn forget_expired_sessions(&self) -> Result<u64, Error> {
        Ok(self.inner.sessions.prune(self.now()).await?)
    }

    async fn open_session(&self, user: &User) -> Result<Login, Error> {
        let now = self.now();
        let secret = self.inner.ids.secret()?;
        let token = SessionToken(Digest::from_bytes(secret).to_string().into());
        let session = Session {
            id: SessionId::from_uuid(self.uuid()),
            user: user.id(),
            token_hash: token.hash(),
            credential_version: user.credential_version(),
            opened_at: now,
            last_seen_at: now,
            expires_at: now.plus(self.inner.settings.session_lifetime),
        };
        self.inner.sessions.open(&session).await?;
        Ok(Login {
            token,
            session,
            must_change_password: user.must_change_password(),
        })
    }

    /// The failed tries before this one, unless it comes too soon after them.
    pub(super) async fn throttle(&self, key: Digest) -> Result<LoginFailures, Error> {
        let failures = self.inner.sessions.failures(key).await?;
        match self.wait_after(failures, self.now()) {
            Some(retry_after) => Err(Error::TooManyAttempts { retry_after }),
            None => Ok(failures),
        }
    }

    fn wait_after(&self, failures: LoginFailures, now: Timestamp) -> Option<Duration> {
        let settings = &self.inner.settings;
        let surplus = failures.count.checked_sub(settings.login_attempts)?;
        let wait = 1_i64
            .checked_shl(surplus)
            .filter(|seconds| *seconds > 0)
            .and_then(TimeDelta::try_seconds)
            .unwrap_or(settings.login_max_wait)
            .min(settings.login_max_wait);
        let until = failures.last_at?.plus(wait).as_datetime();
        (until - now.as_datetime())
            .to_std()
            .ok()
            .filter(|rest| !rest.is_zero())
    }

    pub(super) async fn find_user(&self, wanted: Wanted) -> Result<Option<User>, Error> {
        let mut tx = self
            .inner
            .store
            .begin(Scope::Platform, Access::ReadCommitted)
            .await?;
        let users = tx.users();
        Ok(match wanted {
            Wanted::Id(id) => users.find(id).await?,
            Wanted::Name(name) => users.find_by_name(&name).await?,
            Wanted::Identity(identity) => users.find_by_identity(&identity).await?,
        })
    }
}

fn arrived(arrival: &Arrival) -> Context {
    Context::user(arrival.user.id()).with_session(arrival.session.id)
}

/// Which user is looked for.
pub(super) enum Wanted {
    Id(UserId),
    Name(Username),
    Identity(ExternalIdentity),
}

/// Under what failed logins are counted: a digest, since people type passwords where names belong.
pub(super) fn throttle_key(name: &str, source: Option<&RequestSource>) -> Digest {
    let source = source.map_or("", RequestSource::as_str);
    Digest::of_parts([name.as_bytes(), source.as_bytes()])
}
