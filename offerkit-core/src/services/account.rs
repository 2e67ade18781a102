//! What everybody does for themselves.

use serde::{Deserialize, Serialize};

use super::{
    Acting, Error,
    login::{Wanted, throttle_key},
};
use crate::{
    domain::{HeldGroup, Scope, Session, Tenant, User},
    id::{SessionId, UserId},
    policy::{Action, Resource},
    text::{PasswordError, PasswordText},
};

/// The actor's own account.
///
/// ```
/// # use offerkit_core::{services::{self, Error}};
/// # async fn example(asha: services::Acting) -> Result<(), Error> {
/// for membership in asha.account().tenants().await? {
///     println!("{}: {} groups", membership.tenant.name(), membership.groups.len());
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Account {
    acting: Acting,
}

/// A tenant that a user belongs to, with the groups they have in it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TenantMembership {
    /// The tenant.
    pub tenant: Tenant,
    /// The groups, by name.
    pub groups: Vec<HeldGroup>,
}

impl Account {
    pub(super) const fn new(acting: Acting) -> Self {
        Self { acting }
    }

    /// The actor's own user.
    ///
    /// # Errors
    ///
    /// [`Error::Denied`] where nobody is logged in.
    pub async fn profile(&self) -> Result<User, Error> {
        let mut work = self.acting.read(Scope::Platform).await?;
        let id = work.user()?;
        drop(work.authorize_self(Action::ViewSelf).await?);
        let user = work.tx()?.users().find(id).await?;
        user.ok_or(Error::NotFound("user"))
    }

    /// The actor's tenants, each with the actor's groups in it.
    ///
    /// # Errors
    ///
    /// [`Error::Denied`] where nobody is logged in.
    pub async fn tenants(&self) -> Result<Vec<TenantMembership>, Error> {
        let mut work = self.acting.read(Scope::Platform).await?;
        let id = work.user()?;
        drop(work.authorize_self(Action::ViewSelf).await?);
        work.tenants_of(id).await
    }

    /// Replaces the actor's password, and ends all their sessions.
    ///
    /// # Errors
    ///
    /// [`Error::WrongCredentials`] where `current` is not the password, [`Error::TooManyAttempts`] after too many such
    /// tries, [`Error::Password`] where the new one is the old one.
    pub async fn change_password(&self, current: &str, new: &PasswordText) -> Result<(), Error> {
        let action = Action::ChangeOwnPassword;
        if self.acting.is_repeat(Scope::Platform).await? {
            // The password is another by now, so the old one cannot be asked for again.
            let outcome = self.acting.write(Scope::Platform).await.map(drop);
            return self.acting.first_result(action, outcome);
        }
        let (kit, context) = (self.acting.kit(), self.acting.context());
        let wrong = || Error::WrongCredentials;
        let id = context.actor().user().ok_or_else(wrong)?;
        let user = kit.find_user(Wanted::Id(id)).await?.ok_or_else(wrong)?;
        let key = throttle_key(user.name().as_str(), context.source());
        kit.throttle(key).await?;
        let sessions = &kit.inner.sessions;
        // Hashing takes long, so it stands outside the transaction; the version tells whether the user changed since.
        if !kit
            .hasher()?
            .verify(current, user.password().as_ref())
            .await?
        {
            sessions.record_failure(key, kit.now()).await?;
            return Err(wrong());
        }
        if new.expose() == current {
            return Err(PasswordError::Unchanged.into());
        }
        let hash = kit.hasher()?.hash(new.expose()).await?;
        self.acting
            .mutate(action, || async {
                let mut work = self.acting.write(Scope::Platform).await?;
                let grant = work.authorize_self(action).await?;
                let changed = user.clone().with_own_password(hash.clone(), work.now());
                let changed = work.tx()?.users().update(changed).await?;
                let event = work.event(grant, id).before(&user).after(&changed);
                work.commit(event, ()).await
            })
            .await?;
        sessions.clear_failures(key).await?;
        Ok(sessions.end_all(id).await?)
    }

    /// The actor's sessions, the oldest first.
    ///
    /// # Errors
    ///
    /// [`Error::Denied`] where nobody is logged in.
    pub async fn sessions(&self) -> Result<Vec<Session>, Error> {
        let mut work = self.acting.read(Scope::Platform).await?;
        let id = work.user()?;
        drop(work.authorize_self(Action::ViewSelf).await?);
        // Sessions stand outside transactions, and a task holds one at a time.
        drop(work);
        Ok(self.acting.kit().inner.sessions.list(id).await?)
    }

    /// Ends one of the actor's sessions.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`] where the actor has no such session.
    pub async fn end_session(&self, session: SessionId) -> Result<(), Error> {
        let own = self.sessions().await?;
        if !own.iter().any(|own| own.id == session) {
            return Err(Error::NotFound("session"));
        }
        self.acting.kit().inner.sessions.end(session).await?;
        Ok(())
    }
}

impl super::work::Work<'_> {
    /// The decision about the actor's own account.
    async fn authorize_self(&mut self, action: Action) -> Result<crate::policy::Grant, Error> {
        let user = self.user()?;
        let resource = Resource::Account {
            user,
            reset_by: &[],
        };
        self.authorize(action, &resource, user).await
    }

    /// The tenants that a user belongs to, each with the user's groups in it.
    pub(super) async fn tenants_of(
        &mut self,
        user: UserId,
    ) -> Result<Vec<TenantMembership>, Error> {
        let tx = self.tx()?;
        let mut memberships: Vec<TenantMembership> = Vec::new();
        for held in tx.groups().held_by(user, None).await? {
            match memberships.last_mut() {
                Some(last) if last.tenant.id() == held.membership.tenant => last.groups.push(held),
                _ => {
                    let tenant = tx.tenants().find(held.membership.tenant).await?;
                    memberships.push(TenantMembership {
                        tenant: tenant.ok_or(Error::NotFound("tenant"))?,
                        groups: vec![held],
                    });
                }
            }
        }
        Ok(memberships)
    }
}
