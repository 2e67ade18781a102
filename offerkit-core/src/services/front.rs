//! What a front end of the host's asks before it knows who acts: none of it tells the caller anything.

use super::{Context, Error, Offerkit, login::Wanted};
use crate::{
    domain::{ExternalIdentity, Scope, User},
    id::{TenantId, UserId},
    ports::Access,
    text::{TenantName, Username},
};

impl Offerkit {
    /// The context of the active user with this identity, for a host whose own login says with each request who asks. No
    /// session is opened; [`login_external`](Self::login_external) opens one.
    ///
    /// # Errors
    ///
    /// [`Error::WrongCredentials`] where no active user has this identity.
    pub async fn identify(&self, identity: &ExternalIdentity) -> Result<Context, Error> {
        let user = self.find_user(Wanted::Identity(identity.clone())).await?;
        match user.filter(User::is_active) {
            Some(user) => Ok(Context::user(user.id())),
            None => Err(Error::WrongCredentials),
        }
    }

    /// The id that stands for a tenant's name. It says nothing of who may know of the tenant: give it to a service, which
    /// decides, and where there is none, give that service an id of no tenant, so that both answers are the same.
    ///
    /// # Errors
    ///
    /// [`Error::Store`] where the store fails.
    pub async fn tenant_named(&self, name: &TenantName) -> Result<Option<TenantId>, Error> {
        let store = &self.inner.store;
        let mut tx = store.begin(Scope::Platform, Access::ReadCommitted).await?;
        let tenant = tx.tenants().find_by_name(name).await?;
        Ok(tenant.map(|tenant| tenant.id()))
    }

    /// The id that stands for a user's name, as [`tenant_named`](Self::tenant_named) gives a tenant's.
    ///
    /// # Errors
    ///
    /// [`Error::Store`] where the store fails.
    pub async fn user_named(&self, name: &Username) -> Result<Option<UserId>, Error> {
        let user = self.find_user(Wanted::Name(name.clone())).await?;
        Ok(user.map(|user| user.id()))
    }

    /// Whether the store answers, for a check of readiness.
    ///
    /// # Errors
    ///
    /// [`Error::Store`] where it does not.
    pub async fn reach_store(&self) -> Result<(), Error> {
        let store = &self.inner.store;
        let mut tx = store.begin(Scope::Platform, Access::Read).await?;
        tx.catalog().current().await?;
        Ok(())
    }
}
