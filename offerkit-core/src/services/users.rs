//! The users of the platform, managed by super admins.

use super::{Acting, Error, TenantMembership, work::Work};
use crate::{
    audit::{Subject, SubjectKind},
    domain::{NewUser, PasswordHash, Scope, User, UserChange, Version},
    id::UserId,
    page::{Page, PageRequest},
    policy::{Action, Resource},
    ports::{StoreError, UserFilter},
    text::{PasswordText, Username},
};

/// The users of the platform.
///
/// ```
/// # use offerkit_core::{domain::NewUser, services::{self, Error}, text::PasswordText};
/// # async fn example(root: services::Acting) -> Result<(), Error> {
/// let password = PasswordText::new("to be changed at first login")?;
/// let asha = root.users().create(NewUser::named("asha".parse()?), Some(&password)).await?;
/// assert!(asha.must_change_password());
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Users {
    acting: Acting,
}

impl Users {
    pub(super) const fn new(acting: Acting) -> Self {
        Self { acting }
    }

    /// Makes a user, with a temporary password or, for one with an external identity, without any.
    ///
    /// # Errors
    ///
    /// [`Error::Denied`] unless the actor is a super admin; [`Error::Store`] where the name or identity is taken.
    pub async fn create(
        &self,
        user: NewUser,
        temporary_password: Option<&PasswordText>,
    ) -> Result<User, Error> {
        let hash = match temporary_password {
            Some(password) => Some(self.hash(password).await?),
            None => None,
        };
        self.acting
            .mutate(Action::CreateUser, || async {
                let mut work = self.acting.write(Scope::Platform).await?;
                let id = UserId::from_uuid(work.uuid());
                let grant = work
                    .authorize(Action::CreateUser, &Resource::Platform, id)
                    .await?;
                let (by, now) = (work.user()?, work.now());
                let mut new = User::create(id, user.clone(), Some(by), now);
                if let Some(hash) = &hash {
                    new = new.with_first_password(hash.clone(), now);
                }
                work.tx()?.users().insert(&new).await?;
                let event = work.event(grant, id).after(&new);
                work.commit(event, new).await
            })
            .await
    }

    /// Changes a user's name, e-mail or external identity. Another identity ends the user's sessions and, as a reset
    /// password does, holds their decisions for a time.
    ///
    /// # Errors
    ///
    /// [`Error::Denied`] for one's own account and unless the actor is a super admin; [`Error::Store`] where the user
    /// was changed since `seen`.
    pub async fn update(
        &self,
        id: UserId,
        seen: Version,
        change: UserChange,
    ) -> Result<User, Error> {
        let hold = self.acting.kit().settings().reset_hold;
        self.change(Action::UpdateUser, id, |user, by, now| {
            if user.version() != seen {
                return Err(StoreError::Conflict("user").into());
            }
            Ok(user.changed(change.clone(), by, now.plus(hold), now))
        })
        .await
    }

    /// Makes a user inactive, and ends their sessions.
    ///
    /// # Errors
    ///
    /// [`Error::Denied`] for one's own account and unless the actor is a super admin, so that one always remains.
    pub async fn deactivate(&self, id: UserId) -> Result<User, Error> {
        self.change(Action::DeactivateUser, id, |user, _, now| {
            Ok(user.with_active(false, now))
        })
        .await
    }

    /// Makes a user active again.
    ///
    /// # Errors
    ///
    /// [`Error::Denied`] unless the actor is a super admin.
    pub async fn reactivate(&self, id: UserId) -> Result<User, Error> {
        self.change(Action::ReactivateUser, id, |user, _, now| {
            Ok(user.with_active(true, now))
        })
        .await
    }

    /// Makes a user a super admin.
    ///
    /// # Errors
    ///
    /// [`Error::Denied`] for one's own account and unless the actor is a super admin.
    pub async fn grant_super_admin(&self, id: UserId) -> Result<User, Error> {
        self.change(Action::GrantSuperAdmin, id, |user, _, now| {
            Ok(user.with_super_admin(true, now))
        })
        .await
    }

    /// Takes the super-admin flag from a user.
    ///
    /// # Errors
    ///
    /// [`Error::Denied`] for one's own account and unless the actor is a super admin, so that one always remains.
    pub async fn revoke_super_admin(&self, id: UserId) -> Result<User, Error> {
        self.change(Action::RevokeSuperAdmin, id, |user, _, now| {
            Ok(user.with_super_admin(false, now))
        })
        .await
    }

    /// Sets a temporary password: the user's sessions end, and at the next login it must be changed. Someone whose
    /// account is established may not decide for [`Settings::reset_hold`](super::Settings::reset_hold), unless a
    /// second super admin [confirms](Self::confirm_reset).
    ///
    /// # Errors
    ///
    /// [`Error::Denied`] for one's own account and unless the actor is a super admin.
    pub async fn set_temporary_password(
        &self,
        id: UserId,
        password: &PasswordText,
    ) -> Result<User, Error> {
        let hash = self.hash(password).await?;
        let hold = self.acting.kit().settings().reset_hold;
        let user = self
            .change(Action::SetTemporaryPassword, id, |user, by, now| {
                Ok(user.with_temporary_password(hash.clone(), by, now.plus(hold), now))
            })
            .await?;
        self.acting.kit().inner.sessions.end_all(id).await?;
        Ok(user)
    }

    /// Confirms another super admin's reset, so that the user may decide at once.
    ///
    /// # Errors
    ///
    /// [`Error::Denied`] for everyone in [`DecisionHold::reset_by`](crate::domain::DecisionHold::reset_by), for one's own
    /// account, and unless the actor is a super admin.
    pub async fn confirm_reset(&self, id: UserId) -> Result<User, Error> {
        self.change(Action::ConfirmReset, id, |user, _, now| {
            Ok(user.confirmed(now))
        })
        .await
    }

    /// The user.
    ///
    /// # Errors
    ///
    /// [`Error::Denied`] unless the actor is a super admin, [`Error::NotFound`].
    pub async fn get(&self, id: UserId) -> Result<User, Error> {
        let mut work = self.view().await?;
        let user = work.tx()?.users().find(id).await?;
        user.ok_or(Error::NotFound("user"))
    }

    /// The user of this name.
    ///
    /// # Errors
    ///
    /// As for [`get`](Self::get).
    pub async fn get_by_name(&self, name: &Username) -> Result<User, Error> {
        let mut work = self.view().await?;
        let user = work.tx()?.users().find_by_name(name).await?;
        user.ok_or(Error::NotFound("user"))
    }

    /// The tenants that a user belongs to, each with the user's groups in it.
    ///
    /// # Errors
    ///
    /// As for [`get`](Self::get).
    pub async fn tenants_of(&self, id: UserId) -> Result<Vec<TenantMembership>, Error> {
        let mut work = self.view().await?;
        let user = work.tx()?.users().find(id).await?;
        user.ok_or(Error::NotFound("user"))?;
        work.tenants_of(id).await
    }

    /// A page of users.
    ///
    /// # Errors
    ///
    /// [`Error::Denied`] unless the actor is a super admin.
    pub async fn list(&self, filter: &UserFilter, page: &PageRequest) -> Result<Page<User>, Error> {
        let mut work = self.view().await?;
        Ok(work.tx()?.users().list(filter, page).await?)
    }

    async fn view(&self) -> Result<Work<'_>, Error> {
        self.acting.view_platform(Action::ViewPlatform).await
    }

    async fn hash(&self, password: &PasswordText) -> Result<PasswordHash, Error> {
        Ok(self.acting.kit().hasher()?.hash(password.expose()).await?)
    }

    async fn change(
        &self,
        action: Action,
        id: UserId,
        to: impl Fn(User, UserId, crate::time::Timestamp) -> Result<User, Error> + Sync,
    ) -> Result<User, Error> {
        self.acting
            .mutate((action, id), || async {
                let mut work = self.acting.write(Scope::Platform).await?;
                let user = work.tx()?.users().find(id).await?;
                let hold = user.as_ref().and_then(|user| user.hold().as_ref());
                let resource = Resource::Account {
                    user: id,
                    reset_by: hold.map_or(&[], |hold| &hold.reset_by),
                };
                let grant = work.authorize(action, &resource, id).await?;
                let user = user.ok_or(Error::NotFound("user"))?;
                self.acting.unless_seen(user.version(), "user")?;
                let (by, now) = (work.user()?, work.now());
                let changed = to(user.clone(), by, now)?;
                let changed = work.tx()?.users().update(changed).await?;
                let event = work.event(grant, id).before(&user).after(&changed);
                work.commit(event, changed).await
            })
            .await
    }
}

impl Acting {
    /// Begins reading the platform, for those who may.
    pub(super) async fn view_platform(&self, action: Action) -> Result<Work<'_>, Error> {
        let mut work = self.read(Scope::Platform).await?;
        let platform = Subject::the(SubjectKind::Platform);
        work.permit(action, &Resource::Platform, platform).await?;
        Ok(work)
    }
}
